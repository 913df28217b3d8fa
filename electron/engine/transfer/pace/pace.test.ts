import { describe, expect, it } from 'vitest';

import { ManualClock } from '../../testing/manual-clock.ts';
import { RateLimit, SourcePace } from './pace.ts';
import type { Waiter } from './pace.ts';

const frame = 262_192;

/** Sends frames whenever it may. */
class Sender implements Waiter {
  readonly #limit: RateLimit;
  readonly #frameBytes: number;
  /** How many it has. */
  left: number;
  bytes = 0;
  wakes = 0;

  constructor(limit: RateLimit, frames = Infinity, frameBytes = frame) {
    this.#limit = limit;
    this.left = frames;
    this.#frameBytes = frameBytes;
  }

  wake(): void {
    this.wakes += 1;
    this.go();
  }

  go(): void {
    while (this.left > 0 && this.#limit.mayTake(this)) {
      this.left -= 1;
      this.bytes += this.#frameBytes;
      this.#limit.take(this.#frameBytes);
    }
  }
}

const limitOf = (bytesPerSecond?: number): { clock: ManualClock; limit: RateLimit } => {
  const clock = new ManualClock();
  const limit = new RateLimit(clock);
  limit.set(bytesPerSecond);
  return { clock, limit };
};

describe('a limit', () => {
  it.each([50_000, 1_000_000, 40_000_000, 900_000_000])(
    'of %d bytes a second is held within 10 percent, whatever the size of frames',
    (rate) => {
      for (const frameBytes of [1_000, frame]) {
        const { clock, limit } = limitOf(rate);
        const sender = new Sender(limit, Infinity, frameBytes);
        sender.go();
        // Long enough for the frame that leaves first, and for what one beat lets out, to weigh little.
        const seconds = Math.max(5, (20 * frameBytes) / rate);
        for (let passed = 0; passed < seconds * 1_000; passed += 4) clock.advance(4);
        expect(sender.bytes / seconds / rate).toBeGreaterThan(0.9);
        expect(sender.bytes / seconds / rate).toBeLessThan(1.1);
      }
    },
  );

  it('is held by timers that are late', () => {
    const { clock, limit } = limitOf(10_000_000);
    const sender = new Sender(limit);
    sender.go();
    for (let beat = 0; beat < 200; beat += 1) clock.advance(50);
    expect(sender.bytes / 10 / 10_000_000).toBeCloseTo(1, 1);
  });

  it.each([50_000, 2_000_000, 40_000_000])(
    'of %d bytes a second lets out no more than that and one frame, in the first second and in any other',
    (rate) => {
      const { clock, limit } = limitOf(rate);
      const sender = new Sender(limit);
      sender.go();
      for (let passedMs = 1; passedMs <= 5_000; passedMs += 1) {
        clock.advance(1);
        expect(sender.bytes).toBeLessThanOrEqual((rate * passedMs) / 1_000 + frame);
      }
    },
  );

  it('saves nothing up in a rest, before the first frame or between two', () => {
    const { clock, limit } = limitOf(10_000_000);
    clock.advance(60_000);
    const sender = new Sender(limit, 1);
    sender.go();
    clock.advance(60_000);
    sender.left = Infinity;
    sender.go();
    expect(sender.bytes).toBe(2 * frame);
    clock.advance(1_000);
    expect(sender.bytes).toBeLessThanOrEqual(10_000_000 + 2 * frame);
  });

  it('is shared: those who wait come in turn, and whoever comes anew waits behind them', () => {
    const { clock, limit } = limitOf(1_000_000);
    const [a, b, c] = [new Sender(limit), new Sender(limit), new Sender(limit)];
    a.go();
    b.go();
    clock.advance(10_000);
    c.go();
    expect(c.bytes).toBe(0);
    const before = [a.bytes, b.bytes];
    clock.advance(30_000);
    const got = [a.bytes - (before[0] as number), b.bytes - (before[1] as number), c.bytes];
    for (const bytes of got) expect(bytes / 10_000_000).toBeCloseTo(1, 1);
  });

  it('passes over who is woken and has nothing to send any more', () => {
    const { clock, limit } = limitOf(1_000_000);
    const [idle, busy] = [new Sender(limit, 2), new Sender(limit)];
    idle.go();
    busy.go();
    idle.left = 0;
    clock.advance(10_000);
    expect(idle.wakes).toBe(1);
    expect(busy.bytes / 10_000_000).toBeCloseTo(1, 1);
  });

  it('holds nobody up for one that left', () => {
    const { clock, limit } = limitOf(1_000_000);
    const [gone, busy] = [new Sender(limit), new Sender(limit)];
    gone.go();
    busy.go();
    limit.leave(gone);
    const before = gone.bytes;
    clock.advance(5_000);
    expect(gone.bytes).toBe(before);
    expect(busy.bytes / 5_000_000).toBeCloseTo(1, 1);
    limit.leave(busy);
    expect(clock.alarms).toBe(0);
  });

  it('that is raised, lowered or taken away holds at once, also for what waits', () => {
    const { clock, limit } = limitOf(1_000);
    const sender = new Sender(limit, 12);
    sender.go();
    expect(sender.bytes).toBe(frame);
    limit.set(1_000_000);
    clock.advance(1_000);
    expect(sender.bytes).toBeGreaterThan(3 * frame);
    limit.set(1);
    const then = sender.bytes;
    clock.advance(60_000);
    expect(sender.bytes).toBeLessThanOrEqual(then + frame);
    limit.set(undefined);
    expect(sender.left).toBe(0);
    expect(clock.alarms).toBe(0);
  });

  it('that there is not costs no look at the clock', () => {
    const { clock, limit } = limitOf();
    new Sender(limit, 1_000).go();
    expect(clock.asked).toBe(0);
  });
});

