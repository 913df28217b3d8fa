/**
 * What a capture keeps, within its budget: rows of records, rows of chunks, bytes of payloads. When it is full the
 * oldest go, payloads before rows. Knows no sockets and no files; live and loaded captures fill it alike.
 */

import { defaultBudgetBytes, defaultKeepBytes } from '../../../shared/model/capture.ts';
import type { Gap } from '../../../shared/model/capture-gaps.ts';
import { bitGaps, chunkRowBytes, recordBytes } from '../../../shared/model/capture-rows.ts';
import { RowRing } from './row-ring.ts';
import { Slab, slabBlockBytes } from './slab.ts';

/** Payloads make room first, down to this part of the budget: a row without its bytes still tells most. */
const payloadShare = 0.25;

export const kindFrame = 0;
export const kindEvent = 1;
export const kindLoose = 2;
export const kindGap = 3;

/** A row before it has a number. Used over and over: it costs nothing to fill. */
export interface RecordDraft {
  kind: number;
  type: number;
  flags: number;
  bits: number;
  timeMs: number;
  connection: number;
  id: number;
  length: number;
  /** Of loose bytes and gaps, where it is not their length. */
  span?: number;
  /** Of a gap. */
  places?: number;
  offset: number;
  chunk: number;
  channel: number;
}

export interface StoreOptions {
  readonly budgetBytes?: number;
  readonly keepBytes?: number | null;
}

const noBytes = new Uint8Array(0);
const noGaps: readonly Gap[] = [];
const mostPlaces = 65_535;

export class CaptureStore {
  readonly records = new RowRing(recordBytes);
  readonly chunks = new RowRing(chunkRowBytes);
  readonly slab = new Slab();
  /** Ascending, as records are added. */
  readonly #gaps = new Map<number, readonly Gap[]>();
  budgetBytes: number;
  keepBytes: number | null;
  captured = 0;
  dropped = 0;
  cut = 0;
  readonly #onGrowth = new Set<() => void>();
  #isGrowthTold = false;

  constructor({ budgetBytes = defaultBudgetBytes, keepBytes = defaultKeepBytes }: StoreOptions = {}) {
    this.budgetBytes = budgetBytes;
    this.keepBytes = keepBytes;
  }

  get usedBytes(): number {
    return this.records.usedBytes + this.chunks.usedBytes + this.slab.usedBytes;
  }

  /** How many of `length` payload bytes are to be kept. */
  keptOf(length: number): number {
    return this.keepBytes === null ? length : Math.min(length, this.keepBytes);
  }

  /**
   * Adds a record with the first `kept` bytes of its payload, and returns its number. `kept` is at most
   * `slabBlockBytes`.
   *
   * @param payload without the gaps in it
   */
  add(draft: RecordDraft, payload: Uint8Array = noBytes, kept = 0, gaps: readonly Gap[] = noGaps): number {
    if (this.records.isFull) this.#makeRoom(this.records.blockBytes);
    let address = 0;
    if (kept > 0) {
      if (this.slab.needsBlock(kept)) this.#makeRoom(slabBlockBytes);
      address = this.slab.reserve(kept);
      const place = this.slab.bytesAt(address, kept) as Uint8Array;
      place.set(kept === payload.length ? payload : payload.subarray(0, kept));
    }
    const number = this.records.push(address);
    const { view, at } = this.records;
    view.setUint32(at, number, true);
    const bits = draft.bits | (gaps.length > 0 ? bitGaps : 0);
    view.setUint32(at + 4, draft.kind | (draft.type << 8) | (draft.flags << 16) | (bits << 24), true);
    view.setFloat64(at + 8, draft.timeMs, true);
    view.setUint32(at + 16, draft.connection, true);
    view.setUint32(at + 20, draft.span ?? draft.id, true);
    view.setUint32(at + 24, draft.length, true);
    view.setUint32(at + 28, kept, true);
    view.setFloat64(at + 32, draft.offset, true);
    view.setUint32(at + 40, draft.chunk, true);
    view.setUint16(at + 44, draft.channel, true);
    view.setUint16(at + 46, Math.min(draft.places ?? 0, mostPlaces), true);
    if (gaps.length > 0) this.#gaps.set(number, gaps);
    this.captured += 1;
    if (draft.kind === kindFrame && kept < draft.length) this.cut += 1;
    if (!this.#isGrowthTold) this.#tellGrowth();
    return number;
  }

  addChunk(bits: number, timeMs: number, connection: number, offset: number, length: number): number {
    if (this.chunks.isFull) this.#makeRoom(this.chunks.blockBytes);
    const number = this.chunks.push(0);
    const { view, at } = this.chunks;
    view.setUint32(at, number, true);
    view.setUint32(at + 4, bits, true);
    view.setFloat64(at + 8, timeMs, true);
    view.setFloat64(at + 16, offset, true);
    view.setUint32(at + 24, length, true);
    view.setUint32(at + 28, connection, true);
    return number;
  }

  /** The kept bytes of a record, not a copy; undefined when they, or the record, had to make room. */
  payloadOf(number: number): Uint8Array | undefined {
    const address = this.records.besideOf(number);
    if (address === undefined || !this.records.find(number)) return undefined;
    return this.slab.bytesAt(address, this.records.view.getUint32(this.records.at + 28, true));
  }

  /** What the capture does not have of a record's payload. */
  gapsOf(number: number): readonly Gap[] {
    return this.#gaps.get(number) ?? noGaps;
  }

  setBudget(budgetBytes: number): void {
    this.budgetBytes = budgetBytes;
    this.#makeRoom(0);
  }

  clear(): void {
    this.records.clear();
    this.chunks.clear();
    this.slab.clear();
    this.#gaps.clear();
    this.captured = 0;
    this.dropped = 0;
    this.cut = 0;
  }

  onGrowth(listener: () => void): () => void {
    this.#onGrowth.add(listener);
    return () => this.#onGrowth.delete(listener);
  }

  /** Somebody has looked: the next record is news again. */
  looked(): void {
    this.#isGrowthTold = false;
  }

  #tellGrowth(): void {
    this.#isGrowthTold = true;
    for (const listener of this.#onGrowth) listener();
  }

  #makeRoom(bytes: number): void {
    while (this.usedBytes + bytes > this.budgetBytes && this.#dropOldest());
  }

  /** False when there is nothing that may go. */
  #dropOldest(): boolean {
    const { records, chunks, slab } = this;
    if (slab.blockCount > 1 && slab.usedBytes > this.budgetBytes * payloadShare) {
      slab.dropOldest();
      return true;
    }
    const goesFirst =
      chunks.blockCount > 1 && (records.blockCount < 2 || this.#firstTime(chunks) < this.#firstTime(records));
    if (goesFirst) {
      chunks.dropOldest();
      return true;
    }
    if (records.blockCount > 1) {
      const before = records.first;
      records.dropOldest();
      this.dropped += records.first - before;
      for (const number of this.#gaps.keys()) {
        if (number >= records.first) break;
        this.#gaps.delete(number);
      }
      return true;
    }
    if (slab.blockCount < 2) return false;
    slab.dropOldest();
    return true;
  }

  #firstTime(ring: RowRing): number {
    return ring.find(ring.first) ? ring.view.getFloat64(ring.at + 8, true) : 0;
  }
}
