import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Acknowledger } from './acknowledger.ts';
import type { Standing } from './acknowledger.ts';

let standing: Standing = { settled: 0, bytes: 0, resumedBytes: 0 };
let sent: Standing[] = [];
let acknowledger = new Acknowledger(
  () => standing,
  (told) => sent.push(told),
);

beforeEach(() => {
  vi.useFakeTimers();
  standing = { settled: 0, bytes: 0, resumedBytes: 0 };
  sent = [];
  acknowledger = new Acknowledger(
    () => standing,
    (told) => sent.push(told),
  );
});
afterEach(() => {
  vi.useRealTimers();
});

describe('ACK', () => {
  it('leaves a little later, with the latest, however often something changes', () => {
    for (let index = 1; index <= 50; index += 1) {
      standing = { settled: index, bytes: index * 10, resumedBytes: 0 };
      acknowledger.soon();
      vi.advanceTimersByTime(10);
    }
    vi.advanceTimersByTime(200);
    expect(sent.length).toBeGreaterThan(3);
    expect(sent.length).toBeLessThan(8);
    expect(sent.at(-1)).toEqual({ settled: 50, bytes: 500, resumedBytes: 0 });
  });

  it('leaves at once when asked to, and not again for the same', () => {
    standing = { settled: 3, bytes: 7, resumedBytes: 0 };
    acknowledger.soon();
    acknowledger.now();
    acknowledger.now();
    vi.advanceTimersByTime(500);
    expect(sent).toEqual([{ settled: 3, bytes: 7, resumedBytes: 0 }]);
  });

  it('leaves for news of either kind', () => {
    for (const next of [
      { settled: 0, bytes: 5, resumedBytes: 0 },
      { settled: 1, bytes: 5, resumedBytes: 0 },
      { settled: 1, bytes: 5, resumedBytes: 0 },
      { settled: 2, bytes: 0, resumedBytes: 0 },
    ]) {
      standing = next;
      acknowledger.now();
    }
    expect(sent).toHaveLength(3);
  });

  it('never leaves once all is over', () => {
    acknowledger.soon();
    acknowledger.stop();
    standing = { settled: 9, bytes: 9, resumedBytes: 0 };
    acknowledger.soon();
    acknowledger.now();
    vi.advanceTimersByTime(500);
    expect([sent, vi.getTimerCount()]).toEqual([[], 0]);
  });
});
