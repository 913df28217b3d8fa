import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';

import type { Payload } from '../../../shared/protocol/catalog.ts';
import { limits } from '../../../shared/protocol/limits.ts';
import { setLimits } from '../testing/limits.ts';
import { harvest, plant, temporaryFolder } from '../../base/testing/trees.ts';
import type { Tree } from '../../base/testing/trees.ts';
import { Rig } from '../testing/transfer-rig.ts';
import type { RigOptions } from '../testing/transfer-rig.ts';

const many = (count: number, folders = 7): Tree => {
  const tree: Record<string, Record<string, { size: number; seed: number }>> = {};
  for (let index = 0; index < count; index += 1) {
    const folder = `d${index % folders}`;
    (tree[folder] ??= {})[`f${String(index).padStart(5, '0')}`] = { size: index % 5, seed: index };
  }
  return tree;
};

const places = (tree: Tree): Pick<RigOptions, 'paths' | 'dir' | 'home'> & { from: string } => {
  const all = temporaryFolder();
  plant(join(all, 'tree'), tree);
  return {
    from: join(all, 'tree'),
    paths: [join(all, 'tree')],
    dir: join(all, 'to'),
    home: join(all, 'home'),
  };
};

const entriesIn = (payload: unknown): number => (payload as Payload<'MANIFEST'>).entries.length;

describe('the manifest', () => {
  it.each([1, 3, 10, 64])(
    'runs at most %i entries ahead before ACCEPT, and waits there',
    async (previewEntries) => {
      setLimits({ previewEntries });
      const { from, ...options } = places(many(100));
      let told = 0;
      let accept: () => void = () => {};
      const rig = await Rig.start({
        ...options,
        decide: (asking) => {
          accept = () => void asking.receiving?.accept(asking.target());
        },
        onFrame: ({ type, payload }) => {
          if (type === 'MANIFEST') told += entriesIn(payload);
        },
      });
      // The source does what it may; then nothing more comes.
      for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      expect(told).toBe(previewEntries);
      accept();
      expect((await rig.over()).sink).toMatchObject({ kind: 'done', summary: { files: 100, failed: 0 } });
      expect(harvest(join(options.dir, 'tree'))).toEqual(harvest(from));
    },
  );

  it.each([3, 9, 20])('never has more than %i entries unsettled after ACCEPT', async (windowEntries) => {
    setLimits({ windowEntries, previewEntries: Math.min(3, windowEntries) });
    const { from, ...options } = places(many(24, 3));
    let told = 0;
    let settled = 0;
    let most = 0;
    let isAccepted = false;
    const rig = await Rig.run({
      ...options,
      onFrame: ({ type, payload }) => {
        if (type === 'ACCEPT') isAccepted = true;
        if (type === 'MANIFEST') told += entriesIn(payload);
        // What the source heard may be older than what the sink has: the sink is the judge.
        if (type === 'ACK') settled = (payload as Payload<'ACK'>).settled;
        if (isAccepted) most = Math.max(most, told - settled);
      },
    });
    expect((await rig.over()).sink).toMatchObject({ kind: 'done', summary: { files: 24, failed: 0 } });
    expect(most).toBeLessThanOrEqual(windowEntries);
    expect(harvest(join(options.dir, 'tree'))).toEqual(harvest(from));
  });

  it('moves on over files that fail, are not wanted, or are the same', async () => {
    setLimits({ windowEntries: 9, previewEntries: 9 });
    const { from, ...options } = places(many(40));
    plant(join(options.dir, 'tree'), many(40));
    const rig = await Rig.run({
      ...options,
      onConflict: 'skip',
      wants: (path, kind) => kind === 'folder' || !path.includes('7'),
    });
    expect((await rig.over()).sink).toMatchObject({
      kind: 'done',
      summary: { files: 0, skipped: 40, failed: 0 },
    });
    expect(harvest(join(options.dir, 'tree'))).toEqual(harvest(from));
  });

  it('moves on over folders alone', async () => {
    setLimits({ windowEntries: 4, previewEntries: 4 });
    const tree: Record<string, Tree> = {};
    for (let index = 0; index < 6; index += 1) tree[`d${index}`] = { deeper: {} };
    const { from, ...options } = places(tree);
    const rig = await Rig.run(options);
    expect((await rig.over()).sink).toMatchObject({ kind: 'done', summary: { files: 0, failed: 0 } });
    expect(harvest(join(options.dir, 'tree'))).toEqual(harvest(from));
  });

  it('fills pages up to their number of entries and marks the last one alone', async () => {
    setLimits({ manifestPageEntries: 6 });
    const { from, ...options } = places(many(40));
    const rig = await Rig.run(options);
    await rig.over();
    const pages = rig.log.filter(({ type }) => type === 'MANIFEST');
    expect(pages.map(({ flags }) => flags)).toEqual([...pages.slice(1).map(() => 0), 2]);
    expect(pages.map(({ payload }) => (payload as { page: number }).page)).toEqual(
      pages.map((_, page) => page),
    );
    expect(Math.max(...pages.map(({ payload }) => entriesIn(payload)))).toBe(6);
    expect(harvest(join(options.dir, 'tree'))).toEqual(harvest(from));
  });

  it('tells totals at once for a small tree, and completes them for one that is still walked', async () => {
    const small = await Rig.run(places(many(10)));
    expect(small.framesOf('TOTALS')).toEqual([]);
    setLimits({ previewEntries: 5 });
    const rig = await Rig.run(places(many(200)));
    expect(rig.framesOf('OFFER')[0]?.totals.complete).toBe(false);
    expect(rig.framesOf('TOTALS').at(-1)).toEqual({ files: 200, folders: 8, bytes: 400, complete: true });
    expect(rig.receiving?.progress.totals).toEqual({ files: 200, folders: 8, bytes: 400, complete: true });
  });
});

