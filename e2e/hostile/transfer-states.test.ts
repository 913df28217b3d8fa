// Frames of a transfer that are right in themselves and come when they may not, from a source or from a sink: the
// session ends with a typed error, and nobody else's does.

import { describe, expect, test } from 'vitest';
import { frame } from './raw-peer.ts';
import type { RawPeer } from './raw-peer.ts';
import { goodPayload } from './raw-payloads.ts';
import {
  chunkBytes,
  data,
  end,
  finish,
  manifest,
  newTransferId,
  offer,
  offered,
  pack,
  same,
  sha256,
} from './raw-transfer.ts';
import { useSiege } from './siege.ts';

const siege = useSiege({
  command: 'share',
  flags: ['--writable'],
  target: { 'a file': 'content', b: 'B' },
});

const entries = [
  { name: 'p', size: 3 },
  { name: 'q', size: 2 * chunkBytes },
  { name: 'r', size: 3 },
];

const into = { target: { path: 'target' } };

/** An upload of `entries`, accepted and wanted. */
async function flowing(): Promise<RawPeer> {
  const peer = await siege.greet();
  await offered(peer, 1, entries, into);
  return peer;
}

describe('a source', () => {
  test.each([
    ['DATA', frame('DATA', 1, data(1, 0, Buffer.alloc(chunkBytes)))],
    ['PACK', frame('PACK', 1, goodPayload.PACK)],
    ['END', frame('END', 1, goodPayload.END)],
    ['SAME', frame('SAME', 1, goodPayload.SAME)],
    ['FINISH', frame('FINISH', 1, goodPayload.FINISH)],
  ])('may not send %s before ACCEPT', async (_what, bytes) => {
    const peer = await siege.greet();
    // The manifest is not complete: nobody can have decided yet.
    peer.write(Buffer.concat([frame('OFFER', 1, offer(entries, into)), bytes]));
    expect(await peer.sessionError()).toBe('unexpected-frame');
  });

  test.each([
    ['an entry that does not exist', data(77, 0, Buffer.from('x'))],
    ['the largest entry number', data(0xffff_fffe, 0, Buffer.from('x'))],
    ['an offset that is not next', data(1, chunkBytes, Buffer.alloc(chunkBytes))],
    ['a chunk that is too short', data(1, 0, Buffer.alloc(100))],
    ['more than the file has', data(0, 0, Buffer.alloc(4))],
  ])('may not send DATA for %s', async (_what, payload) => {
    const peer = await flowing();
    peer.send('DATA', 1, payload);
    expect(await peer.sessionError()).toBe('unexpected-frame');
  });

  test.each([
    ['no entry at all', data(0xffff_ffff, 0, Buffer.from('x'))],
    ['an offset that is no multiple of a chunk', data(1, 5, Buffer.alloc(chunkBytes))],
    [
      'an offset beyond 2^53',
      Buffer.concat([Buffer.from('0000000100000000ffffffffffffffff', 'hex'), Buffer.alloc(33)]),
    ],
    ['no content', data(1, 0, Buffer.alloc(0))],
    [
      'something in the reserved field',
      Buffer.concat([Buffer.from('0000000100000001', 'hex'), Buffer.alloc(41)]),
    ],
    ['not even its first fields', Buffer.alloc(20)],
  ])('may not send DATA with %s', async (_what, payload) => {
    const peer = await flowing();
    peer.send('DATA', 1, payload);
    expect(await peer.sessionError()).toBe('bad-payload');
  });

  test.each([
    [
      'a folder',
      [
        { kind: 2, name: 'd' },
        { name: 'e', size: 1 },
      ],
      data(0, 0, Buffer.from('x')),
    ],
    [
      'a file that nobody has asked for yet',
      [
        { name: 'e', size: 1 },
        { name: 'f', size: 1 },
      ],
      data(2, 0, Buffer.from('x')),
    ],
  ])('may not send DATA for %s', async (_what, tree, payload) => {
    const peer = await siege.greet();
    await offered(peer, 1, tree, into);
    peer.send('DATA', 1, payload);
    expect(await peer.sessionError()).toBe('unexpected-frame');
  });

  test('may not send a file again that is finished', async () => {
    const peer = await flowing();
    const packed = pack([{ index: 0, content: Buffer.from('ppp') }]);
    peer.send('PACK', 1, packed);
    peer.send('PACK', 1, packed);
    expect(await peer.sessionError()).toBe('unexpected-frame');
  });

  test('may not begin another file before the END of one', async () => {
    const peer = await flowing();
    peer.send('DATA', 1, data(1, 0, Buffer.alloc(chunkBytes)));
    peer.send('PACK', 1, pack([{ index: 0, content: Buffer.from('ppp') }]));
    expect(await peer.sessionError()).toBe('unexpected-frame');
  });

  test.each([
    [
      'END before the last byte',
      [
        frame('DATA', 1, data(1, 0, Buffer.alloc(chunkBytes))),
        frame('END', 1, end(1, 2 * chunkBytes, Buffer.alloc(32))),
      ],
    ],
    ['END with another size', [frame('END', 1, end(0, 4, Buffer.alloc(32)))]],
    ['END for nothing that was begun', [frame('END', 1, end(0, 3, Buffer.alloc(32)))]],
    ['SAME without a condition', [frame('SAME', 1, same(0))]],
    ['PACK with another size', [frame('PACK', 1, pack([{ index: 0, content: Buffer.from('four') }]))]],
    ['FINISH too early', [frame('FINISH', 1, finish())]],
    ['a page behind the last', [frame('MANIFEST', 1, manifest([], { page: 1, first: 3 }))]],
    ['ACCEPT of its own offer', [frame('ACCEPT', 1, { bulk: 'inline' })]],
    ['WANT of its own offer', [frame('WANT', 1, { first: 0, count: 1 })]],
    ['DONE of its own offer', [frame('DONE', 1, goodPayload.DONE)]],
    ['its offer again', [frame('OFFER', 1, offer(entries, into))]],
  ])('may not send %s', async (what, frames) => {
    const peer = await flowing();
    for (const bytes of frames) peer.write(bytes);
    expect(await peer.sessionError()).toBe(
      what === 'a page behind the last' ? 'manifest-order' : 'unexpected-frame',
    );
  });

  test.each([
    ['is empty', Buffer.alloc(0)],
    ['is cut within an entry', pack([{ index: 0, content: Buffer.from('ppp') }]).subarray(0, 30)],
    ['says four billion bytes', pack([{ index: 0, content: Buffer.from('ppp'), length: 0xffff_ffff }])],
    ['says more bytes than there are', pack([{ index: 0, content: Buffer.from('ppp'), length: 4 }])],
  ])('may not send a PACK that %s', async (_what, payload) => {
    const peer = await flowing();
    peer.send('PACK', 1, payload);
    expect(await peer.sessionError()).toBe('bad-payload');
  });

  test('may say nothing any more of a transfer that it cancelled', async () => {
    const peer = await flowing();
    peer.send('CANCEL', 1, goodPayload.CANCEL);
    await peer.expect('CANCEL');
    peer.send('PACK', 1, goodPayload.PACK);
    expect(await peer.sessionError()).toBe('unexpected-frame');
  });

  test('may cancel what is over, and is answered', async () => {
    const peer = await siege.greet();
    peer.send('LIST', 1, { path: '' });
    await peer.expect('LISTING');
    peer.send('CANCEL', 1, goodPayload.CANCEL);
    await peer.expect('CANCEL');
  });
});

