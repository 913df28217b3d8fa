/** Two whole hosts talk over loopback, each driven through the contract by a window. */

import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { contentOf, plant, temporaryFolder } from '../base/testing/trees.ts';
import { fileRef, onlyOne, openPair, openSide } from './testing/hosts.ts';

const isOver = (state: string): boolean => ['done', 'failed', 'declined', 'cancelled'].includes(state);

describe('sending to another host', () => {
  it('offers, is accepted in part, arrives, and is in the history of both', async () => {
    const { sender, receiver, to } = await openPair();
    const folder = temporaryFolder();
    plant(folder, {
      'a.txt': { size: 3000, seed: 1 },
      tree: { 'b.bin': { size: 70_000, seed: 2 }, 'c.bin': { size: 5, seed: 3 } },
    });
    const refs = [
      await sender.window.refFor(join(folder, 'a.txt')),
      await sender.window.refFor(join(folder, 'tree')),
    ];
    const { id } = await sender.window.client.call('transfers.send', { to, refs });

    const offered = onlyOne(
      (await receiver.window.until(({ offers }) => Object.keys(offers).length === 1)).offers,
    );
    expect(offered).toMatchObject({ id, rootCount: 2, conflictCount: 0, peer: { alias: 'sender' } });
    expect(await receiver.window.next('attention')).toMatchObject({ about: 'offer', id, alias: 'sender' });
    await receiver.window.client.call('offers.accept', { id, onConflict: 'rename', except: ['tree/c.bin'] });

    const there = await receiver.window.until(({ transfers }) => transfers[id]?.state === 'done');
    expect(there.offers).toEqual({});
    expect(there.transfers[id]).toMatchObject({
      title: 'a.txt',
      moreRoots: 1,
      files: 2,
      direction: 'receive',
      canReveal: true,
      canRetry: false,
    });
    expect(
      readFileSync(join(receiver.downloadDir, 'tree', 'b.bin')).equals(contentOf({ size: 70_000, seed: 2 })),
    ).toBe(true);
    expect(existsSync(join(receiver.downloadDir, 'tree', 'c.bin'))).toBe(false);

    const here = await sender.window.until(({ transfers }) => transfers[id]?.state === 'done');
    expect(here.transfers[id]).toMatchObject({
      title: 'a.txt',
      moreRoots: 1,
      direction: 'send',
      peer: { alias: 'receiver' },
    });
    for (const { client } of [sender.window, receiver.window]) {
      expect(await client.call('transfers.history', { limit: 10 })).toMatchObject({
        total: 1,
        entries: [{ id }],
      });
    }
    await receiver.window.client.call('transfers.reveal', { id });
    expect(receiver.asked).toEqual([`reveal ${join(receiver.downloadDir, 'a.txt')}`]);
    const devices = Object.values(
      (await sender.window.until(({ devices: list }) => Object.keys(list).length === 1)).devices,
    );
    expect(devices).toMatchObject([{ deviceId: receiver.host.deviceId, alias: 'receiver', trust: 'known' }]);
  });

  it('tells conflicts of the folder that is chosen, and takes them as asked', async () => {
    const { sender, receiver, to } = await openPair();
    const folder = temporaryFolder();
    plant(folder, { 'a.txt': { size: 30, seed: 1 } });
    plant(receiver.downloadDir, { 'a.txt': { size: 10, seed: 9 } });
    const other = temporaryFolder();
    const { id } = await sender.window.client.call('transfers.send', {
      to,
      refs: [await sender.window.refFor(join(folder, 'a.txt'))],
    });
    const { offers } = await receiver.window.until((snapshot) => id in snapshot.offers);
    expect(offers[id]).toMatchObject({ conflicts: ['a.txt'], conflictCount: 1 });
    const dir = await receiver.window.refFor(other);
    expect(await receiver.window.client.call('offers.check', { id, dir })).toMatchObject({
      conflictCount: 0,
    });
    await receiver.window.client.call('offers.accept', { id, onConflict: 'overwrite' });
    await receiver.window.until(({ transfers }) => transfers[id]?.state === 'done');
    expect(readFileSync(join(receiver.downloadDir, 'a.txt')).equals(contentOf({ size: 30, seed: 1 }))).toBe(
      true,
    );
  });

  it('is declined, and can be started again', async () => {
    const { sender, receiver, to } = await openPair();
    const folder = temporaryFolder();
    plant(folder, { 'a.txt': { size: 30, seed: 1 } });
    const { id } = await sender.window.client.call('transfers.send', {
      to,
      refs: [await sender.window.refFor(join(folder, 'a.txt'))],
    });
    await receiver.window.until(({ offers }) => id in offers);
    await receiver.window.client.call('offers.decline', { id });
    const { transfers } = await sender.window.until((snapshot) =>
      isOver(snapshot.transfers[id]?.state ?? ''),
    );
    expect(transfers[id]).toMatchObject({ state: 'declined', canRetry: true });

    const again = await sender.window.client.call('transfers.retry', { id });
    await receiver.window.until(({ offers }) => again.id in offers);
    await receiver.window.client.call('offers.accept', { id: again.id, onConflict: 'rename' });
    await sender.window.until((snapshot) => snapshot.transfers[again.id]?.state === 'done');
    expect(existsSync(join(receiver.downloadDir, 'a.txt'))).toBe(true);
  });

  it('of a file that is gone meanwhile fails with that, and is over', async () => {
    const { sender, to } = await openPair();
    const folder = temporaryFolder();
    plant(folder, { 'a.txt': { size: 30, seed: 1 } });
    const refs = [await sender.window.refFor(join(folder, 'a.txt'))];
    rmSync(folder, { recursive: true });
    const { id } = await sender.window.client.call('transfers.send', { to, refs });
    const { transfers } = await sender.window.until((snapshot) => id in snapshot.transfers);
    expect(transfers[id]).toMatchObject({ state: 'failed', title: 'a.txt', canRetry: true });
    expect(sender.host.activity.runningTransfers).toBe(0);
    await sender.window.client.call('transfers.remove', { id });
  });

  it('takes back the offer of a sender that goes away', async () => {
    const { sender, receiver, to } = await openPair();
    const folder = temporaryFolder();
    plant(folder, { 'a.txt': { size: 30, seed: 1 } });
    const { id } = await sender.window.client.call('transfers.send', {
      to,
      refs: [await sender.window.refFor(join(folder, 'a.txt'))],
    });
    await receiver.window.until(({ offers }) => id in offers);
    await sender.window.client.call('transfers.cancel', { id });
    await receiver.window.until(
      ({ offers, transfers }) => !(id in offers) && isOver(transfers[id]?.state ?? ''),
    );
    await expect(
      receiver.window.client.call('offers.accept', { id, onConflict: 'rename' }),
    ).rejects.toMatchObject({ code: 'transfer-unknown' });
  });
});

