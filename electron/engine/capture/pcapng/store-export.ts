/**
 * What a store holds as a capture file. Whole frames go out as the chunks that brought them; a frame of which only the
 * beginning is kept goes out as one cut segment, so that what follows it still decodes. Works in slices and gives the
 * thread back between them; what has to make room meanwhile is missing.
 */

import type { CaptureFormat, CaptureRecord, CaptureSelection } from '../../../../shared/model/capture.ts';
import { captureEventKinds } from '../../../../shared/model/capture.ts';
import { gapBytes } from '../../../../shared/model/capture-gaps.ts';
import { readChunkRow } from '../../../../shared/model/capture-rows.ts';
import type { ConnectionTable } from '../connection-table.ts';
import { keptPiecesOf, recordOf } from '../frame-bytes.ts';
import type { CaptureStore } from '../store.ts';
import type { CaptureWriter, Direction } from './writer.ts';

/** A transfer that runs meanwhile feels no more than this. */
const sliceMs = 4;

const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Stream {
  readonly numbers: number[];
  /** Index of the first that is not written. */
  at: number;
}

export interface ExportCount {
  /** Frames that were asked for and are not there any more. */
  missing: number;
}

export async function exportStore(
  store: CaptureStore,
  book: ConnectionTable,
  selection: CaptureSelection,
  format: CaptureFormat,
  writer: CaptureWriter,
): Promise<ExportCount> {
  const run = new StoreExport(store, book, selection, writer);
  await (format === 'raw-ip' ? run.chunks() : run.frames());
  return { missing: run.missing };
}

class StoreExport {
  missing = 0;
  readonly #store: CaptureStore;
  readonly #book: ConnectionTable;
  readonly #writer: CaptureWriter;
  readonly #spans: readonly (readonly [number, number])[];
  readonly #connections: ReadonlySet<number> | undefined;
  readonly #streams = new Map<string, Stream>();
  #sliceEndsAt = performance.now() + sliceMs;

