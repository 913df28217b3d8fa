/** Shares of one host, seen and used from another one, each driven through the contract. */

import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { contentOf, harvest, plant, temporaryFolder } from '../base/testing/trees.ts';
import { addressOf, openSide } from './testing/hosts.ts';

const photos = {
  'a.jpg': { size: 3000, seed: 1 },
  trip: { 'b.jpg': { size: 120_000, seed: 2 }, empty: {} },
};

const serving = async (options: { readonly writable?: boolean; readonly pin?: string } = {}) => {
  const server = await openSide({ overrides: { alias: 'server' } });
  const folder = join(temporaryFolder(), 'photos');
  plant(folder, photos);
  const { name } = await server.window.client.call('shares.add', {
    ref: await server.window.refFor(folder),
    ...options,
  });
  const visitor = await openSide({ overrides: { alias: 'visitor' } });
  return { server, visitor, folder, name, at: addressOf(await server.window.until(() => true)) };
};

describe('a share', () => {
  it('is browsed, read in ranges and fetched, and tells who does so', async () => {
    const { server, visitor, at } = await serving();
    const { client } = visitor.window;
    expect(await client.call('remote.list', { at, path: '' })).toMatchObject({
      device: server.host.deviceId,
      entries: [{ name: 'photos', kind: 'share' }],
    });
    const listed = await client.call('remote.list', { at: { device: server.host.deviceId }, path: 'photos' });
    expect(listed.entries.map(({ name, kind }) => `${kind} ${name}`).toSorted()).toEqual([
      'file a.jpg',
      'folder trip',
    ]);
    const { value, bytes } = await client.callForBytes('remote.read', {
      at,
      path: 'photos/a.jpg',
      offset: 2990,
      length: 100,
    });
    expect(value.size).toBe(3000);
    expect(Buffer.from(bytes).equals(contentOf({ size: 3000, seed: 1 }).subarray(2990))).toBe(true);

    const { id } = await client.call('remote.get', { at, paths: ['photos/trip', 'photos/a.jpg'] });
    const { transfers } = await visitor.window.until((snapshot) => snapshot.transfers[id]?.state === 'done');
    expect(transfers[id]).toMatchObject({ kind: 'get', title: 'a.jpg', moreRoots: 1, files: 2 });
    expect(Object.keys(harvest(visitor.downloadDir)).toSorted()).toEqual([
      'a.jpg',
      'trip',
      'trip/b.jpg',
      'trip/empty',
    ]);

    const seen = await server.window.until(({ shares }) => (shares['photos']?.servedFiles ?? 0) >= 2);
    expect(seen.shares['photos']).toMatchObject({ servedBytes: 123_000, locked: false });
    await server.window.until(({ shares }) => shares['photos']?.visitors[0]?.alias === 'visitor');
  });

  it('with a PIN opens only with it; the PIN can be taken away', async () => {
    const { server, visitor, at, name } = await serving({ pin: '4711' });
    const { client } = visitor.window;
    await expect(client.call('remote.list', { at, path: 'photos' })).rejects.toMatchObject({
      code: 'pin-required',
    });
    await expect(client.call('remote.list', { at, path: 'photos', pin: '1' })).rejects.toMatchObject({
      code: 'pin-wrong',
    });
    expect((await client.call('remote.list', { at, path: 'photos', pin: '4711' })).entries).toHaveLength(2);
    await server.window.client.call('shares.update', { name, pin: null });
    await server.window.until(({ shares }) => shares[name]?.locked === false);
    const other = await openSide();
    expect((await other.window.client.call('remote.list', { at, path: 'photos' })).entries).toHaveLength(2);
  });

  it('takes uploads when it is writable', async () => {
    const { server, visitor, folder, at, name } = await serving();
    const own = temporaryFolder();
    plant(own, { 'new.txt': { size: 50, seed: 3 } });
    const refs = [await visitor.window.refFor(join(own, 'new.txt'))];
    const { id } = await visitor.window.client.call('remote.put', { at, path: 'photos/trip', refs });
    await visitor.window.until(({ transfers }) => transfers[id]?.error?.code === 'read-only');
    await server.window.client.call('shares.update', { name, writable: true });
    const again = await visitor.window.client.call('transfers.retry', { id });
    await visitor.window.until(({ transfers }) => transfers[again.id]?.state === 'done');
    expect(existsSync(join(folder, 'trip', 'new.txt'))).toBe(true);
  });

  it('is gone when it is removed', async () => {
    const { server, visitor, at, name } = await serving();
    await server.window.client.call('shares.remove', { name });
    await server.window.until(({ shares }) => Object.keys(shares).length === 0);
    await expect(visitor.window.client.call('remote.list', { at, path: 'photos' })).rejects.toMatchObject({
      code: 'no-such-share',
    });
  });

  it('is served again after a restart, with its PIN, unless settings say otherwise', async () => {
    const { server, name } = await serving({ pin: '4711', writable: true });
    await server.close();
    const again = await openSide({ home: server.home });
    expect((await again.window.until(() => true)).shares[name]).toMatchObject({
      locked: true,
      writable: true,
    });
    await again.window.client.call('settings.update', { restoreShares: false });
    await again.close();
    const third = await openSide({ home: server.home });
    expect((await third.window.until(() => true)).shares).toEqual({});
  });

  it('whose folder is not there stays in the list and says so', async () => {
    const { server, folder, name } = await serving();
    await server.close();
    renameSync(folder, `${folder}-away`);
    const again = await openSide({ home: server.home });
    expect((await again.window.until(() => true)).shares[name]).toMatchObject({ fault: 'no-such-path' });
    await again.window.client.call('shares.remove', { name });
    await again.window.until(({ shares }) => Object.keys(shares).length === 0);
  });

  it('is the same one when its folder is shared again', async () => {
    const { server, folder, name } = await serving();
    const ref = await server.window.refFor(folder);
    expect((await server.window.client.call('shares.add', { ref })).name).toBe(name);
    mkdirSync(join(folder, 'inside', 'photos'), { recursive: true });
    const inside = await server.window.refFor(join(folder, 'inside', 'photos'));
    expect((await server.window.client.call('shares.add', { ref: inside })).name).toBe('photos (1)');
    expect(JSON.parse(readFileSync(join(server.home, 'shares.json'), 'utf8'))).toMatchObject({
      shares: [{ name: 'photos' }, { name: 'photos (1)' }],
    });
  });
});
