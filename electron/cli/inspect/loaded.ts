/** What `hexdrop inspect` reads of a loaded capture: its records one after the other, and what is known about them. */

import { displayName } from '../../../shared/model/display-name.ts';
import type { CaptureConnection, CaptureRecord } from '../../../shared/model/capture.ts';
import type { CaptureOrigin } from '../../../shared/model/capture-time.ts';
import type { Gap } from '../../../shared/model/capture-gaps.ts';
import { gapBytes } from '../../../shared/model/capture-gaps.ts';
import type { LooseReason } from '../../../shared/model/capture.ts';
import { captureEventKinds, looseReasons } from '../../../shared/model/capture.ts';
import { readRecords } from '../../../shared/model/capture-rows.ts';
import { typeLabel } from '../../../shared/protocol/catalog.ts';
import type { HexdropError } from '../../../shared/errors/errors.ts';
import { asHexdropError } from '../../../shared/errors/errors.ts';
import { decodeHeader, encodeHeader } from '../../../shared/protocol/header.ts';
import { headerBytes } from '../../../shared/protocol/limits.ts';
import { englishPhrases } from '../../../shared/protocol/phrases-en.ts';
import { rendered } from '../../../shared/protocol/phrases.ts';
import { summaryOf } from '../../../shared/protocol/summary.ts';
import type { CaptureSource } from '../../engine/api.ts';
import { formatCount, formatCounted } from '../terminal/format.ts';

/** All of one payload. */
const mostPayloadBytes = 1_048_576;

/** A capture that has been read, or is being read, as its rows are told. */
export interface ReadCapture {
  readonly source: CaptureSource;
  readonly clock: CaptureOrigin & { readonly timeDigits: number };
  readonly connection: (number: number) => CaptureConnection | undefined;
}

/** Reads a whole file: its connections are copied once. */
export function readCapture(source: CaptureSource): ReadCapture {
  const connections = new Map(source.connections().map((each) => [each.number, each]));
  return { source, clock: source.status(), connection: (number) => connections.get(number) };
}

/** Reads a capture that grows: its connections are asked for when a row needs them. */
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

interface Kept {
  /** Header and kept payload of a frame, without the gaps in it; kept bytes of what is none. */
  readonly bytes: Uint8Array;
  /** In the payload. */
  readonly gaps: readonly Gap[];
}

export function keptOf(source: CaptureSource, record: CaptureRecord): Kept {
  const { bytes: payload, gaps = [] } = source.payload(record.number, 0, mostPayloadBytes);
  if (record.kind !== 'frame') return { bytes: payload, gaps };
  const bytes = new Uint8Array(headerBytes + payload.length);
  encodeHeader(bytes, 0, record);
  bytes.set(payload, headerBytes);
  return { bytes, gaps };
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
    case 'frame': {
      const { bytes, gaps = [] } = source.payload(record.number, 0, mostPayloadBytes);
      const summary = displayName(
        rendered(englishPhrases, summaryOf(record, bytes.subarray(0, gaps[0]?.offset))),
      );
      return gaps.length === 0 ? summary : `${summary} (${lackWords(record, gaps)})`;
    }
    case 'event': {
      const event = connection(record.connection)?.events.find(({ number }) => number === record.number);
      return displayName(event?.text === '' || event === undefined ? eventWords(record) : event.text);
    }
    case 'loose':
      return looseWords(record, source.payload(record.number, 0, headerBytes).bytes);
    case 'gap':
      return gapWords(record);
  }
}

/** What a frame does not have of its payload. */
function lackWords({ length, isCutOff }: CaptureRecord, gaps: readonly Gap[]): string {
  const lost = isCutOff ? gaps.slice(0, -1) : gaps;
  const words =
    lost.length === 0 ? [] : [`${formatCount(gapBytes(lost))} of its bytes are not in the capture`];
  const came = isCutOff ? gaps.at(-1)?.offset : undefined;
  if (came !== undefined)
    words.unshift(`cut off behind ${formatCount(came)} of ${formatCounted(length, 'byte')}`);
  return words.join('; ');
}

function gapWords({ length, span, places }: CaptureRecord): string {
  const bytes = `${formatCounted(length, 'byte')} ${length === 1 ? 'is' : 'are'} not in the capture`;
  const where = places > 1 ? `, in ${formatCount(places)} places` : '';
  const between =
    span > length
      ? `; ${formatCounted(span - length, 'byte')} between them ${span - length === 1 ? 'is' : 'are'}`
      : '';
  return bytes + where + between;
}

const looseMeanings: Readonly<Record<LooseReason, string>> = {
  refused: 'what came was refused',
  'bad-magic': 'no frame starts with them',
  'bad-flags': 'their flags are not defined',
  'unknown-type': 'their type is not known',
  'frame-too-large': 'their length is over the limit',
  'behind-gap': 'what stands before them is missing',
  midway: 'the capture begins in the middle of their frame',
  'truncated-frame': 'the rest of the header that they begin is missing',
};

export const looseReasonOf = ({ type }: CaptureRecord): LooseReason => looseReasons[type] ?? 'refused';

/** @param start the first of them: of a header that is refused they say what is wrong with it */
function looseWords(record: CaptureRecord, start: Uint8Array): string {
  const reason = looseReasonOf(record);
  const problem = start.length < headerBytes ? undefined : headerProblem(start);
  const why = problem?.code === reason ? problem.message : looseMeanings[reason];
  const verb = record.length === 1 ? 'belongs' : 'belong';
  return `${formatCounted(record.length, 'byte')} that ${verb} to no frame: ${why}`;
}

function headerProblem(start: Uint8Array): HexdropError | undefined {
  try {
    decodeHeader(start);
    return undefined;
  } catch (thrown) {
    return asHexdropError(thrown);
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