  constructor(
    store: CaptureStore,
    book: ConnectionTable,
    selection: CaptureSelection,
    writer: CaptureWriter,
  ) {
    this.#store = store;
    this.#book = book;
    this.#writer = writer;
    const { first, next } = store.records;
    this.#spans = (selection.records ?? [[first, next - 1]]).map(([from, to]) => [
      from,
      Math.min(to, next - 1),
    ]);
    this.#connections = selection.connections === undefined ? undefined : new Set(selection.connections);
  }

  /** One packet for each frame. */
  async frames(): Promise<void> {
    for await (const record of this.#selected()) {
      if (record.kind !== 'frame') continue;
      // A packet has no gaps: what stands behind the first one stays out.
      const [piece] = keptPiecesOf(this.#store, record) ?? [];
      if (piece === undefined) this.missing += 1;
      else {
        this.#begin(record.connection);
        this.#writer.frame(record.connection, record.direction, piece.bytes, record.span, record.timeMs);
      }
    }
  }

  /** Chunks in the order in which they came, and what happened to the connections in between. */
  async chunks(): Promise<void> {
    const events: CaptureRecord[] = [];
    for await (const record of this.#selected()) {
      if (record.connection === 0) continue;
      if (record.kind === 'event') events.push(record);
      else this.#streamOf(record.connection, record.direction).numbers.push(record.number);
    }
    const { chunks } = this.#store;
    const end = chunks.next;
    let event = 0;
    for (let number = chunks.first; number < end; number += 1) {
      await this.#breathe();
      if (!chunks.find(number)) continue;
      const chunk = readChunkRow(chunks.view, chunks.at);
      for (; event < events.length && (events[event] as CaptureRecord).timeMs <= chunk.timeMs; event += 1) {
        const happened = events[event] as CaptureRecord;
        // What ends a connection comes behind the chunks of the same moment.
        if (happened.timeMs === chunk.timeMs && captureEventKinds[happened.type] !== 'connect') break;
        this.#event(happened);
      }
      const stream = this.#streams.get(keyOf(chunk.connection, chunk.direction));
      if (stream === undefined) continue;
      this.#begin(chunk.connection);
      this.#chunk(
        stream,
        chunk.connection,
        chunk.direction,
        chunk.offset,
        chunk.offset + chunk.length,
        chunk.timeMs,
      );
    }
    for (const [key, stream] of this.#streams) {
      const [connection, direction] = partsOf(key);
      this.#begin(connection);
      this.#chunk(
        stream,
        connection,
        direction,
        Number.POSITIVE_INFINITY,
        Number.POSITIVE_INFINITY,
        undefined,
      );
    }
    for (; event < events.length; event += 1) this.#event(events[event] as CaptureRecord);
  }

  /** The part of a chunk that lies in selected frames. Frames before it whose chunks are gone come first. */
  #chunk(
    stream: Stream,
    connection: number,
    direction: Direction,
    start: number,
    end: number,
    timeMs: number | undefined,
  ): void {
    let run: Uint8Array[] = [];
    let runStart = 0;
    let runEnd = 0;
    const flush = (): void => {
      if (run.length > 0) this.#writer.chunk(connection, direction, runStart, joined(run), timeMs ?? 0);
      run = [];
    };
    for (; stream.at < stream.numbers.length; stream.at += 1) {
      const record = recordOf(this.#store, stream.numbers[stream.at] as number);
      if (record === undefined) {
        this.missing += 1;
        continue;
      }
      const frameEnd = record.offset + record.span;
      if (record.kind !== 'gap' && record.offset >= end) break;
      if (record.kind === 'gap') {
        if (frameEnd > end) break;
        continue;
      }
      const pieces = keptPiecesOf(this.#store, record);
      const isWhole = pieces !== undefined && this.#isWhole(record);
      if (isWhole && frameEnd > start) {
        for (const { offset, bytes } of pieces) {
          const [from, to] = [Math.max(offset, start), Math.min(offset + bytes.length, end)];
          if (from >= to) continue;
          if (run.length > 0 && from !== runEnd) flush();
          if (run.length === 0) runStart = from;
          runEnd = to;
          run.push(bytes.subarray(from - offset, to - offset));
        }
        if (frameEnd > end) break;
        continue;
      }
      if (frameEnd > end) break;
      flush();
      const [first] = pieces ?? [];
      if (first === undefined) this.missing += 1;
      else if (isWhole) {
        for (const { offset, bytes } of pieces) {
          this.#writer.chunk(connection, direction, offset, bytes, timeMs ?? record.timeMs);
        }
      } else if (first.bytes.length > 0) {
        const { offset, span, timeMs: frameMs } = record;
        this.#writer.cut(connection, direction, offset, first.bytes, span, timeMs ?? frameMs);
      }
    }
    flush();
  }

  /** Whether all that the capture had of it is kept. */
  #isWhole({ number, kept, length }: CaptureRecord): boolean {
    return kept + gapBytes(this.#store.gapsOf(number)) === length;
  }

  #event(record: CaptureRecord): void {
    const { connection, direction, offset, timeMs } = record;
    const kind = captureEventKinds[record.type];
    switch (kind) {
      case 'connect':
      case 'accept': {
        this.#begin(connection);
        const startsAt = (way: Direction): number => {
          const number = this.#streams.get(keyOf(connection, way))?.numbers[0];
          return number === undefined ? 0 : (recordOf(this.#store, number)?.offset ?? 1);
        };
        if (startsAt('in') === 0 && startsAt('out') === 0) this.#writer.handshake(connection, timeMs);
        return;
      }
      case 'fin':
        return this.#writer.ended(connection, direction, offset, timeMs);
      case 'close':
        if (this.#writer.hasFlow(connection)) {
          const { isGraceful } = this.#endOf(connection);
          this.#writer.closed(
            connection,
            isGraceful ? undefined : direction === 'out' ? 'near' : 'far',
            timeMs,
          );
        }
        return;
      case 'listen':
      case 'tls':
      case 'reset':
      case 'refused':
      case 'midway':
      case undefined:
        return;
    }
  }

  #endOf(connection: number): { isGraceful: boolean } {
    const fins = this.#book.get(connection)?.events.filter((event) => event.kind === 'fin') ?? [];
    return { isGraceful: fins.length > 1 };
  }

  #begin(connection: number): void {
    if (this.#writer.hasFlow(connection)) return;
    const entry = this.#book.get(connection);
    const nowhere = { address: '', port: 0 };
    const { near = nowhere, far = nowhere, dialer = 'unknown', secure } = entry ?? {};
    const tls = secure === undefined ? undefined : `${secure.protocol}, ${secure.cipher}`;
    this.#writer.flow(connection, { near, far, dialer, tls });
  }

  async *#selected(): AsyncGenerator<CaptureRecord> {
    for (const [from, to] of this.#spans) {
      const first = Math.max(from, this.#store.records.first);
      this.missing += Math.max(0, Math.min(first, to + 1) - from);
      for (let number = first; number <= to; number += 1) {
        await this.#breathe();
        const record = recordOf(this.#store, number);
        if (record === undefined) this.missing += 1;
        else if (this.#connections?.has(record.connection) ?? true) yield record;
      }
    }
  }

  async #breathe(): Promise<void> {
    if (performance.now() < this.#sliceEndsAt) return;
    await pause();
    this.#sliceEndsAt = performance.now() + sliceMs;
  }

  #streamOf(connection: number, direction: Direction): Stream {
    const key = keyOf(connection, direction);
    let stream = this.#streams.get(key);
    if (stream === undefined) {
      stream = { numbers: [], at: 0 };
      this.#streams.set(key, stream);
    }
    return stream;
  }
}

const keyOf = (connection: number, direction: Direction): string => `${connection} ${direction}`;
const partsOf = (key: string): [number, Direction] => {
  const [connection, direction] = key.split(' ');
  return [Number(connection), direction as Direction];
};

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
