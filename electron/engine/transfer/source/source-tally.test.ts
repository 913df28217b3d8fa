import { describe, expect, it } from 'vitest';

import { Outbox } from './outbox.ts';
import { SourceTally } from './source-tally.ts';

const totals = { files: 10, folders: 0, bytes: 1_000, complete: true };

/** An outbox whose sink keeps so many bytes, as its WANTs told. */
const keeping = (keptBytes: number): Outbox => Object.assign(new Outbox(), { keptBytes });

const sum = (tally: SourceTally, outbox: Outbox): number => {
  const { bytes, resumedBytes } = tally.progress(totals, outbox);
  return bytes + resumedBytes;
};

describe('what a source shows', () => {
  it('counts what the sink keeps from an earlier run as soon as it is told', () => {
    expect(sum(new SourceTally(undefined), keeping(300))).toBe(300);
    expect(sum(new SourceTally({ bytes: 0, resumedBytes: 0, files: 0 }), keeping(300))).toBe(300);
  });

  it.each([
    ['brought by this run', { bytes: 300, resumedBytes: 0, files: 2 }],
    ['there before this run', { bytes: 0, resumedBytes: 300, files: 2 }],
  ])('does not go back when a connection broke and was made anew: %s', (_, earlier) => {
    const tally = new SourceTally(earlier);
    expect(sum(tally, keeping(0))).toBe(300);
    // The new sink keeps all of it: it does not count twice.
    expect(sum(tally, keeping(300))).toBe(300);
    expect(tally.progress(totals, keeping(0)).files).toBe(2);
    tally.acknowledged({ settled: 3, bytes: 400, resumedBytes: 0 });
    expect(sum(tally, keeping(300))).toBe(400);
  });

  it('is never more than the whole', () => {
    const tally = new SourceTally({ bytes: 900, resumedBytes: 300, files: 0 });
    expect(sum(tally, keeping(0))).toBe(1_000);
  });
});
