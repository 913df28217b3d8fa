/** Walking through another device's shares, looking into files, texts, and whether it is there. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import type { Endpoint } from '../../shared/model/peer.ts';
import { limits } from '../../shared/protocol/limits.ts';
import { startEngine, startReceiver } from './testing/engines.ts';
import type { TestEngine } from './testing/engines.ts';
import { plant, temporaryFolder } from '../base/testing/trees.ts';

interface Served extends TestEngine {
  readonly at: Endpoint;
  readonly folder: string;
}

/** An engine that serves a folder "docs". */
async function serving(pin?: string): Promise<Served> {
  const server = await startEngine({ alias: 'server' });
  const folder = join(temporaryFolder(), 'docs');
  plant(folder, { 'a.txt': { size: 10, seed: 1 }, deep: { 'b.txt': { size: 4, seed: 2 } } });
  server.engine.addShare({ path: folder, ...(pin === undefined ? {} : { pin }) });
  const { host, port } = await server.engine.listen({ host: '127.0.0.1', port: 0 });
  return { ...server, at: { host, port }, folder };
}

const sessionsOf = ({ events }: TestEngine): number =>
  events.filter(({ kind }) => kind === 'session-opened').length;

describe('a page of a listing', () => {
  it('shows shares, folders and single files, and who serves them', async () => {
    const server = await serving();
    const { engine } = await startEngine();
    const at = { from: server.at };
    expect(await engine.listPage({ ...at, path: '' })).toMatchObject({
      peer: { alias: 'server', deviceId: server.engine.deviceId },
      entries: [{ path: 'docs', name: 'docs', kind: 'share' }],
      more: false,
    });
    expect((await engine.listPage({ ...at, path: 'docs/' })).entries.map(({ path }) => path)).toEqual([
      'docs/a.txt',
      'docs/deep',
    ]);
    expect((await engine.listPage({ ...at, path: 'docs/deep/b.txt' })).entries).toMatchObject([
      { path: 'docs/deep/b.txt', name: 'b.txt', kind: 'file', size: 4 },
    ]);
  });

  it('goes on behind a name, and tells whether uploads are taken', async () => {
    const server = await serving();
    server.engine.updateShare('docs', { writable: true });
    const { engine } = await startEngine();
    expect(await engine.listPage({ from: server.at, path: 'docs', after: 'a.txt' })).toMatchObject({
      writable: true,
      entries: [{ name: 'deep' }],
    });
  });

  it('costs one session for calls that follow each other or come at once', async () => {
    const server = await serving();
    const { engine } = await startEngine();
    const at = { from: server.at };
    await Promise.all([
      engine.listPage({ ...at, path: '' }),
      engine.listPage({ ...at, path: 'docs' }),
      engine.read({ ...at, path: 'docs/a.txt', offset: 0, length: 1 }),
    ]);
    await engine.listPage({ ...at, path: 'docs/deep' });
    expect(sessionsOf(server)).toBe(1);
    await expect(engine.listPage({ ...at, path: 'docs/nothing' })).rejects.toMatchObject({
      code: 'no-such-path',
    });
    expect(sessionsOf(server)).toBe(1);
  });

  it('comes over a new session when the one that was kept broke', async () => {
    const server = await serving();
    const client = await startEngine();
    await client.engine.listPage({ from: server.at, path: 'docs' });
    await server.engine.close();
    await client.next('session-closed');
    await expect(client.engine.listPage({ from: server.at, path: 'docs' })).rejects.toMatchObject({
      code: 'connection-refused',
    });
    const back = await startEngine({ home: server.home });
    back.engine.addShare({ path: server.folder });
    await back.engine.listen({ ...server.at });
    expect((await client.engine.listPage({ from: server.at, path: 'docs' })).entries).toHaveLength(2);
  });

  it('of a locked share needs its PIN, which is given once for a session', async () => {
    const server = await serving('4711');
    const { engine } = await startEngine();
    const at = { from: server.at, path: 'docs' };
    await expect(engine.listPage(at)).rejects.toMatchObject({ code: 'pin-required' });
    await expect(engine.listPage({ ...at, pin: '1' })).rejects.toMatchObject({ code: 'pin-wrong' });
    expect((await engine.listPage({ ...at, pin: '4711' })).entries).toHaveLength(2);
    expect((await engine.listPage({ ...at, pin: '4711' })).entries).toHaveLength(2);
    server.engine.updateShare('docs', { pin: '0815' });
    await expect(engine.listPage({ ...at, pin: '4711' })).rejects.toMatchObject({ code: 'pin-wrong' });
    expect((await engine.listPage({ ...at, pin: '0815' })).entries).toHaveLength(2);
    // Taken away and set again to the same: what was given before counts no more, and is given anew by itself.
    server.engine.updateShare('docs', { pin: null });
    server.engine.updateShare('docs', { pin: '0815' });
    expect((await engine.listPage({ ...at, pin: '0815' })).entries).toHaveLength(2);
    expect(sessionsOf(server)).toBe(1);
  });
});

