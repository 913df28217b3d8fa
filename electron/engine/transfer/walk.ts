/**
 * Walks what is to be sent in manifest order: the top level first, then the content of each folder in the order of
 * the folders, names in the order of their UTF-8 bytes (docs/PROTOCOL.md, "Manifest").
 *
 * Incremental: a call works for a few milliseconds and can be repeated, so that data flows while a large tree is
 * still being walked. Reads folders and file attributes only. Symbolic links are left out and reported; those that a
 * person named as a root are followed, since they were asked for by name.
 */

import { lstatSync, readdirSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { join } from 'node:path';

import type { EntryKind, Totals } from '../../../shared/model/transfer.ts';
import type { HexdropError } from '../../../shared/protocol/errors.ts';
import { HexdropError as Failure } from '../../../shared/protocol/errors.ts';
import { limits } from '../../../shared/protocol/limits.ts';
import { compareUtf8 } from '../../../shared/protocol/text.ts';
import { fileFaultOf } from './file-fault.ts';
import { nameFault } from './safe-path.ts';

/** An entry at the top of the tree: the name it travels under, and where it is. */
export interface SourceRoot {
  readonly name: string;
  readonly path: string;
  readonly stats: Stats;
}

export interface SourceEntry {
  readonly index: number;
  readonly kind: EntryKind;
  readonly name: string;
  /** Index of the folder that holds it; -1 at the top. */
  readonly parent: number;
  readonly size: number;
  /** Microseconds since the epoch. */
  readonly mtime: number;
  /** 32 hex digits that change when the file does. */
  readonly version: string;
  readonly executable: boolean;
  /** Local and absolute. */
  readonly path: string;
}

export interface WalkReports {
  omitted(relative: string, reason: 'symlink' | 'special'): void;
  /** Something that cannot be told in a manifest, or a folder whose content cannot be read (then `entry` is it). */
  fault(relative: string, error: HexdropError, entry?: SourceEntry): void;
}

interface Folder {
  readonly index: number;
  readonly path: string;
  readonly relative: string;
  readonly depth: number;
  readonly entry: SourceEntry;
}

const version = Buffer.alloc(16);

/** Modification and status-change time together: no ordinary change of a file leaves both as they were. */
export function versionOf(stats: Stats): string {
  version.writeDoubleBE(stats.mtimeMs, 0);
  version.writeDoubleBE(stats.ctimeMs, 8);
  return version.toString('hex');
}

/** Node holds times as a double of milliseconds, which is today up to this far off the nanosecond. */
const doubleErrorUs = 0.13;

/** Good enough to show: may be one microsecond too high. */
export const microsecondsOf = (timeMs: number): number => Math.floor(timeMs * 1_000 + doubleErrorUs);

/** Cut off, never moved on. Where the double does not tell, the file is asked again for its nanoseconds. */
function modifiedUs(path: string, stats: Stats): number {
  const us = stats.mtimeMs * 1_000;
  if (us - Math.floor(us) < 1 - doubleErrorUs) return Math.floor(us);
  const exact = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (exact === undefined) return Math.floor(us);
  const { mtimeNs } = exact;
  const whole = mtimeNs / 1_000n;
  return Number(mtimeNs < 0n && mtimeNs % 1_000n !== 0n ? whole - 1n : whole);
}

/** Folders have none. */
const noVersion = '0'.repeat(32);

const anyExecute = 0o111;

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

  /** @param roots with distinct names; they are put into order here */
  constructor(roots: readonly SourceRoot[], reports: WalkReports) {
    this.#roots = roots.toSorted((a, b) => compareUtf8(a.name, b.name));
    this.#reports = reports;
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
  advance(budgetMs: number, maxEntries: number, take: (entry: SourceEntry) => void): void {
    const until = performance.now() + budgetMs;
    for (let count = 0; count < maxEntries && !this.#isDone; count += 1) {
      if (count % 32 === 31 && performance.now() > until) return;
      const entry = this.#step();
      if (entry !== undefined) take(entry);
    }
  }

  #step(): SourceEntry | undefined {
    if (this.#nextRoot < this.#roots.length) {
      const root = this.#roots[this.#nextRoot++] as SourceRoot;
      return this.#entry(root.name, root.path, root.stats, undefined);
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

  #child(folder: Folder, name: string): SourceEntry | undefined {
    const relative = `${folder.relative}/${name}`;
    // Two names that are not UTF-8 read the same, and as one that is there.
    const isTwice = this.#names[this.#nextName - 2] === name;
    const path = join(folder.path, name);
    let stats: Stats | undefined;
    try {
      stats = lstatSync(path, { throwIfNoEntry: false });
    } catch (thrown) {
      this.#reports.fault(relative, fileFaultOf(thrown, 'look at', relative));
      return undefined;
    }
    if (stats === undefined || isTwice) {
      // Node shows bytes that are not UTF-8 as U+FFFD, and finds no such file. Anything else was removed just now.
      if (name.includes('\ufffd')) this.#reports.fault(relative, new Failure('name-not-utf8'));
      return undefined;
    }
    if (!stats.isFile() && !stats.isDirectory()) {
      this.#reports.omitted(relative, stats.isSymbolicLink() ? 'symlink' : 'special');
      return undefined;
    }
    const fault = nameFault(name, process.platform);
    if (fault !== undefined) {
      this.#reports.fault(relative, new Failure(fault.code, fault.message));
      return undefined;
    }
    if (folder.depth + 1 > limits.treeDepth) {
      const message = `It lies more than ${limits.treeDepth} levels deep.`;
      this.#reports.fault(relative, new Failure('manifest-depth', message));
      return undefined;
    }
    return this.#entry(name, path, stats, folder);
  }

  #entry(name: string, path: string, stats: Stats, folder: Folder | undefined): SourceEntry {
    const isFile = stats.isFile();
    const entry: SourceEntry = {
      index: this.#nextIndex++,
      kind: isFile ? 'file' : 'folder',
      name,
      parent: folder?.index ?? -1,
      size: isFile ? stats.size : 0,
      mtime: modifiedUs(path, stats),
      version: isFile ? versionOf(stats) : noVersion,
      executable: isFile && (stats.mode & anyExecute) !== 0,
      path,
    };
    if (isFile) {
      this.#files += 1;
      this.#bytes += stats.size;
    } else {
      this.#folderCount += 1;
      const relative = folder === undefined ? name : `${folder.relative}/${name}`;
      this.#folders.push({ index: entry.index, path, relative, depth: (folder?.depth ?? 0) + 1, entry });
    }
    return entry;
  }
}
