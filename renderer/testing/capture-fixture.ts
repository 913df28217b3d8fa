/**
 * A capture for tests and the preview: real frames from the protocol's own codec, cut into chunks as sockets cut them,
 * and the answers of a host that holds them. No part of the program.
 */

import type {
  CaptureChunk,
  CaptureConnection,
  CaptureDirection,
  CaptureEvent,
  CaptureEventKind,
  CaptureRecord,
  CaptureStatus,
  CaptureTransfer,
  ChunkClass,
} from '../../shared/model/capture.ts';
import { captureEventKinds } from '../../shared/model/capture.ts';
import { chunkRowBytes, emptyRecord, recordBytes, recordsPerBatch } from '../../shared/model/capture-rows.ts';
import { writeChunk, writeRecord } from './capture-rows.ts';
import type { Payload, TypeName } from '../../shared/protocol/catalog.ts';
import { encodeFrame } from '../../shared/protocol/codec.ts';
import { decodeHeader } from '../../shared/protocol/header.ts';
import { headerBytes } from '../../shared/protocol/limits.ts';
import type { Answers } from './fake-host.ts';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

interface Stream {
  bytes: number;
  /** Frames that no chunk has brought yet. */
  readonly waiting: Mutable<CaptureRecord>[];
  readonly chunks: Mutable<CaptureChunk>[];
}

/** Writes a capture down as it would have happened. */
export class CaptureScript {
  readonly records: Mutable<CaptureRecord>[] = [];
  readonly chunks: CaptureChunk[] = [];
  readonly payloads = new Map<number, Uint8Array>();
  readonly connections: Mutable<CaptureConnection>[] = [];
  readonly transfers: CaptureTransfer[] = [];
  readonly #streams = new Map<string, Stream>();
  readonly #payloadOf = new Map<CaptureRecord, Uint8Array>();
  readonly #keepBytes: number;
  timeMs = 0;

  constructor(keepBytes = 256) {
    this.#keepBytes = keepBytes;
  }

  wait(ms: number): this {
    this.timeMs += ms;
    return this;
  }

  connect(connection: Omit<CaptureConnection, 'in' | 'out' | 'events' | 'isOpen'>): this {
    const flow = { frames: 0, bytes: 0, chunks: 0 };
    this.connections.push({ ...connection, isOpen: true, in: flow, out: flow, events: [] });
    return this;
  }

  event(
    connection: number,
    kind: CaptureEventKind,
    direction: CaptureDirection,
    text = '',
    code?: string,
  ): this {
    const record = {
      ...emptyRecord(),
      kind: 'event',
      timeMs: this.timeMs,
      connection,
      direction,
    } as Mutable<CaptureRecord>;
    record.type = captureEventKinds.indexOf(kind);
    record.secure = this.#connection(connection).secure !== undefined;
    this.records.push(record);
    const event: CaptureEvent = {
      get number() {
        return record.number;
      },
      kind,
      timeMs: this.timeMs,
      direction,
      text,
      ...(code === undefined ? {} : { code }),
    };
    const owner = this.#connection(connection);
    owner.events = [...owner.events, event];
    if (kind === 'close') owner.isOpen = false;
    return this;
  }

  frame<Name extends TypeName>(
    connection: number,
    direction: CaptureDirection,
    name: Name,
    id: number,
    payload: Payload<Name>,
    flags = 0,
  ): this {
    const channel = this.#connection(connection).channel ?? 0;
    const bytes = encodeFrame(name, { id, channel, flags }, payload);
    const stream = this.#stream(connection, direction);
    const before = stream.waiting.reduce((sum, { length }) => sum + length + headerBytes, stream.bytes);
    const header = decodeHeader(bytes);
    const record: Mutable<CaptureRecord> = {
      ...emptyRecord(),
      ...header,
      connection,
      direction,
      secure: this.#connection(connection).secure !== undefined,
      span: headerBytes + header.length,
      kept: Math.min(header.length, this.#keepBytes),
      offset: before,
    };
    this.#payloadOf.set(record, bytes.slice(headerBytes, headerBytes + record.kept));
    stream.waiting.push(record);
    return this;
  }

  /** What waits arrives, in chunks of these sizes (the last one again and again); without sizes in one. */
  arrive(connection: number, direction: CaptureDirection, ...sizes: readonly number[]): this {
    const stream = this.#stream(connection, direction);
    const end = stream.waiting.reduce((sum, { length }) => sum + length + headerBytes, stream.bytes);
    for (let index = 0; stream.bytes < end; index += 1) {
      const size = Math.min(sizes[index] ?? sizes.at(-1) ?? end, end - stream.bytes);
      const secure = this.#connection(connection).secure !== undefined;
      const chunk = {
        number: 0,
        timeMs: this.timeMs,
        connection,
        direction,
        secure,
        offset: stream.bytes,
        length: size,
      };
      stream.chunks.push(chunk);
      this.chunks.push(chunk);
      chunk.number = this.chunks.length;
      stream.bytes += size;
      for (let first = stream.waiting[0]; first !== undefined; first = stream.waiting[0]) {
        if (first.offset + first.length + headerBytes > stream.bytes) break;
        stream.waiting.shift();
        first.timeMs = this.timeMs;
        first.chunk = chunk.number;
        this.records.push(first);
      }
      this.timeMs += 0.037;
    }
    for (const record of this.records) {
      if (record.kind === 'frame' && record.connection === connection && record.direction === direction) {
        record.chunkClass = classIn(stream, record);
      }
    }
    return this;
  }

  /** Numbers everything. Call it last. */
  finish(): this {
    this.records.forEach((record, index) => {
      record.number = index + 1;
      const payload = this.#payloadOf.get(record);
      if (payload !== undefined) this.payloads.set(record.number, payload);
    });
    return this;
  }

  #connection(number: number): Mutable<CaptureConnection> {
    return this.connections.find((each) => each.number === number) as Mutable<CaptureConnection>;
  }

