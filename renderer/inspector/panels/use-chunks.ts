/** Chunks and frames around the chosen frame, from the capture: live or loaded, the questions are the same. */

import { useEffect, useState } from 'react';

import type { Client } from '../../../shared/ipc/client.ts';
import type { CaptureChunk, CaptureDirection, CaptureRecord } from '../../../shared/model/capture.ts';
import { readChunks, readRecords } from '../../../shared/model/capture-rows.ts';
import { type Span, spanOfChunk, spanOfFrame } from '../data/chunk-map.ts';
import { useInspected, useInspector } from '../model.ts';

export interface ChunkPicture {
  readonly record: CaptureRecord;
  readonly chunks: readonly CaptureChunk[];
  readonly frames: readonly CaptureRecord[];
}

/** So many chunks can be told apart in one picture. */
const mostChunks = 48;
const mostFrames = 48;
/** At least so many bytes to both sides of the frame are looked at. */
const around = 131_072;

interface Stretch {
  readonly source: string;
  readonly connection: number;
  readonly direction: CaptureDirection;
}

const chunksIn = async (
  client: Client,
  at: Stretch,
  { start, end }: Span,
): Promise<readonly CaptureChunk[]> => {
  const range = { ...at, from: Math.max(0, start), to: end };
  return readChunks((await client.callForBytes('capture.chunks', range)).bytes);
};

const framesIn = async (
  client: Client,
  at: Stretch,
  { start, end }: Span,
): Promise<readonly CaptureRecord[]> => {
  const range = { ...at, from: Math.max(0, start), to: end };
  return readRecords((await client.callForBytes('capture.framesAt', range)).bytes);
};

/** Those nearest to the middle one, in order. */
const nearest = <T>(list: readonly T[], isMiddle: (each: T) => boolean, most: number): readonly T[] => {
  const first = Math.max(0, list.findIndex(isMiddle));
  const last = Math.max(first, list.findLastIndex(isMiddle));
  const rest = Math.max(0, most - (last - first + 1));
  const from = Math.max(0, first - Math.floor(rest / 2));
  return list.slice(from, Math.max(from + most, Math.min(last + 1, from + most)));
};

/** What is missing inside a frame is told in a row behind it; no chunk has bytes of it. */
const isInside = (each: CaptureRecord, before: CaptureRecord | undefined): boolean =>
  each.kind === 'gap' && before !== undefined && each.offset < before.offset + before.span;

async function pictureOf(client: Client, source: string, record: CaptureRecord): Promise<ChunkPicture> {
  const at: Stretch = { source, connection: record.connection, direction: record.direction };
  const own = spanOfFrame(record);
  const seen = await chunksIn(client, at, { start: own.start - around, end: own.end + around });
  const isOwn = (chunk: CaptureChunk): boolean => {
    const span = spanOfChunk(chunk);
    return span.end > own.start && span.start < own.end;
  };
  const chunks = nearest(seen, isOwn, mostChunks);
  const [first, last] = [chunks[0], chunks.at(-1)];
  if (first === undefined || last === undefined) return { record, chunks: [], frames: [record] };
  const found = await framesIn(client, at, { start: first.offset, end: last.offset + last.length });
  const frames = found.filter(
    (each, index) => each.number === record.number || !isInside(each, found[index - 1]),
  );
  return { record, chunks, frames: nearest(frames, ({ number }) => number === record.number, mostFrames) };
}

/** Asks anew when another frame is chosen, and when more has come behind the last one. */
export const useChunks = (): ChunkPicture | undefined => {
  const inspector = useInspector();
  const selected = useInspected((state) => state.selected);
  const source = useInspected((state) => state.source);
  const [picture, setPicture] = useState<ChunkPicture>();
  const isTail = selected !== undefined && (inspector.feed.status?.nextRecord ?? 0) - selected < 64;
  const version = isTail ? (inspector.feed.status?.nextRecord ?? 0) : 0;
  useEffect(() => {
    const record = selected === undefined ? undefined : inspector.feed.rows.find(selected);
    if (record === undefined || record.kind === 'event') return setPicture(undefined);
    let isCurrent = true;
    pictureOf(inspector.client, source, record).then(
      (made) => {
        if (isCurrent) setPicture(made);
      },
      // The link is gone; the window says so elsewhere.
      () => {},
    );
    return () => {
      isCurrent = false;
    };
  }, [inspector, selected, source, version]);
  return picture !== undefined && picture.record.number === selected ? picture : undefined;
};
