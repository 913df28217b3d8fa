import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { readDataPrefix } from '../../../shared/protocol/bulk.ts';
import type { Payload } from '../../../shared/protocol/catalog.ts';
import { chunkBytes } from '../../../shared/protocol/limits.ts';
import { chainOver } from '../testing/raw-source.ts';
import { withRawPeer } from '../testing/session-pair.ts';
import type { End, RawPeer } from '../testing/session-pair.ts';
import { Reported } from '../testing/reported.ts';
import { contentOf, plant, temporaryFolder } from '../../base/testing/trees.ts';
import type { Tree } from '../../base/testing/trees.ts';
import { localTree } from './source/local-tree.ts';
import { RateLimit } from './pace/pace.ts';
import { rootsOf } from './source/roots.ts';
import { Source } from './source/source.ts';

interface Offering {
  readonly ours: End;
  readonly peer: RawPeer;
  readonly source: Reported;
  readonly sending: Source;
}

const big = { size: 2 * chunkBytes + 10, seed: 7 };
/** Entries: 0 "big", 1 "dir", 2 "small", 3 "dir/x". */
const tree: Tree = { big, dir: { x: { size: 5, seed: 2 } }, small: { size: 4, seed: 1 } };

/** A real source that offers its tree to a sink which says what a test tells it to. */
const offer = async (): Promise<Offering> => {
  const all = temporaryFolder();
  plant(all, tree);
  const { ours, peer } = await withRawPeer('dialer');
  const source = new Reported();
  const roots = rootsOf(Object.keys(tree).map((name) => join(all, name)));
  const sending = new Source({ tree: localTree(roots), reports: source, uploads: new RateLimit() });
  ours.session.openTransfer('OFFER', sending.offer('ab'.repeat(16), {}), (wire) => {
    sending.attach(wire);
    return sending;
  });
  sending.start();
  await peer.next('MANIFEST');
  return { ours, peer, source, sending };
};

const accepted = async (): Promise<Offering> => {
  const offering = await offer();
  offering.peer.send('ACCEPT', 1, { bulk: 'inline' });
  return offering;
};

const refused = async ({ ours, peer, source }: Offering): Promise<void> => {
  expect(await peer.next('ERROR')).toMatchObject({ code: 'unexpected-frame' });
  expect(await ours.ended).toMatchObject({ code: 'unexpected-frame' });
  expect(await source.outcome).toMatchObject({ kind: 'failed', error: { code: 'unexpected-frame' } });
};

const zeroes = '0'.repeat(64);

