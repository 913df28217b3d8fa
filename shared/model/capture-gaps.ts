/**
 * What a capture lacks of a payload, and where what it has stands. Kept bytes lie one after the other without the gaps;
 * runs say which part of the payload each stretch of them is.
 */

/** Bytes of a payload that no packet of the capture has. */
export interface Gap {
  /** From the start of the payload. */
  readonly offset: number;
  readonly length: number;
}

/** A stretch of kept bytes. */
export interface Run {
  /** Where it stands in the payload. */
  readonly offset: number;
  /** Where it stands among the kept bytes. */
  readonly from: number;
  readonly length: number;
}

/** @param gaps ascending, apart from each other */
export function runsBetween(kept: number, gaps: readonly Gap[]): readonly Run[] {
  const runs: Run[] = [];
  let offset = 0;
  let from = 0;
  for (const gap of [...gaps, undefined]) {
    const length = Math.min(kept - from, (gap?.offset ?? Number.POSITIVE_INFINITY) - offset);
    if (length > 0) runs.push({ offset, from, length });
    from += Math.max(0, length);
    if (gap === undefined || from === kept) break;
    offset = gap.offset + gap.length;
  }
  return runs;
}

export const gapBytes = (gaps: readonly Gap[]): number => gaps.reduce((sum, { length }) => sum + length, 0);
