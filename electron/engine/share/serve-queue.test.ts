import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { ServeQueue } from './serve-queue.ts';

const here = '192.0.2.1';
const there = '192.0.2.2';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Asks `count` times; what begins is noted by its number. */
const ask = (queue: ServeQueue, count: number, address = here) => {
  const begun: number[] = [];
  const leave = Array.from({ length: count }, (_, index) => queue.enter(address, () => begun.push(index)));
  return { begun, leave };
};

describe('what an origin fetches', () => {
  it('runs eight at a time, and the next begins when one is over', async () => {
    const { begun, leave } = ask(new ServeQueue(), 12);
    await vi.advanceTimersByTimeAsync(0);
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    leave[3]?.();
    leave[3]?.();
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('begins five times a second once twenty were asked for, also when each is cancelled at once', async () => {
    const queue = new ServeQueue();
    let begun = 0;
    for (let count = 0; count < 100; count += 1) {
      const leave = queue.enter(here, () => {
        begun += 1;
        leave();
      });
    }
    await vi.advanceTimersByTimeAsync(0);
    expect(begun).toBe(20);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(begun).toBe(30);
  });

  it('holds up nobody else', async () => {
    const queue = new ServeQueue();
    ask(queue, 100);
    const other = ask(queue, 1, there);
    await vi.advanceTimersByTimeAsync(0);
    expect(other.begun).toEqual([0]);
  });

  it('never begins once it was left', async () => {
    const queue = new ServeQueue();
    const { begun, leave } = ask(queue, 10);
    for (const one of leave) one();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(begun).toEqual([]);
  });
});
