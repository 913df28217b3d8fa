import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { chunkBytes } from '../../../shared/protocol/limits.ts';
import { anyTree, filesOf, harvest, plant, temporaryFolder } from '../../base/testing/trees.ts';
import type { Tree } from '../../base/testing/trees.ts';
import { leftovers, Rig, unfinishedIn } from '../testing/transfer-rig.ts';
import type { RigOptions } from '../testing/transfer-rig.ts';

/** Sends `tree` to a target in which `there` is already. */
const send = async (
  tree: Tree,
  there: Tree,
  options: Partial<RigOptions> = {},
): Promise<{ rig: Rig; from: string; to: string; dir: string; home: string }> => {
  const all = temporaryFolder();
  const [from, dir, home] = [join(all, 'from', 'tree'), join(all, 'to'), join(all, 'home')];
  plant(from, tree);
  const to = join(dir, 'tree');
  plant(to, there);
  return { rig: await Rig.run({ paths: [from], dir, home, ...options }), from, to, dir, home };
};

const big = { size: 2 * chunkBytes + 5, seed: 1 };
const tree: Tree = {
  'a.txt': { size: 100, seed: 1 },
  'big.bin': big,
  same: { 'b.txt': { size: 7, seed: 2 }, empty: { size: 0, seed: 0 } },
};
const mine: Tree = {
  'a.txt': { size: 50, seed: 9 },
  'big.bin': { ...big, seed: 9 },
  same: { 'b.txt': { size: 7, seed: 9 } },
};

describe('with rename', () => {
  it('both are kept: what comes gets a number', async () => {
    const { rig, from, to } = await send(tree, mine);
    const grown = harvest(to);
    const source = harvest(from);
    expect(Object.keys(grown)).toEqual([
      'a (1).txt',
      'a.txt',
      'big (1).bin',
      'big.bin',
      'same',
      'same/b (1).txt',
      'same/b.txt',
      'same/empty',
    ]);
    expect(grown['a (1).txt']).toEqual(source['a.txt']);
    expect(grown['big (1).bin']).toEqual(source['big.bin']);
    expect(grown['same/b (1).txt']).toEqual(source['same/b.txt']);
    expect(await rig.sink.outcome).toMatchObject({ summary: { files: 4, skipped: 0, failed: 0 } });
  });

  it('each content gets a number of its own, and no name is lost', async () => {
    const all = temporaryFolder();
    for (let run = 0; run < 4; run += 1) {
      plant(join(all, 'from'), { 'a.txt': { size: 10, seed: run } });
      await Rig.run({ paths: [join(all, 'from', 'a.txt')], dir: join(all, 'to'), home: join(all, 'home') });
    }
    expect(Object.keys(harvest(join(all, 'to')))).toEqual(['a (1).txt', 'a (2).txt', 'a (3).txt', 'a.txt']);
  });

  it('a folder that got a number is taken again, with what is in it', async () => {
    const all = temporaryFolder();
    plant(all, { from: { docs: { x: { size: 5, seed: 1 } } }, to: { docs: { size: 3, seed: 3 } } });
    for (let run = 0; run < 3; run += 1) {
      const rig = await Rig.run({
        paths: [join(all, 'from', 'docs')],
        dir: join(all, 'to'),
        home: join(all, 'home'),
      });
      expect(await rig.sink.outcome).toMatchObject({ summary: { same: run === 0 ? 0 : 1, failed: 0 } });
    }
    expect(Object.keys(harvest(join(all, 'to')))).toEqual(['docs', 'docs (1)', 'docs (1)/x']);
  });

  it('a folder whose name a file has gets a number, with all that is in it', async () => {
    const { rig, to } = await send(
      { docs: { x: { size: 5, seed: 1 }, deeper: { y: { size: 6, seed: 2 } } } },
      { docs: { size: 3, seed: 3 } },
    );
    expect(Object.keys(harvest(to))).toEqual([
      'docs',
      'docs (1)',
      'docs (1)/deeper',
      'docs (1)/deeper/y',
      'docs (1)/x',
    ]);
    expect(await rig.sink.outcome).toMatchObject({ summary: { files: 2, failed: 0 } });
  });

  it('a file whose name a folder has gets a number', async () => {
    const { to } = await send({ 'notes.txt': { size: 5, seed: 1 } }, { 'notes.txt': {} });
    expect(Object.keys(harvest(to))).toEqual(['notes (1).txt', 'notes.txt']);
  });

  it('a file whose name a symbolic link has does not write through it', async () => {
    const all = temporaryFolder();
    plant(all, { from: { a: { size: 5, seed: 1 } }, to: {}, 'secret.txt': { size: 9, seed: 2 } });
    symlinkSync(join(all, 'secret.txt'), join(all, 'to', 'a'));
    const before = readFileSync(join(all, 'secret.txt'));
    for (const onConflict of ['rename', 'skip', 'overwrite'] as const) {
      await Rig.run({
        paths: [join(all, 'from', 'a')],
        dir: join(all, 'to'),
        home: join(all, 'home'),
        onConflict,
      });
      expect(readFileSync(join(all, 'secret.txt'))).toEqual(before);
    }
  });
});

