/** Trees that are streamed to the engine while they are sent, through a real source and a real sink. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { HexdropError } from '../../../../shared/errors/errors.ts';
import { chunkBytes } from '../../../../shared/protocol/limits.ts';
import type { StreamedPart } from '../../api.ts';
import { turns } from '../../testing/manual-clock.ts';
import { Page } from '../../testing/page.ts';
import { contentOf, filesOf, harvest, plant, temporaryFolder } from '../../../base/testing/trees.ts';
import type { Tree } from '../../../base/testing/trees.ts';
import { leftovers, Rig } from '../../testing/transfer-rig.ts';
import type { RigOptions } from '../../testing/transfer-rig.ts';

const windowBytes = 8_388_608;

const places = (): Pick<RigOptions, 'dir' | 'home'> => {
  const all = temporaryFolder();
  return { dir: join(all, 'to'), home: join(all, 'home') };
};

/** What arrived: content, modes and times of files; folders as such. */
const shapeOf = (folder: string): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(harvest(folder)).map(([path, { kind, content, mtimeMs }]) => [
      path,
      kind === 'file' ? { content, mtimeMs } : kind,
    ]),
  );

const expected = (tree: Tree): Record<string, unknown> => {
  const folder = temporaryFolder();
  plant(folder, tree);
  return shapeOf(folder);
};

const small = (count: number): Tree =>
  Object.fromEntries(
    Array.from({ length: count }, (_, n) => [
      `f${n}`,
      { size: (n * 37) % 1_500, seed: n + 1, mtime: 1_600_000_000 },
    ]),
  );

const mixed: Tree = {
  'z.bin': { size: 3 * chunkBytes + 9, seed: 1, mtime: 1_600_000_001 },
  a: {
    deep: { deeper: { 'x.txt': { size: 70_000, seed: 2, mtime: 1_600_000_002 } } },
    'empty.txt': { size: 0, seed: 3, mtime: 1_600_000_003 },
    'exact.bin': { size: chunkBytes, seed: 4, mtime: 1_600_000_004 },
    none: {},
  },
  'ü.txt': { size: 12, seed: 5, mtime: 1_600_000_005 },
};

const isDone = { source: { kind: 'done' }, sink: { kind: 'done' } };

