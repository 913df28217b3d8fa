/**
 * What a capture keeps, within its budget: rows of records, rows of chunks, bytes of payloads. When it is full the
 * oldest go, payloads before rows. Knows no sockets and no files; live and loaded captures fill it alike.
 */

import { defaultBudgetBytes, defaultKeepBytes } from '../../../shared/model/capture.ts';
import type { Gap } from '../../../shared/model/capture-gaps.ts';
import {
  bitGaps,
  chunkRowBytes,
  recordAt,
  recordBytes,
  writeChunkRow,
  writeRecordRow,
} from '../../../shared/model/capture-rows.ts';
import type { RecordDraft } from '../../../shared/model/capture-rows.ts';
import { RowRing } from './row-ring.ts';
import { Slab, slabBlockBytes } from './slab.ts';

/** Payloads make room first, down to this part of the budget: a row without its bytes still tells most. */
const payloadShare = 0.25;

export const kindFrame = 0;
export const kindEvent = 1;
export const kindLoose = 2;
export const kindGap = 3;

export interface StoreOptions {
  readonly budgetBytes?: number;
  readonly keepBytes?: number | null;
}

const noBytes = new Uint8Array(0);
const noGaps: readonly Gap[] = [];

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
    const bits = draft.bits | (gaps.length > 0 ? bitGaps : 0);
    writeRecordRow(this.records.view, this.records.at, number, draft, kept, bits);
    if (gaps.length > 0) this.#gaps.set(number, gaps);
    this.captured += 1;
    if (draft.kind === kindFrame && kept < draft.length) this.cut += 1;
    if (!this.#isGrowthTold) this.#tellGrowth();
    return number;
  }

  addChunk(bits: number, timeMs: number, connection: number, offset: number, length: number): number {
    if (this.chunks.isFull) this.#makeRoom(this.chunks.blockBytes);
    const number = this.chunks.push(0);
    writeChunkRow(this.chunks.view, this.chunks.at, { number, timeMs, connection, offset, length }, bits);
    return number;
  }

  /** The kept bytes of a record, not a copy; undefined when they, or the record, had to make room. */
  payloadOf(number: number): Uint8Array | undefined {
    const address = this.records.besideOf(number);
    if (address === undefined || !this.records.find(number)) return undefined;
    return this.slab.bytesAt(address, this.records.view.getUint32(this.records.at + recordAt.kept, true));
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
