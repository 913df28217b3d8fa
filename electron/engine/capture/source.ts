/** The questions that any capture answers, over a store and a book. Copies what leaves, bounds each answer. */

import type {
  CaptureConnection,
  CapturePayload,
  CaptureSourceId,
  CaptureStatus,
  CaptureTransfer,
} from '../../../shared/model/capture.ts';
import {
  chunkRowBytes,
  chunksPerBatch,
  readChunkRow,
  readRecordRow,
  recordBytes,
  recordsPerBatch,
} from '../../../shared/model/capture-rows.ts';
import type { CaptureSource, RangeRows, SearchRequest, StreamRange } from './api.ts';
import type { ConnectionBook } from './book.ts';
import { byteSearch } from './find-bytes.ts';
import { keptBytesOf, recordOf, spanOf } from './frame-bytes.ts';
import type { RowRing } from './row-ring.ts';
import type { CaptureStore } from './store.ts';

/** A search gives the thread back after this long. */
const searchMs = 8;

export abstract class StoreSource implements CaptureSource {
  readonly id: CaptureSourceId;
  readonly store: CaptureStore;
  readonly book: ConnectionBook;

  constructor(id: CaptureSourceId, store: CaptureStore, book: ConnectionBook) {
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
    const { length: whole, kept } = readRecordRow(records.view, records.at);
    const bytes = this.store.payloadOf(number);
    if (bytes === undefined) return { length: whole, kept: 0, missing: 'dropped', bytes: none };
    return {
      length: whole,
      kept,
      ...(kept < whole ? { missing: 'policy' as const } : {}),
      bytes: bytes.slice(Math.min(offset, kept), Math.min(offset + length, kept)),
    };
  }

  heads(
    numbers: readonly number[],
    most: number,
  ): { readonly lengths: readonly number[]; readonly bytes: Uint8Array } {
    const parts = numbers.map(
      (number) => this.store.payloadOf(number)?.subarray(0, most) ?? new Uint8Array(0),
    );
    const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return { lengths: parts.map((part) => part.length), bytes };
  }

  chunks(range: StreamRange): RangeRows {
    return rowsIn(this.store.chunks, chunkRowBytes, chunksPerBatch, range, (view, at) => {
      const { connection, direction, offset, length } = readChunkRow(view, at);
      return { connection, direction, start: offset, end: offset + length };
    });
  }

  framesAt(range: StreamRange): RangeRows {
    return rowsIn(this.store.records, recordBytes, recordsPerBatch, range, (view, at) => {
      const record = readRecordRow(view, at);
      const { connection, direction, offset } = record;
      // Events have a place in the stream and no bytes.
      const start = record.kind === 'event' ? Number.POSITIVE_INFINITY : offset;
      return { connection, direction, start, end: offset + spanOf(record) };
    });
  }

  connections(): readonly CaptureConnection[] {
    return this.book.connections();
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

interface Span {
  readonly connection: number;
  readonly direction: string;
  readonly start: number;
  readonly end: number;
}

/** Rows of one stream come in the order of their offsets, so the last one that fits ends a full batch. */
function rowsIn(
  ring: RowRing,
  rowBytes: number,
  most: number,
  range: StreamRange,
  spanOf: (view: DataView, at: number) => Span,
): RangeRows {
  const numbers: number[] = [];
  let next: number | undefined;
  for (let number = ring.first; number < ring.next; number += 1) {
    ring.find(number);
    const span = spanOf(ring.view, ring.at);
    if (span.connection !== range.connection || span.direction !== range.direction) continue;
    if (span.start >= range.to) {
      if (span.start !== Number.POSITIVE_INFINITY) break;
      continue;
    }
    if (span.end <= range.from && !(span.start === span.end && span.start === range.from)) continue;
    if (numbers.length === most) {
      next = span.start;
      break;
    }
    numbers.push(number);
  }
  const rows = new Uint8Array(numbers.length * rowBytes);
  numbers.forEach((number, index) => rows.set(ring.copy(number, 1), index * rowBytes));
  return { rows, ...(next === undefined ? {} : { next }) };
}
