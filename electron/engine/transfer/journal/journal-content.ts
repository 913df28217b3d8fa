/**
 * Owns what the lines of a journal mean. Reads any bytes without throwing: a torn, foreign or unknown line is
 * passed over, as if the run that wrote it had ended before it.
 */

import { isEntryTime } from '../../../../shared/protocol/entry-time.ts';
import { isSameBoot } from '../../../base/boot-id.ts';

/** Root names kept for the list of partials; the key covers all of them. */
export const shownRoots = 100;

/** The first line. */
export interface JournalHeader {
  readonly hexdropJournal: 1;
  readonly peerDeviceId: string;
  readonly targetRoot: string;
  /** At most the first hundred, sorted. */
  readonly roots: readonly string[];
  readonly rootCount: number;
  readonly startedAtMs: number;
}

/**
 * path, version, size, mtime in microseconds; the final path in the target where it differs from the path, or where a
 * chain follows; the chain of the content with the name of its digest.
 */
export type LandingEntry = [string, string, number, number, string?, string?];

/** Every other line: one object with one property. */
export type JournalLine =
  /** A run begins, on this boot. */
  | { readonly boot: string }
  /** These files are about to be put in place. */
  | { readonly landing: readonly LandingEntry[] }
  /**
   * A partial is about to be created: path, version, size of the whole file, number of the partial and, where that is not
   * the folder of the path, the folder in the target that it lies in.
   */
  | { readonly opened: readonly [string, string, number, number, string?] }
  /** So many bytes of a partial are verified, up to this chain value: number, bytes, chain, 1 when synced. */
  | { readonly verified: readonly [number, number, string, 0 | 1] }
  /** What a partial holds is also how another version of its source begins: number, version, size. */
  | { readonly revised: readonly [number, string, number] }
  /** The partial of this path is of no more use. */
  | { readonly dropped: string };

export interface PartialRecord {
  readonly path: string;
  version: string;
  size: number;
  readonly number: number;
  /** Relative to the target, with '/': where the partial lies. */
  readonly folder: string;
  verifiedBytes: number;
  /** Hexadecimal. */
  chain: string;
}

export interface LinePlace {
  readonly start: number;
  readonly length: number;
}

/** Another one in each process, so that no peer can choose paths that collide. */
const hashSeed = Math.floor(Math.random() * 2 ** 32);