describe('WANT', () => {
  const wants: readonly (readonly [what: string, wants: readonly Payload<'WANT'>[]])[] = [
    ['beyond what was told', [{ first: 0, count: 5 }]],
    ['of an entry that was not told', [{ first: 4, count: 1 }]],
    [
      'of a file twice',
      [
        { first: 0, count: 1 },
        { first: 0, count: 1 },
      ],
    ],
    [
      'of a file twice, in spans that overlap',
      [
        { first: 0, count: 3 },
        { first: 2, count: 2 },
      ],
    ],
    [
      'of a file that was skipped before',
      [
        { first: 2, count: 1, skip: [[2, 1]] },
        { first: 2, count: 1 },
      ],
    ],
    ['with an offset beyond the file', [{ first: 2, count: 1, resume: [[2, chunkBytes, zeroes]] }]],
  ];

  it.each(wants)('%s ends the session: unexpected-frame', async (_what, sent) => {
    const offering = await accepted();
    for (const want of sent) offering.peer.send('WANT', 1, want);
    await refused(offering);
  });

  it('before ACCEPT ends the session', async () => {
    const offering = await offer();
    offering.peer.send('WANT', 1, { first: 0, count: 4 });
    await refused(offering);
  });

  it('over what is settled ends the session', async () => {
    const offering = await accepted();
    offering.peer.send('WANT', 1, { first: 0, count: 1, skip: [[0, 1]] });
    offering.peer.send('ACK', 1, { settled: 1, bytes: 0 });
    offering.peer.send('WANT', 1, { first: 0, count: 2, skip: [[0, 1]] });
    await refused(offering);
  });

  it('brings what it asks for: from an offset on, in one piece, or SAME', async () => {
    const { peer } = await accepted();
    const content = contentOf(big);
    const first = Buffer.from(chainOver(content.subarray(0, chunkBytes))).toString('hex');
    const small = Buffer.from(chainOver(contentOf({ size: 4, seed: 1 }))).toString('hex');
    peer.send('WANT', 1, { first: 0, count: 4, resume: [[0, chunkBytes, first]], unless: [[2, small]] });
    const data = [await peer.next('DATA'), await peer.next('DATA')] as unknown as Uint8Array[];
    expect(
      Buffer.concat(data.map((payload) => payload.subarray(48))).equals(content.subarray(chunkBytes)),
    ).toBe(true);
    const chain = chainOver(
      content.subarray(0, chunkBytes),
      content.subarray(chunkBytes, 2 * chunkBytes),
      content.subarray(2 * chunkBytes),
    );
    expect(await peer.next('END')).toMatchObject({ file: 0, size: big.size, digest: new Uint8Array(chain) });
    expect(await peer.next('SAME')).toEqual({ file: 2 });
    await peer.next('PACK');
    expect(await peer.next('FINISH')).toEqual({ files: 3, bytes: chunkBytes + 15, failed: 0, omitted: 0 });
  });

  it('with another chain in `unless` brings the file from its start', async () => {
    const { peer } = await accepted();
    peer.send('WANT', 1, {
      first: 0,
      count: 4,
      skip: [
        [0, 1],
        [3, 1],
      ],
      unless: [[2, zeroes]],
    });
    const payload = (await peer.next('PACK')) as unknown as Uint8Array;
    expect(Buffer.from(payload.subarray(40)).equals(contentOf({ size: 4, seed: 1 }))).toBe(true);
    expect(await peer.next('FINISH')).toMatchObject({ files: 1 });
  });

  it('with `resumeIf` brings the file from there on if it begins like that, else from its start', async () => {
    const { peer } = await accepted();
    const content = contentOf(big);
    const first = Buffer.from(chainOver(content.subarray(0, chunkBytes))).toString('hex');
    peer.send('WANT', 1, { first: 0, count: 4, skip: [[2, 2]], resumeIf: [[0, chunkBytes, first]] });
    const [data] = [await peer.next('DATA')] as unknown as Uint8Array[];
    expect(readDataPrefix(data as Uint8Array)).toMatchObject({ file: 0, offset: chunkBytes });
    await peer.next('END');
    const { peer: other } = await accepted();
    other.send('WANT', 1, { first: 0, count: 4, skip: [[2, 2]], resumeIf: [[0, chunkBytes, zeroes]] });
    const [again] = [await other.next('DATA')] as unknown as Uint8Array[];
    expect(readDataPrefix(again as Uint8Array)).toMatchObject({ file: 0, offset: 0 });
  });

  it('`later` waits: FINISH comes when the last file is decided', async () => {
    const { peer } = await accepted();
    peer.send('WANT', 1, {
      first: 0,
      count: 4,
      skip: [
        [0, 1],
        [3, 1],
      ],
      later: [[2, 1]],
    });
    peer.send('PING', 0, {});
    await peer.next('PONG');
    expect(peer.types()).not.toContain('FINISH');
    peer.send('WANT', 1, { first: 2, count: 1, skip: [[2, 1]] });
    expect(await peer.next('FINISH')).toEqual({ files: 0, bytes: 0, failed: 0, omitted: 0 });
  });

  it('may cover folders with any list: they need no decision', async () => {
    const { peer } = await accepted();
    peer.send('WANT', 1, { first: 0, count: 4, skip: [[0, 4]] });
    expect(await peer.next('FINISH')).toMatchObject({ files: 0 });
  });
});

