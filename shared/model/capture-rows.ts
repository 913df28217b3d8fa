/**
 * Records and chunks as bytes: how they lie in the engine's ring, and how they cross to a window, many in one run of
 * bytes. All numbers are little-endian. Whoever writes or reads a row takes its places from here.
 */

import type { CaptureChunk, CaptureRecord, ChunkClass, RecordKind } from './capture.ts';

/** Bytes of a frame in front of its payload: `headerBytes` of the protocol, which the model does not know. */
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

/** Where in the 48 bytes of a record its values are. */
export const recordAt = {
  /** u32 */
  number: 0,
  /** u8, a place in `recordKinds` */
  kind: 4,
  /** u8: type of the frame, kind of the event, or reason of loose bytes */
  type: 5,
  /** u8: flags of the frame */
  flags: 6,
  /** u8 */
  bits: 7,
  /** f64, milliseconds since the capture's origin */
  time: 8,
  /** u32 */
  connection: 16,
  /** u32: id of the frame; of loose bytes and gaps their span, 0 when it is their length */
  id: 20,
  /** u32 */
  length: 24,
  /** u32 */
  kept: 28,
  /** f64, in the stream */
  offset: 32,
  /** u32: the chunk that brought the last byte */
  chunk: 40,
  /** u16 */
  channel: 44,
  /** u16, of a gap */
  places: 46,
} as const;

/** Where in the 32 bytes of a chunk its values are. */
export const chunkAt = {
  /** u32 */
  number: 0,
  /** u8: `bitOut`, `bitSecure`; three bytes 0 follow */
  bits: 4,
  /** f64 */
  time: 8,
  /** f64, in the stream */
  offset: 16,
  /** u32 */
  length: 24,
  /** u32 */
  connection: 28,
} as const;

/** Where a row says which stream it belongs to, and where in it: for whoever looks through a million of them. */
export type StreamPlaces = Readonly<Record<'connection' | 'bits' | 'offset', number>>;

export const chunkClasses: readonly ChunkClass[] = ['exact', 'half', 'sticky', 'both'];

export const chunkClassOf = (bits: number): ChunkClass =>
  chunkClasses[(bits & (bitHalf | bitSticky)) >> 2] as ChunkClass;

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export type MutableRecord = { -readonly [Key in keyof CaptureRecord]: CaptureRecord[Key] };

/** To be filled again and again: a filter over a million rows makes no million objects. */
export const emptyRecord = (): MutableRecord => ({
  number: 0,
  kind: 'frame',
  timeMs: 0,
  connection: 0,
  direction: 'in',
  secure: false,
  type: 0,
  flags: 0,
  channel: 0,
  id: 0,
  length: 0,
  kept: 0,
  offset: 0,
  chunk: 0,
  chunkClass: 'exact',
  isBlanked: false,
  hasGaps: false,
  isCutOff: false,
  span: 0,
  places: 0,
});

/** Fills `row` with the record at byte `at` and returns it. */
export function readRecordRow(view: DataView, at: number, row: MutableRecord = emptyRecord()): MutableRecord {
  const bits = view.getUint8(at + recordAt.bits);
  row.number = view.getUint32(at + recordAt.number, true);
  row.kind = recordKinds[view.getUint8(at + recordAt.kind)] ?? 'loose';
  row.type = view.getUint8(at + recordAt.type);
  row.flags = view.getUint8(at + recordAt.flags);
  row.direction = (bits & bitOut) === 0 ? 'in' : 'out';
  row.secure = (bits & bitSecure) !== 0;
  row.chunkClass = chunkClassOf(bits);
  row.isBlanked = (bits & bitBlanked) !== 0;
  row.hasGaps = (bits & bitGaps) !== 0;
  row.isCutOff = (bits & bitCutOff) !== 0;
  row.timeMs = view.getFloat64(at + recordAt.time, true);
  row.connection = view.getUint32(at + recordAt.connection, true);
  row.id = row.kind === 'frame' ? view.getUint32(at + recordAt.id, true) : 0;
  row.length = view.getUint32(at + recordAt.length, true);
  row.span = spanAt(view, at, row.kind);
  row.places = view.getUint16(at + recordAt.places, true);
  row.kept = view.getUint32(at + recordAt.kept, true);
  row.offset = view.getFloat64(at + recordAt.offset, true);
  row.chunk = view.getUint32(at + recordAt.chunk, true);
  row.channel = view.getUint16(at + recordAt.channel, true);
  return row;
}

/** Bytes of the stream that the record at byte `at` stands for. */
function spanAt(view: DataView, at: number, kind: RecordKind): number {
  const length = view.getUint32(at + recordAt.length, true);
  if (kind === 'frame') return frameHeadBytes + length;
  return kind === 'event' ? 0 : view.getUint32(at + recordAt.id, true) || length;
}

export function readChunkRow(view: DataView, at: number): CaptureChunk {
  const bits = view.getUint8(at + chunkAt.bits);
  return {
    number: view.getUint32(at + chunkAt.number, true),
    direction: (bits & bitOut) === 0 ? 'in' : 'out',
    secure: (bits & bitSecure) !== 0,
    timeMs: view.getFloat64(at + chunkAt.time, true),
    offset: view.getFloat64(at + chunkAt.offset, true),
    length: view.getUint32(at + chunkAt.length, true),
    connection: view.getUint32(at + chunkAt.connection, true),
  };
}

/** A record before it has a number. Used over and over: it costs nothing to fill. */
export interface RecordDraft {
  /** A place in `recordKinds`. */
  kind: number;
  type: number;
  flags: number;
  bits: number;
  timeMs: number;
  connection: number;
  id: number;
  length: number;
  /** The span of loose bytes and gaps, where it is not their length. */
  span?: number;
  /** The places of a gap. */
  places?: number;
  offset: number;
  chunk: number;
  channel: number;
}

const mostPlaces = 65_535;

/** @param bits instead of the draft's */
export function writeRecordRow(
  view: DataView,
  at: number,
  number: number,
  draft: Readonly<RecordDraft>,
  kept: number,
  bits: number,
): void {
  view.setUint32(at + recordAt.number, number, true);
  view.setUint8(at + recordAt.kind, draft.kind);
  view.setUint8(at + recordAt.type, draft.type);
  view.setUint8(at + recordAt.flags, draft.flags);
  view.setUint8(at + recordAt.bits, bits);
  view.setFloat64(at + recordAt.time, draft.timeMs, true);
  view.setUint32(at + recordAt.connection, draft.connection, true);
  view.setUint32(at + recordAt.id, draft.span ?? draft.id, true);
  view.setUint32(at + recordAt.length, draft.length, true);
  view.setUint32(at + recordAt.kept, kept, true);
  view.setFloat64(at + recordAt.offset, draft.offset, true);
  view.setUint32(at + recordAt.chunk, draft.chunk, true);
  view.setUint16(at + recordAt.channel, draft.channel, true);
  view.setUint16(at + recordAt.places, Math.min(draft.places ?? 0, mostPlaces), true);
}

/** @param bits `bitOut`, `bitSecure` */
export function writeChunkRow(
  view: DataView,
  at: number,
  chunk: Omit<CaptureChunk, 'direction' | 'secure'>,
  bits: number,
): void {
  view.setUint32(at + chunkAt.number, chunk.number, true);
  view.setUint32(at + chunkAt.bits, bits, true);
  view.setFloat64(at + chunkAt.time, chunk.timeMs, true);
  view.setFloat64(at + chunkAt.offset, chunk.offset, true);
  view.setUint32(at + chunkAt.length, chunk.length, true);
  view.setUint32(at + chunkAt.connection, chunk.connection, true);
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