describe('a streamed tree', () => {
  it.each([
    ['inline', {}],
    ['over a lane', { lane: {} }],
  ])('arrives whole, whatever the order of its entries and the size of pieces (%s)', async (_how, more) => {
    for (const pieceBytes of [1_000, 100_000, 10_000_000]) {
      const where = places();
      const page = new Page(mixed, { pieceBytes });
      const rig = await Rig.run({ ...where, ...more, tree: page });
      expect(await rig.over()).toMatchObject(isDone);
      expect(shapeOf(where.dir)).toEqual(expected(mixed));
      expect(page.notWanted).toEqual([]);
    }
  });

  it('of 5,000 small files arrives in few packs', async () => {
    const tree: Tree = { many: small(5_000) };
    const where = places();
    const page = new Page(tree);
    const rig = await Rig.run({ ...where, tree: page });
    expect(await rig.over()).toMatchObject({ source: { summary: { files: 5_000, failed: 0 } } });
    for (const { path, ...seed } of filesOf(tree)) {
      expect(readFileSync(join(where.dir, path)).equals(contentOf(seed))).toBe(true);
    }
    expect(rig.framesOf('PACK').length).toBeLessThan(200);
    expect(rig.framesOf('DATA')).toEqual([]);
    // Of disks that are slow with small files.
  }, 30_000);

  it('whose folders are not told gets them', async () => {
    const where = places();
    const rig = await Rig.run({ ...where, tree: new Page(mixed, { tellsFolders: false }) });
    expect(await rig.over()).toMatchObject(isDone);
    const { 'a/none': _none, ...rest } = expected(mixed);
    expect(shapeOf(where.dir)).toEqual(rest);
  });

  it('larger than its window is never asked for beyond it, and all of the window is used', async () => {
    const tree: Tree = {
      'a.bin': { size: 20_000_000, seed: 1, mtime: 1_600_000_000 },
      'b.bin': { size: 9_000_000, seed: 2, mtime: 1_600_000_000 },
    };
    const where = places();
    const page = new Page(tree, { pieceBytes: 200_000 });
    // Nothing leaves the engine for a while: what is asked for stays asked for.
    const rig = await Rig.start({ ...where, tree: page, link: { toListener: { turnsBetween: 3 } } });
    expect(await rig.over()).toMatchObject(isDone);
    expect(page.taken).toBe(29_000_000);
    expect(page.mostOpenBytes).toBeLessThanOrEqual(windowBytes);
    expect(page.mostOpenBytes).toBeGreaterThan(windowBytes / 2);
    expect(Math.max(...page.wanted.map(({ bytes }) => bytes))).toBeLessThanOrEqual(1_048_576);
    expect(shapeOf(where.dir)).toEqual(expected(tree));
  });

  it('is not asked for more than its window while the sink takes nothing', async () => {
    const where = places();
    const page = new Page({ 'a.bin': { size: 30_000_000, seed: 1 } });
    const rig = await Rig.start({ ...where, tree: page });
    while (page.taken === 0) await turns(1);
    rig.receiving?.hold(true);
    await turns(300);
    const { taken } = page;
    await turns(300);
    expect(page.taken).toBe(taken);
    expect(taken).toBeLessThanOrEqual(rig.contentBytes + windowBytes + 8 * chunkBytes);
    rig.receiving?.hold(false);
    expect(await rig.over()).toMatchObject(isDone);
  });

  it('goes on when content comes late, out of turn, or at once', async () => {
    let step = 0;
    const ways: ((work: () => void) => void)[] = [
      (work) => void turns(15).then(work),
      (work) => void turns((step = (step * 7 + 3) % 20)).then(work),
      (work) => work(),
    ];
    for (const later of ways) {
      const where = places();
      const rig = await Rig.run({ ...where, tree: new Page(mixed, { later, pieceBytes: 90_000 }) });
      expect(await rig.over()).toMatchObject(isDone);
      expect(shapeOf(where.dir)).toEqual(expected(mixed));
    }
  });

  it('names that are no names, paths that clash and trees too deep fail by themselves', async () => {
    const where = places();
    const page = new Page({ 'good.txt': { size: 5, seed: 1, mtime: 1_600_000_000 } });
    const file = { kind: 'file' as const, size: 5, mtimeMs: 1_600_000_000_000 };
    const bad = [
      { ...file, path: '../up.txt' },
      { ...file, path: '.hexdrop-partial' },
      { ...file, path: 'good.txt' },
      { ...file, path: 'good.txt/below.txt' },
      { ...file, path: 'folder//x.txt' },
      { ...file, path: 'odd.txt', size: -1 },
      { ...file, path: `${'d/'.repeat(512)}x.txt` },
    ];
    const entries = [...page.entries, ...bad];
    const rig = await Rig.run({
      ...where,
      tree: { entries, want: (part) => page.want(part), unwanted: () => {}, close: () => {} },
    });
    expect(await rig.over()).toMatchObject({ source: { kind: 'done', summary: { files: 1, failed: 7 } } });
    const faults = new Map(rig.source.faults.map(({ path, code }) => [path.slice(0, 30), code]));
    expect(Object.fromEntries(faults)).toEqual({
      '..': 'unsafe-name',
      '.hexdrop-partial': 'name-not-allowed',
      'good.txt': 'file-exists',
      'good.txt/below.txt': 'file-exists',
      'folder/': 'unsafe-name',
      'odd.txt': 'file-unreadable',
      ['d/'.repeat(15)]: 'manifest-depth',
    });
    expect(shapeOf(where.dir)['good.txt']).toBeDefined();
  });
});

