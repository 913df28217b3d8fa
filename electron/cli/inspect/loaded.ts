/** What `hexdrop inspect` reads of a loaded capture: its records one after the other, and what is known about them. */

import { displayName } from '../../../shared/model/display-name.ts';
import type { CaptureConnection, CaptureRecord } from '../../../shared/model/capture.ts';
import type { CaptureOrigin } from '../../../shared/model/capture-time.ts';
import { captureEventKinds } from '../../../shared/model/capture.ts';
import { readRecords } from '../../../shared/model/capture-rows.ts';
import { typeLabel } from '../../../shared/protocol/catalog.ts';
import { encodeHeader } from '../../../shared/protocol/header.ts';
import { headerBytes } from '../../../shared/protocol/limits.ts';
import { summaryOf } from '../../../shared/protocol/summary.ts';
import type { CaptureSource } from '../../engine/api.ts';

/** All of one payload. */
const mostPayloadBytes = 1_048_576;

/** A capture that has been read, or is being read, as its rows are told. */
export interface ReadCapture {
  readonly source: CaptureSource;
  readonly clock: CaptureOrigin & { readonly timeDigits: number };
  readonly connection: (number: number) => CaptureConnection | undefined;
}

/** Of a whole file: its connections are copied once. */
export function readCapture(source: CaptureSource): ReadCapture {
  const connections = new Map(source.connections().map((each) => [each.number, each]));
  return { source, clock: source.status(), connection: (number) => connections.get(number) };
}

/** Of a capture that grows: its connections are asked for when a row needs them. */
export const growingCapture = (source: CaptureSource): ReadCapture => ({
  source,
  clock: source.status(),
  connection: (number) => source.connection(number),
});

/** Those from this number on that are there. */
export function* recordsOf(source: CaptureSource, first = 1): Generator<CaptureRecord> {
  for (let from = first; ;) {
    const { rows, next } = source.records(from);
    if (rows.length === 0) return;
    yield* readRecords(rows);
    from = next;
  }
}

/** Undefined when there is none of this number. */
export const recordNumbered = (source: CaptureSource, number: number): CaptureRecord | undefined =>
  readRecords(source.records(number, 1).rows).find((record) => record.number === number);

export const payloadOf = (source: CaptureSource, record: CaptureRecord): Uint8Array =>
  source.payload(record.number, 0, mostPayloadBytes).bytes;

/** Header and kept payload of a frame; kept bytes of what is none. */
export function bytesOf(source: CaptureSource, record: CaptureRecord): Uint8Array {
  const payload = payloadOf(source, record);
  if (record.kind !== 'frame') return payload;
  const frame = new Uint8Array(headerBytes + payload.length);
  encodeHeader(frame, 0, record);
  frame.set(payload, headerBytes);
  return frame;
}

export const typeOf = (record: CaptureRecord): string => {
  switch (record.kind) {
    case 'frame':
      return typeLabel(record.type);
    case 'event':
      return `(${captureEventKinds[record.type] ?? 'event'})`;
    case 'loose':
      return '(loose)';
    case 'gap':
      return '(gap)';
  }
};

/** What a row says, harmless on a terminal. */
export function wordsOf({ source, connection }: ReadCapture, record: CaptureRecord): string {
  switch (record.kind) {
    case 'frame':
      return displayName(summaryOf(record, payloadOf(source, record)));
    case 'event': {
      const event = connection(record.connection)?.events.find(({ number }) => number === record.number);
      return displayName(event?.text === '' || event === undefined ? eventWords(record) : event.text);
    }
    case 'loose':
      return `${record.length} bytes that belong to no frame`;
    case 'gap':
      return `${record.length} bytes are not in the capture`;
  }
}

const eventWords = (record: CaptureRecord): string => {
  switch (captureEventKinds[record.type]) {
    case 'connect':
    case 'accept':
      return 'TCP is connected';
    case 'fin':
      return record.direction === 'out' ? 'the near side has ended' : 'the far side has ended';
    case 'reset':
      return 'the connection was broken';
    case 'midway':
      return 'the capture begins in the middle of this connection';
    default:
      return '';
  }
};
