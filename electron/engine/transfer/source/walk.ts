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

import type { EntryKind, Totals } from '../../../../shared/model/transfer.ts';
import { entryTimeOf } from '../../../../shared/protocol/entry-time.ts';
import { asHexdropError, HexdropError } from '../../../../shared/errors/errors.ts';
import { limits } from '../../../../shared/protocol/limits.ts';
import { compareUtf8 } from '../../../../shared/base/text.ts';
import { fileFaultOf, tooLarge } from '../../../base/file-fault.ts';
import { wireNamesOf } from '../../../base/name-mapping.ts';
import type { WireNames } from '../../../base/name-mapping.ts';
import { PseudoFiles } from '../../files/pseudo-file.ts';
import { isReservedName, nameFault, rulesAt } from '../../../base/safe-path.ts';
import type { SourceEntry, WalkReports } from './source-tree.ts';
import type { FolderIdentity } from '../../files/target-id.ts';

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
  /** What a file that is made while it is read held when it was walked; `long` where that is much. */
  readonly made?: Buffer | 'long';
  /** Local and absolute. */
  readonly path: string;
}

interface Folder extends FolderIdentity {
  readonly index: number;
  readonly parent: Folder | undefined;
  readonly name: string;
  readonly path: string;
  readonly relative: string;
  readonly depth: number;
  /** Whose rules for names hold in it. */
  readonly rules: NodeJS.Platform;
  readonly entry: LocalEntry;
  /** Known once somebody asked: whether the transfer goes to this folder. */
  isTarget: boolean | undefined;
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

/** The content of files that are made while they are read is kept up to this: a folder of them is small, all of /proc is not. */
const mostKeptBytes = 33_554_432;

/** Nanoseconds: as doubles of milliseconds Node would round them, up or down. */
const exactly = { throwIfNoEntry: false, bigint: true } as const;

const relativeIn = (folder: Folder | undefined, name: string): string =>
  folder === undefined ? name : `${folder.relative}/${name}`;

/** The number that a folder gets when its name is taken by a file. */
const numberPattern = / \(\d+\)(?=(?:\.[^.]*)?$)/u;

export class TreeWalk {
  readonly #reports: WalkReports;
  readonly #platform: NodeJS.Platform;
  #roots: readonly SourceRoot[];
  readonly #pseudo = new PseudoFiles();
  /** Kept of files that are made while they are read. */
  #keptBytes = 0;
  /** Whether a folder is the one that the transfer goes to; absent while that is not known to be on this machine. */
  #isTarget: ((folder: FolderIdentity) => boolean) | undefined;
  /** What may be there because an earlier transfer wrote it is not told before the target is known. */
  #awaitsTarget = false;
  /** Names at the top under which whole folders arrive. */
  readonly #folderRoots: ReadonlySet<string>;
  #nextRoot = 0;
  /** Folders whose content has not been listed, in the order of their indices. */
  #folders: Folder[] = [];
  #nextFolder = 0;
  /** The content of the folder that is being listed. */
  #names: readonly string[] = [];
  /** What some of the names are called on the disk. */
  #called: WireNames['called'] = new Map();
  #nextName = 0;
  #current: Folder | undefined;
  #nextIndex = 0;
  #files = 0;
  #bytes = 0;
  #folderCount = 0;
  #isDone = false;

