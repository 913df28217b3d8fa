/** Trees that a page streams: whole hosts, driven through the contract. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { contentOf } from '../base/testing/trees.ts';
import { openPair } from './testing/hosts.ts';
import type { Side, TestWindow } from './testing/hosts.ts';

/** A page with files: answers what the engine wants of them. */
const streamFrom = (window: TestWindow, contents: readonly Buffer[], pieceBytes: number): void => {
  const unwanted = new Set<number>();
  window.client.on('upload-unwanted', ({ request }) => unwanted.add(request));
  window.client.on('upload-wanted', ({ upload, parts }) => {
    const push = async ({ request, file, offset, bytes }: (typeof parts)[number]): Promise<void> => {
      for (let at = offset; at < offset + bytes;) {
        const piece =
          contents[file]?.subarray(at, Math.min(at + pieceBytes, offset + bytes)) ?? new Uint8Array(0);
        const { more } = await window.client.call(
          'uploads.push',
          { upload, request, file, offset: at },
          { bytes: piece },
        );
        at += piece.length;
        if (!more || unwanted.has(request)) return;
      }
    };
    for (const part of parts) push(part).catch(() => undefined);
  });
};

const tree = [
  { path: 'tree', kind: 'folder', size: 0, mtimeMs: 1_700_000_000_000 },
  { path: 'tree/large.bin', kind: 'file', size: 3_000_000, mtimeMs: 1_700_000_000_000 },
  { path: 'tree/small.txt', kind: 'file', size: 12, mtimeMs: 1_700_000_000_000 },
  { path: 'alone.txt', kind: 'file', size: 700, mtimeMs: 1_700_000_000_000 },
] as const;

describe('a tree of a page', () => {
  const begin = async ({ window }: Side): Promise<{ upload: string; refs: string[] }> => {
    const { upload } = await window.client.call('uploads.begin', {});
    await window.client.call('uploads.entries', { upload, entries: [...tree] });
    const { items } = await window.client.call('uploads.complete', { upload });
    expect(items.map(({ name, kind, files, bytes }) => ({ name, kind, files, bytes }))).toEqual([
      { name: 'tree', kind: 'folder', files: 2, bytes: 3_000_012 },
      { name: 'alone.txt', kind: 'file', files: 1, bytes: 700 },
    ]);
    expect((await window.client.call('files.measure', { refs: items.map(({ ref }) => ref) })).items).toEqual(
      items,
    );
    return { upload, refs: items.map(({ ref }) => ref) };
  };

  it('is streamed while it is sent', async () => {
    const { sender, receiver, to } = await openPair();
    const contents = tree.map(({ size }, seed) => contentOf({ size, seed }));
    streamFrom(sender.window, contents, 300_000);
    const { refs } = await begin(sender);
    const { id } = await sender.window.client.call('transfers.send', { to, refs });
    await receiver.window.until(({ offers }) => id in offers);
    await receiver.window.client.call('offers.accept', { id, onConflict: 'rename' });
    const { transfers } = await sender.window.until((snapshot) =>
      ['done', 'failed'].includes(snapshot.transfers[id]?.state ?? ''),
    );
    expect(transfers[id]).toMatchObject({
      state: 'done',
      title: 'alone.txt',
      moreRoots: 1,
      files: 3,
      failed: 0,
    });
    expect(readFileSync(join(receiver.downloadDir, 'tree', 'large.bin')).equals(contents[1] as Buffer)).toBe(
      true,
    );
    expect(readFileSync(join(receiver.downloadDir, 'alone.txt')).equals(contents[3] as Buffer)).toBe(true);
  });

  it('is sent in part when a part was chosen', async () => {
    const { sender, receiver, to } = await openPair();
    const contents = tree.map(({ size }, seed) => contentOf({ size, seed }));
    streamFrom(sender.window, contents, 300_000);
    const { refs } = await begin(sender);
    const { id } = await sender.window.client.call('transfers.send', { to, refs: refs.slice(1) });
    await receiver.window.until(({ offers }) => id in offers);
    await receiver.window.client.call('offers.accept', { id, onConflict: 'rename' });
    await sender.window.until(({ transfers }) => transfers[id]?.state === 'done');
    expect(existsSync(join(receiver.downloadDir, 'tree'))).toBe(false);
    expect(existsSync(join(receiver.downloadDir, 'alone.txt'))).toBe(true);
  });

  it('ends its transfers on both sides when it is dropped, and says why', async () => {
    const { sender, receiver, to } = await openPair();
    const { upload, refs } = await begin(sender);
    const { id } = await sender.window.client.call('transfers.send', { to, refs });
    await receiver.window.until(({ offers }) => id in offers);
    await receiver.window.client.call('offers.accept', { id, onConflict: 'rename' });
    await sender.window.next('upload-wanted');
    await sender.window.client.call('uploads.drop', { upload });
    for (const { window } of [sender, receiver]) {
      const { transfers } = await window.until((snapshot) => snapshot.transfers[id]?.state === 'failed');
      expect(transfers[id]).toMatchObject({ error: { code: 'page-gone' }, canRetry: false });
    }
    await expect(sender.window.client.call('transfers.send', { to, refs })).rejects.toMatchObject({
      code: 'ref-unknown',
    });
  });

  it('goes on over a new link of its page', async () => {
    const { sender, receiver, to } = await openPair();
    const { upload, refs } = await begin(sender);
    const { id } = await sender.window.client.call('transfers.send', { to, refs });
    await receiver.window.until(({ offers }) => id in offers);
    await receiver.window.client.call('offers.accept', { id, onConflict: 'rename' });
    await sender.window.next('upload-wanted');
    sender.window.client.close();
    const back = sender.open();
    await back.until(() => true);
    streamFrom(
      back,
      tree.map(({ size }, seed) => contentOf({ size, seed })),
      300_000,
    );
    await back.client.call('uploads.continue', { upload });
    await back.until(({ transfers }) => transfers[id]?.state === 'done');
  });
});