describe('the pace of a source', () => {
  const paced = (
    shared?: number,
  ): { pace: SourcePace; clock: ManualClock; all: RateLimit; wakes: () => number } => {
    const { clock, limit } = limitOf(shared);
    const pace = new SourcePace(limit, clock);
    let wakes = 0;
    pace.wake = () => (wakes += 1);
    return { pace, clock, all: limit, wakes: () => wakes };
  };

  it('binds nothing until somebody says so', () => {
    const { pace, clock } = paced();
    expect(pace.isBound).toBe(false);
    expect(pace.mayGo()).toBe(true);
    expect(clock.asked).toBe(0);
  });

  it('stands still while either side pauses, and goes on when both have let go', () => {
    const { pace, wakes } = paced();
    pace.hold(true);
    pace.apply(0);
    expect([pace.isBound, pace.isPaused, pace.isPausedThere, pace.mayGo()]).toEqual([
      true,
      true,
      true,
      false,
    ]);
    pace.hold(false);
    expect([pace.isPaused, pace.mayGo(), wakes()]).toEqual([true, false, 0]);
    pace.apply(undefined);
    expect([pace.isPaused, pace.isBound, pace.mayGo(), wakes()]).toEqual([false, false, true, 1]);
  });

  it.each([
    ['what the sink told', 1_000_000, 5_000_000],
    ['the limit of all that is sent', 5_000_000, 1_000_000],
  ])('goes by the slower: %s', (_what, told, shared) => {
    const { pace, clock } = paced(shared);
    pace.apply(told);
    let bytes = 0;
    const go = (): void => {
      while (pace.mayGo()) {
        bytes += frame;
        pace.took(frame);
      }
    };
    pace.wake = go;
    go();
    for (let beat = 0; beat < 1_000; beat += 1) clock.advance(10);
    expect(bytes / 10_000_000).toBeCloseTo(1, 1);
  });

  it('waits for no turn while it is paused or over', () => {
    const { pace, clock, wakes } = paced(1_000);
    pace.took(frame);
    expect(pace.mayGo()).toBe(false);
    expect(clock.alarms).toBe(1);
    pace.hold(true);
    expect(clock.alarms).toBe(0);
    pace.hold(false);
    expect(wakes()).toBe(1);
    expect(pace.mayGo()).toBe(false);
    pace.stop();
    expect(clock.alarms).toBe(0);
  });

  it('knows a pause of the sink from its rate: after the pause the rate holds again', () => {
    const { pace, clock } = paced();
    pace.apply(1_000_000);
    pace.apply(0);
    pace.apply(1_000_000);
    expect(pace.isPausedThere).toBe(false);
    pace.took(2_000_000);
    expect(pace.mayGo()).toBe(false);
    clock.advance(2_000);
    expect(pace.mayGo()).toBe(true);
  });
});
