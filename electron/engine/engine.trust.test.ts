import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import type { Endpoint } from '../../shared/model/peer.ts';
import { startEngine, startReceiver, takeAll } from './testing/engines.ts';
import type { Receiver, TestEngine } from './testing/engines.ts';
import { harvest, plant, temporaryFolder } from '../base/testing/trees.ts';

const file = (): string => {
  const from = temporaryFolder();
  plant(from, { 'a.txt': { size: 10, seed: 1 } });
  return join(from, 'a.txt');
};

/** Another device takes the port of one that is gone. */
const impostorAt = async (receiver: Receiver): Promise<TestEngine & { readonly dir: string }> => {
  await receiver.engine.close();
  const impostor = await startEngine({ alias: 'impostor' });
  const dir = temporaryFolder();
  await impostor.engine.listen({ ...receiver.at, receive: takeAll(dir) });
  return { ...impostor, dir };
};

describe('a key', () => {
  it('that cannot be recorded is held to as long as the program runs, and its owner is told once', async () => {
    const receiver = await startReceiver();
    const sender = await startEngine();
    // Nothing can be read there, nor be written.
    rmSync(sender.home, { recursive: true });
    symlinkSync(join(temporaryFolder(), 'no', 'where'), sender.home);
    await sender.engine.probe({ to: receiver.at });
    await sender.engine.send({ paths: [file()], to: receiver.at }).done;
    expect(sender.events.filter(({ kind }) => kind === 'trouble')).toMatchObject([
      { error: { code: 'home-unwritable', message: expect.stringContaining(sender.home) } },
    ]);
    await impostorAt(receiver);
    await expect(sender.engine.probe({ to: receiver.at })).rejects.toMatchObject({
      code: 'peer-key-changed',
    });
  });

  it('that is seen for the first time is recorded and told, once', async () => {
    const receiver = await startReceiver();
    const sender = await startEngine({ alias: 'Ada' });
    for (let run = 0; run < 2; run += 1) await sender.engine.send({ paths: [file()], to: receiver.at }).done;
    expect(sender.events.filter(({ kind }) => kind === 'trusted')).toMatchObject([
      { peer: { deviceId: receiver.engine.deviceId, trust: 'new' } },
    ]);
    expect(sender.engine.knownDevices()).toMatchObject([
      { deviceId: receiver.engine.deviceId, alias: 'receiver', targets: [`127.0.0.1:${receiver.at.port}`] },
    ]);
    expect(
      sender.events.flatMap((event) => (event.kind === 'session-opened' ? [event.peer.trust] : [])),
    ).toEqual(['new', 'known']);
    expect(receiver.offers.map(({ peer }) => peer.trust)).toEqual(['new', 'known']);
  });

  it('that a listener can neither look up nor record keeps no guest out, and none hears where it is kept', async () => {
    const receiver = await startReceiver();
    const guest = await startEngine();
    await guest.engine.probe({ to: receiver.at });
    writeFileSync(join(receiver.home, 'devices.json'), 'damaged');
    for (const who of [guest, await startEngine()]) {
      await who.engine.listPage({ from: receiver.at, path: '' });
      await who.engine.send({ paths: [file()], to: receiver.at }).done;
    }
    expect(receiver.offers.map(({ peer }) => peer.trust)).toEqual(['new', 'new']);
    expect(receiver.events.filter(({ kind }) => kind === 'trouble')).toMatchObject([
      { error: { message: expect.stringContaining(receiver.home) } },
    ]);
  });

  it('that a person compared is told as verified on both sides, until it is taken back or forgotten', async () => {
    const receiver = await startReceiver();
    const sender = await startEngine();
    const trust = async (): Promise<string> => (await sender.engine.probe({ to: receiver.at })).peer.trust;
    expect(await trust()).toBe('new');
    sender.engine.verifyDevice(receiver.engine.deviceId, true);
    receiver.engine.verifyDevice(sender.engine.deviceId, true);
    expect(await trust()).toBe('verified');
    await sender.engine.send({ paths: [file()], to: receiver.at }).done;
    expect(receiver.offers).toMatchObject([{ peer: { trust: 'verified' } }]);
    sender.engine.verifyDevice(receiver.engine.deviceId, false);
    expect(await trust()).toBe('known');
    sender.engine.forgetDevice(receiver.engine.deviceId);
    expect(await trust()).toBe('new');
  });

  it('that a person compares is told so in the list that is open, too', async () => {
    const receiver = await startReceiver();
    const { engine } = await startEngine();
    const trust = async (): Promise<string> =>
      (await engine.listPage({ from: receiver.at, path: '' })).peer.trust;
    expect(await trust()).toBe('new');
    engine.verifyDevice(receiver.engine.deviceId, true);
    expect(await trust()).toBe('verified');
  });

  it('that changed is refused before anything is sent, and says what to do', async () => {
    const receiver = await startReceiver();
    const sender = await startEngine();
    await sender.engine.send({ paths: [file()], to: receiver.at }).done;
    const impostor = await impostorAt(receiver);
    for (const attempt of [
      sender.engine.send({ paths: [file()], to: receiver.at, retryMs: 60_000 }).done,
      sender.engine.get({ from: receiver.at, paths: ['s'], dir: temporaryFolder(), onConflict: 'rename' })
        .done,
      sender.engine.put({ paths: [file()], to: receiver.at, path: 's' }).done,
      sender.engine.list({ from: receiver.at, path: '' })[Symbol.asyncIterator]().next(),
      sender.engine.listPage({ from: receiver.at, path: '' }),
      sender.engine.read({ from: receiver.at, path: 's/a', offset: 0, length: 1 }),
      sender.engine.sendText({ to: receiver.at, text: 'hello' }),
      sender.engine.probe({ to: receiver.at }),
    ]) {
      await expect(attempt).rejects.toMatchObject({
        code: 'peer-key-changed',
        message: expect.stringContaining('--accept-new-key'),
      });
    }
    expect(harvest(impostor.dir)).toEqual({});
    expect(impostor.kinds()).not.toContain('session-opened');
    expect(sender.engine.knownDevices()).toMatchObject([{ deviceId: receiver.engine.deviceId }]);
  });

  it('that changed is taken in place of the old one when the person says so, and then holds', async () => {
    const receiver = await startReceiver();
    const sender = await startEngine();
    await sender.engine.send({ paths: [file()], to: receiver.at }).done;
    const impostor = await impostorAt(receiver);
    await sender.engine.send({ paths: [file()], to: receiver.at, acceptNewKey: true }).done;
    expect(await sender.engine.send({ paths: [file()], to: receiver.at }).done).toMatchObject({ same: 1 });
    expect(Object.keys(harvest(impostor.dir))).toEqual(['a.txt']);
    const at = `127.0.0.1:${receiver.at.port}`;
    expect(
      sender.engine
        .knownDevices()
        .filter(({ targets }) => targets.includes(at))
        .map(({ deviceId }) => deviceId),
    ).toEqual([impostor.engine.deviceId]);
  });

  it('is not asked for on a plain connection, which proves nothing', async () => {
    const receiver = await startReceiver({}, { allowPlain: true });
    const sender = await startEngine();
    await sender.engine.send({ paths: [file()], to: receiver.at, plain: true }).done;
    expect(sender.engine.knownDevices()).toEqual([]);
    expect(receiver.offers[0]?.peer).toMatchObject({ secure: false, trust: 'unauthenticated' });
    expect(sender.kinds()).not.toContain('trusted');
  });
});

