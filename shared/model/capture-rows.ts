/**
 * Records and chunks as bytes: how they lie in the engine's ring, and how they cross to a window, many in one run of
 * bytes. All numbers are little-endian.
 *
 * Record, 48 bytes:
 *
 *     0  u32  number
 *     4  u8   kind: 0 frame, 1 event, 2 loose, 3 gap
 *     5  u8   type of the frame, kind of the event, or reason of loose bytes
 *     6  u8   flags of the frame
 *     7  u8   bits: 0x01 out, 0x02 secure, 0x04 half, 0x08 sticky, 0x10 blanked, 0x20 has gaps, 0x40 cut off
 *     8  f64  time, milliseconds since the capture's origin
 *    16  u32  connection
 *    20  u32  id of the frame; of loose bytes and gaps their span, 0 when it is their length
 *    24  u32  length
 *    28  u32  kept
 *    32  f64  offset in the stream
 *    40  u32  chunk that brought the last byte
 *    44  u16  channel
 *    46  u16  places of a gap
 *
 * Chunk, 32 bytes:
 *
 *     0  u32  number
 *     4  u8   bits: 0x01 out, 0x02 secure
 *     5  u8   0, three times
 *     8  f64  time
 *    16  f64  offset in the stream
 *    24  u32  length
 *    28  u32  connection
 */

import type { CaptureChunk, CaptureRecord, ChunkClass, RecordKind } from './capture.ts';

/** Of a frame, in front of its payload: `headerBytes` of the protocol, which the model does not know. */
const frameHeadBytes = 16;

export const recordBytes = 48;
export const chunkRowBytes = 32;

/** What one answer carries at most: enough for a screen many times over, little enough to never stall a link. */
export const mostBatchBytes = 65_536;
export const recordsPerBatch = Math.floor(mostBatchBytes / recordBytes);
export const chunksPerBatch = Math.floor(mostBatchBytes / chunkRowBytes);

export const recordKinds = ['frame', 'event', 'loose', 'gap'] as const satisfies readonly RecordKind[];

export const bitOut = 0x01;
export const bitSecure = 0x02;
export const bitHalf = 0x04;
export const bitSticky = 0x08;
export const bitBlanked = 0x10;
export const bitGaps = 0x20;
export const bitCutOff = 0x40;

/** Where a row says which stream it belongs to, and where in it: for whoever looks through a million of them. */
export interface StreamPlaces {
  /** u32 */
  readonly connectionAt: number;
  /** u8, with `bitOut` */
  readonly bitsAt: number;
  /** f64 */
  readonly offsetAt: number;
}

export const recordPlaces: StreamPlaces = { connectionAt: 16, bitsAt: 7, offsetAt: 32 };
export const chunkPlaces: StreamPlaces = { connectionAt: 28, bitsAt: 4, offsetAt: 16 };

const chunkClasses: readonly ChunkClass[] = ['exact', 'half', 'sticky', 'both'];

export const chunkClassOf = (bits: number): ChunkClass =>
  chunkClasses[(bits & (bitHalf | bitSticky)) >> 2] as ChunkClass;

export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The record at byte `at`, which is a multiple of `recordBytes`. */
export function readRecordRow(view: DataView, at: number): CaptureRecord {
  const bits = view.getUint8(at + 7);
  const kind = recordKinds[view.getUint8(at + 4)] ?? 'loose';
  return {
    number: view.getUint32(at, true),
    kind,
    type: view.getUint8(at + 5),
    flags: view.getUint8(at + 6),
    direction: (bits & bitOut) === 0 ? 'in' : 'out',
    secure: (bits & bitSecure) !== 0,
    chunkClass: chunkClassOf(bits),
    isBlanked: (bits & bitBlanked) !== 0,
    hasGaps: (bits & bitGaps) !== 0,
    isCutOff: (bits & bitCutOff) !== 0,
    timeMs: view.getFloat64(at + 8, true),
    connection: view.getUint32(at + 16, true),
    id: kind === 'frame' ? view.getUint32(at + 20, true) : 0,
    length: view.getUint32(at + 24, true),
    span: spanAt(view, at, kind),
    places: view.getUint16(at + 46, true),
    kept: view.getUint32(at + 28, true),
    offset: view.getFloat64(at + 32, true),
    chunk: view.getUint32(at + 40, true),
    channel: view.getUint16(at + 44, true),
  };
}

/** Bytes of the stream that the record at byte `at` stands for. */
export function spanAt(view: DataView, at: number, kind: RecordKind): number {
  const length = view.getUint32(at + 24, true);
  if (kind === 'frame') return frameHeadBytes + length;
  return kind === 'event' ? 0 : view.getUint32(at + 20, true) || length;
}

export function readChunkRow(view: DataView, at: number): CaptureChunk {
  const bits = view.getUint8(at + 4);
  return {
    number: view.getUint32(at, true),
    direction: (bits & bitOut) === 0 ? 'in' : 'out',
    secure: (bits & bitSecure) !== 0,
    timeMs: view.getFloat64(at + 8, true),
    offset: view.getFloat64(at + 16, true),
    length: view.getUint32(at + 24, true),
    connection: view.getUint32(at + 28, true),
  };
}

export function writeRecordRow(view: DataView, at: number, record: CaptureRecord): void {
  view.setUint32(at, record.number, true);
  view.setUint8(at + 4, recordKinds.indexOf(record.kind));
  view.setUint8(at + 5, record.type);
  view.setUint8(at + 6, record.flags);
  view.setUint8(
    at + 7,
    (record.direction === 'out' ? bitOut : 0) |
      (record.secure ? bitSecure : 0) |
      (chunkClasses.indexOf(record.chunkClass) << 2) |
      (record.isBlanked ? bitBlanked : 0) |
      (record.hasGaps ? bitGaps : 0) |
      (record.isCutOff ? bitCutOff : 0),
  );
  view.setFloat64(at + 8, record.timeMs, true);
  view.setUint32(at + 16, record.connection, true);
  view.setUint32(at + 20, record.kind === 'frame' ? record.id : record.span, true);
  view.setUint32(at + 24, record.length, true);
  view.setUint32(at + 28, record.kept, true);
  view.setFloat64(at + 32, record.offset, true);
  view.setUint32(at + 40, record.chunk, true);
  view.setUint16(at + 44, record.channel, true);
  view.setUint16(at + 46, record.places, true);
}

export function writeChunkRow(view: DataView, at: number, chunk: CaptureChunk): void {
  view.setUint32(at, chunk.number, true);
  view.setUint32(at + 4, (chunk.direction === 'out' ? bitOut : 0) | (chunk.secure ? bitSecure : 0), true);
  view.setFloat64(at + 8, chunk.timeMs, true);
  view.setFloat64(at + 16, chunk.offset, true);
  view.setUint32(at + 24, chunk.length, true);
  view.setUint32(at + 28, chunk.connection, true);
}

/** All records of a batch, as objects. For a list of a million rows read single fields instead. */
export function readRecords(batch: Uint8Array): CaptureRecord[] {
  const view = viewOf(batch);
  return Array.from({ length: Math.floor(batch.length / recordBytes) }, (_, index) =>
    readRecordRow(view, index * recordBytes),
  );
}

export function readChunks(batch: Uint8Array): CaptureChunk[] {
  const view = viewOf(batch);
  return Array.from({ length: Math.floor(batch.length / chunkRowBytes) }, (_, index) =>
    readChunkRow(view, index * chunkRowBytes),
  );
}