describe('a sink', () => {
  const asked = async (): Promise<RawPeer> => {
    const peer = await siege.greet();
    peer.send('GET', 1, { transfer: newTransferId(), paths: ['target/a file', 'target/b'] });
    await peer.expect('OFFER');
    await peer.expect('MANIFEST');
    return peer;
  };
  const want = (words: object): Buffer => frame('WANT', 1, { first: 0, count: 2, ...words });
  const accept = frame('ACCEPT', 1, { bulk: 'inline' });
  const chain = sha256(Buffer.alloc(0)).toString('hex');

  test.each([
    ['WANT before ACCEPT', [want({})], 'unexpected-frame'],
    ['ACCEPT for a lane that was not joined', [frame('ACCEPT', 1, { bulk: 'lane' })], 'unexpected-frame'],
    ['ACCEPT twice', [accept, accept], 'unexpected-frame'],
    ['a WANT beyond what was told', [accept, want({ count: 3 })], 'unexpected-frame'],
    [
      'a WANT of four billion entries',
      [accept, want({ first: 4_294_967_290, count: 65_536 })],
      'bad-payload',
    ],
    ['a WANT of too many entries', [accept, want({ count: 65_537 })], 'bad-payload'],
    ['a WANT that decides twice', [accept, want({}), want({})], 'unexpected-frame'],
    [
      'a WANT that decides twice in its lists',
      [accept, want({ skip: [[0, 1]], later: [[0, 1]] })],
      'bad-payload',
    ],
    [
      'a WANT whose list lies outside of its span',
      [accept, want({ count: 1, skip: [[1, 1]] })],
      'bad-payload',
    ],
    [
      'a WANT that resumes beyond the end',
      [accept, want({ resume: [[0, chunkBytes, chain]] })],
      'unexpected-frame',
    ],
    ['a WANT that resumes within a chunk', [accept, want({ resume: [[0, 3, chain]] })], 'bad-payload'],
    ['an ACK of more than was told', [accept, frame('ACK', 1, { settled: 9, bytes: 0 })], 'unexpected-frame'],
    ['DONE before FINISH', [accept, frame('DONE', 1, goodPayload.DONE)], 'unexpected-frame'],
    ['DATA to the source', [accept, frame('DATA', 1, goodPayload.DATA)], 'unexpected-frame'],
    ['MANIFEST to the source', [accept, frame('MANIFEST', 1, goodPayload.MANIFEST)], 'unexpected-frame'],
    ['an OFFER for its own GET', [frame('OFFER', 1, offer([]))], 'unexpected-frame'],
  ])('may not send %s', async (_what, frames, code) => {
    const peer = await asked();
    for (const bytes of frames) peer.write(bytes);
    expect(await peer.sessionError()).toBe(code);
  });

  test('may not go back with ACK', async () => {
    const peer = await asked();
    peer.write(accept);
    peer.write(want({}));
    await peer.expect('PACK');
    await peer.expect('FINISH');
    peer.send('ACK', 1, { settled: 2, bytes: 8 });
    peer.send('ACK', 1, { settled: 1, bytes: 8 });
    expect(await peer.sessionError()).toBe('unexpected-frame');
  });

  test('may cancel in the middle, and ask again', async () => {
    const peer = await asked();
    peer.write(accept);
    peer.send('CANCEL', 1, goodPayload.CANCEL);
    await peer.expect('CANCEL');
    peer.send('LIST', 3, { path: '' });
    await peer.expect('LISTING');
  });
});

siege.servesAfterwards();