describe('a plain connection', () => {
  it('is refused by a listener that did not switch it on', async () => {
    const receiver = await startReceiver();
    const sender = await startEngine();
    await expect(
      sender.engine.send({ paths: [file()], to: receiver.at, plain: true }).done,
    ).rejects.toMatchObject({ code: 'plain-not-allowed' });
    expect((await receiver.next('rejected')).error.code).toBe('plain-not-allowed');
  });
});

describe('shares', () => {
  const sharing = async (): Promise<{
    server: TestEngine;
    at: Endpoint;
    folder: string;
    client: TestEngine;
  }> => {
    const server = await startEngine({ alias: 'server' });
    const folder = temporaryFolder();
    plant(folder, {
      docs: { 'a.txt': { size: 10, seed: 1 }, deep: { 'b.txt': { size: 5, seed: 2 } } },
      inbox: {},
      secret: { 'key.pem': { size: 7, seed: 3 } },
    });
    server.engine.addShare({ path: join(folder, 'docs') });
    server.engine.addShare({ path: join(folder, 'inbox'), writable: true });
    server.engine.addShare({ path: join(folder, 'secret'), pin: '4711', writable: true });
    return {
      server,
      at: await server.engine.listen({ host: '127.0.0.1', port: 0 }),
      folder,
      client: await startEngine({ alias: 'client' }),
    };
  };
  const listed = async (
    { client, at }: { client: TestEngine; at: Endpoint },
    path: string,
    more: { recursive?: boolean; pin?: string } = {},
  ): Promise<string[]> => {
    const paths: string[] = [];
    for await (const entry of client.engine.list({ from: at, path, ...more })) paths.push(entry.path);
    return paths;
  };

  it('are listed: shares, a folder, a file, and everything below', async () => {
    const sides = await sharing();
    expect(await listed(sides, '')).toEqual(['docs', 'inbox', 'secret']);
    expect(await listed(sides, 'docs')).toEqual(['docs/a.txt', 'docs/deep']);
    expect(await listed(sides, 'docs/')).toEqual(['docs/a.txt', 'docs/deep']);
    expect(await listed(sides, 'docs/a.txt')).toEqual(['docs/a.txt']);
    expect(await listed(sides, 'docs', { recursive: true })).toEqual([
      'docs/a.txt',
      'docs/deep',
      'docs/deep/b.txt',
    ]);
    expect(await listed(sides, '', { recursive: true })).toEqual([
      'docs',
      'inbox',
      'secret',
      'docs/a.txt',
      'docs/deep',
      'docs/deep/b.txt',
    ]);
  });

  it('end their session with the listing, also when it is not read to its end', async () => {
    const sides = await sharing();
    for await (const entry of sides.client.engine.list({ from: sides.at, path: '', recursive: true }))
      if (entry.path === 'docs') break;
    await Promise.all([sides.client.next('session-closed'), sides.server.next('session-closed')]);
  });

  it('are fetched from, a file or a folder or several, and nothing is taken for a path that is not there', async () => {
    const { client, at, folder } = await sharing();
    const dir = temporaryFolder();
    const get = (...paths: string[]) =>
      client.engine.get({ from: at, paths, dir, onConflict: 'rename' }).done;
    expect(await get('docs/a.txt', 'docs/deep')).toMatchObject({ files: 2, dir });
    expect(Object.keys(harvest(dir))).toEqual(['a.txt', 'deep', 'deep/b.txt']);
    expect(await get('docs')).toMatchObject({ files: 2 });
    expect(harvest(join(dir, 'docs'))).toEqual(harvest(join(folder, 'docs')));
    await expect(get('docs/nothing')).rejects.toMatchObject({ code: 'no-such-path' });
    await expect(get('nothing')).rejects.toMatchObject({ code: 'no-such-share' });
    await expect(get('docs/../secret')).rejects.toMatchObject({ code: 'unsafe-path' });
    await expect(get('docs/a.txt', 'docs/a.txt')).rejects.toMatchObject({ code: 'file-exists' });
  });

  it('take uploads where they are writable', async () => {
    const { client, at, folder, server } = await sharing();
    const put = (path: string) => client.engine.put({ paths: [file()], to: at, path }).done;
    expect(await put('inbox')).toMatchObject({ files: 1, same: 0 });
    expect(await put('inbox')).toMatchObject({ files: 0, same: 1 });
    expect(Object.keys(harvest(join(folder, 'inbox')))).toEqual(['a.txt']);
    expect((await server.next('finished')).transfer).toMatchObject({
      direction: 'receive',
      kind: 'serve',
      state: 'done',
    });
    await expect(put('docs')).rejects.toMatchObject({ code: 'read-only' });
    await expect(put('inbox/nothing')).rejects.toMatchObject({ code: 'no-such-path' });
    await expect(put('../inbox')).rejects.toMatchObject({ code: 'unsafe-path' });
  });

  it('with a PIN open by it alone, for LIST, GET and PUT; after three wrong ones one must wait', async () => {
    const sides = await sharing();
    const { client, at, folder } = sides;
    const dir = temporaryFolder();
    await expect(listed(sides, 'secret')).rejects.toMatchObject({ code: 'pin-required' });
    await expect(
      client.engine.get({ from: at, paths: ['secret'], dir, onConflict: 'rename' }).done,
    ).rejects.toMatchObject({ code: 'pin-required' });
    await expect(client.engine.put({ paths: [file()], to: at, path: 'secret' }).done).rejects.toMatchObject({
      code: 'pin-required',
    });
    expect(await listed(sides, 'secret', { pin: '4711' })).toEqual(['secret/key.pem']);
    expect(
      await client.engine.get({ from: at, paths: ['secret/key.pem'], dir, onConflict: 'rename', pin: '4711' })
        .done,
    ).toMatchObject({ files: 1 });
    expect(
      await client.engine.put({ paths: [file()], to: at, path: 'secret', pin: '4711' }).done,
    ).toMatchObject({ files: 1 });
    expect(Object.keys(harvest(join(folder, 'secret')))).toEqual(['a.txt', 'key.pem']);
    for (let tries = 0; tries < 3; tries += 1)
      await expect(listed(sides, 'secret', { pin: 'x' })).rejects.toMatchObject({ code: 'pin-wrong' });
    await expect(listed(sides, 'secret', { pin: '4711' })).rejects.toMatchObject({
      code: 'pin-throttled',
      retryAfterMs: expect.any(Number),
    });
    expect(await listed(sides, 'docs')).toHaveLength(2);
  });

  it('opened in one session are closed in the next', async () => {
    const sides = await sharing();
    await listed(sides, 'secret', { pin: '4711' });
    await expect(listed(sides, 'secret')).rejects.toMatchObject({ code: 'pin-required' });
  });
});