  #stream(connection: number, direction: CaptureDirection): Stream {
    const key = `${connection}/${direction}`;
    const stream = this.#streams.get(key) ?? { bytes: 0, waiting: [], chunks: [] };
    this.#streams.set(key, stream);
    return stream;
  }
}

function classIn(stream: Stream, { offset, length }: CaptureRecord): ChunkClass {
  const end = offset + length + headerBytes;
  const own = stream.chunks.filter((chunk) => chunk.offset < end && chunk.offset + chunk.length > offset);
  const isHalf = own.length > 1;
  const isSticky = own.some((chunk) => chunk.offset < offset || chunk.offset + chunk.length > end);
  return isHalf ? (isSticky ? 'both' : 'half') : isSticky ? 'sticky' : 'exact';
}

const originMs = new Date(2026, 10, 22, 15, 3, 18).getTime();

export const statusOf = (script: CaptureScript): CaptureStatus => ({
  state: 'running',
  originMs,
  originNs: 0,
  timeDigits: 6,
  nowMs: script.timeMs,
  firstRecord: 1,
  nextRecord: script.records.length + 1,
  firstChunk: 1,
  nextChunk: script.chunks.length + 1,
  captured: script.records.length,
  dropped: 0,
  missed: 0,
  cut: script.records.filter(({ kept, length }) => kept < length).length,
  usedBytes: script.records.length * 320,
  budgetBytes: 67_108_864,
  keepBytes: 256,
  rates: { framesPerSecond: 371, inBytesPerSecond: 118_400, outBytesPerSecond: 94_300_000 },
  connectionsVersion: 1,
});

const rowsOf = (records: readonly CaptureRecord[]): Uint8Array => {
  const bytes = new Uint8Array(records.length * recordBytes);
  const view = new DataView(bytes.buffer);
  records.forEach((record, index) => writeRecord(view, index * recordBytes, record));
  return bytes;
};

/** A host's answers from a finished script. Long polls of what is not there yet are left waiting for ever. */
export const captureAnswers = (script: CaptureScript, status = statusOf(script)): Answers => ({
  'capture.status': () => status,
  'capture.records': ({ from, most = recordsPerBatch }) => {
    const first = Math.max(from, 1);
    const found = script.records.slice(first - 1, first - 1 + Math.min(most, recordsPerBatch));
    const answer = { next: first + found.length, status, bytes: rowsOf(found) };
    return found.length === 0 && from > 0 ? new Promise<typeof answer>(() => {}) : answer;
  },
  'capture.payload': ({ record, offset, length }) => {
    const about = script.records[record - 1];
    const payload = script.payloads.get(record) ?? new Uint8Array(0);
    return {
      length: about?.length ?? 0,
      kept: about?.kept ?? 0,
      ...(about !== undefined && about.kept < about.length ? { missing: 'policy' as const } : {}),
      bytes: payload.slice(offset, offset + length),
    };
  },
  'capture.heads': ({ records, bytes: most }) => {
    const parts = records.map((record) => script.payloads.get(record)?.slice(0, most) ?? new Uint8Array(0));
    return {
      lengths: parts.map((part) => part.length),
      bytes: Uint8Array.from(parts.flatMap((part) => Array.from(part))),
    };
  },
  'capture.chunks': ({ connection, direction, from, to }) => {
    const found = script.chunks.filter(
      (chunk) =>
        chunk.connection === connection &&
        chunk.direction === direction &&
        chunk.offset < to &&
        chunk.offset + chunk.length > from,
    );
    const bytes = new Uint8Array(found.length * chunkRowBytes);
    const view = new DataView(bytes.buffer);
    found.forEach((chunk, index) => writeChunk(view, index * chunkRowBytes, chunk));
    return { bytes };
  },
  'capture.framesAt': ({ connection, direction, from, to }) => ({
    bytes: rowsOf(
      script.records.filter(
        (record) =>
          record.kind === 'frame' &&
          record.connection === connection &&
          record.direction === direction &&
          record.offset < to &&
          record.offset + record.length + headerBytes > from,
      ),
    ),
  }),
  'capture.connections': () => ({
    version: status.connectionsVersion,
    connections: script.connections.map((connection) => ({
      ...connection,
      events: connection.events.map((event) => ({ ...event, number: event.number })),
    })),
    transfers: script.transfers.map((transfer) => ({ ...transfer, lanes: [...transfer.lanes] })),
  }),
  'capture.search': ({ needle, ignoreCase, from, most }) => {
    const fold = (hex: string): string => {
      const text = Array.from(hex.match(/../gu) ?? [], (pair) =>
        String.fromCharCode(Number.parseInt(pair, 16)),
      ).join('');
      return ignoreCase === true ? text.toLowerCase() : text;
    };
    const wanted = fold(needle);
    const found = script.records
      .filter(({ number }) => number >= from)
      .filter(({ number }) =>
        fold(
          Array.from(script.payloads.get(number) ?? [], (byte) => byte.toString(16).padStart(2, '0')).join(
            '',
          ),
        ).includes(wanted),
      )
      .map(({ number }) => number);
    return { found: found.slice(0, most) };
  },
  'capture.tools': () => ({ wireshark: true }),
  'capture.configure': () => ({ state: 'running', budgetBytes: 67_108_864, keepBytes: 256 }),
});
