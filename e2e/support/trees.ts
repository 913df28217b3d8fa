/** Trees of files: made from a description, read back, and compared by content, time and mode. */

import { deepStrictEqual } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { dirname, join } from 'node:path';

export interface FileSpec {
  readonly content: string | Uint8Array;
  /** Microseconds since the epoch. */
  readonly mtimeUs?: number;
  readonly mode?: number;
}

export interface FolderSpec {
  readonly folder: true;
  readonly mtimeUs?: number;
}

/** Relative paths with '/'; a text or bytes is the content of a file. */
export type TreeSpec = Readonly<Record<string, string | Uint8Array | FileSpec | FolderSpec>>;

export const emptyFolder: FolderSpec = { folder: true };

/** A time of last change that is neither now nor a whole second. A multiple of 8 is what Node can set under Windows. */
const usualMtimeUs = 1_577_934_245_678_904;

/** Makes a tree below `root` and returns it. Times are whole microseconds, those of folders are set last. */
export function makeTree(root: string, spec: TreeSpec): string {
  mkdirSync(root, { recursive: true });
  const folderTimes = new Map<string, number>();
  const makeFolder = (path: string): void => {
    if (path === '.' || folderTimes.has(path)) return;
    makeFolder(dirname(path));
    mkdirSync(join(root, path), { recursive: true });
    folderTimes.set(path, usualMtimeUs);
  };
  for (const [path, what] of Object.entries(spec)) {
    const isContent = typeof what === 'string' || what instanceof Uint8Array;
    const entry: FileSpec | FolderSpec = isContent ? { content: what } : what;
    if ('folder' in entry) {
      makeFolder(path);
      if (entry.mtimeUs !== undefined) folderTimes.set(path, entry.mtimeUs);
      continue;
    }
    makeFolder(dirname(path));
    const full = join(root, path);
    writeFileSync(full, entry.content, { mode: entry.mode ?? 0o644 });
    setMtime(full, entry.mtimeUs ?? usualMtimeUs);
  }
  for (const [path, mtimeUs] of [...folderTimes].reverse()) setMtime(join(root, path), mtimeUs);
  setMtime(root, usualMtimeUs);
  return root;
}

/** Half a microsecond away from zero, or a double that lies below it loses the last one. Text: Node reads negative numbers as "now". */
export function setMtime(path: string, mtimeUs: number): void {
  const seconds = (mtimeUs + (mtimeUs < 0 ? -0.5 : 0.5)) / 1e6;
  utimesSync(path, Date.now() / 1_000, String(seconds));
}

export interface TreeEntry {
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly size: number;
  /** Microseconds, cut off as the protocol does. */
  readonly mtimeUs: number;
  readonly isExecutable: boolean;
  /** Of the content of a file. */
  readonly sha256: string;
}

export type Tree = ReadonlyMap<string, TreeEntry>;

/** Everything below `root` by relative path. */
export function readTree(root: string, skip: (path: string) => boolean = () => false): Tree {
  const tree = new Map<string, TreeEntry>();
  const visit = (relative: string): void => {
    for (const name of readdirSync(join(root, relative)).sort()) {
      const path = relative === '' ? name : `${relative}/${name}`;
      if (skip(path)) continue;
      const entry = readEntry(join(root, path));
      tree.set(path, entry);
      if (entry.kind === 'folder') visit(path);
    }
  };
  visit('');
  return tree;
}

export function readEntry(path: string): TreeEntry {
  const stats = lstatSync(path, { bigint: true });
  const kind = kindOf(stats);
  return {
    kind,
    size: kind === 'file' ? Number(stats.size) : 0,
    mtimeUs: Number(floorDivide(stats.mtimeNs, 1_000n)),
    isExecutable: kind === 'file' && (stats.mode & 0o111n) !== 0n,
    sha256: kind === 'file' ? hashFile(path) : '',
  };
}

function kindOf(stats: BigIntStats): TreeEntry['kind'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'folder';
  return stats.isSymbolicLink() ? 'link' : 'other';
}

const floorDivide = (value: bigint, by: bigint): bigint =>
  value < 0n ? -((-value + by - 1n) / by) : value / by;

