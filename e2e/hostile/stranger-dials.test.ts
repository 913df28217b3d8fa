// A program of somebody else, written from docs/PROTOCOL.md, gets along where it is the one that dials: as sender
// and as getter, on plain connections without lanes.

import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { landedPaths, makeTree, readEntry } from '../support/trees.ts';
import { useWorld } from '../support/world.ts';
import { jsonOf, last, RawPeer } from './raw-peer.ts';
import type { RawFrame } from './raw-peer.ts';
import {
  chainOf,
  chunkBytes,
  data,
  end,
  finish,
  folder,
  manifest,
  newTransferId,
  offer,
  offered,
  pack,
  pushSmall,
  same,
  sendFile,
  sha256,
} from './raw-transfer.ts';

const world = useWorld();

const receive = (to: string, ...args: readonly string[]) =>
  world.device('receiver').receive(to, '--plain', ...args);

async function greet(port: number, words: object = {}): Promise<RawPeer> {
  return world.keep(await RawPeer.greet(port, words));
}

describe('a stranger who sends', () => {
  test('is welcomed in words that the document tells', async () => {
    const receiver = await receive(world.folder('to'), '--alias', 'studio');
    const peer = world.keep(await RawPeer.connect(receiver.port));
    peer.send('HELLO', 0, {
      versions: [7, 1],
      app: 'stranger 1',
      alias: 'stranger',
      deviceId: 'ab'.repeat(32),
      platform: 'raw',
      capabilities: ['x-unheard-of', 'lane'],
      digests: ['x-unheard-of', 'sha256'],
      unheardOf: { of: 'a later version' },
    });
    const welcome = jsonOf(await peer.expect('WELCOME'));
    expect(welcome).toMatchObject({
      version: 1,
      alias: 'studio',
      deviceId: receiver.deviceId,
      digest: 'sha256',
    });
    expect(welcome['capabilities']).toEqual(['lane']);
  });

  test('brings folders, packed files and files in chunks, with their times and modes', async () => {
    const to = world.folder('to');
    const receiver = await receive(to);
    const peer = await greet(receiver.port);
    const large = randomBytes(2 * chunkBytes + 17);
    const even = randomBytes(chunkBytes);
    const entries = [
      { kind: folder, name: 'a folder', mtime: 1_500_000_000_000_001n },
      { name: 'even', size: even.length },
      { name: 'large', size: large.length, flags: 1, mtime: 1_400_000_000_654_321n },
      { name: 'nothing at all' },
      { name: '小', size: 5, parent: 0, flags: 1 },
      { name: '空', parent: 0 },
    ];
    const want = await offered(peer, 1, entries);
    expect(want).toEqual({ first: 0, count: 6 });
    sendFile(peer, 1, 1, even);
    sendFile(peer, 1, 2, large);
    peer.send('END', 1, end(3, 0, Buffer.alloc(32)));
    peer.send(
      'PACK',
      1,
      pack([
        { index: 5, content: Buffer.alloc(0) },
        { index: 4, content: Buffer.from('small') },
      ]),
    );
    peer.send('FINISH', 1, finish({ files: 5, bytes: large.length + even.length + 5 }));
    const done = jsonOf(await peer.expect('DONE'));
    expect(done).toEqual({
      files: 5,
      bytes: large.length + even.length + 5,
      skipped: 0,
      same: 0,
      failed: 0,
      resumedBytes: 0,
    });
    peer.bye();
    expect(await receiver.program.event('done')).toMatchObject({ files: 5, failed: 0 });

    expect(landedPaths(to)).toEqual([
      'a folder',
      'a folder/小',
      'a folder/空',
      'even',
      'large',
      'nothing at all',
    ]);
    expect(readFileSync(join(to, 'large')).equals(large)).toBe(true);
    expect(readFileSync(join(to, 'even')).equals(even)).toBe(true);
    expect(readEntry(join(to, 'large'))).toMatchObject({
      mtimeUs: 1_400_000_000_654_321,
      isExecutable: true,
    });
    expect(readEntry(join(to, 'a folder'))).toMatchObject({ mtimeUs: 1_500_000_000_000_001 });
    expect(readEntry(join(to, 'a folder/小'))).toMatchObject({ isExecutable: true, size: 5 });
  });

  test('sends one transfer after the other in a session, and several at once', async () => {
    const to = world.folder('to');
    const receiver = await receive(to);
    const peer = await greet(receiver.port);
    await pushSmall(peer, 1, { one: '1' });
    await pushSmall(peer, 3, { two: '22', three: '333' });
    const five = [{ name: 'five', size: 4 }];
    const seven = [{ name: 'seven', size: 5 }];
    peer.send('OFFER', 5, offer(five));
    peer.send('OFFER', 7, offer(seven));
    peer.send('MANIFEST', 5, manifest(five), { flags: last });
    peer.send('MANIFEST', 7, manifest(seven), { flags: last });
    const wanted = new Set<number>();
    while (wanted.size < 2) {
      const { name, id } = (await peer.next()) as RawFrame;
      if (name === 'WANT') wanted.add(id);
    }
    peer.send('PACK', 7, pack([{ index: 0, content: Buffer.from('7 7 7') }]));
    peer.send('PACK', 5, pack([{ index: 0, content: Buffer.from('5555') }]));
    peer.send('FINISH', 5, finish());
    peer.send('FINISH', 7, finish());
    await peer.expect('DONE');
    await peer.expect('DONE');
    expect(landedPaths(to)).toEqual(['five', 'one', 'seven', 'three', 'two'].toSorted());
  });

  test.each([
    // What came over the first connection is part of the same transfer, and was there before for another one.
    ['under the same id', true, { bytes: 5 * chunkBytes + 99, resumedBytes: 0 }],
    ['under another id', false, { bytes: 2 * chunkBytes + 99, resumedBytes: 3 * chunkBytes }],
  ])('goes on where its connection broke, %s, from the chain it is told', async (_id, isSame, counted) => {
    const to = world.folder('to');
    const receiver = await receive(to);
    const content = randomBytes(5 * chunkBytes + 99);
    const entries = [{ name: 'long', size: content.length }];
    const transfer = newTransferId();
    const first = await greet(receiver.port);
    await offered(first, 1, entries, { transfer });
    for (const chunk of [0, 1, 2]) {
      const at = chunk * chunkBytes;
      first.send('DATA', 1, data(0, at, content.subarray(at, at + chunkBytes)));
    }
    // ACK tells what is stored.
    for (;;) {
      const { name, payload } = (await first.next()) as RawFrame;
      if (name === 'ACK' && (JSON.parse(payload.toString()) as { bytes: number }).bytes === 3 * chunkBytes)
        break;
    }
    first.close();

    const second = await greet(receiver.port);
    const want = await offered(second, 1, entries, isSame ? { transfer } : {});
    const verified = content.subarray(0, 3 * chunkBytes);
    expect(want).toEqual({
      first: 0,
      count: 1,
      resume: [[0, 3 * chunkBytes, chainOf(verified).toString('hex')]],
    });
    sendFile(second, 1, 0, content, 3 * chunkBytes);
    second.send('FINISH', 1, finish());
    expect(jsonOf(await second.expect('DONE'))).toMatchObject({ files: 1, ...counted });
    expect(readFileSync(join(to, 'long')).equals(content)).toBe(true);
  });

  test('need not send what is there already and the same', async () => {
    const to = makeTree(world.folder('to'), { same: 'the same', other: 'differs!' });
    const receiver = await receive(to, '--on-conflict', 'skip');
    const peer = await greet(receiver.port);
    const content = { other: Buffer.from('DIFFERS?'), same: Buffer.from('the same') };
    const entries = [
      { name: 'other', size: 8 },
      { name: 'same', size: 8 },
    ];
    peer.send('OFFER', 1, offer(entries));
    peer.send('MANIFEST', 1, manifest(entries), { flags: last });
    await peer.expect('ACCEPT');
    const unless = new Map<number, string>();
    while (unless.size < 2) {
      const want = jsonOf(await peer.expect('WANT')) as { unless?: [number, string][] };
      for (const [index, chain] of want.unless ?? []) unless.set(index, chain);
    }
    expect(unless.get(1)).toBe(chainOf(content.same).toString('hex'));
    expect(unless.get(0)).not.toBe(chainOf(content.other).toString('hex'));
    peer.send('PACK', 1, pack([{ index: 0, content: content.other }]));
    peer.send('SAME', 1, same(1));
    peer.send('FINISH', 1, finish());
    expect(jsonOf(await peer.expect('DONE'))).toMatchObject({ files: 1, bytes: 8, skipped: 1 });
    expect(landedPaths(to)).toEqual(['other', 'other (1)', 'same']);
  });

  test('may give up single files, and may cancel', async () => {
    const to = world.folder('to');
    const receiver = await receive(to);
    const peer = await greet(receiver.port);
    await offered(peer, 1, [
      { name: 'a', size: 3 },
      { name: 'b', size: 3 },
    ]);
    peer.send('FAULT', 1, { file: 0, code: 'read-failed', message: 'The disk is broken.' });
    peer.send('PACK', 1, pack([{ index: 1, content: Buffer.from('bbb') }]));
    peer.send('FINISH', 1, finish({ failed: 1 }));
    expect(jsonOf(await peer.expect('DONE'))).toMatchObject({ files: 1, failed: 1 });
    expect(await receiver.program.event('fault')).toMatchObject({
      path: 'a',
      code: 'read-failed',
      side: 'there',
    });

    await offered(peer, 3, [{ name: 'c', size: 3 }]);
    peer.send('CANCEL', 3, { code: 'cancelled', message: '' });
    await peer.expect('CANCEL');
    await pushSmall(peer, 5, { d: 'd' });
    expect(landedPaths(to)).toEqual(['b', 'd']);
  });
});

