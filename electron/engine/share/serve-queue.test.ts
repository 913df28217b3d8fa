import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { ServeQueue } from './serve-queue.ts';
import type { Asker } from './serve-queue.ts';

const address = '192.0.2.1';
const ada: Asker = { address, deviceId: 'ada' };
const bob: Asker = { address, deviceId: 'bob' };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Asks `count` times; what begins is noted by its number. */
const ask = (queue: ServeQueue, count: number, asker: Asker) => {
  const begun: number[] = [];
  const leave = Array.from({ length: count }, (_, index) => queue.enter(asker, () => begun.push(index)));
  return { begun, leave };
};

describe('what a device fetches', () => {
  it('runs eight at a time, and the next begins when one is over', async () => {
    const { begun, leave } = ask(new ServeQueue(), 12, ada);
    await vi.advanceTimersByTimeAsync(0);
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    leave[3]?.();
    leave[3]?.();
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('begins five times a second once twenty were begun, also when each is cancelled at once', async () => {
    const queue = new ServeQueue();
    let begun = 0;
    for (let count = 0; count < 100; count += 1) {
      const leave = queue.enter(ada, () => {
        begun += 1;
        queueMicrotask(() => leave());
      });
    }
    await vi.advanceTimersByTimeAsync(0);
    expect(begun).toBe(20);
    await vi.advanceTimersByTimeAsync(2_050);
    expect(begun).toBe(30);
  });

  it('begins again after all was idle for a while, at its rate', async () => {
    const queue = new ServeQueue();
    for (const leave of ask(queue, 20, ada).leave) queueMicrotask(leave);
    await vi.advanceTimersByTimeAsync(100);
    const { begun } = ask(queue, 2, ada);
    await vi.advanceTimersByTimeAsync(500);
    expect(begun).toEqual([0, 1]);
  });

  it('begins forty times at once at an address and then ten times a second, with however many keys', async () => {
    const queue = new ServeQueue();
    let begun = 0;
    for (let key = 0; key < 40; key += 1) {
      for (let count = 0; count < 20; count += 1) {
        const leave = queue.enter({ address, deviceId: `key ${key}` }, () => {
          begun += 1;
          queueMicrotask(() => leave());
        });
      }
    }
    await vi.advanceTimersByTimeAsync(0);
    expect(begun).toBe(40);
    await vi.advanceTimersByTimeAsync(2_050);
    expect(begun).toBe(60);
  });

  it('takes no turn of its own away when it is cancelled before it began', async () => {
    const queue = new ServeQueue();
    ask(queue, 8, ada);
    for (let count = 0; count < 1_000; count += 1) queue.enter(ada, () => {})();
    const { begun } = ask(queue, 1, bob);
    await vi.advanceTimersByTimeAsync(0);
    expect(begun).toEqual([0]);
  });

  it('holds up no other device at the same address until sixteen run there, and then takes turns with it', async () => {
    const queue = new ServeQueue();
    const many = ask(queue, 100, ada);
    const others = ask(queue, 10, bob);
    await vi.advanceTimersByTimeAsync(0);
    expect([many.begun.length, others.begun.length]).toEqual([8, 8]);
    many.leave[0]?.();
    others.leave[0]?.();
    expect([many.begun.length, others.begun.length]).toEqual([9, 9]);
  });

  it('never begins once it was left', async () => {
    const queue = new ServeQueue();
    const { begun, leave } = ask(queue, 10, ada);
    for (const one of leave) one();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(begun).toEqual([]);
  });
});