  /** @param roots with distinct names; they are put into order here, and those that cannot be offered are told */
  constructor(
    roots: readonly SourceRoot[],
    reports: WalkReports,
    platform: NodeJS.Platform = process.platform,
  ) {
    this.#reports = reports;
    this.#platform = platform;
    this.#roots = roots
      .filter(({ size }) => Number.isSafeInteger(size))
      .toSorted((a, b) => compareUtf8(a.name, b.name));
    this.#folderRoots = new Set(roots.filter(({ kind }) => kind === 'folder').map(({ name }) => name));
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

  /**
   * From now on what the transfer itself writes is left out and reported: in the folder that it goes to, should that lie
   * within the tree, folders of the names at the top.
   */
  leaveOutTarget(isTarget: ((folder: FolderIdentity) => boolean) | undefined): void {
    this.#isTarget = isTarget;
    this.#awaitsTarget = false;
  }

  /** The target may lie within the tree: until `leaveOutTarget` the walk stops at what may be a copy in it. */
  awaitTarget(): void {
    this.#awaitsTarget = true;
  }

  /** Whether nothing more is told before the target is known. */
  get isWaiting(): boolean {
    if (!this.#awaitsTarget || this.#nextRoot < this.#roots.length) return false;
    const name = this.#names[this.#nextName];
    return name !== undefined && this.#isNamedLikeRoot(name);
  }

  /** Goes on for about `budgetMs` or `maxEntries` and hands each entry to `take`, in manifest order. */
  advance(budgetMs: number, maxEntries: number, take: (entry: LocalEntry) => void): void {
    const until = performance.now() + budgetMs;
    for (let count = 0; count < maxEntries && !this.#isDone && !this.isWaiting; count += 1) {
      if (count % 32 === 31 && performance.now() > until) return;
      const entry = this.#step();
      if (entry !== undefined) take(entry);
    }
  }

  #step(): LocalEntry | undefined {
    if (this.#nextRoot < this.#roots.length) {
      const at = this.#nextRoot++;
      const root = this.#roots[at] as SourceRoot;
      const entry = this.#look(root.name, root.path, undefined);
      // The offer says what the manifest will say.
      if (entry !== undefined && entry.size !== root.size)
        this.#roots = this.#roots.with(at, { ...root, size: entry.size });
      return entry;
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
    if (this.#isWithinCopy(folder)) return this.#reports.omitted(folder.relative, 'target');
    try {
      ({ names: this.#names, called: this.#called } = wireNamesOf(readdirSync(folder.path), folder.rules));
    } catch (thrown) {
      this.#reports.fault(folder.relative, fileFaultOf(thrown, 'list', folder.relative), folder.entry);
    }
  }

  #child(folder: Folder, name: string): LocalEntry | undefined {
    // Unfinished files of transfers into this very folder are nobody's content.
    if (isReservedName(name, this.#platform)) {
      this.#reports.omitted(relativeIn(folder, name), 'reserved');
      return undefined;
    }
    // Two names that are not UTF-8 read the same, and as one that is there; so may two that are written otherwise here.
    if (this.#names[this.#nextName - 2] === name)
      return this.#failed(folder, name, new HexdropError('name-not-utf8'));
    const local = this.#called.get(name) ?? name;
    // Joined by hand, here and nowhere else: names from a listing have no separators and need no normalising.
    const path = folder.path.endsWith(sep) ? folder.path + local : folder.path + sep + local;
    return this.#look(name, path, folder);
  }

  #isNamedLikeRoot(name: string): boolean {
    return this.#folderRoots.has(name) || this.#folderRoots.has(name.replace(numberPattern, ''));
  }

  /** Whether a folder of this name in `parent` is what this transfer writes. */
  #isCopy(parent: Folder | undefined, name: string): boolean {
    if (parent === undefined || this.#isTarget === undefined) return false;
    if (!this.#isNamedLikeRoot(name)) return false;
    parent.isTarget ??= this.#isTarget(parent);
    return parent.isTarget;
  }

  /** The same of all that is above it: a folder may have been told before the target was known. */
  #isWithinCopy(folder: Folder): boolean {
    if (this.#isTarget === undefined) return false;
    for (let at: Folder | undefined = folder; at !== undefined; at = at.parent) {
      if (this.#isCopy(at.parent, at.name)) return true;
    }
    return false;
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
      if (name.includes('\ufffd')) return this.#failed(folder, name, new HexdropError('name-not-utf8'));
      // What somebody asked for by name is missed.
      return folder === undefined ? this.#failed(folder, name, new HexdropError('file-vanished')) : undefined;
    }
    if (!stats.isFile() && !stats.isDirectory()) {
      this.#reports.omitted(relativeIn(folder, name), stats.isSymbolicLink() ? 'symlink' : 'special');
      return undefined;
    }
    if (stats.isDirectory() && this.#isCopy(folder, name)) {
      this.#reports.omitted(relativeIn(folder, name), 'target');
      return undefined;
    }
    const fault = nameFault(name, this.#platform);
    if (fault !== undefined) return this.#failed(folder, name, new HexdropError(fault.code, fault.message));
    if (folder !== undefined && folder.depth + 1 > limits.treeDepth) {
      const message = `It lies more than ${limits.treeDepth} levels deep.`;
      return this.#failed(folder, name, new HexdropError('manifest-depth', message));
    }
    if (stats.isDirectory()) return this.#entry(name, path, stats, folder, 0, undefined);
    let made: Buffer | undefined;
    try {
      made = this.#pseudo.contentOf(path, stats, relativeIn(folder, name));
    } catch (thrown) {
      return this.#failed(folder, name, asHexdropError(thrown));
    }
    const size = made === undefined ? stats.size : BigInt(made.length);
    // Sparse files may say more than there are disks.
    if (size > BigInt(Number.MAX_SAFE_INTEGER - this.#bytes))
      return this.#failed(folder, name, tooLarge(size));
    return this.#entry(name, path, stats, folder, Number(size), made);
  }

  #failed(folder: Folder | undefined, name: string, error: HexdropError): undefined {
    this.#reports.fault(relativeIn(folder, name), error);
  }

  /** What is made anew with every reading is sent as it was told, as far as that can be kept. */
  #kept(made: Buffer): Buffer | 'long' {
    if (this.#keptBytes + made.length > mostKeptBytes) return 'long';
    this.#keptBytes += made.length;
    return made;
  }

  #entry(
    name: string,
    path: string,
    stats: BigIntStats,
    folder: Folder | undefined,
    size: number,
    made: Buffer | undefined,
  ): LocalEntry {
    const isFile = stats.isFile();
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
      ...(made === undefined ? {} : { made: this.#kept(made) }),
    };
    if (isFile) {
      this.#files += 1;
      this.#bytes += size;
    } else {
      this.#folderCount += 1;
      const relative = relativeIn(folder, name);
      this.#folders.push({
        index: entry.index,
        parent: folder,
        name,
        path,
        relative,
        depth: (folder?.depth ?? 0) + 1,
        rules: folder?.rules ?? rulesAt(path, this.#platform),
        entry,
        dev: stats.dev,
        ino: stats.ino,
        isTarget: undefined,
      });
    }
    return entry;
  }
}