describe('a transfer', () => {
  it('is paused and resumed from the window', async () => {
    const { sender, receiver, to } = await openPair();
    await sender.window.client.call('settings.update', { uploadLimit: 4 * 1024 * 1024 });
    const { id } = await sender.window.client.call('transfers.send', {
      to,
      refs: [await fileRef(sender, 6 * 1024 * 1024)],
    });
    await receiver.window.until(({ offers }) => id in offers);
    await receiver.window.client.call('offers.accept', { id, onConflict: 'rename' });
    await sender.window.until(({ transfers }) => transfers[id]?.state === 'running');
    await sender.window.client.call('transfers.pause', { id });
    await receiver.window.until(({ transfers }) => transfers[id]?.pausedBy === 'there');
    expect(sender.host.activity).toMatchObject({ runningTransfers: 1, transfers: [{ id, title: 'a.bin' }] });
    await expect(sender.window.client.call('program.quit', {})).rejects.toMatchObject({
      code: 'transfers-running',
    });
    await sender.window.client.call('settings.update', { uploadLimit: null });
    await sender.window.client.call('transfers.resume', { id });
    await receiver.window.until(({ transfers }) => transfers[id]?.state === 'done');
    await expect(sender.window.client.call('transfers.pause', { id })).rejects.toMatchObject({
      code: 'not-possible-now',
    });
  });

  it('stays in the history over a restart, can be found, started again, and removed', async () => {
    const { sender, receiver, to } = await openPair();
    const { id } = await sender.window.client.call('transfers.send', {
      to,
      refs: [await fileRef(sender, 10, 'needle.bin')],
    });
    await receiver.window.until(({ offers }) => id in offers);
    await receiver.window.client.call('offers.decline', { id });
    await sender.window.until(({ transfers }) => transfers[id]?.state === 'declined');
    await sender.close();
    const again = await openSide({ home: sender.home });
    const { client } = again.window;
    expect((await again.window.until(() => true)).transfers[id]).toMatchObject({
      state: 'declined',
      canRetry: true,
    });
    expect((await client.call('transfers.history', { limit: 5, search: 'NEEDLE' })).total).toBe(1);
    expect((await client.call('transfers.history', { limit: 5, search: 'hay' })).total).toBe(0);
    const next = await client.call('transfers.retry', { id });
    await receiver.window.until(({ offers }) => next.id in offers);
    await receiver.window.client.call('offers.accept', { id: next.id, onConflict: 'rename' });
    await again.window.until(({ transfers }) => transfers[next.id]?.state === 'done');
    await client.call('transfers.remove', { id });
    expect((await again.window.until(({ transfers }) => !(id in transfers))).transfers).toHaveProperty(
      next.id,
    );
    await client.call('transfers.clear', {});
    await again.window.until(({ transfers }) => Object.keys(transfers).length === 0);
  });
});
