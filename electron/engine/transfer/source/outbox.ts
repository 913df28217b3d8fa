/**
 * What the source has told of its tree and what the sink has decided: entries by index, the queue of what is to be
 * sent, and the queue of what is to be compared before. Pure bookkeeping; bounded by the manifest window whatever the
 * size of the tree.
 */

import type { Payload } from '../../../../shared/protocol/catalog.ts';
import { HexdropError } from '../../../../shared/errors/errors.ts';
import { fromHex } from '../../../../shared/base/text.ts';
import type { QueuedFile, SourceEntry } from './source-tree.ts';
import { WantedQueue } from './wanted-queue.ts';

/** A file that the sink wants from `offset` on. */
export interface WantedFile extends QueuedFile {
  /** The chain value at `offset`; absent at the start. */
  readonly chain?: Uint8Array;
}

/**
 * A file of which the sink has something, and asks whether it is the same: all of it, which is not sent then
 * (`unless`), or a first part, behind which it is sent (`resumeIf`). Else it is sent from its start.
 */
export interface AskedFile extends QueuedFile {
  readonly kind: 'unless' | 'resumeIf';
  /** The sink has it up to here. */
  readonly end: number;
  /** The chain value behind them. */
  readonly chain: Uint8Array;
}

interface Slot {
  readonly entry: SourceEntry;
  isDecided: boolean;
  isWanted: boolean;
  /** The sink gave it up. */
  isRefused: boolean;
}

export class Outbox {
  readonly toSend = new WantedQueue<WantedFile>();
  readonly toCompare = new WantedQueue<AskedFile>();
  /** Slots of the entries from `#base` on. */
  #slots: (Slot | undefined)[] = [];
  #base = 0;
  #end = 0;
  /** Entries below it have been put into a MANIFEST page. */
  #sent = 0;
  #undecidedFiles = 0;
  #settled = 0;
  #settledFiles = 0;
  /** Bytes that the sink has already, or does not want. */
  keptBytes = 0;
  keptFiles = 0;
  /** Relative paths of folders by index, for messages; entries name their folder by index. */
  readonly #folders = new Map<number, { readonly parent: number; readonly name: string }>();

  add(entry: SourceEntry): void {
    this.#slots.push({ entry, isDecided: entry.kind === 'folder', isWanted: false, isRefused: false });
    this.#end = entry.index + 1;
    if (entry.kind === 'file') this.#undecidedFiles += 1;
    else this.#folders.set(entry.index, { parent: entry.parent, name: entry.name });
  }

  /** Entries walked and not yet settled. */
  get open(): number {
    return this.#end - this.#settled;
  }

  /** Wanted files among the settled entries, failed ones included. */
  get settledFiles(): number {
    return this.#settledFiles;
  }

  get sent(): number {
    return this.#sent;
  }

  /** Entries in pages that were sent and are not settled. */
  get unsettled(): number {
    return this.#sent - this.#settled;
  }

  entry(index: number): SourceEntry | undefined {
    return this.#slots[index - this.#base]?.entry;
  }

  /** The next entry that no page holds yet. */
  nextUnsent(): SourceEntry | undefined {
    return this.#sent < this.#end ? this.entry(this.#sent) : undefined;
  }

  markSent(): void {
    this.#sent += 1;
  }

  /** Whether every file that was told has been decided and taken from its queue. */
  get isIdle(): boolean {
    return (
      this.#undecidedFiles === 0 &&
      this.#sent === this.#end &&
      this.toSend.peek() === undefined &&
      this.toCompare.peek() === undefined
    );
  }

