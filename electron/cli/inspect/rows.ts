/** Rows of `hexdrop inspect`: each record, each connection, in words or as JSON. */

import type { CaptureConnection, CaptureEndpoint, CaptureRecord } from '../../../shared/model/capture.ts';
import { gapBytes } from '../../../shared/model/capture-gaps.ts';
import { isoTimeOf, secondsOf } from '../../../shared/model/capture-time.ts';
import type { JsonEvent } from '../terminal/output.ts';
import { padEnd, padStart } from '../terminal/text-width.ts';
import { looseReasonOf, typeOf, wordsOf } from './loaded.ts';
import type { ReadCapture } from './loaded.ts';

const arrows = { out: '->', in: '<-' } as const;

export const listHead = (): string => row(['No.', 'Time', 'Conn', '', 'Type', 'Id', 'Length', 'Summary']);

const row = (cells: readonly string[]): string => {
  const [number = '', time = '', connection = '', arrow = '', type = '', id = '', length = '', words = ''] =
    cells;
  return [
    padStart(number, 6),
    padStart(time, 11),
    padStart(connection, 4),
    padEnd(arrow, 2),
    padEnd(type, 9),
    padStart(id, 4),
    padStart(length, 7),
    words,
  ].join('  ');
};

export const listLine = (capture: ReadCapture, record: CaptureRecord): string =>
  row([
    String(record.number),
    secondsOf(record.timeMs).toFixed(6),
    String(record.connection),
    arrows[record.direction],
    typeOf(record),
    record.kind === 'frame' ? String(record.id) : '',
    record.kind === 'event' ? '' : String(record.length),
    wordsOf(capture, record),
  ]);

export const recordEvent = (capture: ReadCapture, record: CaptureRecord): JsonEvent => {
  const { number, kind, timeMs, connection, direction, flags, channel, id, length, kept, offset, secure } =
    record;
  const { clock } = capture;
  const common = {
    number,
    time: isoTimeOf(clock, timeMs, clock.timeDigits) ?? null,
    seconds: secondsOf(timeMs),
    connection,
    direction,
    secure,
    type: typeOf(record),
    summary: wordsOf(capture, record),
  };
  switch (kind) {
    case 'frame':
      return {
        event: kind,
        ...common,
        id,
        channel,
        flags,
        length,
        kept,
        offset,
        chunks: record.chunkClass,
        ...(record.hasGaps ? { lacking: lackingOf(capture, record) } : {}),
        ...(record.isCutOff ? { cutOff: true } : {}),
      };
    case 'event':
      return { event: 'happened', ...common, length, offset };
    case 'loose':
      return { event: kind, ...common, length, offset, span: record.span, reason: looseReasonOf(record) };
    case 'gap':
      return { event: kind, ...common, length, offset, span: record.span, places: record.places };
  }
};

/** Bytes of its payload that are in no packet of the capture. */
const lackingOf = ({ source }: ReadCapture, { number }: CaptureRecord): number =>
  gapBytes(source.payload(number, 0, 1).gaps ?? []);

export const connectionEvent = (whole: CaptureConnection): JsonEvent => {
  const { events: _, ...connection } = whole;
  return { event: 'connection', ...connection };
};

/** With its port, always: it is what tells connections apart. */
const placeOf = ({ address, port }: CaptureEndpoint): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

export const connectionLine = ({
  number,
  near,
  far,
  dialer,
  secure,
  channel,
  laneOf,
}: CaptureConnection): string => {
  const [from, to] = dialer === 'far' ? [far, near] : [near, far];
  const what =
    channel === undefined
      ? ''
      : channel === 0
        ? ', control'
        : `, lane ${channel}${laneOf === undefined ? '' : ` of connection ${laneOf}`}`;
  const mode = secure === undefined ? 'plain' : `decrypted, ${secure.protocol}`;
  return `Connection ${number}: ${placeOf(from)} to ${placeOf(to)}${what}, ${mode}`;
};
