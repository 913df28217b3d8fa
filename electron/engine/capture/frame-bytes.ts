/** A frame as it stood in its stream, as far as it is kept: the header is made from its row, the payload is in the slab. */

import type { CaptureRecord } from '../../../shared/model/capture.ts';
import { runsBetween } from '../../../shared/model/capture-gaps.ts';
import { readRecordRow } from '../../../shared/model/capture-rows.ts';
import { encodeHeader } from '../../../shared/protocol/header.ts';
import { headerBytes } from '../../../shared/protocol/limits.ts';
import type { CaptureStore } from './store.ts';

export const recordOf = (store: CaptureStore, number: number): CaptureRecord | undefined =>
  store.records.find(number) ? readRecordRow(store.records.view, store.records.at) : undefined;

/** Header and kept payload of a frame, without the gaps in it; kept loose bytes; undefined when they had to make room. */
export function keptBytesOf(store: CaptureStore, record: CaptureRecord): Uint8Array | undefined {
  const payload = store.payloadOf(record.number);
  if (payload === undefined || record.kind !== 'frame') return payload;
  const frame = new Uint8Array(headerBytes + payload.length);
  encodeHeader(frame, 0, record);
  frame.set(payload, headerBytes);
  return frame;
}

export interface KeptPiece {
  /** In the stream. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** The same in pieces, as the gaps of a frame part them; the first begins with the header. */
export function keptPiecesOf(store: CaptureStore, record: CaptureRecord): readonly KeptPiece[] | undefined {
  const bytes = keptBytesOf(store, record);
  if (bytes === undefined) return undefined;
  const gaps = store.gapsOf(record.number);
  if (gaps.length === 0 || record.kind !== 'frame') return [{ offset: record.offset, bytes }];
  const runs = runsBetween(record.kept, gaps);
  const isHeadFollowed = runs[0]?.offset === 0;
  const head = bytes.subarray(0, headerBytes + (isHeadFollowed ? (runs[0]?.length ?? 0) : 0));
  const others = runs.slice(isHeadFollowed ? 1 : 0).map(({ offset, from, length }) => ({
    offset: record.offset + headerBytes + offset,
    bytes: bytes.subarray(headerBytes + from, headerBytes + from + length),
  }));
  return [{ offset: record.offset, bytes: head }, ...others];
}
