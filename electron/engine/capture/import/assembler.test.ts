import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { HeldBudget, StreamAssembler } from './assembler.ts';

const assembled = (budget = new HeldBudget()) => {
  const bytes: number[] = [];
  const gaps: number[] = [];
  const times: [number, number][] = [];
  const assembler = new StreamAssembler(
    {
      bytes: (more, timeMs, readyMs) => {
        for (const byte of more) bytes.push(byte);
        times.push([timeMs, readyMs]);
      },
      gap: (length) => {
        gaps.push(length);
        for (let at = 0; at < length; at += 1) bytes.push(-1);
      },
    },
    budget,
  );
  return { assembler, bytes, gaps, times };
};

const streamOf = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => at % 251);

describe('a stream from segments', () => {
  it('is whole whatever their order, however often they come, however they overlap, also where numbers wrap', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.array(fc.tuple(fc.nat(399), fc.integer({ min: 1, max: 120 })), { maxLength: 30 }),
        fc.boolean(),
        fc.nat(1_000),
        (length, extra, wraps, seed) => {
          const stream = streamOf(length);
          const base = wraps ? 2 ** 32 - 100 : 1_000;
          const cover: [number, number][] = [];
          for (let at = 0; at < length; at += 37) cover.push([at, Math.min(37, length - at)]);
          const segments = [...cover, ...extra.filter(([at]) => at < length)]
            .map((segment, index) => ({ segment, key: (index * 7_919 + seed) % 101 }))
            .sort((a, b) => a.key - b.key)
            .map(({ segment }) => segment);
          const { assembler, bytes, gaps } = assembled();
          assembler.begin(base - 1);
          for (const [at, size] of segments) {
            const payload = stream.subarray(at, at + size);
            assembler.segment((base + at) >>> 0, payload, payload.length, 0, true);
          }
          assembler.passGaps();
          expect(gaps).toEqual([]);
          expect(bytes).toEqual([...stream]);
        },
      ),
    );
  });

  it('waits for what is missing, however much stands behind it, and tells when it could be read', () => {
    const { assembler, bytes, gaps, times } = assembled();
    assembler.begin(0);
    assembler.segment(1, streamOf(10), 10, 0, true);
    for (let index = 0; index < 900; index += 1) {
      assembler.segment(21 + index * 10, streamOf(10), 10, 1 + index, true);
    }
    expect([bytes.length, assembler.waitsSinceMs]).toEqual([10, 1]);
    assembler.segment(11, streamOf(10), 10, 500, true);
    expect([bytes.length, gaps, assembler.waitsSinceMs]).toEqual([9_020, [], undefined]);
    expect([times[1], times[2], times.at(-1)]).toEqual([
      [500, 500],
      [1, 500],
      [900, 900],
    ]);
  });

  it('gives up what is missing when it is told to, and goes on behind it', () => {
    const { assembler, bytes, gaps, times } = assembled();
    assembler.begin(0);
    for (const [at, timeMs] of [
      [11, 1],
      [31, 2],
      [41, 3],
    ] as const) {
      assembler.segment(at, streamOf(10), 10, timeMs, true);
    }
    assembler.passGaps();
    expect([gaps, bytes.length]).toEqual([[10, 10], 50]);
    expect(times).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
  });

  it('shares a bound with all others', () => {
    const budget = new HeldBudget();
    const [one, other] = [assembled(budget), assembled(budget)];
    one.assembler.begin(0);
    one.assembler.segment(100, streamOf(60), 60, 0, true);
    expect(budget.bytes).toBe(60);
    budget.bytes = budget.most - 10;
    other.assembler.begin(0);
    other.assembler.segment(100, streamOf(60), 60, 0, true);
    expect([one.gaps, other.gaps]).toEqual([[], [99]]);
    expect(budget.bytes).toBe(budget.most - 10);
  });

  it('tells the missing rest of a cut segment as a gap, and goes on behind it', () => {
    const { assembler, bytes } = assembled();
    assembler.begin(0);
    assembler.segment(1, Uint8Array.of(1, 2), 5, 0, true);
    assembler.segment(6, Uint8Array.of(3), 1, 0, true);
    expect(bytes).toEqual([1, 2, -1, -1, -1, 3]);
  });

  it('begins with the first segment when the capture has no SYN', () => {
    const { assembler, bytes } = assembled();
    assembler.segment(77, Uint8Array.of(5), 1, 0, true);
    expect(bytes).toEqual([5]);
  });

  it('holds no more than its bound of what came too early', () => {
    const { assembler, gaps } = assembled();
    assembler.begin(0);
    for (let at = 0; at < 2_000; at += 1) {
      assembler.segment(10_000 + at * 10, streamOf(5), 5, 0, true);
    }
    expect(gaps[0]).toBe(9_999);
  });

  it('has ended when all before the FIN is there', () => {
    const { assembler } = assembled();
    assembler.begin(0);
    assembler.fin(11);
    expect(assembler.hasEnded).toBe(false);
    assembler.segment(1, streamOf(10), 10, 0, true);
    expect(assembler.hasEnded).toBe(true);
  });
});
