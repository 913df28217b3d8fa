import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { chunkClassOf } from '../../../shared/model/capture-rows.ts';
import { StreamDirection } from './stream-direction.ts';

/** Lengths of the pieces that the cuts make of `total` bytes. */
const piecesOf = (total: number, cuts: readonly number[]): number[] => {
  const at = [...new Set(cuts.map((cut) => cut % total))].filter((cut) => cut > 0).sort((a, b) => a - b);
  return [...at, total].map((end, index) => end - (at[index - 1] ?? 0));
};

describe('frames in chunks', () => {
  it('is exact, sticky, half or both as their intervals say', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 }),
        fc.array(fc.nat(1_000), { maxLength: 20 }),
        (frames, cuts) => {
          const total = frames.reduce((sum, length) => sum + length, 0);
          const chunks = piecesOf(total, cuts);
          const frameEnds = frames.map((_, index) => frames.slice(0, index + 1).reduce((a, b) => a + b, 0));
          const chunkEnds = chunks.map((_, index) => chunks.slice(0, index + 1).reduce((a, b) => a + b, 0));
          const expected = frames.map((length, index) => {
            const end = frameEnds[index] as number;
            const start = end - length;
            const touching = chunks
              .map((chunk, at) => ({
                start: (chunkEnds[at] as number) - chunk,
                end: chunkEnds[at] as number,
              }))
              .filter((chunk) => chunk.start < end && chunk.end > start);
            const isHalf = touching.length > 1;
            const isSticky = (touching[0]?.start ?? 0) < start || (touching.at(-1)?.end ?? 0) > end;
            return isHalf ? (isSticky ? 'both' : 'half') : isSticky ? 'sticky' : 'exact';
          });
          const way = new StreamDirection('in', false);
          const seen: string[] = [];
          let next = 0;
          for (const [number, length] of chunks.entries()) {
            way.chunkPassed(length, 0, number + 1);
            while (next < frames.length && (frameEnds[next] as number) <= way.bytes) {
              seen.push(chunkClassOf(way.framePassed(frames[next] as number)));
              next += 1;
            }
          }
          expect(seen).toEqual(expected);
        },
      ),
    );
  });
});