  /** @throws HexdropError unexpected-frame when a WANT decides what was not told or is decided already */
  decide(want: Payload<'WANT'>): void {
    const end = want.first + want.count;
    if (want.first < this.#settled || end > this.#sent) {
      throw wantError(`${want.first} to ${end - 1}`, `${this.#settled} to ${this.#sent - 1}`);
    }
    const passed = new Set<number>();
    for (const [first, count] of [...(want.skip ?? []), ...(want.later ?? [])]) {
      for (let index = first; index < first + count; index += 1) passed.add(index);
    }
    const later = new Set<number>();
    for (const [first, count] of want.later ?? []) {
      for (let index = first; index < first + count; index += 1) later.add(index);
    }
    const resume = new Map((want.resume ?? []).map(([index, offset, chain]) => [index, { offset, chain }]));
    const resumeIf = new Map(
      (want.resumeIf ?? []).map(([index, offset, chain]) => [index, { offset, chain }]),
    );
    const unless = new Map(want.unless);
    for (let index = want.first; index < end; index += 1) {
      const slot = this.#slots[index - this.#base];
      if (slot === undefined || slot.entry.kind === 'folder' || later.has(index)) continue;
      if (slot.isDecided) throw wantError(`entry ${index} twice`, 'each entry once');
      slot.isDecided = true;
      this.#undecidedFiles -= 1;
      if (passed.has(index)) {
        this.keptBytes += slot.entry.size;
        this.keptFiles += 1;
        continue;
      }
      slot.isWanted = true;
      this.#want(slot.entry, {
        resume: resume.get(index),
        resumeIf: resumeIf.get(index),
        unless: unless.get(index),
      });
    }
  }

  #want(entry: SourceEntry, { resume, resumeIf, unless }: Conditions): void {
    if (unless !== undefined) {
      const asked = { kind: 'unless', end: entry.size, chain: bytesOf(unless) } as const;
      return this.toCompare.add({ entry, offset: 0, ...asked });
    }
    const known = resume ?? resumeIf;
    if (known === undefined) return this.toSend.add({ entry, offset: 0 });
    const { offset, chain } = known;
    if (offset > entry.size) throw wantError(`offset ${offset}`, `0 to ${entry.size}`);
    if (resume === undefined) {
      const asked = { kind: 'resumeIf', end: offset, chain: bytesOf(chain) } as const;
      return this.toCompare.add({ entry, offset: 0, ...asked });
    }
    this.keptBytes += offset;
    this.toSend.add({ entry, offset, chain: bytesOf(chain) });
  }

  /** What the sink asked about a file has an answer: queues what is to be sent of it, if anything is. */
  answer({ kind, entry, end, chain }: AskedFile, isSame: boolean): void {
    if (!isSame) return this.toSend.add({ entry, offset: 0 });
    if (kind === 'unless') return;
    this.keptBytes += end;
    this.toSend.add({ entry, offset: end, chain });
  }

  /** The sink gives an entry up. Undefined when it is settled, was not told, or was given up before. */
  refuse(index: number): SourceEntry | undefined {
    const slot = this.#slots[index - this.#base];
    if (slot === undefined || slot.isRefused) return undefined;
    slot.isRefused = true;
    return slot.entry;
  }

  /** Should the file still be queued, it is not sent any more. */
  drop(index: number): void {
    this.toSend.drop(index);
    this.toCompare.drop(index);
  }

  /**
   * The sink has settled every entry below `index`.
   * @throws HexdropError unexpected-frame when it claims more than was sent, or less than before
   */
  settle(index: number): void {
    if (index < this.#settled || index > this.#sent) {
      throw new HexdropError('unexpected-frame', `ACK settles up to entry ${index}.`, {
        seen: String(index),
        allowed: `${this.#settled} to ${this.#sent}`,
      });
    }
    for (let at = this.#settled; at < index; at += 1) {
      const slot = this.#slots[at - this.#base];
      if (slot?.isWanted === true) this.#settledFiles += 1;
    }
    this.#settled = index;
    if (index - this.#base >= 4_096) {
      this.#slots = this.#slots.slice(index - this.#base);
      this.#base = index;
    }
  }

  /** With '/', from the top of the tree on. */
  relativePath(entry: SourceEntry): string {
    const names = [entry.name];
    let parent = entry.parent;
    while (parent >= 0) {
      const folder = this.#folders.get(parent);
      if (folder === undefined) break;
      names.push(folder.name);
      parent = folder.parent;
    }
    return names.toReversed().join('/');
  }
}

interface Conditions {
  readonly resume: Resumption | undefined;
  readonly resumeIf: Resumption | undefined;
  readonly unless: string | undefined;
}

interface Resumption {
  readonly offset: number;
  readonly chain: string;
}

/** The catalog lets nothing but hexadecimal digits through. */
const bytesOf = (chain: string): Uint8Array => fromHex(chain) as Uint8Array;

const wantError = (seen: string, allowed: string): HexdropError =>
  new HexdropError('unexpected-frame', `WANT decides ${seen}; it may decide ${allowed}.`, { seen, allowed });
