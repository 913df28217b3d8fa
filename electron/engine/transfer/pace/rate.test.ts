import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { RateMeter } from './rate.ts';

/** Feeds a steady speed for a while and returns what was shown. */
const steady = (
  meter: RateMeter,
  from: { ms: number; bytes: number },
  perSecond: number,
  forMs: number,
  everyMs = 100,
): number[] => {
  const shown: number[] = [];
  for (let ms = everyMs; ms <= forMs; ms += everyMs) {
    meter.sample(from.bytes + (perSecond * ms) / 1_000, from.ms + ms);
    shown.push(meter.bytesPerSecond);
  }
  return shown;
};

describe('a speed', () => {
  it('is right from the first sample on when it is steady', () => {
    for (const shown of steady(new RateMeter(5_000), { ms: 5_000, bytes: 0 }, 100_000_000, 10_000))
      expect(shown).toBe(100_000_000);
  });

  it('counts from the bytes that were there before', () => {
    const meter = new RateMeter(0, 9_000_000);
    meter.sample(10_000_000, 1_000);
    expect(meter.bytesPerSecond).toBe(1_000_000);
  });

  it('follows a change within a few seconds, without a jump', () => {
    const meter = new RateMeter(0);
    steady(meter, { ms: 0, bytes: 0 }, 1_000_000, 10_000);
    const shown = steady(meter, { ms: 10_000, bytes: 10_000_000 }, 4_000_000, 12_000);
    let before = 1_000_000;
    for (const value of shown) {
      expect(value - before).toBeLessThan(200_000);
      expect(value).toBeGreaterThanOrEqual(before);
      before = value;
    }
    expect(shown.at(-1)).toBeGreaterThan(3_800_000);
  });

  it('sinks towards nothing while nothing moves', () => {
    const meter = new RateMeter(0);
    steady(meter, { ms: 0, bytes: 0 }, 1_000_000, 5_000);
    const shown = steady(meter, { ms: 5_000, bytes: 5_000_000 }, 0, 30_000);
    expect(shown.at(-1)).toBeLessThan(1_000);
  });

  it('is never negative nor beyond what one moment could bring, whatever comes', () => {
    const sample = fc.record({ bytes: fc.nat({ max: 1_000_000_000 }), afterMs: fc.nat({ max: 20_000 }) });
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 40 }), fc.nat(), (samples, left) => {
        const meter = new RateMeter(0);
        let ms = 0;
        for (const { bytes, afterMs } of samples) {
          ms += afterMs;
          meter.sample(bytes, ms);
          expect(meter.bytesPerSecond).toBeGreaterThanOrEqual(0);
          expect(meter.bytesPerSecond).toBeLessThanOrEqual(Math.ceil(1_000_000_000 / 0.05));
          const seconds = meter.secondsLeft(left);
          if (seconds !== undefined) expect(Number.isFinite(seconds) && seconds >= 0).toBe(true);
        }
      }),
    );
  });

  it('takes no notice of samples that come too quickly', () => {
    const meter = new RateMeter(0);
    meter.sample(1_000_000, 1_000);
    meter.sample(9_000_000, 1_001);
    expect(meter.bytesPerSecond).toBe(1_000_000);
  });
});

describe('the time left', () => {
  it('is what is left by the speed, rounded up', () => {
    const meter = new RateMeter(0);
    meter.sample(1_000_000, 1_000);
    expect([meter.secondsLeft(5_000_000), meter.secondsLeft(5_000_001), meter.secondsLeft(1)]).toEqual([
      5, 6, 1,
    ]);
  });

  it('is nothing when nothing is left, and not known while nothing moves', () => {
    const meter = new RateMeter(0);
    expect([meter.secondsLeft(0), meter.secondsLeft(-5), meter.secondsLeft(1)]).toEqual([0, 0, undefined]);
  });
});
