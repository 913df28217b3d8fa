/** Shares that change while they are used, and who uses them. */

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import type { Endpoint } from '../../shared/model/peer.ts';
import type { ShareVisitor } from '../../shared/model/share.ts';
import type { Engine } from './api.ts';
import { startEngine } from './testing/engines.ts';
import type { TestEngine } from './testing/engines.ts';
import { harvest, plant, temporaryFolder } from '../base/testing/trees.ts';

interface Served extends TestEngine {
  readonly at: Endpoint;
  readonly folder: string;
}

async function serving(): Promise<Served> {
  const server = await startEngine({ alias: 'server' });
  const folder = join(temporaryFolder(), 'docs');
  plant(folder, { 'a.txt': { size: 10, seed: 1 }, 'big.bin': { size: 60_000_000, seed: 2 } });
  server.engine.addShare({ path: folder, writable: true });
  const { host, port } = await server.engine.listen({ host: '127.0.0.1', port: 0 });
  return { ...server, at: { host, port }, folder };
}

const visitorsOf = (engine: Engine): readonly ShareVisitor[] => engine.shareVisitors().get('docs') ?? [];

/** Resolves at the next word of shares or transfers after which it holds. */
const until = (engine: Engine, holds: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (!holds()) return;
      stop();
      resolve();
    };
    const stop = engine.onEvent(look);
    look();
  });

describe('the visitors of a share', () => {
  it('are those who asked for something of it, until their session is over', async () => {
    const server = await serving();
    const client = await startEngine({ alias: 'Ada' });
    await client.engine.listPage({ from: server.at, path: '' });
    expect(visitorsOf(server.engine)).toEqual([]);
    await client.engine.listPage({ from: server.at, path: 'docs' });
    await client.engine.read({ from: server.at, path: 'docs/a.txt', offset: 0, length: 1 });
    expect(visitorsOf(server.engine)).toEqual([
      {
        deviceId: client.engine.deviceId,
        alias: 'Ada',
        address: '127.0.0.1',
        sinceMs: expect.any(Number),
        lastPath: 'docs/a.txt',
        transferIds: [],
      },
    ]);
    await server.next('shares');
    await client.engine.close();
    await until(server.engine, () => visitorsOf(server.engine).length === 0);
  });

  it('are none as long as they only asked in vain', async () => {
    const server = await serving();
    server.engine.updateShare('docs', { pin: '4711' });
    const client = await startEngine();
    for (const path of ['docs', 'docs/a.txt']) {
      await expect(client.engine.listPage({ from: server.at, path })).rejects.toMatchObject({
        code: 'pin-required',
      });
    }
    expect(visitorsOf(server.engine)).toEqual([]);
  });

  it('are one for a device with several sessions, with the transfers that run', async () => {
    const server = await serving();
    const client = await startEngine();
    await client.engine.listPage({ from: server.at, path: 'docs' });
    const get = client.engine.get({
      from: server.at,
      paths: ['docs/big.bin'],
      dir: temporaryFolder(),
      onConflict: 'rename',
    });
    await until(server.engine, () => visitorsOf(server.engine)[0]?.transferIds[0] === get.id);
    expect(visitorsOf(server.engine)).toMatchObject([{ lastPath: 'docs/big.bin' }]);
    expect(server.engine.transfer(get.id)?.view()).toMatchObject({ kind: 'serve', share: 'docs' });
    expect(get.view()).toMatchObject({ kind: 'get', share: 'docs' });
    await get.done;
    await until(server.engine, () => visitorsOf(server.engine)[0]?.transferIds.length === 0);
  });
});

describe('a share that is removed', () => {
  it('ends what is fetched from it, with a code that says why, and is gone', async () => {
    const server = await serving();
    const client = await startEngine();
    const get = client.engine.get({
      from: server.at,
      paths: ['docs'],
      dir: temporaryFolder(),
      onConflict: 'rename',
      retryMs: 5_000,
    });
    await client.next('transfer', ({ transfer }) => transfer.state === 'running');
    server.engine.removeShare('docs');
    await expect(get.done).rejects.toMatchObject({ code: 'share-removed' });
    expect((await server.next('finished')).transfer).toMatchObject({
      state: 'failed',
      error: { code: 'share-removed' },
    });
    expect(server.engine.snapshot().shares).toEqual([]);
    expect(visitorsOf(server.engine)).toEqual([]);
    await expect(client.engine.listPage({ from: server.at, path: 'docs' })).rejects.toMatchObject({
      code: 'no-such-share',
    });
  });

  it('does not touch what this side fetches from a share of that name elsewhere', async () => {
    const there = await serving();
    const here = await serving();
    const dir = temporaryFolder();
    const get = here.engine.get({ from: there.at, paths: ['docs/a.txt'], dir, onConflict: 'rename' });
    here.engine.removeShare('docs');
    await get.done;
    expect(Object.keys(harvest(dir))).toEqual(['a.txt']);
  });
});

describe('a share that takes uploads no more', () => {
  it('ends those that run and refuses others, but lets files be fetched', async () => {
    const server = await serving();
    const client = await startEngine();
    const from = temporaryFolder();
    plant(from, { 'up.bin': { size: 60_000_000, seed: 3 } });
    const put = client.engine.put({ paths: [join(from, 'up.bin')], to: server.at, path: 'docs' });
    await client.next('transfer', ({ transfer }) => transfer.state === 'running');
    expect(put.view()).toMatchObject({ share: 'docs' });
    expect(visitorsOf(server.engine)).toMatchObject([{ transferIds: [put.id] }]);
    expect(server.engine.updateShare('docs', { writable: false })).toMatchObject({ writable: false });
    await expect(put.done).rejects.toMatchObject({ code: 'read-only' });
    await expect(
      client.engine.put({ paths: [join(from, 'up.bin')], to: server.at, path: 'docs' }).done,
    ).rejects.toMatchObject({ code: 'read-only' });
    expect(Object.keys(harvest(server.folder)).filter((path) => path.startsWith('up'))).toEqual([]);
    const dir = temporaryFolder();
    await client.engine.get({ from: server.at, paths: ['docs/a.txt'], dir, onConflict: 'rename' }).done;
  });
});

describe('a transfer that another device started', () => {
  it('can be cancelled from here', async () => {
    const server = await serving();
    const client = await startEngine();
    const get = client.engine.get({
      from: server.at,
      paths: ['docs/big.bin'],
      dir: temporaryFolder(),
      onConflict: 'rename',
    });
    await client.next('transfer', ({ transfer }) => transfer.state === 'running');
    server.engine.transfer(get.id)?.cancel();
    await expect(get.done).rejects.toMatchObject({ code: 'cancelled' });
    expect(server.engine.transfer(get.id)?.view()).toMatchObject({ state: 'cancelled' });
    // Over: nothing more happens to it.
    server.engine.transfer(get.id)?.cancel();
    expect(server.engine.transfer('0'.repeat(32))).toBeUndefined();
  });
});