describe('a range of a file', () => {
  it('comes in one piece, whatever the number of frames it takes', async () => {
    const server = await serving();
    const bytes = Uint8Array.from({ length: 1_200_000 }, (_, at) => (at * 7 + (at >> 8)) & 0xff);
    writeFileSync(join(server.folder, 'big.bin'), bytes);
    const { engine } = await startEngine();
    const big = { from: server.at, path: 'docs/big.bin' };
    for (const [offset, expected] of [
      [100_001, bytes.subarray(100_001, 100_001 + 1_048_576)],
      [1_000_000, bytes.subarray(1_000_000)],
      [1_200_000, bytes.subarray(1_200_000)],
    ] as const) {
      const range = await engine.read({ ...big, offset, length: 1_048_576 });
      expect(range.size).toBe(1_200_000);
      expect(Buffer.compare(range.bytes, expected)).toBe(0);
    }
  });

  it('is not asked for beyond what a preview may show', async () => {
    const { engine } = await startEngine();
    const nowhere = { from: { host: '127.0.0.1', port: 1 }, path: 'docs/a.txt' };
    for (const range of [
      { offset: 0, length: 1_048_577 },
      { offset: 0, length: 0 },
      { offset: -1, length: 1 },
      { offset: 0.5, length: 1 },
    ]) {
      await expect(engine.read({ ...nowhere, ...range })).rejects.toMatchObject({ code: 'usage' });
    }
  });

  it('tells why it cannot be had', async () => {
    const server = await serving();
    const { engine } = await startEngine();
    const range = { from: server.at, offset: 0, length: 1 };
    await expect(engine.read({ ...range, path: 'docs/deep' })).rejects.toMatchObject({ code: 'is-a-folder' });
    await expect(engine.read({ ...range, path: 'docs/x' })).rejects.toMatchObject({ code: 'no-such-path' });
    await expect(engine.read({ ...range, path: '' })).rejects.toMatchObject({ code: 'no-such-share' });
  });
});

describe('a text', () => {
  it('arrives as it was written, and the sender hears who took it', async () => {
    const receiver = await startReceiver();
    const sender = await startEngine({ alias: 'Ada' });
    const text = 'See you at 5\nhttps://example.org/?a=1 ✨\u202e';
    expect(await sender.engine.sendText({ to: receiver.at, text })).toMatchObject({ alias: 'receiver' });
    expect(await receiver.next('text')).toMatchObject({ text, peer: { alias: 'Ada', trust: 'new' } });
  });

  it('is refused where nothing is received, and once receiving is switched off', async () => {
    const receiver = await startReceiver();
    const sender = await startEngine();
    const text = { to: receiver.at, text: 'hello' };
    receiver.engine.setReceivePolicy(undefined);
    await expect(sender.engine.sendText(text)).rejects.toMatchObject({ code: 'not-receiving' });
    expect(receiver.kinds()).not.toContain('text');
  });

  it('that is empty, or too long, is not sent', async () => {
    const { engine } = await startEngine();
    const to = { host: '127.0.0.1', port: 1 };
    for (const text of ['', 'x'.repeat(limits.textCharacters + 1)]) {
      await expect(engine.sendText({ to, text })).rejects.toMatchObject({ code: 'usage' });
    }
  });

  it('may be as long as the protocol says', async () => {
    const receiver = await startReceiver();
    const { engine } = await startEngine();
    const text = '✨'.repeat(limits.textCharacters);
    await engine.sendText({ to: receiver.at, text });
    expect((await receiver.next('text')).text).toBe(text);
  });

  it('is one too many for a flood: text-throttled, with the time to wait', async () => {
    const receiver = await startReceiver();
    const { engine } = await startEngine();
    const say = (): Promise<unknown> => engine.sendText({ to: receiver.at, text: 'again' });
    for (let sent = 0; sent < limits.textsPerMinute; sent += 1) await say();
    await expect(say()).rejects.toMatchObject({
      code: 'text-throttled',
      retryAfterMs: expect.any(Number),
    });
    expect(receiver.events.filter(({ kind }) => kind === 'text')).toHaveLength(limits.textsPerMinute);
  });
});

describe('a probe', () => {
  it('tells who answers and how long it took', async () => {
    const receiver = await startReceiver();
    const { engine } = await startEngine();
    const { peer, tookMs } = await engine.probe({ to: receiver.at });
    expect(peer).toMatchObject({ alias: 'receiver', deviceId: receiver.engine.deviceId, secure: true });
    expect(tookMs).toBeGreaterThan(0);
    await receiver.next('session-closed');
  });

  it('tells why nobody does', async () => {
    const { engine } = await startEngine();
    await expect(engine.probe({ to: { host: '127.0.0.1', port: 1 } })).rejects.toMatchObject({
      code: 'connection-refused',
    });
  });
});
