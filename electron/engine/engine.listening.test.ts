/** What changes while an engine runs: its name, its port, its mode, what happens to offers. */

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { startEngine, startReceiver, takeAll } from './testing/engines.ts';
import { harvest, plant, temporaryFolder } from '../base/testing/trees.ts';

const file = (size = 10): string => {
  const from = temporaryFolder();
  plant(from, { 'a.bin': { size, seed: 1 } });
  return join(from, 'a.bin');
};

describe('an engine that stops listening', () => {
  it('takes nobody new, lets what runs go on, and listens again elsewhere', async () => {
    const receiver = await startReceiver();
    const sender = await startEngine();
    const running = sender.engine.send({ paths: [file(60_000_000)], to: receiver.at });
    await sender.next('transfer', ({ transfer }) => transfer.state === 'running');
    await receiver.engine.stopListening();
    expect(receiver.engine.snapshot().listening).toBeUndefined();
    await expect(sender.engine.probe({ to: receiver.at })).rejects.toMatchObject({
      code: 'connection-refused',
    });
    await running.done;
    const again = await receiver.engine.listen({ host: '127.0.0.1', port: 0 });
    expect(receiver.engine.snapshot().listening).toEqual({ host: again.host, port: again.port });
    // What happens to offers is as it was.
    await sender.engine.send({ paths: [file()], to: again }).done;
    expect(Object.keys(harvest(receiver.dir))).toHaveLength(2);
  });

  it('that does not listen stays as it is; one that tried in vain may try again', async () => {
    const { at } = await startReceiver();
    const { engine } = await startEngine();
    await engine.stopListening();
    await expect(engine.listen(at)).rejects.toMatchObject({ code: 'port-taken' });
    await engine.listen({ host: '127.0.0.1', port: 0 });
    await expect(engine.listen({ host: '127.0.0.1', port: 0 })).rejects.toMatchObject({ code: 'usage' });
  });

  it('does not listen any more once it is closed', async () => {
    const { engine } = await startEngine();
    const opening = engine.listen({ host: '127.0.0.1', port: 0 });
    await engine.close();
    const { host, port } = await opening;
    await expect(engine.listen({ host, port })).rejects.toMatchObject({ code: 'shutting-down' });
    const other = await startEngine();
    await expect(other.engine.probe({ to: { host, port } })).rejects.toMatchObject({
      code: 'connection-refused',
    });
  });

  it('can be stopped while it is about to', async () => {
    const { engine } = await startEngine();
    const listening = engine.listen({ host: '127.0.0.1', port: 0 });
    await engine.stopListening();
    const { host, port } = await listening;
    await expect(engine.probe({ to: { host, port } })).rejects.toMatchObject({ code: 'connection-refused' });
  });
});

describe('what is configured', () => {
  it('is the name that others see from the next session on', async () => {
    const receiver = await startReceiver();
    const sender = await startEngine({ alias: 'Ada' });
    sender.engine.configure({ alias: '  Ada Lovelace ' });
    expect(sender.engine.snapshot().alias).toBe('Ada Lovelace');
    await sender.engine.send({ paths: [file()], to: receiver.at }).done;
    expect(receiver.offers).toMatchObject([{ peer: { alias: 'Ada Lovelace' } }]);
    receiver.engine.configure({ alias: 'Bob' });
    expect((await sender.engine.probe({ to: receiver.at })).peer.alias).toBe('Bob');
  });

  it('is whether unencrypted connections are taken, at once', async () => {
    const receiver = await startReceiver();
    const { engine } = await startEngine();
    const plainly = { to: receiver.at, plain: true };
    await expect(engine.probe(plainly)).rejects.toMatchObject({ code: 'plain-not-allowed' });
    receiver.engine.configure({ allowPlain: true });
    expect((await engine.probe(plainly)).peer).toMatchObject({ secure: false, trust: 'unauthenticated' });
    receiver.engine.configure({ allowPlain: false });
    await expect(engine.probe(plainly)).rejects.toMatchObject({ code: 'plain-not-allowed' });
  });
});

describe('what happens to offers', () => {
  it('can be set and taken back while the engine listens', async () => {
    const { engine, at } = await startReceiver();
    const sender = await startEngine();
    engine.setReceivePolicy(undefined);
    await expect(sender.engine.send({ paths: [file()], to: at }).done).rejects.toMatchObject({
      code: 'not-receiving',
    });
    const dir = temporaryFolder();
    engine.setReceivePolicy(takeAll(dir));
    await sender.engine.send({ paths: [file()], to: at }).done;
    expect(Object.keys(harvest(dir))).toEqual(['a.bin']);
  });

  it('may be decided for one offer: another treatment of names that are taken', async () => {
    const receiver = await startReceiver({
      onConflict: 'rename',
      decide: () => Promise.resolve({ accept: true, onConflict: 'overwrite' }),
    });
    const { engine } = await startEngine();
    await engine.send({ paths: [file(10)], to: receiver.at }).done;
    await engine.send({ paths: [file(20)], to: receiver.at }).done;
    expect(Object.keys(harvest(receiver.dir))).toEqual(['a.bin']);
    expect(harvest(receiver.dir)['a.bin']).toHaveProperty('content.length', 20);
  });
});
