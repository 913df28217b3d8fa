/** What is there already is neither sent nor put there again, whatever was chosen and whatever touched the files since. */

import { appendFileSync, chmodSync, linkSync, readFileSync, rmSync, statSync } from 'node:fs';
import { renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';

import type { ConflictPolicy } from '../../../shared/model/transfer.ts';
import { chunkBytes } from '../../../shared/protocol/limits.ts';
import { Page } from '../testing/page.ts';
import { bytesOf, filesOf, harvest, plant, temporaryFolder } from '../../base/testing/trees.ts';
import type { Tree } from '../../base/testing/trees.ts';
import { leftovers, Rig } from '../testing/transfer-rig.ts';
import type { RigOptions } from '../testing/transfer-rig.ts';
import { currentBootId } from '../../base/boot-id.ts';
import { listPartials } from './journal/partials.ts';
import { SameFiles } from './sink/same-files.ts';

const policies: readonly ConflictPolicy[] = ['rename', 'skip', 'overwrite'];

const tree: Tree = {
  'a.bin': { size: 5 * chunkBytes + 17, seed: 1 },
  'b.bin': { size: 3 * chunkBytes, seed: 2 },
  'c.txt': { size: 900, seed: 3 },
  empty: { size: 0, seed: 4 },
  folder: { 'd.txt': { size: 70_000, seed: 5 } },
};

interface Places extends Pick<RigOptions, 'dir' | 'home'> {
  readonly from: string;
  readonly to: string;
  readonly paths: string[];
}

const places = (planted: Tree = tree): Places => {
  const all = temporaryFolder();
  const [from, dir] = [join(all, 'from', 'tree'), join(all, 'to')];
  plant(from, planted);
  return { from, dir, to: join(dir, 'tree'), home: join(all, 'home'), paths: [from] };
};

/** What shows whether a file was left alone. */
const standing = (path: string): unknown => {
  const { ino, mtimeNs, ctimeNs, mode } = statSync(path, { bigint: true });
  return { ino, mtimeNs, ctimeNs, mode };
};

describe.each(policies)('with %s', (onConflict) => {
  it('a whole tree again is all there already, and stays as it is', async () => {
    const where = places();
    await Rig.run({ ...where, onConflict });
    const paths = filesOf(tree).map(({ path }) => join(where.to, path));
    // Somebody made them his own: that is no other content.
    for (const path of paths) utimesSync(path, 1_500_000_000, 1_500_000_000);
    const before = paths.map(standing);
    const again = await Rig.run({ ...where, onConflict });
    const summary = { files: 0, bytes: 0, skipped: 5, same: 5, failed: 0, resumedBytes: 0 };
    expect(await again.over()).toEqual({
      source: { kind: 'done', summary },
      sink: { kind: 'done', summary },
    });
    expect(again.contentBytes).toBe(0);
    expect(paths.map(standing)).toEqual(before);
    expect(Object.keys(harvest(where.to))).toEqual(Object.keys(harvest(where.from)));
    expect(leftovers(where.home, where.dir)).toEqual([]);
  });

  it('the same streamed from a page is there already too', async () => {
    const where = places();
    plant(where.dir, tree);
    const rig = await Rig.run({ ...where, onConflict, tree: new Page(tree) });
    expect(await rig.sink.outcome).toMatchObject({ summary: { files: 0, same: 5, bytes: 0 } });
    expect(Object.keys(harvest(where.dir))).toEqual(Object.keys(harvest(where.from)));
  });

  it('what is the same comes to stand there once, also when its name was taken while it came', async () => {
    for (const size of [10, 3 * chunkBytes + 9]) {
      const where = places({ x: { size, seed: 1 } });
      const rig = await Rig.run({
        ...where,
        onConflict,
        onFrame: ({ type }) => {
          if (type === 'WANT') plant(where.to, { x: { size, seed: 1 } });
        },
      });
      expect(Object.keys(harvest(where.to))).toEqual(['x']);
      const { kind } = await rig.sink.outcome;
      const { files, same, failed } = rig.receiving?.progress ?? { files: 0, same: 0, failed: 0 };
      // What replaces need not look.
      expect([kind, files + same, failed]).toEqual(['done', 1, 0]);
      if (onConflict !== 'overwrite') expect(same).toBe(1);
      expect(leftovers(where.home, where.dir)).toEqual([]);
    }
  });

  it('a byte that differs is noticed, whatever size and time say', async () => {
    for (const size of [10, 2 * chunkBytes]) {
      const where = places({ x: { size, seed: 1 } });
      await Rig.run({ ...where, onConflict });
      const path = join(where.from, 'x');
      const { mtime } = statSync(path);
      const content = readFileSync(path);
      content[size - 1] = (content[size - 1] as number) ^ 1;
      writeFileSync(path, content);
      utimesSync(path, mtime, mtime);
      await Rig.run({ ...where, onConflict });
      const landed = Object.keys(harvest(where.to)).map((name) => readFileSync(join(where.to, name)));
      expect(landed).toHaveLength(onConflict === 'overwrite' ? 1 : 2);
      expect(landed.some((bytes) => bytes.equals(content))).toBe(true);
    }
  });
});

describe('a numbered name', () => {
  it('that has the content is found, however often it is sent', async () => {
    for (const size of [10, 2 * chunkBytes + 3]) {
      const where = places({ x: { size, seed: 1 } });
      plant(where.to, { x: { size, seed: 9 } });
      for (let run = 0; run < 3; run += 1) {
        const rig = await Rig.run(where);
        expect(await rig.sink.outcome).toMatchObject({ summary: { files: run === 0 ? 1 : 0, failed: 0 } });
        // Its time is another one now, so that one cannot go by that.
        utimesSync(join(where.to, 'x (1)'), run + 1, run + 1);
      }
      expect(Object.keys(harvest(where.to))).toEqual(['x', 'x (1)']);
    }
  });

  it('that has the content is found beside a folder or a link of the name', async () => {
    const where = places({ x: { size: 10, seed: 1 } });
    plant(where.to, { x: { inside: { size: 1, seed: 2 } } });
    for (let run = 0; run < 3; run += 1) await Rig.run(where);
    expect(Object.keys(harvest(where.to)).toSorted()).toEqual(['x', 'x (1)', 'x/inside']);
  });
});

/** Runs until so many bytes have come, then the connection breaks. */
const cut = (where: Places, afterBytes: number, more: Partial<RigOptions> = {}): Promise<Rig> =>
  Rig.run({
    ...where,
    ...more,
    link: { toListener: { cutAfterBytes: Math.floor(afterBytes), deliveryBytes: () => 40_000 } },
  });

describe('a transfer that goes on', () => {
  const touches: readonly (readonly [string, (path: string) => void])[] = [
    ['a hard link', (path) => linkSync(path, `${path}.backup-of-it`)],
    ['chmod', (path) => chmodSync(path, 0o600)],
    ['a new time of last use', (path) => utimesSync(path, 5, statSync(path).mtime)],
    ['a new time', (path) => utimesSync(path, 5, 5)],
    [
      'a rename there and back',
      (path) => {
        renameSync(path, `${path}.x`);
        renameSync(`${path}.x`, path);
      },
    ],
  ];

  it.each(touches)('after %s of its files sends nothing again of what had arrived', async (_what, touch) => {
    for (const onConflict of policies) {
      const where = places();
      // In the middle of b.bin.
      await cut(where, 6.7 * chunkBytes, { onConflict });
      for (const name of ['a.bin', 'b.bin']) touch(join(where.from, name));
      rmSync(join(where.from, 'a.bin.backup-of-it'), { force: true });
      rmSync(join(where.from, 'b.bin.backup-of-it'), { force: true });
      const again = await Rig.run({ ...where, onConflict });
      expect(again.contentBytes).toBe(bytesOf(tree) - 6 * chunkBytes - 17);
      expect(await again.sink.outcome).toMatchObject({
        summary: { same: 1, failed: 0, resumedBytes: chunkBytes },
      });
      expect(await again.source.outcome).toEqual(await again.sink.outcome);
      expect(Object.keys(harvest(where.to))).toEqual(Object.keys(harvest(where.from)));
      for (const { path } of filesOf(tree))
        expect(harvest(where.to)[path]?.content).toBe(harvest(where.from)[path]?.content);
      expect(leftovers(where.home, where.dir)).toEqual([]);
    }
  });

  it('knows the new version from then on: a second break costs no second reading', async () => {
    const where = places({ x: { size: 20 * chunkBytes, seed: 1 } });
    await cut(where, 5.5 * chunkBytes);
    chmodSync(join(where.from, 'x'), 0o600);
    const second = await cut(where, 5.5 * chunkBytes);
    expect(second.framesOf('WANT')[0]?.resumeIf).toHaveLength(1);
    const third = await Rig.run(where);
    expect(third.framesOf('WANT')[0]).toMatchObject({ resume: [[1, 10 * chunkBytes, expect.any(String)]] });
    expect(harvest(where.to)).toEqual(harvest(where.from));
  });

  it('goes on behind the old end of a file that has grown', async () => {
    const where = places({ log: { size: 6 * chunkBytes, seed: 1 } });
    await cut(where, 3.5 * chunkBytes);
    appendFileSync(join(where.from, 'log'), Buffer.alloc(100_000, 7));
    const again = await Rig.run(where);
    expect(again.contentBytes).toBe(3 * chunkBytes + 100_000);
    expect(harvest(where.to)).toEqual(harvest(where.from));
  });

  it('starts a file over that is shorter now than what had arrived of it', async () => {
    const where = places({ x: { size: 6 * chunkBytes, seed: 1 } });
    await cut(where, 3.5 * chunkBytes);
    writeFileSync(join(where.from, 'x'), 'short');
    expect((await Rig.run(where)).contentBytes).toBe(5);
    expect(harvest(where.to)).toEqual(harvest(where.from));
    expect(leftovers(where.home, where.dir)).toEqual([]);
  });

  it('notices a byte that changed in what had arrived, with its time set back', async () => {
    const where = places({ x: { size: 6 * chunkBytes, seed: 1 } });
    await cut(where, 3.5 * chunkBytes);
    const path = join(where.from, 'x');
    const { mtime } = statSync(path);
    const content = readFileSync(path);
    content[chunkBytes + 5] = (content[chunkBytes + 5] as number) ^ 1;
    writeFileSync(path, content);
    utimesSync(path, mtime, mtime);
    const again = await Rig.run(where);
    expect(again.contentBytes).toBe(6 * chunkBytes);
    expect(await again.sink.outcome).toMatchObject({ summary: { files: 1, failed: 0, resumedBytes: 0 } });
    expect(readFileSync(join(where.to, 'x')).equals(content)).toBe(true);
    expect(Object.keys(harvest(where.to))).toEqual(['x']);
  });

  it('brings nothing twice when its journal was lost, at any moment', async () => {
    for (const part of [0.1, 0.5, 0.9]) {
      const where = places();
      await cut(where, part * bytesOf(tree));
      rmSync(join(where.home, 'journal'), { recursive: true, force: true });
      const landed = Object.values(harvest(where.to)).filter(({ kind }) => kind === 'file').length;
      const again = await Rig.run(where);
      expect(await again.sink.outcome).toMatchObject({ summary: { same: landed, failed: 0 } });
      expect(Object.keys(harvest(where.to))).toEqual(Object.keys(harvest(where.from)));
    }
  });
});

describe('what is new', () => {
  it('does not wait for what is compared', async () => {
    const large = { size: 60 * chunkBytes, seed: 1 };
    const where = places({
      'a large one': large,
      'b new': { size: 100, seed: 2 },
      'c new': { size: 3 * chunkBytes, seed: 3 },
    });
    plant(where.to, { 'a large one': large });
    const rig = await Rig.run(where);
    const order = rig.log.map(({ type }) => type).filter((type) => ['PACK', 'END', 'SAME'].includes(type));
    expect(order).toEqual(['PACK', 'END', 'SAME']);
    expect(await rig.sink.outcome).toMatchObject({ summary: { files: 2, same: 1 } });
  });
});

it('what is acknowledged is never more than the journal could prove at that moment', async () => {
  const where = places({
    a: { size: 9 * chunkBytes + 5, seed: 1 },
    b: { size: 40 * chunkBytes, seed: 2 },
    c: { size: 12_345, seed: 3 },
    d: { size: 7 * chunkBytes, seed: 4 },
  });
  let acknowledged = 0;
  let chunks = 0;
  const stops = 4;
  const rig = await Rig.run({
    ...where,
    bootId: currentBootId(),
    link: { toListener: { deliveryBytes: () => 50_000, turnsBetween: 1 } },
    onFrame: ({ type, payload }, { pair }) => {
      // The bulk stands still now and then until what has come is acknowledged, however quick the disk is.
      if (type === 'DATA' && ++chunks % 12 === 0) pair.link.toListener.hold();
      if (type !== 'ACK') return;
      acknowledged += 1;
      pair.link.toListener.release();
      const [left] = listPartials(where.home);
      const landed = Object.entries(harvest(where.to))
        .filter(([, { kind }]) => kind === 'file')
        .reduce((sum, [name]) => sum + statSync(join(where.to, name)).size, 0);
      expect((payload as { bytes: number }).bytes).toBeLessThanOrEqual(landed + (left?.verifiedBytes ?? 0));
    },
  });
  expect(await rig.sink.outcome).toMatchObject({ kind: 'done' });
  expect(acknowledged).toBeGreaterThan(stops);
});

it('a whole file that is still compared is acknowledged as far as the journal could prove it', async () => {
  const size = chunkBytes + 5;
  const where = places({ a: { size, seed: 1 } });
  plant(where.to, { a: { size, seed: 2 }, 'a (1)': { size, seed: 3 } });
  let found: (isSame: boolean) => void = () => {};
  const search = vi.spyOn(SameFiles.prototype, 'search').mockImplementation((_fd, _files, tell) => {
    found = tell;
    return 'later';
  });
  const acknowledged: number[] = [];
  const rig = await Rig.run({
    ...where,
    bootId: currentBootId(),
    onFrame: ({ type, payload }) => {
      if (type !== 'ACK') return;
      acknowledged.push((payload as { bytes: number }).bytes);
      found(false);
      found = () => {};
    },
  });
  expect(search).toHaveBeenCalledOnce();
  search.mockRestore();
  expect(await rig.sink.outcome).toMatchObject({ summary: { files: 1, bytes: size } });
  // A short chunk at the end is no place to go on from.
  expect(acknowledged).toEqual([chunkBytes, size]);
});