describe('ACK', () => {
  it.each([
    ['beyond what was told', [9]],
    ['that falls', [1, 0]],
  ])('%s ends the session', async (_what, settled) => {
    const offering = await accepted();
    offering.peer.send('WANT', 1, { first: 0, count: 4, skip: [[0, 4]] });
    for (const index of settled) offering.peer.send('ACK', 1, { settled: index, bytes: 0 });
    await refused(offering);
  });

  it('is what progress shows, not what was sent', async () => {
    const { peer, sending } = await accepted();
    peer.send('WANT', 1, { first: 0, count: 4 });
    await peer.next('FINISH');
    expect(sending.progress).toMatchObject({ files: 0, bytes: 0 });
    peer.send('ACK', 1, { settled: 3, bytes: 600 });
    peer.send('PING', 0, {});
    await peer.next('PONG');
    expect(sending.progress).toMatchObject({ files: 2, bytes: 600 });
  });
});

describe('a sink', () => {
  it('that speaks of a lane which nobody opened ends the session', async () => {
    const offering = await offer();
    offering.peer.send('ACCEPT', 1, { bulk: 'lane' });
    await refused(offering);
  });

  it('that says DONE before FINISH ends the session', async () => {
    const offering = await accepted();
    offering.peer.send('DONE', 1, { files: 0, bytes: 0, skipped: 0, failed: 0, resumedBytes: 0 });
    await refused(offering);
  });

  it('that gives a file up gets no more of it, and no END; the others come', async () => {
    const { peer, source } = await accepted();
    peer.send('WANT', 1, { first: 0, count: 4 });
    peer.send('FAULT', 1, { file: 0, code: 'disk-full', message: 'Full.' });
    await peer.next('FINISH');
    const ended = peer.heard
      .filter(({ type }) => type === 'END')
      .map(({ payload }) => (payload as { file: number }).file);
    expect(ended).not.toContain(0);
    peer.send('DONE', 1, { files: 2, bytes: 9, skipped: 0, failed: 1, resumedBytes: 0 });
    expect(await source.outcome).toEqual({
      kind: 'done',
      summary: { files: 2, bytes: 9, skipped: 0, same: 0, failed: 1, resumedBytes: 0 },
    });
    expect(source.faults).toEqual([{ path: 'big', code: 'disk-full', side: 'there' }]);
  });

  it('that gives a file up again and again is heard once', async () => {
    const { peer, source, sending } = await accepted();
    for (let times = 0; times < 3; times += 1)
      peer.send('FAULT', 1, { file: 0, code: 'disk-full', message: 'Full.' });
    peer.send('PING', 0, {});
    await peer.next('PONG');
    expect(source.faults).toEqual([{ path: 'big', code: 'disk-full', side: 'there' }]);
    expect(sending.progress).toMatchObject({ failed: 1, passedBytes: big.size });
  });

  it('that gives up a file of which a part has come leaves the whole at its size', async () => {
    const { peer, sending } = await accepted();
    peer.send('WANT', 1, { first: 0, count: 4 });
    await peer.next('DATA');
    peer.send('ACK', 1, { settled: 0, bytes: chunkBytes });
    peer.send('FAULT', 1, { file: 0, code: 'disk-full', message: 'Full.' });
    peer.send('PING', 0, {});
    await peer.next('PONG');
    const { totals, bytes, resumedBytes, passedBytes } = sending.progress;
    expect(bytes).toBe(chunkBytes);
    expect(bytes + resumedBytes + passedBytes).toBeLessThanOrEqual(totals.bytes);
  });

  it('that has got more than there is shows as one that has all', async () => {
    const { peer, sending } = await accepted();
    peer.send('ACK', 1, { settled: 0, bytes: 1e12, resumedBytes: 1e12 });
    peer.send('PING', 0, {});
    await peer.next('PONG');
    const { totals, bytes, resumedBytes, passedBytes } = sending.progress;
    expect([bytes, resumedBytes, passedBytes]).toEqual([totals.bytes, 0, 0]);
  });

  it('that gives up what is not there is not minded', async () => {
    const { peer, source } = await accepted();
    peer.send('FAULT', 1, { file: 1_000, code: 'disk-full', message: '' });
    peer.send('WANT', 1, { first: 0, count: 4, skip: [[0, 4]] });
    await peer.next('FINISH');
    expect(source.faults).toEqual([]);
  });

  it('that sends bulk ends the session', async () => {
    const offering = await accepted();
    offering.peer.send('END', 1, { file: 0, size: 0, digest: new Uint8Array(32) });
    await refused(offering);
  });
});