const block = Buffer.allocUnsafeSlow(1_048_576);

export function hashFile(path: string): string {
  const hash = createHash('sha256');
  const fd = openSync(path, 'r');
  try {
    for (;;) {
      const read = readSync(fd, block);
      if (read === 0) return hash.digest('hex');
      hash.update(block.subarray(0, read));
    }
  } finally {
    closeSync(fd);
  }
}

/** Whether a path is that of an unfinished file. */
export const isUnfinished = (path: string): boolean => /(?:^|\/)\.hexdrop-partial[^/]*$/iu.test(path);

/** Relative paths of the unfinished files below a folder. */
export const unfinishedIn = (root: string): readonly string[] =>
  readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => isUnfinished(path));

/** How long a receiver may take to clear up once the sender knows that all has arrived. */
const clearingMs = 2_000;

async function unfinishedGone(target: string): Promise<void> {
  const deadline = performance.now() + clearingMs;
  while (unfinishedIn(target).length > 0 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** What differs, one line each; empty when nothing does. */
export function differences(source: Tree, target: Tree): readonly string[] {
  const lines: string[] = [];
  for (const [path, wanted] of source) {
    const found = target.get(path);
    if (found === undefined) lines.push(`missing: ${JSON.stringify(path)}`);
    else lines.push(...entryDifferences(path, wanted, found));
  }
  for (const path of target.keys()) {
    if (!source.has(path)) lines.push(`not in the source: ${JSON.stringify(path)}`);
  }
  return lines;
}

function entryDifferences(path: string, wanted: TreeEntry, found: TreeEntry): readonly string[] {
  return (['kind', 'size', 'mtimeUs', 'isExecutable', 'sha256'] as const)
    .filter((property) => wanted[property] !== found[property])
    .map(
      (property) =>
        `${property} of ${JSON.stringify(path)}: ${found[property]} instead of ${wanted[property]}`,
    );
}

/** The trees below the two folders are alike: names, content, times to the microsecond, executable bits. */
export async function expectSameTree(source: string, target: string): Promise<void> {
  await unfinishedGone(target);
  deepStrictEqual(differences(readTree(source), readTree(target)).slice(0, 20), []);
}

/** As expectSameTree, but for the times: for trees that were made without setting them. */
export async function expectSameContent(source: string, target: string): Promise<void> {
  await unfinishedGone(target);
  const timeless = (root: string): Tree =>
    new Map([...readTree(root)].map(([path, entry]) => [path, { ...entry, mtimeUs: 0 }]));
  deepStrictEqual(differences(timeless(source), timeless(target)).slice(0, 20), []);
}

/** Relative paths of all that is under its final name. */
export const landedPaths = (target: string): readonly string[] => [...readTree(target, isUnfinished).keys()];

/**
 * Every file under a final name is whole and equals its source; beside them there are only folders and unfinished files. With
 * `twice` a second copy may stand beside a file, under its name with " (1)".
 */
export function expectOnlyWholeFiles(source: string, target: string, twice = false): void {
  const wanted = readTree(source);
  const originalOf = (path: string): TreeEntry | undefined =>
    wanted.get(path) ?? (twice ? wanted.get(path.replace(/ \(1\)(?=(?:\.[^/.]*)?$)/u, '')) : undefined);
  const found = readTree(target, isUnfinished);
  const wrong: string[] = [];
  for (const [path, entry] of found) {
    const original = originalOf(path);
    if (original === undefined) wrong.push(`not in the source: ${JSON.stringify(path)}`);
    // The time of a folder is set once everything is in it.
    else if (entry.kind !== 'folder') wrong.push(...entryDifferences(path, original, entry));
    else if (original.kind !== 'folder') wrong.push(`a folder where a file is: ${JSON.stringify(path)}`);
  }
  deepStrictEqual(wrong.slice(0, 20), []);
}

/** Bytes of all files. */
export const treeBytes = (tree: Tree): number => [...tree.values()].reduce((sum, { size }) => sum + size, 0);

export const treeFiles = (tree: Tree): number =>
  [...tree.values()].filter(({ kind }) => kind === 'file').length;
