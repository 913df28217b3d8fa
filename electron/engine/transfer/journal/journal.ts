/**
 * Owns what one transfer into one target has verified, so that the next run needs no rescan: which files are in
 * place and how far which partial is good. Kept in `<home>/journal/<key>.jsonl`, append-only, one write a line.
 * See docs/PROTOCOL.md, "Resume".
 *
 * A journal never fails a transfer: what cannot be written is not resumable, or only as long as this process lives
 * (journal-memory.ts), which its owner is told. Memory stays small whatever the size of the tree: of a file in place only a hash and the number of its line are kept.
 */

import { createHash } from 'node:crypto';
import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import { join, sep } from 'node:path';

import { HexdropError } from '../../../../shared/errors/errors.ts';
import type { HomeFaults } from '../../../base/home-faults.ts';
import { fileFaultOf } from '../../../base/file-fault.ts';
import { folderOf, JournalContent, landedIn, landingEntries, shownRoots } from './journal-content.ts';
import type { JournalHeader, JournalLine, LandingEntry, PartialRecord } from './journal-content.ts';
import { JournalFile } from './journal-file.ts';
import type { JournalLines } from './journal-file.ts';
import { acquireLock, releaseLock } from '../../../base/process-lock.ts';
import { JournalMemory, keepForNextAttempt, takeKept } from './journal-memory.ts';
import { isTimeHeld } from '../../files/landing.ts';
import { isTrusted, recordedPath, removeUnfinished, statsOf, unfinishedIn } from '../../files/unfinished.ts';
import { unfinishedName, unfinishedNumber, unfinishedPath } from '../../files/unfinished.ts';

/** Transfers of the same roots from the same peer into the same target at the same time. */
const parallelKeys = 64;

/** Folders that are remembered as swept; beyond it some are swept again, which costs a look. */
const sweptFolders = 4_096;

export interface JournalOptions {
  readonly home: string;
  /** Hears what cannot be written there. */
  readonly faults?: HomeFaults | undefined;
  readonly peerDeviceId: string;
  /** Absolute, links resolved: SafeRoot's path. */
  readonly targetRoot: string;
  /** Names of the top-level entries, in any order. */
  readonly roots: readonly string[];
  readonly bootId: string;
}

export interface LandingRecord {
  /** Relative, with '/'. */
  readonly path: string;
  readonly version: string;
  readonly size: number;
  readonly mtimeUs: number;
  /** Absolute, under the target root. */
  readonly finalPath: string;
  /** The chain of the content, as `noteOfChain` writes it. */
  readonly chain?: string | undefined;
  /** Something else has the name still: that must not pass for this file, should a kill come before it is replaced. */
  readonly isTaken?: boolean;
}

export interface OpenedRecord {
  readonly path: string;
  readonly version: string;
  /** Bytes of the whole file. */
  readonly size: number;
  /** As `newPartialPath` gave it. */
  readonly partialPath: string;
}

export interface Checkpoint {
  readonly path: string;
  readonly verifiedBytes: number;
  /** Hexadecimal. */
  readonly chain: string;
  /** The caller synced the partial before: the checkpoint outlives the system. */
  readonly durable: boolean;
}

export type Known =
  | {
      readonly kind: 'landed';
      readonly version: string;
      readonly size: number;
      readonly mtimeUs: number;
      readonly finalPath: string;
      readonly chain: string | undefined;
    }
  | {
      readonly kind: 'partial';
      readonly version: string;
      readonly size: number;
      readonly partialPath: string;
      readonly verifiedBytes: number;
      readonly chain: string;
    };

/** In place of the version of a file whose name something else has still: no file has it. */
const noVersion = '';

export const journalFolderOf = (home: string): string => join(home, 'journal');

/**
 * Every key that a journal of this home, device, target and names at the top may have, the first that is taken first.
 * Neither an address nor a port is part of it.
 */
export const journalKeysOf = ({
  home,
  peerDeviceId,
  targetRoot,
  roots,
}: Omit<JournalOptions, 'bootId' | 'faults'>): readonly string[] => {
  const key = createHash('sha256')
    .update(JSON.stringify([realHome(home), peerDeviceId, targetRoot, ...roots.toSorted()]))
    .digest('hex')
    .slice(0, 32);
  return Array.from({ length: parallelKeys }, (_, copy) => (copy === 0 ? key : `${key}-${copy + 1}`));
};

const realHome = (home: string): string => {
  try {
    return realpathSync.native(home);
  } catch {
    return home; // It is gone.
  }
};

