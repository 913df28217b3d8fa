import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { HexdropError } from '../../../../shared/errors/errors.ts';
import { limits } from '../../../../shared/protocol/limits.ts';
import { ManifestOrder } from '../../../../shared/protocol/manifest-order.ts';
import { ManifestPageWriter, readManifestPage } from '../../../../shared/protocol/manifest.ts';
import { anyTree, bytesOf, filesOf, pathsOf, plant, temporaryFolder } from '../../../base/testing/trees.ts';
import { rootsOf } from './roots.ts';
import { isSameState, TreeWalk, versionOf } from './walk.ts';
import type { LocalEntry } from './walk.ts';

interface Walked {
  readonly walk: TreeWalk;
  readonly entries: LocalEntry[];
  readonly omitted: string[];
  readonly faults: [path: string, code: string, entry?: number][];
}

const walkOf = (...paths: string[]): Walked => {
  const walked: Walked = {
    walk: new TreeWalk(rootsOf(paths), {
      omitted: (relative, reason) => void walked.omitted.push(`${relative} ${reason}`),
      fault: (relative, error: HexdropError, entry) =>
        void walked.faults.push(
          entry === undefined ? [relative, error.code] : [relative, error.code, entry.index],
        ),
    }),
    entries: [],
    omitted: [],
    faults: [],
  };
  return walked;
};

/** Walks to the end, so many steps at a time. */
const walkAll = (walked: Walked, steps = 1_000_000): Walked => {
  while (!walked.walk.isDone) walked.walk.advance(1_000, steps, (entry) => walked.entries.push(entry));
  return walked;
};

const pathOf = (entries: readonly LocalEntry[], entry: LocalEntry): string =>
  entry.parent < 0 ? entry.name : `${pathOf(entries, entries[entry.parent] as LocalEntry)}/${entry.name}`;

const one = (path: string): LocalEntry => walkAll(walkOf(path)).entries[0] as LocalEntry;

describe('the walk of a tree', () => {
  it('finds everything, in an order that the other side accepts, however it is divided', () => {
    fc.assert(
      fc.property(anyTree, fc.integer({ min: 1, max: 9 }), (tree, steps) => {
        const all = temporaryFolder();
        plant(join(all, 'root'), tree);
        const { walk, entries } = walkAll(walkOf(join(all, 'root')), steps);
        const order = new ManifestOrder();
        const pages = new ManifestPageWriter(1);
        for (const entry of entries) {
          expect(order.nextIndex).toBe(entry.index);
          order.take(entry);
          expect(pages.add({ ...entry, version: versionOf(entry) })).toBe(true);
        }
        expect(readManifestPage(pages.finish(true).subarray(16)).entries).toHaveLength(entries.length);
        const paths = entries.map((entry) => pathOf(entries, entry).slice('root/'.length));
        expect(paths.slice(1).toSorted()).toEqual(pathsOf(tree).toSorted());
        const files = filesOf(tree);
        expect(walk.totals).toEqual({
          files: files.length,
          folders: pathsOf(tree).length - files.length + 1,
          bytes: bytesOf(tree),
          complete: true,
        });
      }),
      { numRuns: 40 },
    );
  });

  it('orders names by their UTF-8 bytes, not as JavaScript does', () => {
    const all = temporaryFolder();
    for (const name of ['\uffee', '\u{1f600}', 'b', 'B', 'ä', 'a-', 'a']) writeFileSync(join(all, name), '');
    expect(
      walkAll(walkOf(all))
        .entries.slice(1)
        .map(({ name }) => name),
    ).toEqual(['B', 'a', 'a-', 'b', 'ä', '\uffee', '\u{1f600}']);
  });

  it('puts roots into order, files and folders together, each under its name', () => {
    const all = temporaryFolder();
    plant(all, { z: { x: { size: 1, seed: 1 } }, m: { size: 2, seed: 2 }, a: { y: { size: 3, seed: 3 } } });
    const { entries } = walkAll(walkOf(join(all, 'z'), join(all, 'm'), join(all, 'a')));
    expect(entries.map((entry) => [entry.index, pathOf(entries, entry)])).toEqual([
      [0, 'a'],
      [1, 'm'],
      [2, 'z'],
      [3, 'a/y'],
      [4, 'z/x'],
    ]);
  });

  it('stops after so many steps and goes on where it was', () => {
    const all = temporaryFolder();
    plant(all, { a: { size: 1, seed: 1 }, b: { size: 2, seed: 2 } });
    const walked = walkOf(all);
    walked.walk.advance(1_000, 3, (entry) => walked.entries.push(entry));
    expect(walked.entries.length).toBeLessThan(3);
    expect(walked.walk.totals.complete).toBe(false);
    expect(walkAll(walked, 1).entries.map(({ index }) => index)).toEqual([0, 1, 2]);
  });

  it('stops when its time is up', () => {
    const all = temporaryFolder();
    for (let index = 0; index < 200; index += 1) writeFileSync(join(all, `f${index}`), '');
    const walked = walkOf(all);
    walked.walk.advance(0, 100_000, (entry) => walked.entries.push(entry));
    expect(walked.entries.length).toBeLessThan(100);
  });
});

