import { appendFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Payload } from '../../../shared/protocol/catalog.ts';
import { chunkBytes } from '../../../shared/protocol/limits.ts';
import {
  anyTree,
  bytesOf,
  contentOf,
  filesOf,
  harvest,
  plant,
  temporaryFolder,
  shownContent,
} from '../../base/testing/trees.ts';
import type { Tree } from '../../base/testing/trees.ts';
import { leftovers, Rig, unfinishedIn } from '../testing/transfer-rig.ts';
import type { RigOptions } from '../testing/transfer-rig.ts';

const places = (tree: Tree): { from: string; dir: string; home: string; paths: string[] } => {
  const all = temporaryFolder();
  const from = join(all, 'from', 'tree');
  plant(from, tree);
  return { from, dir: join(all, 'to'), home: join(all, 'home'), paths: [from] };
};

/** Bytes that a run need not bring again: whole packed files, whole chunks, and the last short chunk where END came. */
function keptBytes(rig: Rig): number {
  const ended = new Set(rig.framesOf('END').map(({ file }) => file));
  return rig.log
    .flatMap(({ type, content }) => content.map(([file, , bytes]) => ({ type, file, bytes })))
    .filter(({ type, file, bytes }) => type === 'PACK' || bytes === chunkBytes || ended.has(file))
    .reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Runs until so many bytes have come to the sink, then the connection breaks. */
const cutRun = async (options: RigOptions, cutAfterBytes: number): Promise<Rig> => {
  const rig = await Rig.run({
    ...options,
    link: { toListener: { cutAfterBytes: Math.floor(cutAfterBytes), deliveryBytes: () => 40_000 } },
  });
  return rig;
};

const big: Tree = {
  'a.bin': { size: 5 * chunkBytes + 17, seed: 1 },
  'b.bin': { size: 3 * chunkBytes, seed: 2 },
  small: { one: { size: 900, seed: 3 }, two: { size: 0, seed: 4 }, three: { size: 40_000, seed: 5 } },
};

describe('a transfer that was cut', () => {
  it('at any byte goes on from what was verified, and sends nothing of that again', async () => {
    await fc.assert(
      fc.asyncProperty(anyTree, fc.nat({ max: 1_000 }), async (tree, part) => {
        const { from, dir, home, paths } = places(tree);
        const total = bytesOf(tree);
        const cut = await cutRun({ paths, dir, home }, 400 + Math.floor((part / 1_000) * (total + 3_000)));
        const kept = keptBytes(cut);
        const isDone = (await cut.sink.outcome).kind === 'done';
        for (const [path, grown] of Object.entries(harvest(dir))) {
          if (path !== 'tree' && grown.kind === 'file') expect(grown).toEqual(harvest(from)[path.slice(5)]);
        }
        const again = await Rig.run({ paths, dir, home });
        expect(await again.sink.outcome).toMatchObject({ kind: 'done', summary: { failed: 0 } });
        if (isDone) return; // Then everything was there, and came again beside it.
        expect(again.contentBytes).toBe(total - kept);
        expect(await again.sink.outcome).toMatchObject({
          summary: { files: filesOf(tree).length, bytes: total - kept, resumedBytes: kept },
        });
        expect(await again.source.outcome).toEqual(await again.sink.outcome);
        expect(harvest(join(dir, 'tree'))).toEqual(harvest(from));
        expect(leftovers(home, dir)).toEqual([]);
      }),
      { numRuns: 60, timeout: 1500 },
    );
  });

  it('again and again comes to its end, each byte verified once', async () => {
    const { from, dir, home, paths } = places(big);
    let delivered = 0;
    let runs = 0;
    for (; runs < 30; runs += 1) {
      const rig = await cutRun({ paths, dir, home }, 450_000);
      delivered += keptBytes(rig);
      if ((await rig.sink.outcome).kind === 'done') break;
      expect(leftovers(home, dir)).not.toEqual([]);
    }
    expect(delivered).toBe(bytesOf(big));
    expect(runs).toBeGreaterThan(3);
    expect(harvest(join(dir, 'tree'))).toEqual(harvest(from));
    expect(leftovers(home, dir)).toEqual([]);
  });

  it('over a lane goes on too', async () => {
    const { from, dir, home, paths } = places(big);
    const cut = await Rig.run({
      paths,
      dir,
      home,
      lane: { toDialer: { cutAfterBytes: 1_200_000, deliveryBytes: () => 100_000 } },
    });
    expect(await cut.sink.outcome).toMatchObject({ kind: 'failed', error: { code: 'connection-lost' } });
    const kept = keptBytes(cut);
    expect(kept).toBeGreaterThanOrEqual(4 * chunkBytes);
    const again = await Rig.run({ paths, dir, home, lane: {} });
    expect(again.contentBytes).toBe(bytesOf(big) - kept);
    expect(harvest(join(dir, 'tree'))).toEqual(harvest(from));
  });

  it('as a push goes on as a pull, from the same device into the same folder', async () => {
    const { from, dir, home, paths } = places(big);
    const cut = await cutRun({ paths, dir, home }, 1_000_000);
    const again = await Rig.run({ paths, dir, home, opening: 'pull' });
    // The device at the other end is another one here: dialer and listener have changed places.
    expect(cut.pair.listener.session.peer.deviceId).not.toBe(again.pair.dialer.session.peer.deviceId);
    expect(again.contentBytes).toBe(bytesOf(big));
    expect(harvest(join(dir, 'tree'))).toEqual(harvest(from));
  });
});

describe('the WANT of a run that goes on', () => {
  const resumed = async (
    change: (from: string, dir: string) => void,
    options: Partial<RigOptions> = {},
  ): Promise<{ rig: Rig; want: Payload<'WANT'>; from: string; dir: string }> => {
    const { from, dir, home, paths } = places(big);
    // Entries: 0 tree, 1 a.bin, 2 b.bin, 3 small, 4 to 6 in it. Cut in the middle of b.bin.
    await cutRun({ paths, dir, home }, 6.7 * chunkBytes);
    change(from, dir);
    const rig = await Rig.run({ paths, dir, home, ...options });
    return { rig, want: rig.framesOf('WANT')[0] as Payload<'WANT'>, from, dir };
  };

  it('skips what has landed and resumes at a chunk of what has begun', async () => {
    const { want, rig } = await resumed(() => {});
    expect(want).toMatchObject({
      skip: [[1, 1]],
      resume: [[2, chunkBytes, expect.stringMatching(/^[0-9a-f]{64}$/u)]],
    });
    expect(rig.log.find(({ type }) => type === 'DATA')?.content).toEqual([[2, chunkBytes, chunkBytes]]);
  });

  it('starts a file over whose source has changed, and that file alone', async () => {
    const { want, rig, dir } = await resumed((from) =>
      writeFileSync(join(from, 'b.bin'), contentOf({ size: 3 * chunkBytes, seed: 77 })),
    );
    expect(want.resume).toBeUndefined();
    expect(want.skip).toEqual([[1, 1]]);
    expect(await rig.sink.outcome).toMatchObject({
      kind: 'done',
      summary: { resumedBytes: 5 * chunkBytes + 17 },
    });
    expect(harvest(dir)['tree/b.bin']?.content).toBe(
      shownContent(contentOf({ size: 3 * chunkBytes, seed: 77 })),
    );
  });

  it('starts a file over whose time alone has changed', async () => {
    const { want } = await resumed((from) => utimesSync(join(from, 'b.bin'), 1_500_000_000, 1_500_000_000));
    expect(want.resume).toBeUndefined();
  });

  it('wants a file again that was removed after it had landed', async () => {
    const { want, rig, from, dir } = await resumed((_from, target) => rmSync(join(target, 'tree', 'a.bin')));
    expect(want.skip).toBeUndefined();
    expect(await rig.sink.outcome).toMatchObject({ kind: 'done', summary: { resumedBytes: chunkBytes } });
    expect(harvest(join(dir, 'tree'))).toEqual(harvest(from));
  });

  it('wants a file again that was changed after it had landed, and leaves the change', async () => {
    const { rig, dir } = await resumed((_from, target) =>
      appendFileSync(join(target, 'tree', 'a.bin'), 'mine'),
    );
    expect(await rig.sink.outcome).toMatchObject({ kind: 'done' });
    expect(statSync(join(dir, 'tree', 'a.bin')).size).toBe(5 * chunkBytes + 21);
    expect(statSync(join(dir, 'tree', 'a (1).bin')).size).toBe(5 * chunkBytes + 17);
  });

  it('knows nothing of a partial whose system was restarted before it was synced', async () => {
    const { want, rig, from, dir } = await resumed(() => {}, { bootId: 'boot-2' });
    expect(want.resume).toBeUndefined();
    expect(want.skip).toEqual([[1, 1]]);
    expect(await rig.sink.outcome).toMatchObject({ kind: 'done' });
    expect(harvest(join(dir, 'tree'))).toEqual(harvest(from));
  });

  it('does without partials that were removed', async () => {
    const { rig, from, dir } = await resumed((_from, target) =>
      unfinishedIn(target).forEach((path) => rmSync(join(target, path))),
    );
    expect(await rig.sink.outcome).toMatchObject({
      kind: 'done',
      summary: { resumedBytes: 5 * chunkBytes + 17 },
    });
    expect(harvest(join(dir, 'tree'))).toEqual(harvest(from));
  });
});

describe('what a run leaves behind', () => {
  it('is nothing when it was cut before anything had come', async () => {
    const { dir, home, paths } = places({ a: { size: 1_000_000, seed: 1 } });
    await cutRun({ paths, dir, home }, 600);
    expect(leftovers(home, dir)).toEqual([]);
  });

  it('is a journal when files failed, so that they alone are sent again', async () => {
    const { from, dir, home, paths } = places({ a: { size: 1_000, seed: 1 }, b: { size: 2_000, seed: 2 } });
    const first = await Rig.run({
      paths,
      dir,
      home,
      onFrame: ({ type }) => {
        if (type === 'ACCEPT') rmSync(join(from, 'b'));
      },
    });
    expect(await first.sink.outcome).toMatchObject({ kind: 'done', summary: { files: 1, failed: 1 } });
    expect(leftovers(home, dir)).not.toEqual([]);
    plant(from, { b: { size: 2_000, seed: 2 } });
    const again = await Rig.run({ paths, dir, home });
    expect(again.contentBytes).toBe(2_000);
    expect(await again.sink.outcome).toMatchObject({ summary: { files: 2, failed: 0, resumedBytes: 1_000 } });
    expect(leftovers(home, dir)).toEqual([]);
  });
});
