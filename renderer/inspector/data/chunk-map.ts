/**
 * Chunks against frames: interval arithmetic on the offsets of one direction's stream. Which chunks brought a frame, which
 * frames a chunk held, and an axis on which a header of 16 bytes can be seen beside a chunk of 262,144.
 */

import type { CaptureChunk, CaptureRecord, ChunkClass } from '../../../shared/model/capture.ts';

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Bytes that a frame and a chunk have in common. */
export interface Share extends Span {
  readonly chunk: number;
  readonly frame: number;
}

export const spanOfChunk = ({ offset, length }: CaptureChunk): Span => ({
  start: offset,
  end: offset + length,
});

export const spanOfFrame = ({ offset, span }: CaptureRecord): Span => ({
  start: offset,
  end: offset + span,
});

/** Both lists ascend and do not overlap in themselves. Indexes into the lists. */
export function sharesOf(chunks: readonly Span[], frames: readonly Span[]): readonly Share[] {
  const shares: Share[] = [];
  let chunk = 0;
  let frame = 0;
  while (chunk < chunks.length && frame < frames.length) {
    const one = chunks[chunk] as Span;
    const other = frames[frame] as Span;
    const start = Math.max(one.start, other.start);
    const end = Math.min(one.end, other.end);
    if (start < end) shares.push({ chunk, frame, start, end });
    if (one.end <= other.end) chunk += 1;
    else frame += 1;
  }
  return shares;
}

/** How a frame lay in its chunks, from its shares and those of its neighbours. */
export function classOf(frame: number, shares: readonly Share[]): ChunkClass {
  const own = shares.filter((share) => share.frame === frame);
  const isHalf = own.length > 1;
  const isSticky = own.some(({ chunk }) =>
    shares.some((share) => share.chunk === chunk && share.frame !== frame),
  );
  return isHalf ? (isSticky ? 'both' : 'half') : isSticky ? 'sticky' : 'exact';
}

export type AxisScale = 'even' | 'true';

/** Offsets to a line of the length 1. `even`: each stretch between two borders takes the logarithm of its bytes. */
export interface Axis {
  readonly borders: readonly number[];
  readonly at: readonly number[];
}

export function axisOf(spans: readonly Span[], scale: AxisScale): Axis {
  const borders = [...new Set(spans.flatMap(({ start, end }) => [start, end]))].sort((a, b) => a - b);
  const at: number[] = [];
  let sum = 0;
  borders.forEach((border, index) => {
    const before = borders[index - 1];
    if (before !== undefined) sum += scale === 'true' ? border - before : Math.log2(2 + (border - before));
    at.push(sum);
  });
  return { borders, at: sum === 0 ? at : at.map((each) => each / sum) };
}

/** Between two borders the axis is even; outside it stays at its ends. */
export function placeOn({ borders, at }: Axis, offset: number): number {
  let low = 0;
  let high = borders.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((borders[middle] as number) <= offset) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return 0;
  if (low === borders.length) return at.at(-1) ?? 0;
  const [from, to] = [borders[low - 1] as number, borders[low] as number];
  const [start, end] = [at[low - 1] as number, at[low] as number];
  return start + ((end - start) * (offset - from)) / (to - from);
}