describe('with skip', () => {
  it('what is identical is compared and not sent; what differs is kept beside', async () => {
    const { rig, from, to, home, dir } = await send(
      tree,
      { ...tree, same: { 'b.txt': { size: 7, seed: 9 }, empty: { size: 0, seed: 0 } } },
      { onConflict: 'skip' },
    );
    expect(rig.framesOf('SAME')).toHaveLength(3);
    expect(rig.contentBytes).toBe(7);
    expect(await rig.sink.outcome).toEqual({
      kind: 'done',
      summary: { files: 1, bytes: 7, skipped: 3, same: 3, failed: 0, resumedBytes: 0 },
    });
    expect(await rig.source.outcome).toEqual(await rig.sink.outcome);
    expect(Object.keys(harvest(to))).toEqual([
      'a.txt',
      'big.bin',
      'same',
      'same/b (1).txt',
      'same/b.txt',
      'same/empty',
    ]);
    expect(harvest(to)['same/b (1).txt']?.content).toBe(harvest(from)['same/b.txt']?.content);
    expect(leftovers(home, dir)).toEqual([]);
  });

  it('what has another size is not read for a comparison', async () => {
    const { rig } = await send(
      { a: { size: 100, seed: 1 } },
      { a: { size: 99, seed: 1 } },
      { onConflict: 'skip' },
    );
    const [want] = rig.framesOf('WANT');
    expect([want?.later, want?.unless]).toEqual([undefined, undefined]);
  });

  it('the whole tree again sends nothing', async () => {
    await fc.assert(
      fc.asyncProperty(anyTree, async (any) => {
        const { rig, from, to } = await send(any, any, { onConflict: 'skip' });
        expect(rig.contentBytes).toBe(0);
        expect(await rig.sink.outcome).toMatchObject({
          kind: 'done',
          summary: { files: 0, bytes: 0, skipped: filesOf(any).length, same: filesOf(any).length, failed: 0 },
        });
        expect(Object.keys(harvest(to))).toEqual(Object.keys(harvest(from)));
      }),
      { numRuns: 25 },
    );
  });

  it('a folder or a link of that name is not taken for the same', async () => {
    const all = temporaryFolder();
    plant(all, {
      from: { a: { size: 0, seed: 1 }, b: { size: 4, seed: 2 } },
      to: { from: { a: {} } },
      other: { size: 4, seed: 2 },
    });
    symlinkSync(join(all, 'other'), join(all, 'to', 'from', 'b'));
    const rig = await Rig.run({
      paths: [join(all, 'from')],
      dir: join(all, 'to'),
      home: join(all, 'home'),
      onConflict: 'skip',
    });
    expect(await rig.sink.outcome).toMatchObject({ summary: { files: 2, skipped: 0, failed: 0 } });
    expect(Object.keys(harvest(join(all, 'to', 'from')))).toEqual(['a', 'a (1)', 'b (1)']);
  });
});