describe('what is left out', () => {
  it('is every symbolic link, wherever it leads, but not one that was named', () => {
    const all = temporaryFolder();
    plant(all, { real: { x: { size: 1, seed: 1 } }, tree: { a: { size: 1, seed: 1 } } });
    symlinkSync('../real', join(all, 'tree', 'folder'));
    symlinkSync('a', join(all, 'tree', 'file'));
    symlinkSync('.', join(all, 'tree', 'loop'));
    symlinkSync('nowhere', join(all, 'tree', 'dangling'));
    symlinkSync('real', join(all, 'named'));
    const { entries, omitted } = walkAll(walkOf(join(all, 'tree'), join(all, 'named')));
    expect(omitted).toEqual([
      'tree/dangling symlink',
      'tree/file symlink',
      'tree/folder symlink',
      'tree/loop symlink',
    ]);
    expect(entries.map((entry) => pathOf(entries, entry))).toEqual(['named', 'tree', 'named/x', 'tree/a']);
  });

  it.skipIf(process.platform === 'win32')('is every pipe', () => {
    const all = temporaryFolder();
    execFileSync('mkfifo', [join(all, 'pipe')]);
    expect(walkAll(walkOf(all)).omitted).toEqual([expect.stringMatching(/\/pipe special$/u)]);
  });

  it('and what vanished between two looks is not mentioned', () => {
    const all = temporaryFolder();
    plant(join(all, 't'), { a: { size: 1, seed: 1 }, b: { size: 1, seed: 1 } });
    const walked = walkOf(join(all, 't'));
    walked.walk.advance(1_000, 2, (entry) => walked.entries.push(entry));
    rmSync(join(all, 't', 'b'));
    const { entries, faults } = walkAll(walked);
    expect([entries.map(({ name }) => name), faults]).toEqual([['t', 'a'], []]);
  });
});