export class Journal {
  readonly key: string;
  /** Whether an unfinished run was found. */
  readonly isResumed: boolean;
  readonly #targetRoot: string;
  readonly #targetPrefix: string;
  readonly #path: string;
  /** Absent when it is in memory. */
  readonly #lockPath: string | undefined;
  readonly #content: JournalContent;
  readonly #file: JournalLines;
  readonly #faults: HomeFaults | undefined;
  /** Partials that no line tells of: they go with this run. */
  #unrecorded: string[] = [];
  #isOpen = true;
  #nextPartial = 1;
  /** Paths whose partials are being put in place; forgotten once their partials are gone. */
  #placing: string[] = [];
  /** Folders in which nothing is left of runs without a journal. */
  readonly #swept = new Set<string>();
  /** The landing line that was read back last, and the entry after the one that was asked for. */
  #readLine = { start: -1, entries: [] as readonly LandingEntry[], next: 0 };

  /**
   * Opens the journal of what belongs together, with what an unfinished run left, or a new one. When another
   * transfer has it, a fresh one beside it. In memory when the home takes none. Throws too-many-requests.
   */
  static open(options: JournalOptions): Journal {
    const keys = journalKeysOf(options);
    for (const candidate of keys) {
      const lines = takeKept(candidate);
      if (lines !== undefined) return new Journal(candidate, options, lines);
    }
    const folder = journalFolderOf(options.home);
    let fault: HexdropError | undefined;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      for (const candidate of keys) {
        if (acquireLock(join(folder, `${candidate}.lock`), options.bootId))
          return openLocked(candidate, options);
      }
    } catch (error) {
      fault = fileFaultOf(error, 'create', 'journal');
    }
    if (fault !== undefined) {
      options.faults?.failed(unwritable(folder, fault));
      const free = keys.find((candidate) => !inMemory.has(candidate));
      if (free !== undefined) return new Journal(free, options, new JournalMemory(fault));
    }
    throw new HexdropError(
      'too-many-requests',
      `${parallelKeys} transfers of the same files are running already.`,
    );
  }

  /**
   * For `open` alone: the lock is held, where there are no lines in memory. Throws what the system says about the home,
   * also when nothing can be written about a new transfer.
   */
  constructor(key: string, options: JournalOptions, lines?: JournalMemory) {
    const folder = journalFolderOf(options.home);
    const { targetRoot } = options;
    this.key = key;
    this.#targetRoot = targetRoot;
    this.#targetPrefix = targetRoot.endsWith(sep) ? targetRoot : targetRoot + sep;
    this.#path = join(folder, `${key}.jsonl`);
    this.#lockPath = lines === undefined ? join(folder, `${key}.lock`) : undefined;
    this.#faults = options.faults;
    this.#file = lines ?? new JournalFile(this.#path);
    if (lines !== undefined) inMemory.add(key);
    const content = new JournalContent(options.bootId);
    this.#file.forEachLine((text, place) => content.take(text, place));
    const isOurs =
      content.header?.peerDeviceId === options.peerDeviceId && content.header.targetRoot === targetRoot;
    this.#content = isOurs ? content : new JournalContent(options.bootId);
    if (!isOurs) {
      this.#file.clear();
      this.#file.append(headerOf(options));
    }
    this.#append({ boot: options.bootId });
    if (!isOurs && lines === undefined && this.#file.failure !== undefined) {
      this.#file.close();
      rmSync(this.#path, { force: true });
      throw this.#file.failure;
    }
    this.#sweep();
    this.isResumed = this.#content.hasLanded || this.#content.partials.size > 0;
  }

  /** Why lines of the journal are missing, if so: what they would have said is not resumable. */
  get failure(): HexdropError | undefined {
    return this.#file.failure;
  }

  /**
   * A path that no other has had, for a partial whose place is in `folder`.
   * @param folder absolute, under the target root
   */
  newPartialPath(folder: string): string {
    if (!this.isResumed) this.#sweepFolder(folder);
    const name = unfinishedName(this.key, this.#nextPartial);
    this.#nextPartial += 1;
    return unfinishedPath(this.#targetRoot, folder, name);
  }

  /** The path of the small file that is being put in place in `folder`; a kill leaves one of them at most. */
  passingPath(folder: string): string {
    return unfinishedPath(this.#targetRoot, folder, unfinishedName(this.key));
  }

  /**
   * What earlier runs (and this one) left of a file. 'landed': it is in place with the size and the time that it was
   * given. 'partial': so many bytes of it are good; of a later version, should one have landed before. The caller
   * compares the version.
   */
  known(path: string): Known | undefined {
    const landed = this.#landed(path);
    const partial = this.#content.partials.get(path);
    if (landed === undefined) return this.#begun(partial);
    if (partial !== undefined && partial.version === landed.version) this.#forgetPartial(partial);
    return this.#begun(this.#content.partials.get(path)) ?? landed;
  }

  #begun(partial: PartialRecord | undefined): Extract<Known, { kind: 'partial' }> | undefined {
    if (partial === undefined || partial.verifiedBytes === 0) return undefined;
    const partialPath = this.#partialPath(partial);
    const stats = statsOf(partialPath);
    // A second name means that a kill came between link and unlink: writing on would write into the final file.
    const isGood = stats?.isFile() === true && stats.nlink === 1 && stats.size >= partial.verifiedBytes;
    if (!isGood || !isTrusted(this.#targetRoot, partialPath, stats)) {
      this.#forgetPartial(partial);
      return undefined;
    }
    const { version, size, verifiedBytes, chain } = partial;
    return { kind: 'partial', version, size, partialPath, verifiedBytes, chain };
  }

  /** Says which files are about to be put in place, or were put in place of others, for a whole batch at once. */
  willLand(records: readonly LandingRecord[]): void {
    this.#settlePlaced();
    const landing: LandingEntry[] = [];
    for (const { path, version, size, mtimeUs, finalPath, chain, isTaken } of records) {
      const relative = this.#relative(finalPath);
      const entry: LandingEntry = [path, isTaken === true ? noVersion : version, size, mtimeUs];
      if (relative !== path || chain !== undefined) entry.push(relative);
      if (chain !== undefined) entry.push(chain);
      landing.push(entry);
      if (this.#content.partials.has(path)) this.#placing.push(path);
    }
    this.#append({ landing });
  }

  /** Says that a partial is about to be created. One that the path had before is discarded. */
  partialOpened({ path, version, size, partialPath }: OpenedRecord): void {
    this.#settlePlaced();
    const number = unfinishedNumber(this.key, partialPath);
    if (number === undefined) throw new HexdropError('internal', 'That is not the path of a partial.');
    const folder = folderOf(this.#relative(partialPath));
    const before = this.#content.partials.get(path);
    if (before !== undefined && before.number !== number) this.#removePartial(before);
    const record = [path, version, size, number] as const;
    if (!this.#append({ opened: folder === folderOf(path) ? record : [...record, folder] }))
      this.#unrecorded.push(partialPath);
  }

  /**
   * Says how far a partial is verified; never goes back (that is dropPartial). One that is durable costs a sync of the
   * journal too.
   */
  checkpoint({ path, verifiedBytes, chain, durable }: Checkpoint): void {
    const partial = this.#content.partials.get(path);
    if (partial === undefined) return;
    this.#append({ verified: [partial.number, verifiedBytes, chain, durable ? 1 : 0] });
    if (durable) this.#file.sync();
  }

  /** The source says that another version of the file begins with what its partial holds: it goes on with that one. */
  partialContinues(path: string, { version, size }: Pick<OpenedRecord, 'version' | 'size'>): void {
    const partial = this.#content.partials.get(path);
    if (partial !== undefined) this.#append({ revised: [partial.number, version, size] });
  }

  /** Forgets and removes the partial of a file: its source is another one, or its digest was wrong. */
  dropPartial(path: string): void {
    const partial = this.#content.partials.get(path);
    if (partial === undefined) return;
    this.#append({ dropped: path });
    this.#forgetPartial(partial);
  }

  /** Removes all partials: every file is settled, and none failed. */
  dropPartials(): void {
    for (const partial of this.#content.partials.values()) this.#removePartial(partial);
    this.#dropUnrecorded();
  }

  /** All is done: nothing remains of the journal and of partials. */
  complete(): void {
    if (!this.#isOpen) return;
    this.dropPartials();
    this.#closeFile();
    if (this.#lockPath === undefined) return;
    rmSync(this.#path, { force: true });
    releaseLock(this.#lockPath);
  }

  /** Keeps what is there for the next run; where that is nothing, removes the journal. */
  close(): void {
    if (!this.#isOpen) return;
    const isBegun = [...this.#content.partials.values()].some(({ verifiedBytes }) => verifiedBytes > 0);
    if (!this.#content.hasLanded && !isBegun) return this.complete();
    this.#dropUnrecorded();
    this.#closeFile();
    if (this.#lockPath !== undefined) releaseLock(this.#lockPath);
    else if (this.#file instanceof JournalMemory)
      keepForNextAttempt(this.key, { lines: this.#file, discard: () => this.dropPartials() });
  }

  /** Removes what an earlier run left and nobody goes on with: partials without a checkpoint, and a small file. */
  #sweep(): void {
    for (const partial of this.#content.partials.values()) {
      // A number is given once, though its partial may be in place under its name by now: a record may still speak of it.
      this.#nextPartial = Math.max(this.#nextPartial, partial.number + 1);
      if (partial.verifiedBytes === 0) this.#forgetPartial(partial);
    }
    for (const path of passingPaths(this.#targetRoot, this.key, this.#content))
      removeUnfinished(this.#targetRoot, path);
  }

  /** Removes what a run left of which no journal speaks any more. */
  #sweepFolder(folder: string): void {
    if (this.#swept.has(folder)) return;
    if (this.#swept.size >= sweptFolders) this.#swept.clear();
    this.#swept.add(folder);
    for (const path of unfinishedIn(folder, this.key)) {
      const number = unfinishedNumber(this.key, path);
      if (number !== undefined && this.#content.partialOfNumber(number) === undefined)
        removeUnfinished(this.#targetRoot, path);
    }
  }

  #landed(path: string): Extract<Known, { kind: 'landed' }> | undefined {
    for (const unread of this.#content.takeUnread()) this.#content.take(this.#file.read(unread), unread);
    const place = this.#content.landingLine(path);
    if (place === undefined) return undefined;
    if (this.#readLine.start !== place.start) {
      this.#readLine = { start: place.start, entries: landingEntries(this.#file.read(place)), next: 0 };
    }
    const index = landedIn(this.#readLine.entries, path, this.#readLine.next);
    const entry = this.#readLine.entries[index];
    if (entry === undefined) return undefined;
    this.#readLine.next = index + 1;
    const [, version, size, mtimeUs, final = path, chain] = entry;
    const finalPath = this.#absolute(final);
    const stats = statsOf(finalPath);
    if (stats === undefined || !stats.isFile() || stats.size !== size) return undefined;
    return isTimeHeld(mtimeUs, stats.mtimeMs)
      ? { kind: 'landed', version, size, mtimeUs, finalPath, chain }
      : undefined;
  }

  #relative(finalPath: string): string {
    if (!finalPath.startsWith(this.#targetPrefix)) {
      throw new HexdropError('internal', 'A final path lies outside of the target.');
    }
    const relative = finalPath.slice(this.#targetPrefix.length);
    return sep === '/' ? relative : relative.replaceAll(sep, '/');
  }

  #absolute(relative: string): string {
    return this.#targetPrefix + (sep === '/' ? relative : relative.replaceAll('/', sep));
  }

  #partialPath(partial: PartialRecord): string {
    return recordedPath(this.#targetRoot, this.key, partial);
  }

  #removePartial(partial: PartialRecord): void {
    removeUnfinished(this.#targetRoot, this.#partialPath(partial));
  }

  #forgetPartial(partial: PartialRecord): void {
    this.#removePartial(partial);
    this.#content.forgetPartial(partial.path);
  }

  #settlePlaced(): void {
    if (this.#placing.length === 0) return;
    this.#placing = this.#placing.filter((path) => {
      const partial = this.#content.partials.get(path);
      if (partial === undefined) return false;
      if (statsOf(this.#partialPath(partial)) !== undefined) return true;
      this.#content.forgetPartial(path);
      return false;
    });
  }

  /** Whether it is recorded. */
  #append(line: JournalLine): boolean {
    const place = this.#file.append(line);
    if (place === undefined) {
      if (this.#file.failure !== undefined) this.#faults?.failed(unwritable(this.#path, this.#file.failure));
      return false;
    }
    if ('landing' in line) this.#content.noteLanding(place);
    else this.#content.apply(line, place);
    return true;
  }

  #dropUnrecorded(): void {
    for (const path of this.#unrecorded.splice(0)) removeUnfinished(this.#targetRoot, path);
  }

  #closeFile(): void {
    this.#file.close();
    inMemory.delete(this.key);
    this.#isOpen = false;
  }
}

/** Keys of the journals in memory that are open. */
const inMemory = new Set<string>();

const unwritable = (path: string, cause: HexdropError): HexdropError =>
  new HexdropError(
    'home-unwritable',
    `What arrives cannot be gone on with after this run, since nothing can be written to ${path}: ${cause.message}`,
    { cause },
  );

/** Where a killed run may have left the small file that it was putting in place. */
export const passingPaths = (targetRoot: string, key: string, { lastBatch }: JournalContent): string[] => {
  const folders = new Set(lastBatch.map(([path, , , , final = path]) => folderOf(final)));
  return [...folders].map((folder) =>
    unfinishedPath(targetRoot, join(targetRoot, folder), unfinishedName(key)),
  );
};

const openLocked = (key: string, options: JournalOptions): Journal => {
  try {
    return new Journal(key, options);
  } catch (error) {
    releaseLock(join(journalFolderOf(options.home), `${key}.lock`));
    throw error;
  }
};

const headerOf = ({ peerDeviceId, targetRoot, roots }: JournalOptions): JournalHeader => ({
  hexdropJournal: 1,
  peerDeviceId,
  targetRoot,
  roots: roots.toSorted().slice(0, shownRoots),
  rootCount: roots.length,
  startedAtMs: Date.now(),
});