describe('a stranger who asks', () => {
  const share = () =>
    makeTree(world.folder('things'), {
      'folder/a': 'A',
      'folder/b': 'BB',
      large: randomBytes(chunkBytes + 5),
    });

  test('sees what is shared', async () => {
    const sharer = await world.device('sharer').share(share(), '--plain');
    const peer = await greet(sharer.port);
    peer.send('LIST', 1, { path: '' });
    expect(jsonOf(await peer.expect('LISTING'))).toMatchObject({
      path: '',
      entries: [{ name: 'things', kind: 'share' }],
      more: false,
    });
    peer.send('LIST', 3, { path: 'things/folder/' });
    const { entries } = jsonOf(await peer.expect('LISTING')) as { entries: object[] };
    expect(entries).toMatchObject([
      { name: 'a', kind: 'file', size: 1 },
      { name: 'b', kind: 'file', size: 2 },
    ]);
    peer.send('STAT', 5, { path: 'things/large' });
    expect(jsonOf(await peer.expect('ENTRY'))).toMatchObject({
      entry: { kind: 'file', size: chunkBytes + 5 },
    });
    peer.send('LIST', 7, { path: 'things/folder', after: 'a' });
    expect(jsonOf(await peer.expect('LISTING'))).toMatchObject({ entries: [{ name: 'b' }] });
  });

  test('fetches files, whole and from the middle on', async () => {
    const root = share();
    const sharer = await world.device('sharer').share(root, '--plain');
    const peer = await greet(sharer.port);
    peer.send('GET', 1, { transfer: newTransferId(), paths: ['things/folder', 'things/large'] });
    const { totals } = jsonOf(await peer.expect('OFFER')) as { totals: object };
    expect(totals).toMatchObject({ files: 3, folders: 1, bytes: chunkBytes + 8, complete: true });
    const page = await peer.expect('MANIFEST');
    expect(page.flags).toBe(last);
    const names = [...page.payload.toString('latin1').matchAll(/folder|large|[ab]$/g)].map(([name]) => name);
    expect(names.slice(0, 2)).toEqual(['folder', 'large']);
    peer.send('ACCEPT', 1, { bulk: 'inline' });
    const large = readFileSync(join(root, 'large'));
    const chain = chainOf(large.subarray(0, chunkBytes));
    peer.send('WANT', 1, {
      first: 0,
      count: 4,
      skip: [[3, 1]],
      resume: [[1, chunkBytes, chain.toString('hex')]],
    });
    const content = await peer.expect('DATA');
    expect(content.payload.subarray(48).equals(large.subarray(chunkBytes))).toBe(true);
    expect(content.payload.subarray(16, 48).equals(sha256(large.subarray(chunkBytes)))).toBe(true);
    const ended = await peer.expect('END');
    expect(ended.payload.subarray(16).equals(chainOf(large))).toBe(true);
    const packed = await peer.expect('PACK');
    expect(packed.payload.subarray(40).toString()).toBe('A');
    expect(packed.payload.readUInt32BE(0)).toBe(2);
    await peer.expect('FINISH');
    peer.send('ACK', 1, { settled: 4, bytes: 6 });
    peer.send('DONE', 1, { files: 2, bytes: 6, skipped: 1, failed: 0, resumedBytes: chunkBytes });
    peer.bye();
    expect(await sharer.program.event('done')).toMatchObject({
      files: 2,
      bytes: 6,
      skipped: 1,
      resumedBytes: chunkBytes,
    });
  });

  test('opens a locked share with its PIN', async () => {
    const pinFile = join(world.path, 'pin');
    writeFileSync(pinFile, '2468\n', { mode: 0o600 });
    const sharer = await world.device('sharer').share(share(), '--plain', '--pin-file', pinFile);
    const peer = await greet(sharer.port);
    peer.send('LIST', 1, { path: 'things' });
    expect(jsonOf(await peer.expect('ERROR'))).toMatchObject({ code: 'pin-required' });
    peer.send('UNLOCK', 3, { share: 'things', pin: '1111' });
    expect(jsonOf(await peer.expect('ERROR'))).toMatchObject({ code: 'pin-wrong' });
    peer.send('UNLOCK', 5, { share: 'things', pin: '2468' });
    await peer.expect('UNLOCKED');
    peer.send('LIST', 7, { path: 'things' });
    await peer.expect('LISTING');
  });
});
