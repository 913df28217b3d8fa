/** The questions that any capture answers, over a store and a book. Copies what leaves, bounds each answer. */

import type {
  CaptureConnection,
  CapturePayload,
  CaptureSourceId,
  CaptureStatus,
  CaptureTransfer,
} from '../../../shared/model/capture.ts';
import { gapBytes } from '../../../shared/model/capture-gaps.ts';
import {
  bitOut,
  chunkAt,
  chunkRowBytes,
  chunksPerBatch,
  readChunkRow,
  readRecordRow,
  recordBytes,
  recordAt,
  recordsPerBatch,
} from '../../../shared/model/capture-rows.ts';
import type { StreamPlaces } from '../../../shared/model/capture-rows.ts';
import type { CaptureSource, RangeRows, SearchRequest, StreamRange } from '../capture-api.ts';
import type { ConnectionTable } from './connection-table.ts';
import { byteSearch } from './find-bytes.ts';
import { keptBytesOf, recordOf } from './frame-bytes.ts';
import type { RowRing } from './row-ring.ts';
import type { CaptureStore } from './store.ts';

/** A search gives the thread back after this long. */
const searchMs = 8;

export abstract class StoreSource implements CaptureSource {
  readonly id: CaptureSourceId;
  readonly store: CaptureStore;
  readonly book: ConnectionTable;

  constructor(id: CaptureSourceId, store: CaptureStore, book: ConnectionTable) {
    this.id = id;
    this.store = store;
    this.book = book;
  }

  /** Time 0, in whole milliseconds since the epoch. */
  abstract readonly originMs: number;
  /** Nanoseconds behind them. */
  abstract readonly originNs: number;

  abstract status(): CaptureStatus;

  records(
    from: number,
    most: number = recordsPerBatch,
  ): { readonly rows: Uint8Array; readonly next: number } {
    const { records } = this.store;
    this.store.looked();
    const first = Math.min(Math.max(from, records.first), records.next);
    const rows = records.copy(first, Math.min(most, recordsPerBatch));
    return { rows, next: first + rows.length / recordBytes };
  }

  payload(number: number, offset: number, length: number): CapturePayload & { readonly bytes: Uint8Array } {
    const none = new Uint8Array(0);
    const { records } = this.store;
    if (!records.find(number)) return { length: 0, kept: 0, missing: 'gone', bytes: none };
    const { length: whole, kept, isCutOff } = readRecordRow(records.view, records.at);
    const bytes = this.store.payloadOf(number);
    if (bytes === undefined) return { length: whole, kept: 0, missing: 'dropped', bytes: none };
    const gaps = this.store.gapsOf(number);
    const lacking = kept + gapBytes(gaps) < whole ? 'policy' : isCutOff ? 'cut-off' : 'not-captured';
    return {
      length: whole,
      kept,
      ...(kept < whole ? { missing: lacking } : {}),
      ...(gaps.length === 0 ? {} : { gaps }),
      bytes: bytes.slice(Math.min(offset, kept), Math.min(offset + length, kept)),
    };
  }

  heads(
    numbers: readonly number[],
    most: number,
  ): { readonly lengths: readonly number[]; readonly bytes: Uint8Array } {
    const parts = numbers.map(
      (number) => this.store.payloadOf(number)?.subarray(0, this.#headOf(number, most)) ?? new Uint8Array(0),
    );
    const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return { lengths: parts.map((part) => part.length), bytes };
  }

  /** Up to the first gap: what stands behind it says something else. */
  #headOf(number: number, most: number): number {
    return Math.min(most, this.store.gapsOf(number)[0]?.offset ?? most);
  }

  chunks(range: StreamRange): RangeRows {
    return rowsIn(this.store.chunks, chunkLayout, chunksPerBatch, range);
  }

  framesAt(range: StreamRange): RangeRows {
    return rowsIn(this.store.records, recordLayout, recordsPerBatch, range);
  }

  connections(): readonly CaptureConnection[] {
    return this.book.connections();
  }

  connection(number: number): CaptureConnection | undefined {
    return this.book.connection(number);
  }

  transfers(): readonly CaptureTransfer[] {
    return this.book.transfers();
  }

  search(request: SearchRequest): { readonly found: readonly number[]; readonly next?: number } {
    const { records } = this.store;
    const holds = byteSearch(request.needle, request.ignoreCase === true);
    const found: number[] = [];
    const until = performance.now() + searchMs;
    for (let number = Math.max(request.from, records.first); number < records.next; number += 1) {
      if (found.length >= request.most || (number % 64 === 0 && performance.now() > until)) {
        return { found, next: number };
      }
      const record = recordOf(this.store, number);
      const bytes = record === undefined ? undefined : keptBytesOf(this.store, record);
      if (bytes !== undefined && holds(bytes)) found.push(number);
    }
    return { found };
  }

  onGrowth(listener: () => void): () => void {
    return this.store.onGrowth(listener);
  }
}

interface RowLayout extends StreamPlaces {
  readonly rowBytes: number;
  /** Bytes of the stream; undefined for a row that has a place in it and no bytes. */
  lengthOf(view: DataView, at: number): number | undefined;
}

const chunkLayout: RowLayout = {
  ...chunkAt,
  rowBytes: chunkRowBytes,
  lengthOf: (view, at) => readChunkRow(view, at).length,
};

const recordLayout: RowLayout = {
  ...recordAt,
  rowBytes: recordBytes,
  lengthOf: (view, at) => {
    const record = readRecordRow(view, at);
    return record.kind === 'event' ? undefined : record.span;
  },
};

/** Rows of one stream come in the order of their offsets, so the first one behind the range ends it. */
function rowsIn(ring: RowRing, layout: RowLayout, most: number, range: StreamRange): RangeRows {
  const numbers: number[] = [];
  let next: RangeRows['next'];
  const isOut = range.direction === 'out';
  for (let number = Math.max(range.firstRow ?? 0, ring.first); number < ring.next; number += 1) {
    ring.find(number);
    const { view, at } = ring;
    if (view.getUint32(at + layout.connection, true) !== range.connection) continue;
    if (((view.getUint8(at + layout.bits) & bitOut) !== 0) !== isOut) continue;
    const start = view.getFloat64(at + layout.offset, true);
    const length = layout.lengthOf(view, at);
    if (length === undefined) continue;
    if (start >= range.to) break;
    const end = start + length;
    if (end <= range.from && !(start === end && start === range.from)) continue;
    if (numbers.length === most) {
      next = { offset: start, row: number };
      break;
    }
    numbers.push(number);
  }
  const rows = new Uint8Array(numbers.length * layout.rowBytes);
  numbers.forEach((number, index) => rows.set(ring.copy(number, 1), index * layout.rowBytes));
  return { rows, ...(next === undefined ? {} : { next }) };
}
