import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ladderOf, type Segment } from './ladder.ts';

const cost = ({ flags, length }: Segment): number =>
  length + (flags.includes('SYN') || flags.includes('FIN') ? 1 : 0);

describe('the ladder of a connection', () => {
  it('counts as TCP does: content, SYN and FIN, over the end of 32 bits', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(2_000), fc.boolean(), (seed, bytes, merges) => {
        const segments = ladderOf({ seed, bytes, merges });
        const next: Partial<Record<Segment['from'], number>> = {};
        for (const segment of segments) {
          const { from, seq, ack } = segment;
          const other = from === 'client' ? 'server' : 'client';
          if (next[from] !== undefined) expect(seq).toBe(next[from]);
          if (ack !== undefined) expect(ack).toBe(next[other]);
          next[from] = (seq + cost(segment)) % 2 ** 32;
        }
      }),
    );
  });

  it('opens with three segments and closes with four, or with three', () => {
    const count = (merges: boolean, phase: Segment['phase']) =>
      ladderOf({ seed: 1, bytes: 5, merges }).filter((segment) => segment.phase === phase).length;
    expect([count(false, 'open'), count(false, 'close'), count(true, 'close')]).toEqual([3, 4, 3]);
  });

  it('leaves TIME-WAIT to the side that closed first', () => {
    expect(ladderOf({ seed: 1, bytes: 0, merges: false }).at(-1)).toMatchObject({
      client: 'TIME-WAIT',
      server: 'CLOSED',
    });
  });

  it('is the same for the same seed', () => {
    const at = (seed: number) => ladderOf({ seed, bytes: 1, merges: false });
    expect(at(5)).toEqual(at(5));
    expect(at(5)).not.toEqual(at(6));
  });
});
