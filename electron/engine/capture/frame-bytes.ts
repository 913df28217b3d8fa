/** A frame as it stood in its stream, as far as it is kept: the header is made from its row, the payload is in the slab. */

import type { CaptureRecord } from '../../../shared/model/capture.ts';
import { readRecordRow } from '../../../shared/model/capture-rows.ts';
import { encodeHeader } from '../../../shared/protocol/header.ts';
import { headerBytes } from '../../../shared/protocol/limits.ts';
import type { CaptureStore } from './store.ts';

export const recordOf = (store: CaptureStore, number: number): CaptureRecord | undefined =>
  store.records.find(number) ? readRecordRow(store.records.view, store.records.at) : undefined;

/** Header and kept payload of a frame; kept loose bytes; undefined when they had to make room. */
export function keptBytesOf(store: CaptureStore, record: CaptureRecord): Uint8Array | undefined {
  const payload = store.payloadOf(record.number);
  if (payload === undefined || record.kind !== 'frame') return payload;
  const frame = new Uint8Array(headerBytes + payload.length);
  encodeHeader(frame, 0, record);
  frame.set(payload, headerBytes);
  return frame;
}

/** Bytes of the stream that a record stands for. */
export const spanOf = ({ kind, length }: CaptureRecord): number =>
  kind === 'event' ? 0 : length + (kind === 'frame' ? headerBytes : 0);
