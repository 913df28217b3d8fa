/**
 * What happens to the bytes between two programs, as a plan that the same seed makes again: how the sender writes them,
 * how TCP cuts them into segments, how many of these have come when the receiver reads. Only the plan is made up; the
 * bytes then go over real sockets.
 */

import { integerBetween, randomOf } from '../random.ts';
import type { SentFrame, StrategyKind } from './strategy.ts';

export const writePatterns = ['message', 'together', 'header', 'byte', 'random'] as const;
/** `header`: header and content in a write each. `random`: cut anywhere, by the seed. */
export type WritePattern = (typeof writePatterns)[number];

export const splitters = ['writes', 'byte', 'random', 'mss', 'header', 'character', 'system'] as const;
/**
 * `writes`: as Nagle's algorithm and the segment size make of the writes. `header`, `character`: also in the middle of
 * each header, of each first character of several bytes. `system`: no plan, the system decides.
 */
type Splitter = (typeof splitters)[number];

export interface Conditions {
  readonly writePattern: WritePattern;
  readonly splitter: Splitter;
  readonly nagle: boolean;
  /** Most bytes of one segment. */
  readonly mss: number;
  /** The receiver reads when so many segments have come, or the rest. */
  readonly readAfter: number;
  readonly seed: number;
}

/** Each list holds where a piece ends, ascending; the last end is the length of the stream. */
export interface Plan {
  readonly writeEnds: readonly number[];
  /** Empty for `system`: nobody knows before. */
  readonly segmentEnds: readonly number[];
  readonly readEnds: readonly number[];
}

export interface Stream {
  readonly bytes: Uint8Array;
  readonly frames: readonly SentFrame[];
}

export function planOf(stream: Stream, strategy: StrategyKind, conditions: Conditions): Plan {
  const writeEnds = writesOf(stream, conditions);
  if (conditions.splitter === 'system') return { writeEnds, segmentEnds: [], readEnds: [] };
  const segmentEnds = segmentsOf(stream, writeEnds, strategy === 'pause', conditions);
  const { readAfter } = conditions;
  const readEnds = segmentEnds.filter(
    (_end, index) => (index + 1) % readAfter === 0 || index === segmentEnds.length - 1,
  );
  return { writeEnds, segmentEnds, readEnds };
}

function writesOf({ bytes, frames }: Stream, { writePattern, seed }: Conditions): readonly number[] {
  const length = bytes.length;
  switch (writePattern) {
    case 'message':
      return frames.map(({ end }) => end);
    case 'together':
      return length === 0 ? [] : [length];
    case 'header':
      return ascending(
        frames.flatMap(({ start, body, end }) => (body > start ? [body, end] : [end])),
        length,
      );
    case 'byte':
      return everyByte(length);
    case 'random':
      return randomCuts(length, seed);
  }
}

function segmentsOf(
  { bytes, frames }: Stream,
  writeEnds: readonly number[],
  pauses: boolean,
  { splitter, nagle, mss, seed }: Conditions,
): readonly number[] {
  const { length } = bytes;
  switch (splitter) {
    case 'byte':
      return everyByte(length);
    case 'mss':
      return pieces(0, length, mss);
    case 'random':
      // Another row of numbers than that of the writes.
      return ascending([...randomCuts(length, seed + 1), ...pieces(0, length, mss)], length);
    case 'writes':
    case 'header':
    case 'character':
    case 'system': {
      const usual = nagle && !pauses ? gathered(writeEnds, length, mss) : apart(writeEnds, mss);
      const cuts =
        splitter === 'header'
          ? frames.map(({ start, body, end }) =>
              body - start > 1 ? start + ((body - start) >> 1) : Math.min(start + 1, end),
            )
          : splitter === 'character'
            ? frames.flatMap((frame) => insideCharacter(bytes, frame))
            : [];
      return ascending([...usual, ...cuts], length);
    }
  }
}

/** Nagle's algorithm off, or every acknowledgement there before the next write: each write leaves at once. */
const apart = (writeEnds: readonly number[], mss: number): readonly number[] =>
  writeEnds.flatMap((end, index) => pieces(writeEnds[index - 1] ?? 0, end, mss));

/**
 * Nagle's algorithm (RFC 9293, 3.7.4) where the writes come quicker than the first acknowledgement: the first write leaves, full
 * segments leave, and what is less gathers until the acknowledgement comes.
 */
function gathered(writeEnds: readonly number[], length: number, mss: number): readonly number[] {
  const first = Math.min(writeEnds[0] ?? 0, mss);
  return first === 0 ? [] : [first, ...pieces(first, length, mss)];
}

/** Behind the first byte of the first character that has several. */
function insideCharacter(bytes: Uint8Array, { body, end }: SentFrame): readonly number[] {
  const at = bytes.subarray(body, end).findIndex((byte) => byte >= 0xc2 && byte <= 0xf4);
  return at === -1 ? [] : [body + at + 1];
}

const pieces = (from: number, to: number, size: number): readonly number[] => {
  const ends: number[] = [];
  for (let end = from + size; end < to; end += size) ends.push(end);
  if (to > from) ends.push(to);
  return ends;
};

const everyByte = (length: number): readonly number[] => pieces(0, length, 1);

function randomCuts(length: number, seed: number): readonly number[] {
  const random = randomOf(seed);
  const ends: number[] = [];
  for (let at = 0; at < length;) {
    at = Math.min(length, at + integerBetween(random, 1, 24));
    ends.push(at);
  }
  return ends;
}

const ascending = (ends: readonly number[], length: number): readonly number[] =>
  [...new Set(ends)].filter((end) => end > 0 && end <= length).sort((a, b) => a - b);
