/**
 * Chunks against frames, as text: each chunk (a delivery of the socket, a write, a segment) with the frames that it
 * held bytes of. TCP keeps no boundaries; this shows what that means.
 */

import type { CaptureChunk, CaptureRecord } from '../../../shared/model/capture.ts';
import { readChunks, readRecords } from '../../../shared/model/capture-rows.ts';
import { secondsOf } from '../../../shared/model/capture-time.ts';
import type { CaptureSource, RangeRows } from '../../engine/api.ts';
import type { JsonEvent } from '../terminal/output.ts';
import { typeOf } from './loaded.ts';

interface Piece {
  readonly record: CaptureRecord;
  /** First and last byte of the record that the chunk holds, the last one not included; from the record's start. */
  readonly from: number;
  readonly to: number;
  readonly whole: number;
}

export interface ChunkWithPieces {
  readonly chunk: CaptureChunk;
  readonly pieces: readonly Piece[];
}

/** A part of one direction's stream: offsets, `to` is not in it. */
export interface StreamPart {
  readonly connection: number;
  readonly direction: 'in' | 'out';
  readonly from: number;
  readonly to: number;
}

export const wholeStream = (connection: number, direction: 'in' | 'out'): StreamPart => ({
  connection,
  direction,
  from: 0,
  to: Number.MAX_SAFE_INTEGER,
});

/** The chunks that overlap the part, whole. Both lists come in the order of their offsets, so one walk joins them. */
export function* chunksOf(source: CaptureSource, part: StreamPart): Generator<ChunkWithPieces> {
  const waiting: CaptureRecord[] = [];
  let records: Generator<CaptureRecord> | undefined;
  let next: IteratorResult<CaptureRecord> | undefined;
  for (const chunk of pages((place) => source.chunks({ ...part, ...place }), readChunks, part.from)) {
    records ??= recordsFrom(source, part, chunk.offset);
    next ??= records.next();
    const end = chunk.offset + chunk.length;
    while (next.done !== true && next.value.offset < end) {
      // What is missing inside a frame is told behind it; no chunk has bytes of it.
      const last = waiting.at(-1);
      const isInside = last !== undefined && next.value.offset < last.offset + last.span;
      if (!isInside) waiting.push(next.value);
      next = records.next();
    }
    while (waiting[0] !== undefined && waiting[0].offset + waiting[0].span <= chunk.offset) waiting.shift();
    const pieces = waiting.map((record): Piece => ({
      record,
      from: Math.max(0, chunk.offset - record.offset),
      to: Math.min(end - record.offset, record.span),
      whole: record.span,
    }));
    yield { chunk, pieces };
  }
}

const recordsFrom = (source: CaptureSource, part: StreamPart, from: number): Generator<CaptureRecord> =>
  pages((place) => source.framesAt({ ...part, to: Number.MAX_SAFE_INTEGER, ...place }), readRecords, from);

function* pages<Row extends { readonly number: number }>(
  ask: (place: { readonly from: number; readonly firstRow: number }) => RangeRows,
  read: (rows: Uint8Array) => Row[],
  from: number,
): Generator<Row> {
  let place = { from, firstRow: 0 };
  let last = 0;
  for (;;) {
    const { rows, next } = ask(place);
    for (const each of read(rows)) {
      // A row that reaches over the end of a page comes twice.
      if (each.number > last) yield each;
      last = Math.max(last, each.number);
    }
    if (next === undefined) return;
    place = { from: next.offset, firstRow: next.row };
  }
}

const piecesInWords = ({ record, from, to, whole }: Piece): string => {
  const name = `${typeOf(record)} #${record.number}`;
  if (from === 0 && to === whole) return `${name} (whole, ${whole} bytes)`;
  return `${name} (bytes ${from} to ${to - 1} of ${whole})`;
};

const classOf = (pieces: readonly Piece[]): string => {
  const frames = pieces.filter(({ record }) => record.kind === 'frame');
  if (frames.length === 0) return '-';
  const isHalf = frames.some(({ from, to, whole }) => from > 0 || to < whole);
  const isSticky = pieces.length > 1;
  if (isHalf) return isSticky ? 'both' : 'half';
  return isSticky ? 'sticky' : 'exact';
};

export const chunkLine = ({ chunk, pieces }: ChunkWithPieces): string => {
  const time = secondsOf(chunk.timeMs).toFixed(6).padStart(11);
  const held = pieces.length === 0 ? 'no frame' : pieces.map(piecesInWords).join(', ');
  return `  ${String(chunk.offset).padStart(10)} +${String(chunk.length).padEnd(7)} ${time}  ${classOf(pieces).padEnd(6)}  ${held}`;
};

export const chunkEvent = ({ chunk, pieces }: ChunkWithPieces): JsonEvent => ({
  event: 'chunk',
  number: chunk.number,
  connection: chunk.connection,
  direction: chunk.direction,
  seconds: secondsOf(chunk.timeMs),
  offset: chunk.offset,
  length: chunk.length,
  class: classOf(pieces),
  held: pieces.map(({ record, from, to, whole }) => ({
    number: record.number,
    type: typeOf(record),
    from,
    to,
    whole,
  })),
});