describe('what cannot be told', () => {
  it('is a fault: a folder that cannot be listed, with its entry', () => {
    const all = temporaryFolder();
    plant(join(all, 't'), { d: { x: { size: 1, seed: 1 } }, e: { size: 1, seed: 1 } });
    const walked = walkOf(join(all, 't'));
    walked.walk.advance(1_000, 4, (entry) => walked.entries.push(entry));
    renameSync(join(all, 't', 'd'), join(all, 't', 'elsewhere'));
    const { entries, faults } = walkAll(walked);
    expect(entries.map(({ name }) => name)).toEqual(['t', 'd', 'e']);
    expect(faults).toEqual([['t/d', 'file-vanished', 1]]);
  });

  it('is told: unfinished files of others, and names that stand for the same one; a backslash is a character', () => {
    const all = temporaryFolder();
    plant(join(all, 't'), {
      'a\\b': { size: 1, seed: 1 },
      '.hexdrop-partial': { x: { size: 1, seed: 2 } },
      ok: { size: 1, seed: 3 },
    });
    const { entries, faults, omitted } = walkAll(walkOf(join(all, 't')));
    expect(entries.map(({ name }) => name)).toEqual(['t', 'a\\b', 'ok']);
    expect(faults).toEqual([]);
    expect(omitted).toEqual(['t/.hexdrop-partial reserved']);
  });

  it('is a fault: what lies deeper than the protocol allows, file or folder; the levels above are told', () => {
    const all = temporaryFolder();
    let path = join(all, 'd');
    for (let depth = 1; depth <= limits.treeDepth; depth += 1) {
      mkdirSync(path);
      path = join(path, 'd');
    }
    mkdirSync(path);
    writeFileSync(join(path, '..', 'f'), '');
    const { entries, faults } = walkAll(walkOf(join(all, 'd')));
    expect(entries).toHaveLength(limits.treeDepth);
    expect(faults.map(([, code]) => code)).toEqual(['manifest-depth', 'manifest-depth']);
  });
});

describe('an entry', () => {
  it('tells time in microseconds, cut off and never moved on', () => {
    const all = temporaryFolder();
    const nanoseconds = fc.sample(
      fc.record({
        second: fc.integer({ min: -5_000_000, max: 2_000_000_000 }),
        us: fc.nat({ max: 999_999 }),
        ns: fc.constantFrom(0, 1, 50, 100, 500, 900, 950, 990, 999),
      }),
      300,
    );
    const names = nanoseconds.map(({ second, us, ns }, index) => {
      const path = join(all, `f${index}`);
      writeFileSync(path, '');
      return [path, `@${second}.${String(us).padStart(6, '0')}${String(ns).padStart(3, '0')}`];
    });
    execFileSync('sh', ['-c', names.map(([path, time]) => `touch -d '${time}' '${path}'`).join('\n')]);
    const { entries } = walkAll(walkOf(all));
    for (const entry of entries.filter(({ kind }) => kind === 'file')) {
      const { mtimeNs } = statSync(entry.path, { bigint: true });
      const floor = mtimeNs / 1_000n - (mtimeNs % 1_000n < 0n ? 1n : 0n);
      expect([entry.path, mtimeNs, BigInt(entry.mtime)]).toEqual([entry.path, mtimeNs, floor]);
    }
  });

  it('tells whether a file may be run', () => {
    const all = temporaryFolder();
    for (const [name, mode] of [
      ['a', 0o644],
      ['b', 0o755],
      ['c', 0o654],
      ['d', 0o600],
    ] as const) {
      writeFileSync(join(all, name), '');
      chmodSync(join(all, name), mode);
    }
    expect(walkAll(walkOf(all)).entries.map(({ executable }) => executable)).toEqual([
      false,
      false,
      true,
      true,
      false,
    ]);
  });

  const changes: readonly (readonly [what: string, change: (path: string) => void])[] = [
    ['its content grows', (path) => appendFileSync(path, 'x')],
    ['its content is replaced by as much', (path) => writeFileSync(path, 'def')],
    ['its time is set', (path) => utimesSync(path, 1, 1)],
    [
      'its content is replaced and its time set back',
      (path) => {
        const { atime, mtime } = statSync(path);
        writeFileSync(path, 'def');
        utimesSync(path, atime, mtime);
      },
    ],
    [
      'another file takes its place with the same time',
      (path) => {
        const { atime, mtime } = statSync(path);
        writeFileSync(`${path}.new`, 'def');
        utimesSync(`${path}.new`, atime, mtime);
        renameSync(`${path}.new`, path);
      },
    ],
    ['its mode changes', (path) => chmodSync(path, 0o600)],
  ];

  it.each(changes)('has another version when %s', async (_what, change) => {
    const path = join(temporaryFolder(), 'f');
    writeFileSync(path, 'abc');
    utimesSync(path, 1_000_000_000, 1_000_000_000);
    const before = one(path);
    expect(isSameState(before, lstatSync(path, { bigint: true }))).toBe(true);
    // The clock of file systems ticks every few milliseconds.
    const { ctimeMs } = statSync(path);
    while (Date.now() - ctimeMs < 20) await new Promise((resolve) => setImmediate(resolve));
    change(path);
    expect(isSameState(before, lstatSync(path, { bigint: true }))).toBe(false);
    expect(versionOf(one(path)) === versionOf(before) && one(path).size === before.size).toBe(false);
  });

  it('has the same version as long as nothing changes, 16 bytes; a folder has none', () => {
    const path = join(temporaryFolder(), 'f');
    writeFileSync(path, 'abc');
    expect(versionOf(one(path))).toBe(versionOf(one(path)));
    expect(versionOf(one(path))).toMatch(/^[0-9a-f]{32}$/u);
    expect(versionOf(one(join(path, '..')))).toBe('0'.repeat(32));
  });
});

