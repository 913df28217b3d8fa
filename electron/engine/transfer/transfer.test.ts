import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { LinkOptions } from '../testing/memory-link.ts';
import { anyTree, bytesOf, filesOf, harvest, plant, temporaryFolder } from '../../base/testing/trees.ts';
import type { Tree } from '../../base/testing/trees.ts';
import { leftovers, Rig } from '../testing/transfer-rig.ts';
import type { RigOptions } from '../testing/transfer-rig.ts';

/** Plants a tree under a folder `tree`, and a place for it to go. */
const places = (tree: Tree): { from: string; dir: string; home: string; paths: string[] } => {
  const all = temporaryFolder();
  const from = join(all, 'from', 'tree');
  plant(from, tree);
  return { from, dir: join(all, 'to'), home: join(all, 'home'), paths: [from] };
};

const anyLink: fc.Arbitrary<LinkOptions> = fc
  .record({
    sizes: fc.array(fc.integer({ min: 1, max: 200_000 }), { minLength: 1, maxLength: 6 }),
    directRead: fc.boolean(),
    turnsBetween: fc.nat({ max: 2 }),
  })
  .map(({ sizes, directRead, turnsBetween }) => {
    let at = 0;
    const faults = { deliveryBytes: (): number => 20 + (sizes[at++ % sizes.length] as number), turnsBetween };
    return { directRead, toListener: faults, toDialer: faults };
  });

const expectWhole = async (rig: Rig, from: string, dir: string, tree: Tree): Promise<void> => {
  const { source, sink } = await rig.over();
  const summary = {
    files: filesOf(tree).length,
    bytes: bytesOf(tree),
    skipped: 0,
    same: 0,
    failed: 0,
    resumedBytes: 0,
  };
  expect(sink).toEqual({ kind: 'done', summary });
  expect(source).toEqual({ kind: 'done', summary });
  expect(harvest(join(dir, 'tree'))).toEqual(harvest(from));
};