describe('an offer', () => {
  it.each([
    [120, true],
    [2_000, false],
  ])('of a slow machine with %d files tells complete totals: %s', async (files, complete) => {
    let nowMs = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (nowMs += 10));
    try {
      const rig = await Rig.run(places(many(files)));
      expect(rig.framesOf('OFFER')[0]?.totals.complete).toBe(complete);
    } finally {
      clock.mockRestore();
    }
  });
});

describe('a preview', () => {
  it('shows paths, kinds and sizes before anything is decided, and nothing touches the disk', async () => {
    const { dir, home, paths } = places({ a: { size: 3, seed: 1 }, d: { b: { size: 4, seed: 2 } } });
    let shown: unknown;
    const rig = await Rig.run({
      dir,
      home,
      paths,
      needsPreview: true,
      decide: ({ receiving }) => {
        shown = receiving?.preview;
        receiving?.cancel({ code: 'cancelled', message: 'No.' } as never);
      },
    });
    expect(shown).toEqual([
      { path: 'tree', kind: 'folder', size: 0 },
      { path: 'tree/a', kind: 'file', size: 3 },
      { path: 'tree/d', kind: 'folder', size: 0 },
      { path: 'tree/d/b', kind: 'file', size: 4 },
    ]);
    expect((await rig.over()).source).toMatchObject({ kind: 'cancelled', code: 'cancelled' });
    expect([harvest(dir), harvest(home)]).toEqual([{}, {}]);
  });

  it('does not wait for a manifest that takes its time', async () => {
    setLimits({ previewEntries: 2 });
    const rig = await Rig.run({ ...places(many(30)), needsPreview: true });
    expect((await rig.over()).sink).toMatchObject({ kind: 'done', summary: { files: 30 } });
  });

  it('is not waited for where nobody looks at it', async () => {
    const order: string[] = [];
    await Rig.run({ ...places(many(5)), onFrame: ({ type }) => order.push(type) });
    expect(order.indexOf('ACCEPT')).toBeLessThan(order.indexOf('FINISH'));
    expect(limits.previewEntries).toBe(8_192);
  });
});