describe('a streamed file of any date', () => {
  it('arrives with it, before 1970 too; what is no time counts as the epoch', async () => {
    const where = places();
    const dates = {
      old: -1_000_000_000.5,
      epoch: 0,
      late: 4_000_000_000,
      none: Number.NaN,
      far: 9e15,
      early: -9e15,
    };
    const tree: Tree = Object.fromEntries(
      Object.entries(dates).flatMap(([name, mtime]) => [
        [`${name} small`, { size: 3, seed: 1, mtime }],
        [`${name} large`, { size: 80_000, seed: 2, mtime }],
      ]),
    );
    const rig = await Rig.run({ ...where, tree: new Page(tree) });
    expect(await rig.over()).toMatchObject({ sink: { kind: 'done', summary: { files: 12, failed: 0 } } });
    const arrived = harvest(where.dir);
    for (const size of ['small', 'large']) {
      for (const name of ['old', 'epoch', 'late'] as const)
        expect(arrived[`${name} ${size}`]?.mtimeMs).toBe(dates[name] * 1_000);
      expect(arrived[`none ${size}`]?.mtimeMs).toBe(0);
    }
  });

  it('and of a size that takes the sum beyond counting fails, and the others arrive', async () => {
    const where = places();
    const page = new Page({ a: { size: 5, seed: 1 }, c: { size: 6, seed: 2 } });
    const sparse = { path: 'b', kind: 'file', size: Number.MAX_SAFE_INTEGER, mtimeMs: 0 } as const;
    const tree = {
      entries: [...page.entries, sparse],
      want: (part: StreamedPart) => page.want(part),
      unwanted: () => {},
      close: () => {},
    };
    const rig = await Rig.run({ ...where, tree });
    expect(await rig.over()).toMatchObject({ sink: { kind: 'done', summary: { files: 2, failed: 1 } } });
    expect(rig.sink.faults).toEqual([{ path: 'b', code: 'file-too-large', side: 'there' }]);
  });
});

describe('a streamed file', () => {
  const failing: readonly [string, string, (part: StreamedPart, page: Page) => boolean][] = [
    ['that the page cannot read', 'file-unreadable', (part) => (part.fail('It is gone.'), true)],
    [
      'that fails after a while',
      'file-unreadable',
      (part) => (part.push(new Uint8Array(10)), part.fail('It is gone.'), true),
    ],
    [
      'that has grown',
      'file-changed',
      (part, page) => {
        const isTaken = part.push(new Uint8Array(part.bytes + 1));
        expect([isTaken, page.notWanted.includes(part)]).toEqual([false, false]);
        return true;
      },
    ],
  ];

  it.each(failing)('%s is a fault (%s); the others arrive', async (_what, code, answer) => {
    for (const bad of ['a/exact.bin', 'z.bin', 'ü.txt', 'a/deep/deeper/x.txt']) {
      const where = places();
      const page = new Page(mixed, {
        answer: (part, at) => at.pathOf(part) === bad && answer(part, at),
      });
      const rig = await Rig.run({ ...where, tree: page });
      expect(await rig.over()).toMatchObject({ source: { kind: 'done', summary: { failed: 1 } } });
      expect(rig.source.faults).toEqual([{ path: bad, code, side: 'here' }]);
      const { [bad]: _bad, ...rest } = expected(mixed);
      expect(shapeOf(where.dir)).toEqual(rest);
    }
  });

  it('that the sink gives up is not asked for any more, and what comes of it is not taken', async () => {
    const where = places();
    const tree: Tree = {
      'a.bin': { size: 12_000_000, seed: 1, mtime: 1_600_000_000 },
      'b.bin': { size: 600_000, seed: 2, mtime: 1_600_000_000 },
    };
    let told: (isTaken: boolean) => void = () => {};
    const taken = new Promise<boolean>((resolve) => (told = resolve));
    const page = new Page(tree, {
      answer: (part, at) => {
        if (part.offset < 2_000_000 || at.pathOf(part) !== 'a.bin') return false;
        // Held back until the sink has given it up.
        void (async () => {
          while (at.notWanted.length === 0) await turns(1);
          told(part.push(new Uint8Array(1)));
        })();
        return true;
      },
    });
    const rig = await Rig.start({ ...where, tree: page });
    while (page.taken < 2_000_000) await turns(1);
    await turns(30);
    // As if its disk had failed.
    rig.sending?.frame({
      type: 'FAULT',
      header: { type: 0x2b, flags: 0, channel: 0, id: 1, length: 0 },
      payload: { file: 0, code: 'write-failed', message: '' },
    } as never);
    expect(await taken).toBe(false);
    // The next file has its room now.
    while (!page.wanted.some((part) => page.pathOf(part) === 'b.bin')) await turns(1);
    rig.sending?.cancel(new HexdropError('cancelled', 'Enough.'));
    await rig.over();
  });

  it('with the same content is not sent where the sink skips; another one is', async () => {
    const where = places();
    const tree: Tree = {
      'big.bin': { size: 5_000_000, seed: 1, mtime: 1_600_000_000 },
      'other.bin': { size: 5_000_000, seed: 2, mtime: 1_600_000_000 },
      'same.txt': { size: 500, seed: 3, mtime: 1_600_000_000 },
      'changed.txt': { size: 500, seed: 4, mtime: 1_600_000_000 },
      'new.bin': { size: 5_000_000, seed: 5, mtime: 1_600_000_000 },
    };
    plant(where.dir, {
      'big.bin': { size: 5_000_000, seed: 1 },
      'same.txt': { size: 500, seed: 3 },
    });
    const almost = contentOf({ size: 5_000_000, seed: 2 });
    almost[4_999_999] = (almost[4_999_999] as number) ^ 1;
    writeFileSync(join(where.dir, 'other.bin'), almost);
    writeFileSync(join(where.dir, 'changed.txt'), Buffer.alloc(500));
    const rig = await Rig.run({
      ...where,
      tree: new Page(tree, { pieceBytes: 300_000 }),
      onConflict: 'skip',
    });
    expect(await rig.over()).toMatchObject(isDone);
    expect(rig.framesOf('SAME').length).toBe(2);
    expect(Object.keys(shapeOf(where.dir)).toSorted()).toEqual(
      [
        'big.bin',
        'changed (1).txt',
        'changed.txt',
        'new.bin',
        'other (1).bin',
        'other.bin',
        'same.txt',
      ].toSorted(),
    );
    expect(shapeOf(where.dir)['other (1).bin']).toEqual(expected(tree)['other.bin']);
  });
});