describe('a tree', () => {
  it.each(['push', 'pull'] as const)('arrives as it is however the bytes travel (%s)', async (opening) => {
    await fc.assert(
      fc.asyncProperty(anyTree, anyLink, async (tree, link) => {
        const { from, dir, home, paths } = places(tree);
        const rig = await Rig.run({ paths, dir, home, link, opening });
        await expectWhole(rig, from, dir, tree);
        expect(leftovers(home, dir)).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('arrives as it is over a lane, whatever overtakes what', async () => {
    await fc.assert(
      fc.asyncProperty(anyTree, anyLink, anyLink, async (tree, link, lane) => {
        const { from, dir, home, paths } = places(tree);
        const rig = await Rig.run({ paths, dir, home, link, lane });
        await expectWhole(rig, from, dir, tree);
        const bulk = rig.log.filter(({ type }) => ['DATA', 'PACK', 'END', 'FINISH'].includes(type));
        expect(new Set(bulk.map(({ channel }) => channel))).toEqual(new Set([1]));
      }),
      { numRuns: 40 },
    );
  });

  it('comes with the same numbers in OFFER, FINISH, the last ACK and DONE', async () => {
    const tree: Tree = {
      a: { size: 300_000, seed: 1 },
      b: { size: 10, seed: 2 },
      c: { d: { size: 0, seed: 3 }, e: {} },
    };
    const rig = await Rig.run(places(tree));
    expect(rig.framesOf('OFFER')[0]).toMatchObject({
      totals: { files: 3, folders: 3, bytes: 300_010, complete: true },
      rootCount: 1,
    });
    expect(rig.framesOf('FINISH')).toEqual([{ files: 3, bytes: 300_010, failed: 0, omitted: 0 }]);
    expect(rig.framesOf('ACK').at(-1)).toEqual({ settled: 6, bytes: 300_010, resumedBytes: 0 });
    expect(rig.framesOf('DONE')).toEqual([
      { files: 3, bytes: 300_010, skipped: 0, same: 0, failed: 0, resumedBytes: 0 },
    ]);
  });

  it('is shown as done by both sides in the end, with the numbers of DONE', async () => {
    const rig = await Rig.run(places({ a: { size: 300_000, seed: 1 }, b: { size: 10, seed: 2 } }));
    const done = {
      files: 2,
      bytes: 300_010,
      skipped: 0,
      same: 0,
      failed: 0,
      resumedBytes: 0,
      omitted: 0,
      totals: { files: 2, folders: 1, bytes: 300_010, complete: true },
    };
    expect(rig.sending?.progress).toMatchObject(done);
    expect(rig.receiving?.progress).toMatchObject(done);
  });

  it('of many small files travels packed, without a round trip for a file', async () => {
    const tree: Record<string, { size: number; seed: number }> = {};
    for (let index = 0; index < 2_000; index += 1) tree[`f${index}`] = { size: 100, seed: index };
    const rig = await Rig.run(places(tree));
    expect(await rig.sink.outcome).toMatchObject({ kind: 'done', summary: { files: 2_000 } });
    expect([rig.framesOf('DATA'), rig.framesOf('END')]).toEqual([[], []]);
    expect(new Set(rig.log.flatMap(({ content }) => content.map(([file]) => file))).size).toBe(2_000);
    // How many share a page depends on how fast the disk lists them; a turn lists at least thirty-one.
    for (const type of ['MANIFEST', 'WANT', 'PACK'] as const)
      expect(rig.framesOf(type).length).toBeLessThan(2_000 / 31 + 3);
  });

  it('of several roots arrives with each of them; the same name twice gets a number', async () => {
    const all = temporaryFolder();
    plant(all, {
      one: { 'a.txt': { size: 3, seed: 1 } },
      two: { 'a.txt': { size: 4, seed: 2 }, deep: { x: { size: 1, seed: 3 } } },
    });
    const dir = join(all, 'to');
    const paths = [join(all, 'one', 'a.txt'), join(all, 'two', 'a.txt'), join(all, 'two', 'deep')];
    const rig = await Rig.run({ paths, dir, home: join(all, 'home') });
    expect(await rig.sink.outcome).toMatchObject({ kind: 'done' });
    expect(Object.keys(harvest(dir))).toEqual(['a (1).txt', 'a.txt', 'deep', 'deep/x']);
  });
});

describe('what is reported', () => {
  it('ends once on each side, and lanes end with it', async () => {
    const options: RigOptions = { ...places({ a: { size: 600_000, seed: 1 } }), lane: {} };
    const rig = await Rig.run(options);
    expect([rig.source.ends, rig.sink.ends, rig.source.isAccepted, rig.sink.isAccepted]).toEqual([
      1,
      1,
      true,
      true,
    ]);
    rig.close();
    await Promise.all([rig.pair.dialer.ended, rig.pair.listener.ended]);
    expect([rig.source.ends, rig.sink.ends]).toEqual([1, 1]);
  });

  it('never shows more than there is, nor less than before', async () => {
    const seen: { files: number; bytes: number }[] = [];
    const rig = await Rig.run({
      ...places({
        a: { size: 2_000_000, seed: 1 },
        b: { size: 50_000, seed: 2 },
        c: { size: 70_000, seed: 3 },
      }),
      onFrame: (_frame, { sending, receiving }) => {
        if (receiving === undefined || sending === undefined) return;
        for (const { files, bytes, totals } of [sending.progress, receiving.progress]) {
          expect([files <= totals.files, bytes <= totals.bytes]).toEqual([true, true]);
        }
        seen.push(receiving.progress);
      },
    });
    await rig.over();
    for (const [index, { files, bytes }] of seen.entries()) {
      const before = seen[index - 1] ?? { files: 0, bytes: 0 };
      expect([files >= before.files, bytes >= before.bytes]).toEqual([true, true]);
    }
    expect(seen.length).toBeGreaterThan(10);
  });
});
