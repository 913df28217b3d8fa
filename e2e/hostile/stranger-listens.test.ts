// A program of somebody else, written from docs/PROTOCOL.md, gets along where it is the one that is dialed: as receiver
// and as sharer, on plain connections without lanes.

import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { eventsOf, expectExit, lastEvent } from '../support/program.ts';
import { makeTree, readEntry } from '../support/trees.ts';
import { useWorld } from '../support/world.ts';
import { jsonOf, last, RawListener } from './raw-peer.ts';
import { chunkBytes, finish, folder, manifest, offer, pack } from './raw-transfer.ts';

const world = useWorld();

describe('a stranger who receives', () => {
  test('gets what is sent, and its sender is done', async () => {
    const from = makeTree(world.folder('from'), {
      'tree/a': 'AAA',
      'tree/large': randomBytes(chunkBytes + 1),
    });
    const listener = world.keep(await RawListener.open());
    const args = ['send', join(from, 'tree'), '--to', listener.address, '--plain'];
    const sender = world.device('sender').start(args);
    const peer = world.keep(await listener.greeted());
    const offering = await peer.expect('OFFER');
    expect(jsonOf(offering)).toMatchObject({ rootCount: 1, totals: { files: 2, folders: 1 } });
    const { id } = offering;
    expect(id % 2).toBe(1);
    await peer.expect('MANIFEST');
    peer.send('ACCEPT', id, { bulk: 'inline' });
    peer.send('WANT', id, { first: 0, count: 3 });
    const packed = await peer.expect('PACK');
    expect(packed.payload.subarray(40).toString()).toBe('AAA');
    const hash = createHash('sha256');
    hash.update((await peer.expect('DATA')).payload.subarray(48));
    hash.update((await peer.expect('DATA')).payload.subarray(48));
    expect(hash.digest('hex')).toBe(readEntry(join(from, 'tree/large')).sha256);
    await peer.expect('END');
    expect(jsonOf(await peer.expect('FINISH'))).toEqual({
      files: 2,
      bytes: chunkBytes + 4,
      failed: 0,
      omitted: 0,
    });
    peer.send('DONE', id, { files: 2, bytes: chunkBytes + 4, skipped: 0, failed: 0, resumedBytes: 0 });
    await peer.expect('BYE');
    expectExit(await sender.end(), 0);
  });

  test('may decline, and the sender says so', async () => {
    const listener = world.keep(await RawListener.open());
    const from = makeTree(world.folder('from'), { a: 'A' });
    const sender = world
      .device('sender')
      .start(['send', join(from, 'a'), '--to', listener.address, '--plain']);
    const peer = world.keep(await listener.greeted());
    const { id } = await peer.expect('OFFER');
    await peer.expect('MANIFEST');
    peer.send('DECLINE', id, { code: 'declined', message: 'Not today.' });
    await peer.expect('CANCEL');
    const sent = await sender.end();
    expectExit(sent, 3);
    expect(sent.stderr).toContain('Not today.');
  });

  test('may give up single files', async () => {
    const listener = world.keep(await RawListener.open());
    const from = makeTree(world.folder('from'), { 'tree/a': 'A', 'tree/b': 'B' });
    const sender = world
      .device('sender')
      .start(['send', join(from, 'tree'), '--to', listener.address, '--plain']);
    const peer = world.keep(await listener.greeted());
    const { id } = await peer.expect('OFFER');
    await peer.expect('MANIFEST');
    peer.send('ACCEPT', id, { bulk: 'inline' });
    peer.send('FAULT', id, { file: 1, code: 'disk-full', message: 'No space for it.' });
    peer.send('WANT', id, { first: 0, count: 3, skip: [[1, 1]] });
    await peer.expect('PACK');
    await peer.expect('FINISH');
    peer.send('DONE', id, { files: 1, bytes: 1, skipped: 0, failed: 1, resumedBytes: 0 });
    const sent = await sender.end();
    expectExit(sent, 1);
    expect(eventsOf(sent, 'fault')).toMatchObject([{ path: 'tree/a', code: 'disk-full', side: 'there' }]);
  });
});

describe('a stranger who shares', () => {
  test('is listed and fetched from', async () => {
    const listener = world.keep(await RawListener.open());
    const looking = world.device('looker').start(['ls', `${listener.address}/stuff`, '--plain']);
    const shown = world.keep(await listener.greeted());
    const stat = await shown.expect('STAT');
    shown.send('ENTRY', stat.id, { path: 'stuff', entry: { name: 'stuff', kind: 'share' } });
    const list = await shown.expect('LIST');
    const entries = [
      { name: 'x', kind: 'file', size: 3, mtime: 5 },
      { name: 'y', kind: 'folder' },
    ];
    shown.send('LISTING', list.id, { path: 'stuff', writable: false, entries, more: false });
    const listed = await looking.end();
    expectExit(listed, 0);
    expect(eventsOf(listed, 'entry').map(({ path }) => path)).toEqual(['stuff/x', 'stuff/y']);

    const to = world.folder('to');
    const getting = world
      .device('getter')
      .start(['get', `${listener.address}/stuff/y`, '--dir', to, '--plain']);
    const peer = world.keep(await listener.greeted());
    const { id, payload } = await peer.expect('GET');
    const { transfer, paths } = JSON.parse(payload.toString()) as { transfer: string; paths: string[] };
    expect(paths).toEqual(['stuff/y']);
    const tree = [
      { kind: folder, name: 'y' },
      { name: 'z', parent: 0, size: 2 },
    ];
    peer.send('OFFER', id, offer(tree, { transfer }));
    peer.send('MANIFEST', id, manifest(tree), { flags: last });
    expect(jsonOf(await peer.expect('ACCEPT'))).toMatchObject({ bulk: 'inline' });
    await peer.expect('WANT');
    peer.send('PACK', id, pack([{ index: 1, content: Buffer.from('zz') }]));
    peer.send('FINISH', id, finish());
    await peer.expect('DONE');
    const got = await getting.end();
    expectExit(got, 0);
    expect(lastEvent(got, 'done')).toMatchObject({ files: 1, bytes: 2 });
    expect(readFileSync(join(to, 'y/z'), 'utf8')).toBe('zz');
  });

  test('takes uploads', async () => {
    const listener = world.keep(await RawListener.open());
    const from = makeTree(world.folder('from'), { a: 'AAA' });
    const putting = world
      .device('putter')
      .start(['put', join(from, 'a'), `${listener.address}/inbox/today`, '--plain']);
    const peer = world.keep(await listener.greeted());
    const offering = await peer.expect('OFFER');
    expect(jsonOf(offering)).toMatchObject({ target: { path: 'inbox/today' } });
    await peer.expect('MANIFEST');
    peer.send('ACCEPT', offering.id, { bulk: 'inline' });
    peer.send('WANT', offering.id, { first: 0, count: 1 });
    await peer.expect('PACK');
    await peer.expect('FINISH');
    peer.send('DONE', offering.id, { files: 1, bytes: 3, skipped: 0, failed: 0, resumedBytes: 0 });
    expectExit(await putting.end(), 0);
  });
});