describe('with overwrite', () => {
  it('what comes takes the place of what is there', async () => {
    const { rig, from, to } = await send(tree, mine, { onConflict: 'overwrite' });
    expect(harvest(to)).toEqual(harvest(from));
    expect(await rig.sink.outcome).toMatchObject({ summary: { files: 4, failed: 0 } });
  });

  it('a folder is not replaced by a file, nor a file by a folder: those fail, the others come', async () => {
    const { rig, to } = await send(
      {
        a: { size: 5, seed: 1 },
        b: { x: { size: 6, seed: 2 }, y: { size: 6, seed: 3 } },
        c: { size: 7, seed: 4 },
      },
      { a: { mine: { size: 1, seed: 5 } }, b: { size: 2, seed: 6 } },
      { onConflict: 'overwrite' },
    );
    expect(rig.sink.faults.map(({ path, code, side }) => [path, code, side])).toEqual([
      ['tree/b', 'not-a-folder', 'here'],
      ['tree/b/x', 'not-a-folder', 'here'],
      ['tree/b/y', 'not-a-folder', 'here'],
      ['tree/a', 'is-a-folder', 'here'],
    ]);
    expect(rig.source.faults.map(({ path, side }) => [path, side])).toEqual([
      ['tree/b', 'there'],
      ['tree/b/x', 'there'],
      ['tree/b/y', 'there'],
      ['tree/a', 'there'],
    ]);
    expect(Object.keys(harvest(to))).toEqual(['a', 'a/mine', 'b', 'c']);
    expect(await rig.source.outcome).toEqual(await rig.sink.outcome);
    expect(await rig.sink.outcome).toMatchObject({ summary: { files: 1 } });
  });

  it('leaves the old file until the new one is whole', async () => {
    const all = temporaryFolder();
    plant(all, { from: { a: big }, to: { a: { size: 9, seed: 7 } } });
    const before = readFileSync(join(all, 'to', 'a'));
    await Rig.run({
      paths: [join(all, 'from', 'a')],
      dir: join(all, 'to'),
      home: join(all, 'home'),
      onConflict: 'overwrite',
      onFrame: ({ type }) => {
        if (type === 'DATA') expect(readFileSync(join(all, 'to', 'a')).equals(before)).toBe(true);
      },
    });
    expect(harvest(join(all, 'to'))['a']).toEqual(harvest(join(all, 'from'))['a']);
  });
});

describe('a part of a tree', () => {
  const whole: Tree = {
    docs: {
      'a.txt': { size: 10, seed: 1 },
      'b.jpg': { size: 20, seed: 2 },
      deep: { 'c.txt': { size: 30, seed: 3 } },
    },
    pics: { 'd.jpg': { size: 400_000, seed: 4 } },
    none: {},
  };

  it('that is wanted comes; the rest is not sent and counts as skipped', async () => {
    const { rig, to } = await send(
      whole,
      {},
      { wants: (path, kind) => kind === 'folder' || path.endsWith('.txt') },
    );
    expect(Object.keys(harvest(to)).filter((path) => path.includes('.'))).toEqual([
      'docs/a.txt',
      'docs/deep/c.txt',
    ]);
    expect(rig.contentBytes).toBe(40);
    const summary = { files: 2, bytes: 40, skipped: 2, same: 0, failed: 0, resumedBytes: 0 };
    expect(await rig.sink.outcome).toEqual({ kind: 'done', summary });
    expect(await rig.source.outcome).toEqual({ kind: 'done', summary });
  });

  it('leaves out folders with all that is in them', async () => {
    const { rig, to } = await send(whole, {}, { wants: (path) => path !== 'tree/docs' });
    expect(Object.keys(harvest(to)).filter((path) => path.includes('docs'))).toEqual([]);
    expect(await rig.sink.outcome).toMatchObject({ summary: { files: 1, skipped: 3 } });
  });

  it('makes no folder in which nothing is wanted', async () => {
    const { to } = await send(
      whole,
      {},
      { wants: (path, kind) => kind === 'folder' || path.endsWith('c.txt') },
    );
    expect(Object.keys(harvest(to))).toEqual(['docs', 'docs/deep', 'docs/deep/c.txt']);
  });

  it('of nothing is done at once', async () => {
    const { rig, dir, home } = await send(whole, {}, { wants: () => false });
    expect(await rig.sink.outcome).toEqual({
      kind: 'done',
      summary: { files: 0, bytes: 0, skipped: 4, same: 0, failed: 0, resumedBytes: 0 },
    });
    expect(rig.contentBytes).toBe(0);
    expect(leftovers(home, dir)).toEqual([]);
  });

  it('shows totals of what is wanted alone, so that progress comes to 100 %', async () => {
    const { rig } = await send(
      whole,
      {},
      { wants: (path, kind) => kind === 'folder' || path.endsWith('.txt') },
    );
    expect(rig.receiving?.progress).toMatchObject({
      totals: { files: 2, bytes: 40, complete: true },
      files: 2,
      bytes: 40,
    });
  });
});

describe('a target', () => {
  it('whose journal cannot be written takes the files all the same', async () => {
    const all = temporaryFolder();
    plant(all, { from: { a: { size: 5, seed: 1 } } });
    writeFileSync(join(all, 'home'), 'a file');
    mkdirSync(join(all, 'to'));
    const rig = await Rig.run({ paths: [join(all, 'from')], dir: join(all, 'to'), home: join(all, 'home') });
    expect(await rig.sink.outcome).toMatchObject({ kind: 'done' });
    expect(await rig.source.outcome).toMatchObject({ kind: 'done' });
    expect(harvest(join(all, 'to'))['from/a']).toEqual(harvest(join(all, 'from'))['a']);
    expect(unfinishedIn(join(all, 'to'))).toEqual([]);
  });
});
