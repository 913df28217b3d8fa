// Content that is not what it claims, and targets that change under the feet of a transfer: nothing wrong comes under
// a final name, nothing is written through a link.

import { lstatSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { unfinishedIn } from '../support/trees.ts';
import { jsonOf } from './raw-peer.ts';
import type { RawPeer } from './raw-peer.ts';
import { chainOf, chunkBytes, data, end, finish, folder, offered, pack, sendFile } from './raw-transfer.ts';
import type { RawEntry } from './raw-transfer.ts';
import { useSiege } from './siege.ts';

// What does not fit is taken all the same: here it is a lie of the manifest.
const siege = useSiege({ flags: ['--force'] });

const large = Buffer.alloc(chunkBytes + 100, 'content ');

async function flowing(entries: readonly RawEntry[]): Promise<RawPeer> {
  const peer = await siege.greet();
  await offered(peer, 1, entries);
  return peer;
}

describe('a wrong digest', () => {
  test("of a packed file is that file's failure", async () => {
    const peer = await flowing([
      { name: 'a', size: 3 },
      { name: 'b', size: 3 },
    ]);
    const wrong = { index: 0, content: Buffer.from('aaa'), digest: Buffer.alloc(32) };
    peer.send('PACK', 1, pack([wrong, { index: 1, content: Buffer.from('bbb') }]));
    expect(jsonOf(await peer.expect('FAULT'))).toMatchObject({ file: 0, code: 'digest-mismatch' });
    peer.send('FINISH', 1, finish());
    expect(jsonOf(await peer.expect('DONE'))).toMatchObject({ files: 1, failed: 1, bytes: 3 });
    expect(siege.landed()).toEqual(['b']);
    siege.clear();
  });

  test("of a chunk is that file's failure, and what still comes of it is dropped", async () => {
    const peer = await flowing([
      { name: 'a', size: large.length },
      { name: 'b', size: large.length },
    ]);
    peer.send('DATA', 1, data(0, 0, large.subarray(0, chunkBytes)));
    peer.send('DATA', 1, data(0, chunkBytes, large.subarray(chunkBytes), Buffer.alloc(32)));
    peer.send('END', 1, end(0, large.length, chainOf(large)));
    sendFile(peer, 1, 1, large);
    expect(jsonOf(await peer.expect('FAULT'))).toMatchObject({ file: 0, code: 'digest-mismatch' });
    peer.send('FINISH', 1, finish());
    expect(jsonOf(await peer.expect('DONE'))).toMatchObject({ files: 1, failed: 1 });
    expect(siege.landed()).toEqual(['b']);
    siege.clear();
  });

  test("at the END is that file's failure, and nothing of it is kept", async () => {
    const entries = [{ name: 'c', size: large.length }];
    const peer = await flowing(entries);
    peer.send('DATA', 1, data(0, 0, large.subarray(0, chunkBytes)));
    peer.send('DATA', 1, data(0, chunkBytes, large.subarray(chunkBytes)));
    peer.send('END', 1, end(0, large.length, Buffer.alloc(32, 1)));
    expect(jsonOf(await peer.expect('FAULT'))).toMatchObject({ file: 0, code: 'digest-mismatch' });
    peer.send('FINISH', 1, finish());
    await peer.expect('DONE');
    peer.bye();
    await peer.gone;
    expect(siege.landed()).toEqual([]);
    // The next one is asked for from its start.
    const again = await siege.greet();
    expect(await offered(again, 1, entries)).toEqual({ first: 0, count: 1 });
    sendFile(again, 1, 0, large);
    again.send('FINISH', 1, finish());
    expect(jsonOf(await again.expect('DONE'))).toMatchObject({ files: 1, failed: 0 });
    expect(siege.landed()).toEqual(['c']);
    siege.clear();
  });
});

describe('a FAULT of the source', () => {
  test('after half of a file leaves nothing under its name', async () => {
    const peer = await flowing([{ name: 'a', size: large.length }]);
    peer.send('DATA', 1, data(0, 0, large.subarray(0, chunkBytes)));
    peer.send('FAULT', 1, { file: 0, code: 'file-changed', message: 'It changed.' });
    peer.send('FINISH', 1, finish({ failed: 1 }));
    expect(jsonOf(await peer.expect('DONE'))).toMatchObject({ files: 0, failed: 1 });
    expect(siege.landed()).toEqual([]);
  });

  test('in words that mean to steer a terminal is told escaped', async () => {
    const peer = await flowing([{ name: 'a', size: 1 }]);
    peer.send('FAULT', 1, { file: 0, code: 'read-failed', message: 'gone \u001b[2J\u001b]0;owned\u0007' });
    peer.send('FINISH', 1, finish({ failed: 1 }));
    await peer.expect('DONE');
    peer.bye();
    await siege.listener.program.says(/gone/);
    expect(siege.listener.program.stderr).not.toContain('\u001b');
  });

  test('for entries that do not exist, again and again, does not fill the memory', async () => {
    const peer = await flowing([{ name: 'a', size: 1 }]);
    const before = siege.listener.program.residentBytes();
    for (let index = 1; index < 20_000 && !peer.isClosed; index += 1) {
      peer.send('FAULT', 1, { file: index * 1_000, code: 'read-failed', message: 'x'.repeat(900) });
    }
    peer.send('BYE', 0);
    await peer.gone;
    expect(siege.listener.program.residentBytes() - before).toBeLessThan(80 * 1_048_576);
  });
});

describe('a target that changes while the transfer runs', () => {
  test('is not written to through a link that took the place of a folder', async () => {
    const peer = await flowing([
      { kind: folder, name: 'swap' },
      { name: '1', parent: 0, size: 3 },
      { name: '2', parent: 0, size: 3 },
      { name: '3', parent: 0, size: large.length },
    ]);
    peer.send('PACK', 1, pack([{ index: 1, content: Buffer.from('one') }]));
    const swapped = join(siege.target, 'swap');
    await landedFile(join(swapped, '1'));
    renameSync(swapped, join(siege.target, 'moved'));
    symlinkSync(join(siege.target, '..'), swapped);
    peer.send('PACK', 1, pack([{ index: 2, content: Buffer.from('two') }]));
    expect(jsonOf(await peer.expect('FAULT'))).toMatchObject({ file: 2, code: 'symlink-in-path' });
    sendFile(peer, 1, 3, large);
    expect(jsonOf(await peer.expect('FAULT'))).toMatchObject({ file: 3, code: 'symlink-in-path' });
    peer.send('FINISH', 1, finish());
    expect(jsonOf(await peer.expect('DONE'))).toMatchObject({ files: 1, failed: 2 });
    expect(siege.landed()).toEqual(['moved', 'moved/1', 'swap']);
    siege.clear();
  });

  test('is not written to through a link that was planted for a large file under way', async () => {
    const peer = await flowing([
      { kind: folder, name: 'swap' },
      { name: 'big', parent: 0, size: large.length },
    ]);
    peer.send('DATA', 1, data(1, 0, large.subarray(0, chunkBytes)));
    const swapped = join(siege.target, 'swap');
    await landedFile(swapped);
    rmSync(swapped, { recursive: true });
    symlinkSync(join(siege.target, '..'), swapped);
    peer.send('DATA', 1, data(1, chunkBytes, large.subarray(chunkBytes)));
    peer.send('END', 1, end(1, large.length, chainOf(large)));
    expect(jsonOf(await peer.expect('FAULT'))).toMatchObject({ file: 1, code: 'symlink-in-path' });
    expect(siege.landed()).toEqual(['swap']);
    peer.close();
    await peer.gone;
    siege.clear();
  });

  test('is not written to through a link at the path of an unfinished file', async () => {
    // Others before may have left what could be gone on with.
    siege.clear();
    const peer = await flowing([
      { name: 'big', size: large.length },
      { name: 'small', size: 3 },
    ]);
    peer.send('DATA', 1, data(0, 0, large.subarray(0, chunkBytes)));
    while (unfinishedIn(siege.target).length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    const [partial = ''] = unfinishedIn(siege.target);
    const canary = join(siege.target, '..', 'canary');
    const before = readFileSync(canary, 'utf8');
    rmSync(join(siege.target, partial));
    symlinkSync(canary, join(siege.target, partial));
    symlinkSync(canary, join(siege.target, partial.replace(/\.\d+$/u, '.0')));
    peer.send('DATA', 1, data(0, chunkBytes, large.subarray(chunkBytes)));
    peer.send('END', 1, end(0, large.length, chainOf(large)));
    peer.send('PACK', 1, pack([{ index: 1, content: Buffer.from('two') }]));
    peer.send('FINISH', 1, finish());
    expect(jsonOf(await peer.expect('DONE'))).toMatchObject({ files: 2, failed: 0 });
    expect(readFileSync(canary, 'utf8')).toBe(before);
    expect(readFileSync(join(siege.target, 'big')).equals(large)).toBe(true);
    siege.clear();
  });
});

test('a file of which the manifest says 2^53 bytes is not made that large beforehand', async () => {
  siege.clear();
  const peer = await flowing([{ name: 'vast', size: 2 ** 53 - 1 }]);
  peer.send('DATA', 1, data(0, 0, large.subarray(0, chunkBytes)));
  for (;;) {
    const frame = await peer.next();
    if (frame?.name === 'ACK' && (jsonOf(frame)['bytes'] as number) >= chunkBytes) break;
  }
  const [partial = ''] = unfinishedIn(siege.target);
  expect(lstatSync(join(siege.target, partial)).size).toBe(chunkBytes);
  peer.close();
  await peer.gone;
});

/** Resolves when it is there. */
async function landedFile(path: string): Promise<void> {
  while (lstatSync(path, { throwIfNoEntry: false }) === undefined)
    await new Promise((resolve) => setTimeout(resolve, 2));
}

siege.servesAfterwards();