describe('a streamed transfer', () => {
  it('that is cancelled in the middle lets go of everything it asked for', async () => {
    const where = places();
    const page = new Page({ 'a.bin': { size: 30_000_000, seed: 1 } }, { pieceBytes: 50_000 });
    const rig = await Rig.start({ ...where, tree: page });
    while (page.taken < 6_000_000) await turns(1);
    rig.sending?.cancel(new HexdropError('cancelled', 'Enough.'));
    expect(await rig.over()).toMatchObject({ source: { kind: 'cancelled' }, sink: { kind: 'cancelled' } });
    const { taken } = page;
    await turns(50);
    expect(page.taken).toBe(taken);
    for (const part of page.wanted) expect(part.push(new Uint8Array(1))).toBe(false);
    expect(page.notWanted.length).toBeGreaterThan(0);
  });

  it('that was cut goes on where it was: what arrived is not asked for again', async () => {
    const where = places();
    const tree: Tree = {
      many: small(200),
      'x.bin': { size: 8_000_000, seed: 7, mtime: 1_600_000_000 },
    };
    const first = new Page(tree);
    await Rig.run({ ...where, tree: first, link: { toListener: { cutAfterBytes: 5_000_000 } } });
    const second = new Page(tree);
    const rig = await Rig.run({ ...where, tree: second });
    expect(await rig.over()).toMatchObject(isDone);
    expect(shapeOf(where.dir)).toEqual(expected(tree));
    expect(rig.framesOf('WANT').some(({ resume }) => (resume?.length ?? 0) > 0)).toBe(true);
    expect(second.taken).toBeLessThan(5_000_000);
    const big = second.wanted.filter((part) => second.pathOf(part) === 'x.bin');
    expect(Math.min(...big.map(({ offset }) => offset))).toBeGreaterThan(3_000_000);
    expect(leftovers(where.home, where.dir)).toEqual([]);
  });

  it('goes on with a file that has another time now only if it begins with the same', async () => {
    const at = (seed: number, mtime: number): Tree => ({ 'x.bin': { size: 8_000_000, seed, mtime } });
    for (const seed of [1, 2]) {
      const where = places();
      const first = new Page(at(1, 1));
      await Rig.run({ ...where, tree: first, link: { toListener: { cutAfterBytes: 5_000_000 } } });
      const second = new Page(at(seed, 2));
      const rig = await Rig.run({ ...where, tree: second });
      expect(await rig.over()).toMatchObject(isDone);
      expect(shapeOf(where.dir)).toEqual(expected(at(seed, 2)));
      const arrived = seed === 1 ? rig.framesOf('WANT')[0]?.resumeIf?.[0]?.[1] : 0;
      expect(rig.contentBytes).toBe(8_000_000 - (arrived as number));
      if (seed === 1) expect(arrived).toBeGreaterThan(3_000_000);
    }
  });
});
