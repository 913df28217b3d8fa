import { describe, expect, it } from 'vitest';

import { Outbox } from './outbox.ts';
import { SourceCounters } from './source-counters.ts';

const totals = { files: 10, folders: 0, bytes: 1_000, complete: true };

/** An outbox whose sink keeps so many bytes, as its WANTs told. */
const keeping = (keptBytes: number): Outbox => Object.assign(new Outbox(), { keptBytes });

const sum = (counters: SourceCounters, outbox: Outbox): number => {
  const { bytes, resumedBytes } = counters.progress(totals, outbox);
  return bytes + resumedBytes;
};

describe('what a source shows', () => {
  it('counts what the sink keeps from an earlier run as soon as it is told', () => {
    expect(sum(new SourceCounters(undefined), keeping(300))).toBe(300);
    expect(sum(new SourceCounters({ bytes: 0, resumedBytes: 0, files: 0 }), keeping(300))).toBe(300);
  });

  it.each([
    ['brought by this run', { bytes: 300, resumedBytes: 0, files: 2 }],
    ['there before this run', { bytes: 0, resumedBytes: 300, files: 2 }],
  ])('does not go back when a connection broke and was made anew: %s', (_, earlier) => {
    const counters = new SourceCounters(earlier);
    expect(sum(counters, keeping(0))).toBe(300);
    // The new sink keeps all of it: it does not count twice.
    expect(sum(counters, keeping(300))).toBe(300);
    expect(counters.progress(totals, keeping(0)).files).toBe(2);
    counters.acknowledged({ settled: 3, bytes: 400, resumedBytes: 0 });
    expect(sum(counters, keeping(300))).toBe(400);
  });

  it('is never more than the whole', () => {
    const counters = new SourceCounters({ bytes: 900, resumedBytes: 300, files: 0 });
    expect(sum(counters, keeping(0))).toBe(1_000);
  });
});
