/** Trees of files for tests: described as plain data, planted on the disk, and read back to be compared. */

import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll } from 'vitest';

import { chunkBytes } from '../../../shared/protocol/limits.ts';
import { entryTimeOf } from '../../../shared/protocol/entry-time.ts';
import { isReservedName } from '../safe-path.ts';

export interface FileSeed {
  readonly size: number;
  readonly seed: number;
  readonly executable?: boolean;
  /** Seconds since the epoch. */
  readonly mtime?: number;
}

/** Folders by name; a file is told by its `size`. */
export interface Tree {
  readonly [name: string]: Tree | FileSeed;
}

export const isFileSeed = (node: Tree | FileSeed): node is FileSeed =>
  typeof (node as FileSeed).size === 'number';

const made: string[] = [];
afterAll(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Empty, without links in its path, gone after the tests of the file. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'hexdrop-engine-')));
  made.push(folder);
  return folder;
}

/** Content that is different at every place and for every seed. */
export function contentOf({ size, seed }: FileSeed): Buffer {
  const words = new Uint32Array(Math.ceil(size / 4));
  let state = (seed ^ 0x9e37_79b9) >>> 0 || 1;
  for (let at = 0; at < words.length; at += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[at] = state >>> 0;
  }
  return Buffer.from(words.buffer, 0, size);
}

export function plant(folder: string, tree: Tree): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, node] of Object.entries(tree)) {
    const path = join(folder, name);
    if (!isFileSeed(node)) {
      plant(path, node);
      continue;
    }
    writeFileSync(path, contentOf(node));
    if (node.executable === true) chmodSync(path, 0o755);
    const mtime = node.mtime ?? 1_600_000_000 + node.seed * 0.001;
    utimesSync(path, mtime, mtime);
  }
}

export interface Grown {
  readonly kind: 'file' | 'folder';
  /** See `shownContent`. */
  readonly content?: string;
  readonly executable?: boolean;
  /** Of files: a folder's changes with its content. */
  readonly mtimeMs?: number;
}

/** Content to compare and to print: short ones as they are, long ones by size and digest. */
export const shownContent = (bytes: Uint8Array): string =>
  bytes.length <= 64
    ? Buffer.from(bytes).toString('latin1')
    : `${bytes.length} bytes ${createHash('sha256').update(bytes).digest('hex')}`;

/** What is in a folder, by relative path; unfinished files are left out. */
export function harvest(folder: string): Record<string, Grown> {
  const grown: Record<string, Grown> = {};
  const visit = (path: string, relative: string): void => {
    for (const name of readdirSync(path).toSorted()) {
      if (isReservedName(name, process.platform)) continue;
      const child = join(path, name);
      const childRelative = relative === '' ? name : `${relative}/${name}`;
      const stats = lstatSync(child, { bigint: true });
      if (stats.isDirectory()) {
        grown[childRelative] = { kind: 'folder' };
        visit(child, childRelative);
      } else if (stats.isFile()) {
        const content = shownContent(readFileSync(child));
        grown[childRelative] = {
          kind: 'file',
          content,
          executable: (stats.mode & 0o100n) !== 0n,
          // Of a double of milliseconds the nearest one is shown, which may be the next.
          mtimeMs: Math.floor(entryTimeOf(stats.mtimeNs) / 1_000),
        };
      }
    }
  };
  if (existsSync(folder)) visit(folder, '');
  return grown;
}

export const pathsOf = (tree: Tree): string[] =>
  Object.entries(tree).flatMap(([name, node]) =>
    isFileSeed(node) ? [name] : [name, ...pathsOf(node).map((path) => `${name}/${path}`)],
  );

export const filesOf = (tree: Tree): (FileSeed & { readonly path: string })[] =>
  Object.entries(tree).flatMap(([name, node]) =>
    isFileSeed(node)
      ? [{ ...node, path: name }]
      : filesOf(node).map((file) => ({ ...file, path: `${name}/${file.path}` })),
  );

export const bytesOf = (tree: Tree): number => filesOf(tree).reduce((sum, { size }) => sum + size, 0);

const anyName = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
  fc.constantFrom(
    'a b',
    'новый файл',
    '文件',
    'tab\there',
    'line\nbreak',
    '-rf',
    '~',
    '😀'.repeat(60),
    'x'.repeat(255),
    '.hidden',
    'a.tar.gz',
    '\u{1f600}',
    '\uffee',
  ),
);

/** Names that every Linux file system takes and the protocol too. */
const goodName = anyName.filter(
  (name) =>
    !/[/\\\0]/u.test(name) &&
    name !== '.' &&
    name !== '..' &&
    name.isWellFormed() &&
    Buffer.byteLength(name) <= 255 &&
    !isReservedName(name, process.platform) &&
    name !== '__proto__',
);

/** Around every border that the protocol knows: empty, packed, one chunk, several. */
const border = fc.constantFrom(0, 1, 65_536, chunkBytes, 2 * chunkBytes);
const anySize = fc.oneof(
  { weight: 3, arbitrary: fc.nat({ max: 3_000 }) },
  {
    weight: 2,
    arbitrary: fc.tuple(border, fc.integer({ min: -2, max: 2 })).map(([at, off]) => Math.max(0, at + off)),
  },
  { weight: 1, arbitrary: fc.nat({ max: 700_000 }) },
);

const anyFile: fc.Arbitrary<FileSeed> = fc.record({
  size: anySize,
  seed: fc.nat({ max: 1_000_000 }),
  executable: fc.boolean(),
});

const { tree: anyNode } = fc.letrec<{ tree: Tree; node: Tree | FileSeed }>((tie) => ({
  tree: fc.dictionary(goodName, tie('node'), { maxKeys: 4, noNullPrototype: true }),
  node: fc.oneof({ depthSize: 'small', withCrossShrink: true }, anyFile, tie('tree')),
}));

/** A tree with at least one entry at its top. */
export const anyTree: fc.Arbitrary<Tree> = anyNode.filter((tree) => Object.keys(tree).length > 0);