describe('a target within the tree', () => {
  const isFolder = (path: string) => {
    const target = statSync(path, { bigint: true });
    return ({ dev, ino }: { dev: bigint; ino: bigint }): boolean => dev === target.dev && ino === target.ino;
  };
  const pathsIn = ({ entries }: Walked): readonly string[] => entries.map((entry) => pathOf(entries, entry));

  const plantTarget = (): string => {
    const src = join(temporaryFolder(), 'src');
    for (const folder of ['a', 'zz/other', 'zz/src/zz/src', 'zz/src (1)/a', 'b/src'])
      mkdirSync(join(src, folder), { recursive: true });
    return src;
  };
  const left = ['src', 'src/a', 'src/b', 'src/zz', 'src/b/src', 'src/zz/other'];

  it('is walked without what the transfer writes there, which is told', () => {
    const src = plantTarget();
    const walked = walkOf(src);
    walked.walk.leaveOutTarget(isFolder(join(src, 'zz')));
    expect(pathsIn(walkAll(walked))).toEqual(left);
    expect(walked.omitted).toEqual(['src/zz/src target', 'src/zz/src (1) target']);
  });

  it('is known by its identity, however its path reads', () => {
    const src = plantTarget();
    const link = join(temporaryFolder(), 'link');
    symlinkSync(join(src, 'zz'), link);
    const walked = walkOf(src);
    walked.walk.leaveOutTarget(isFolder(link));
    expect(pathsIn(walkAll(walked))).toEqual(left);
  });

  it('that becomes known in the middle is not walked any deeper', () => {
    const src = plantTarget();
    const walked = walkOf(src);
    while (!pathsIn(walked).includes('src/zz/src')) {
      walked.walk.advance(1_000, 1, (entry) => walked.entries.push(entry));
    }
    walked.walk.leaveOutTarget(isFolder(join(src, 'zz')));
    expect(pathsIn(walkAll(walked))).not.toContain('src/zz/src/zz');
    expect(walked.omitted).toContain('src/zz/src target');
  });

  it('may be the folder itself that is sent', () => {
    const src = join(temporaryFolder(), 'src');
    mkdirSync(join(src, 'src/deep'), { recursive: true });
    mkdirSync(join(src, 'a'));
    const walked = walkOf(src);
    walked.walk.leaveOutTarget(isFolder(src));
    expect(pathsIn(walkAll(walked))).toEqual(['src', 'src/a']);
  });

  it('keeps nothing out when only files are at the top', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a'), 'A');
    const walked = walkOf(join(folder, 'a'));
    walked.walk.leaveOutTarget(isFolder(folder));
    expect(pathsIn(walkAll(walked))).toEqual(['a']);
  });
});
