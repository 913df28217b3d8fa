/** Rows of records and chunks that a test made up as objects, written as the capture writes them. */

import type { CaptureChunk, CaptureRecord } from '../../shared/model/capture.ts';
import {
  bitBlanked,
  bitCutOff,
  bitGaps,
  bitOut,
  bitSecure,
  chunkClasses,
  recordKinds,
  writeChunkRow,
  writeRecordRow,
} from '../../shared/model/capture-rows.ts';

const waysBits = ({ direction, secure }: Pick<CaptureRecord, 'direction' | 'secure'>): number =>
  (direction === 'out' ? bitOut : 0) | (secure ? bitSecure : 0);

export function writeRecord(view: DataView, at: number, record: CaptureRecord): void {
  const bits =
    waysBits(record) |
    (chunkClasses.indexOf(record.chunkClass) << 2) |
    (record.isBlanked ? bitBlanked : 0) |
    (record.hasGaps ? bitGaps : 0) |
    (record.isCutOff ? bitCutOff : 0);
  const { number, type, flags, timeMs, connection, length, kept, offset, chunk, channel, places } = record;
  const kind = recordKinds.indexOf(record.kind);
  const id = record.kind === 'frame' ? record.id : record.span;
  const draft = { kind, type, flags, bits, timeMs, connection, id, length, places, offset, chunk, channel };
  writeRecordRow(view, at, number, draft, kept, bits);
}

export const writeChunk = (view: DataView, at: number, chunk: CaptureChunk): void =>
  writeChunkRow(view, at, chunk, waysBits(chunk));
