/**
 * Walks what is to be sent in manifest order: the top level first, then the content of each folder in the order of
 * the folders, names in the order of their UTF-8 bytes (docs/PROTOCOL.md, "Manifest").
 *
 * Incremental: a call works for a few milliseconds and can be repeated, so that data flows while a large tree is
 * still being walked. Reads folders and file attributes only. Symbolic links are left out and reported; those that a
 * person named as a root are followed, since they were asked for by name.
 */

import { lstatSync, readdirSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { sep } from 'node:path';

import type { EntryKind, Totals } from '../../../shared/model/transfer.ts';
import { entryTimeOf } from '../../../shared/protocol/entry-time.ts';
import { HexdropError } from '../../../shared/protocol/errors.ts';
import { limits } from '../../../shared/protocol/limits.ts';
import { compareUtf8 } from '../../../shared/protocol/text.ts';
import { fileFaultOf, tooLarge } from './file-fault.ts';
import { isReservedName, nameFault } from './safe-path.ts';
import type { SourceEntry, WalkReports } from './source-tree.ts';

/** An entry at the top of the tree: the name it travels under, and where it is. */
export interface SourceRoot {
  readonly name: string;
  /** Leads through no link: one that a person named has been followed. */
  readonly path: string;
  readonly kind: EntryKind;
  /** Bytes of a file, for the offer; 0 for a folder. */
  readonly size: number;
}

export interface LocalEntry extends SourceEntry {
  /** As the system had them when the entry was made: `versionOf` and `isSameState` go by them. */
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly inode: bigint;
  /** Local and absolute. */
  readonly path: string;
}

interface Folder {
  readonly index: number;
  readonly path: string;
  readonly relative: string;
  readonly depth: number;
  readonly entry: LocalEntry;
}

const version = Buffer.alloc(16);

/** Folders have none. */
const noVersion = '0'.repeat(32);

/** 32 hex digits. Modification and status-change time together: no ordinary change of a file leaves both as they were. */
export function versionOf(entry: Pick<LocalEntry, 'kind' | 'mtimeNs' | 'ctimeNs'>): string {
  if (entry.kind === 'folder') return noVersion;
  // Times may lie further off than 64 bits of nanoseconds reach: the lower ones tell them apart as well.
  version.writeBigUInt64BE(BigInt.asUintN(64, entry.mtimeNs), 0);
  version.writeBigUInt64BE(BigInt.asUintN(64, entry.ctimeNs), 8);
  return version.toString('hex');
}

type State = Pick<LocalEntry, 'mtimeNs' | 'ctimeNs'> & { readonly size: number | bigint };

/** Whether nothing happened to a file between two looks at it. If something did, its content may still be the same. */
export const isSameState = (before: State, after: State): boolean =>
  BigInt(before.size) === BigInt(after.size) &&
  before.mtimeNs === after.mtimeNs &&
  before.ctimeNs === after.ctimeNs;

const anyExecute = 0o111n;

/** Nanoseconds: as doubles of milliseconds Node would round them, up or down. */
const exactly = { throwIfNoEntry: false, bigint: true } as const;

const relativeIn = (folder: Folder | undefined, name: string): string =>
  folder === undefined ? name : `${folder.relative}/${name}`;

export class TreeWalk {
  readonly #reports: WalkReports;
  readonly #roots: readonly SourceRoot[];
  #nextRoot = 0;
  /** Folders whose content has not been listed, in the order of their indices. */
  #folders: Folder[] = [];
  #nextFolder = 0;
  /** The content of the folder that is being listed. */
  #names: string[] = [];
  #nextName = 0;
  #current: Folder | undefined;
  #nextIndex = 0;
  #files = 0;
  #bytes = 0;
  #folderCount = 0;
  #isDone = false;

  /** @param roots with distinct names; they are put into order here, and those that cannot be offered are told */
  constructor(roots: readonly SourceRoot[], reports: WalkReports) {
    this.#reports = reports;
    this.#roots = roots
      .filter(({ size }) => Number.isSafeInteger(size))
      .toSorted((a, b) => compareUtf8(a.name, b.name));
    for (const { name, size } of roots)
      if (!Number.isSafeInteger(size)) this.#failed(undefined, name, tooLarge(size));
  }

  get roots(): readonly SourceRoot[] {
    return this.#roots;
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  get totals(): Totals {
    return { files: this.#files, folders: this.#folderCount, bytes: this.#bytes, complete: this.#isDone };
  }

  /** Goes on for about `budgetMs` or `maxEntries` and hands each entry to `take`, in manifest order. */
  advance(budgetMs: number, maxEntries: number, take: (entry: LocalEntry) => void): void {
    const until = performance.now() + budgetMs;
    for (let count = 0; count < maxEntries && !this.#isDone; count += 1) {
      if (count % 32 === 31 && performance.now() > until) return;
      const entry = this.#step();
      if (entry !== undefined) take(entry);
    }
  }

  #step(): LocalEntry | undefined {
    if (this.#nextRoot < this.#roots.length) {
      const root = this.#roots[this.#nextRoot++] as SourceRoot;
      return this.#look(root.name, root.path, undefined);
    }
    if (this.#nextName < this.#names.length) {
      const name = this.#names[this.#nextName++] as string;
      return this.#child(this.#current as Folder, name);
    }
    this.#openNextFolder();
    return undefined;
  }

  #openNextFolder(): void {
    const folder = this.#folders[this.#nextFolder++];
    if (folder === undefined) {
      this.#folders = [];
      this.#names = [];
      this.#isDone = true;
      return;
    }
    if (this.#nextFolder > 1_024) {
      this.#folders = this.#folders.slice(this.#nextFolder);
      this.#nextFolder = 0;
    }
    this.#current = folder;
    this.#nextName = 0;
    this.#names = [];
    try {
      this.#names = readdirSync(folder.path).sort(compareUtf8);
    } catch (thrown) {
      this.#reports.fault(folder.relative, fileFaultOf(thrown, 'list', folder.relative), folder.entry);
    }
  }

  #child(folder: Folder, name: string): LocalEntry | undefined {
    // Unfinished files of transfers into this very folder are nobody's content.
    if (isReservedName(name, process.platform)) {
      this.#reports.omitted(relativeIn(folder, name), 'reserved');
      return undefined;
    }
    // Two names that are not UTF-8 read the same, and as one that is there.
    if (this.#names[this.#nextName - 2] === name)
      return this.#failed(folder, name, new HexdropError('name-not-utf8'));
    // Joined by hand, here and nowhere else: names from a listing have no separators and need no normalising.
    const path = folder.path.endsWith(sep) ? folder.path + name : folder.path + sep + name;
    return this.#look(name, path, folder);
  }

  #look(name: string, path: string, folder: Folder | undefined): LocalEntry | undefined {
    let stats: BigIntStats | undefined;
    try {
      stats = lstatSync(path, exactly);
    } catch (thrown) {
      return this.#failed(folder, name, fileFaultOf(thrown, 'look at', relativeIn(folder, name)));
    }
    if (stats === undefined) {
      // Node shows bytes that are not UTF-8 as U+FFFD, and finds no such file. Anything else was removed just now.
      return name.includes('\ufffd')
        ? this.#failed(folder, name, new HexdropError('name-not-utf8'))
        : undefined;
    }
    if (!stats.isFile() && !stats.isDirectory()) {
      this.#reports.omitted(relativeIn(folder, name), stats.isSymbolicLink() ? 'symlink' : 'special');
      return undefined;
    }
    const fault = nameFault(name, process.platform);
    if (fault !== undefined) return this.#failed(folder, name, new HexdropError(fault.code, fault.message));
    if (folder !== undefined && folder.depth + 1 > limits.treeDepth) {
      const message = `It lies more than ${limits.treeDepth} levels deep.`;
      return this.#failed(folder, name, new HexdropError('manifest-depth', message));
    }
    // Sparse files may say more than there are disks.
    if (stats.isFile() && stats.size > BigInt(Number.MAX_SAFE_INTEGER - this.#bytes))
      return this.#failed(folder, name, tooLarge(stats.size));
    return this.#entry(name, path, stats, folder);
  }

  #failed(folder: Folder | undefined, name: string, error: HexdropError): undefined {
    this.#reports.fault(relativeIn(folder, name), error);
  }

  #entry(name: string, path: string, stats: BigIntStats, folder: Folder | undefined): LocalEntry {
    const isFile = stats.isFile();
    const size = isFile ? Number(stats.size) : 0;
    const entry: LocalEntry = {
      index: this.#nextIndex++,
      kind: isFile ? 'file' : 'folder',
      name,
      parent: folder?.index ?? -1,
      size,
      mtime: entryTimeOf(stats.mtimeNs),
      mtimeNs: stats.mtimeNs,
      ctimeNs: stats.ctimeNs,
      inode: stats.ino,
      executable: isFile && (stats.mode & anyExecute) !== 0n,
      path,
    };
    if (isFile) {
      this.#files += 1;
      this.#bytes += size;
    } else {
      this.#folderCount += 1;
      const relative = relativeIn(folder, name);
      this.#folders.push({ index: entry.index, path, relative, depth: (folder?.depth ?? 0) + 1, entry });
    }
    return entry;
  }
}