/** 53 bits. Two paths of one hash cost a file sent twice, nothing else: what is read back is compared. */
const hashOf = (path: string): number => {
  let high = 0xdeadbeef ^ hashSeed;
  let low = 0x41c6ce57 ^ hashSeed;
  for (let index = 0; index < path.length; index += 1) {
    const unit = path.charCodeAt(index);
    high = Math.imul(high ^ unit, 2654435761);
    low = Math.imul(low ^ unit, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4_294_967_296 * (2_097_151 & low) + (high >>> 0);
};

export class JournalContent {
  header: JournalHeader | undefined;
  readonly #todaysBoot: string;
  /** Whether what was not synced at this point of the journal is still in the page cache. */
  #isThisBoot = false;
  /** Hash of the path to the number of the landing line that names it last. */
  readonly #landed = new Map<number, number>();
  readonly #unread: LinePlace[] = [];
  /** The batch that was put in place last, as far as it was read: a kill came before, between or after its files. */
  lastBatch: readonly LandingEntry[] = [];
  readonly #lineStarts: number[] = [];
  readonly #lineLengths: number[] = [];
  readonly #partials = new Map<string, PartialRecord>();
  readonly #partialsByNumber = new Map<number, PartialRecord>();

  constructor(bootId: string) {
    this.#todaysBoot = bootId;
  }

  /** Takes in a line as it was read; the first one of the file is the header. */
  take(text: string, place: LinePlace): void {
    const line = parseLine(text);
    if (place.start === 0) this.header = headerOf(line);
    else if (line !== undefined && isJournalLine(line)) this.apply(line, place);
  }

  get partials(): ReadonlyMap<string, PartialRecord> {
    return this.#partials;
  }

  /** Files that the journal read so far says were put in place, or were about to be. */
  get landedCount(): number {
    return this.#landed.size;
  }

  /** Whether files were put in place, or were about to be. */
  get hasLanded(): boolean {
    return this.#landed.size > 0 || this.#unread.length > 0;
  }

  /** Notes where a landing line of this run stands. It is read back and taken in if anybody asks: hardly anybody does. */
  noteLanding(place: LinePlace): void {
    this.#unread.push(place);
  }

  /** The lines that were noted and not taken in; they count as taken in from now on. */
  takeUnread(): readonly LinePlace[] {
    return this.#unread.splice(0);
  }

  partialOfNumber(number: number): PartialRecord | undefined {
    return this.#partialsByNumber.get(number);
  }

  /** Where the line stands that says last how `path` landed; another path may be meant (see hashOf). */
  landingLine(path: string): LinePlace | undefined {
    const line = this.#landed.get(hashOf(path));
    if (line === undefined) return undefined;
    return { start: this.#lineStarts[line] ?? 0, length: this.#lineLengths[line] ?? 0 };
  }

  /** Takes in what a line says; `place` is where in the file it stands. */
  apply(line: JournalLine, place: LinePlace): void {
    if ('landing' in line) {
      // One of the batch that gets another name than was said first begins no batch of its own.
      const [first] = line.landing;
      if (line.landing.length !== 1 || !this.lastBatch.some(([path]) => path === first?.[0]))
        this.lastBatch = line.landing;
      const number = this.#lineStarts.push(place.start) - 1;
      this.#lineLengths.push(place.length);
      for (const entry of line.landing) this.#landed.set(hashOf(entry[0]), number);
    } else if ('verified' in line) {
      const [number, verifiedBytes, chain, isDurable] = line.verified;
      const partial = this.#partialsByNumber.get(number);
      const counts = isDurable === 1 || this.#isThisBoot;
      // A sync takes its time: its checkpoint may come after one that is further on.
      if (partial !== undefined && counts && verifiedBytes > partial.verifiedBytes) {
        partial.verifiedBytes = verifiedBytes;
        partial.chain = chain;
      }
    } else if ('opened' in line) {
      const [path, version, size, number, folder = folderOf(path)] = line.opened;
      this.forgetPartial(path);
      const partial: PartialRecord = { path, version, size, number, folder, verifiedBytes: 0, chain: '' };
      this.#partials.set(path, partial);
      this.#partialsByNumber.set(number, partial);
    } else if ('revised' in line) {
      const [number, version, size] = line.revised;
      const partial = this.#partialsByNumber.get(number);
      if (partial !== undefined) Object.assign(partial, { version, size });
    } else if ('dropped' in line) {
      this.forgetPartial(line.dropped);
    } else if ('boot' in line) {
      this.#isThisBoot = isSameBoot(line.boot, this.#todaysBoot);
    }
  }

  forgetPartial(path: string): void {
    const partial = this.#partials.get(path);
    if (partial === undefined) return;
    this.#partials.delete(path);
    this.#partialsByNumber.delete(partial.number);
  }
}

/** The folder of a relative path with '/'; '' at the top. */
export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

const parseLine = (text: string): object | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
};

/** Where among the entries of a line the last one of `path` is, looked for at `hint` first; -1 when nowhere. */
export const landedIn = (entries: readonly LandingEntry[], path: string, hint: number): number => {
  if (entries[hint]?.[0] === path) return hint;
  return entries.findLastIndex((entry) => entry[0] === path);
};

/** The entries of a landing line that was read back; none when it is not one. */
export const landingEntries = (text: string): readonly LandingEntry[] => {
  const line = parseLine(text);
  return line !== undefined && isJournalLine(line) && 'landing' in line ? line.landing : [];
};

const headerOf = (line: object | undefined): JournalHeader | undefined => {
  const header: Partial<Record<keyof JournalHeader, unknown>> | undefined = line;
  return header?.hexdropJournal === 1 &&
    typeof header.peerDeviceId === 'string' &&
    typeof header.targetRoot === 'string' &&
    Array.isArray(header.roots) &&
    header.roots.every((root) => typeof root === 'string') &&
    isCount(header.rootCount) &&
    isCount(header.startedAtMs)
    ? (header as JournalHeader)
    : undefined;
};

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const isJournalLine = (line: object): line is JournalLine => {
  const { boot, landing, opened, verified, revised, dropped } = line as Partial<Record<string, unknown>>;
  if (Array.isArray(landing)) return landing.every((entry) => isLandingEntry(entry));
  if (Array.isArray(verified)) {
    const [number, bytes, chain, isDurable] = verified as unknown[];
    return (
      isCount(number) && isCount(bytes) && typeof chain === 'string' && (isDurable === 0 || isDurable === 1)
    );
  }
  if (Array.isArray(opened)) {
    const [path, version, size, number, folder] = opened as unknown[];
    const isText = typeof path === 'string' && typeof version === 'string';
    return isText && isCount(size) && isCount(number) && (folder === undefined || typeof folder === 'string');
  }
  if (Array.isArray(revised)) {
    const [number, version, size] = revised as unknown[];
    return isCount(number) && typeof version === 'string' && isCount(size);
  }
  return typeof dropped === 'string' || typeof boot === 'string';
};

const isLandingEntry = (entry: unknown): boolean => {
  if (!Array.isArray(entry)) return false;
  const [path, version, size, mtimeUs, finalPath, chain] = entry as unknown[];
  return (
    typeof path === 'string' &&
    typeof version === 'string' &&
    isCount(size) &&
    isEntryTime(mtimeUs) &&
    (finalPath === undefined || typeof finalPath === 'string') &&
    (chain === undefined || typeof chain === 'string')
  );
};
