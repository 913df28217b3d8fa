import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { chunkBytes, limits } from '../../../shared/protocol/limits.ts';
import { bytesOf, filesOf, harvest, plant, temporaryFolder } from '../../base/testing/trees.ts';
import type { Tree } from '../../base/testing/trees.ts';
import { leftovers, Rig } from '../testing/transfer-rig.ts';
import type { RigOptions } from '../testing/transfer-rig.ts';

const tree: Tree = {
  'a.bin': { size: 2 * chunkBytes + 5, seed: 1 },
  b: { c: { size: 900, seed: 2 }, d: { size: 0, seed: 3 }, e: { size: 60_000, seed: 4 } },
};

/** Quick enough that a frame whose length was damaged does not wait for its rest for long. */
const timings = { handshakeMs: 2_000, pingAfterMs: 150, silentAfterMs: 3_000, completionGraceMs: 100 };

const places = (planted: Tree = tree): Pick<RigOptions, 'paths' | 'dir' | 'home'> & { from: string } => {
  const all = temporaryFolder();
  plant(join(all, 'tree'), planted);
  return {
    from: join(all, 'tree'),
    paths: [join(all, 'tree')],
    dir: join(all, 'to'),
    home: join(all, 'home'),
  };
};

describe('a byte that is turned over on the way', () => {
  const total = bytesOf(tree);

  it('never gives a file another content: it fails, or the session ends, and the next run mends it', async () => {
    const ends = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: total + 2_000 }), async (at) => {
        const { from, ...where } = places();
        const contents = new Set(Object.values(harvest(from)).map(({ content }) => content));
        // Behind the handshake, without which there is no session to look at.
        const rig = await Rig.run({
          ...where,
          timings,
          link: { toListener: { corruptAt: 600 + at, deliveryBytes: () => 50_000 } },
        });
        const { source, sink } = await rig.over();
        ends.add(sink.kind === 'done' ? `done, ${sink.summary.failed} failed` : sink.kind);
        // A name on a plain connection may have suffered; content never does.
        for (const { content } of Object.values(harvest(where.dir))) expect(contents.has(content)).toBe(true);
        if (sink.kind === 'done' && source.kind === 'done') expect(source.summary).toEqual(sink.summary);
        if (sink.kind !== 'done') {
          const again = await Rig.run(where);
          expect((await again.over()).sink).toMatchObject({ kind: 'done', summary: { failed: 0 } });
          for (const { content } of Object.values(harvest(where.dir)))
            expect(contents.has(content)).toBe(true);
        }
      }),
      { numRuns: 80 },
    );
    expect(ends.has('done, 1 failed')).toBe(true);
  });

  it('in the bulk costs that file alone', async () => {
    const { from: _from, ...where } = places();
    const rig = await Rig.run({ ...where, link: { toListener: { corruptAt: 150_000 } } });
    expect((await rig.over()).sink).toMatchObject({ kind: 'done', summary: { files: 3, failed: 1 } });
    expect(rig.sink.faults).toEqual([{ path: 'tree/a.bin', code: 'digest-mismatch', side: 'here' }]);
    expect(rig.source.faults).toEqual([{ path: 'tree/a.bin', code: 'digest-mismatch', side: 'there' }]);
    const again = await Rig.run(where);
    expect(again.contentBytes).toBe(2 * chunkBytes + 5);
  });

  it('on the way back ends the session or does no harm', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 400, max: 1_200 }), async (corruptAt) => {
        const { from, ...where } = places();
        const rig = await Rig.run({ ...where, timings, link: { toDialer: { corruptAt } } });
        await rig.over();
        const contents = new Set(Object.values(harvest(from)).map(({ content }) => content));
        for (const { content } of Object.values(harvest(where.dir))) expect(contents.has(content)).toBe(true);
      }),
      { numRuns: 20 },
    );
    // A damaged length makes the source wait for a frame that never ends, until the silence is too long.
  }, 90_000);
});

describe('a sink that does not read', () => {
  it('holds the source back: no more than a few frames wait', async () => {
    const { from: _from, ...where } = places({ big: { size: 40 * chunkBytes, seed: 1 } });
    const seen = { frames: 0 };
    let most = 0;
    const rig = await Rig.start({
      ...where,
      onFrame: ({ type }, { pair }) => {
        if (type === 'DATA' && seen.frames++ === 2) pair.link.toListener.hold();
      },
    });
    while (seen.frames < 3) await new Promise((resolve) => setImmediate(resolve));
    for (let turn = 0; turn < 60; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      most = Math.max(most, rig.pair.link.toListener.queuedBytes);
    }
    expect(most).toBeLessThanOrEqual(4 * (limits.bulkBytes + 16));
    expect(most).toBeGreaterThan(limits.bulkBytes);
    rig.pair.link.toListener.release();
    expect((await rig.over()).sink).toMatchObject({ kind: 'done', summary: { bytes: 40 * chunkBytes } });
  });

  it('of small files holds it back too', async () => {
    const files: Record<string, { size: number; seed: number }> = {};
    for (let index = 0; index < 400; index += 1) files[`f${index}`] = { size: 20_000, seed: index };
    const { from: _from, ...where } = places(files);
    const seen = { packs: 0 };
    const rig = await Rig.start({
      ...where,
      onFrame: ({ type }, { pair }) => {
        if (type === 'PACK' && seen.packs++ === 1) pair.link.toListener.hold();
      },
    });
    while (seen.packs < 2) await new Promise((resolve) => setImmediate(resolve));
    for (let turn = 0; turn < 60; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(rig.pair.link.toListener.queuedBytes).toBeLessThanOrEqual(4 * (limits.bulkBytes + 16));
    rig.pair.link.toListener.release();
    expect((await rig.over()).sink).toMatchObject({ kind: 'done', summary: { files: 400 } });
  });
});

describe('DONE that is lost', () => {
  it('costs nothing: the same again finds all in place and sends nothing', async () => {
    const { from, ...where } = places();
    const cut = await Rig.start({
      ...where,
      onFrame: ({ type }, { pair }) => {
        if (type !== 'FINISH') return;
        // What the sink says from here on does not arrive.
        pair.link.toDialer.hold();
        setImmediate(() => setImmediate(() => pair.link.cut()));
      },
    });
    const { source } = await cut.over();
    expect(source).toMatchObject({ kind: 'failed', error: { code: 'connection-lost' } });
    expect(cut.framesOf('DONE')).toEqual([]);
    const again = await Rig.run(where);
    expect(again.contentBytes).toBe(0);
    const summary = {
      files: filesOf(tree).length,
      bytes: 0,
      skipped: 0,
      same: 0,
      failed: 0,
      resumedBytes: bytesOf(tree),
    };
    expect((await again.over()).sink).toEqual({ kind: 'done', summary });
    expect((await again.over()).source).toEqual({ kind: 'done', summary });
    expect(harvest(join(where.dir, 'tree'))).toEqual(harvest(from));
    expect(leftovers(where.home, where.dir)).toEqual([]);
  });

  it('leaves nothing behind when the source said BYE', async () => {
    const { from: _from, ...where } = places();
    await Rig.run(where);
    expect(leftovers(where.home, where.dir)).toEqual([]);
  });

  it('is waited for only so long when the source goes on with its session', async () => {
    const { from: _from, ...where } = places();
    const rig = await Rig.run({ ...where, timings, staysOpen: true });
    expect((await rig.over()).sink).toMatchObject({ kind: 'done', summary: { failed: 0 } });
    expect(leftovers(where.home, where.dir)).toEqual([]);
    rig.close();
  });
});
