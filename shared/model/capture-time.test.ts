import { describe, expect, it } from 'vitest';

import { isoTimeOf, secondsOf } from './capture-time.ts';

const origin = { originMs: 1_700_000_000_123, originNs: 456_789 };

describe('times of a capture', () => {
  it('have as many digits as the clock knew, and at least milliseconds', () => {
    expect(isoTimeOf(origin, 0, 9)).toBe('2023-11-14T22:13:20.123456789Z');
    expect(isoTimeOf(origin, 0.000_211, 9)).toBe('2023-11-14T22:13:20.123457000Z');
    expect(isoTimeOf(origin, 1_000, 6)).toBe('2023-11-14T22:13:21.123456Z');
    expect(isoTimeOf(origin, -123.456_789, 9)).toBe('2023-11-14T22:13:20.000000000Z');
    expect(isoTimeOf(origin, 0, 0)).toBe('2023-11-14T22:13:20.123Z');
  });

  it('before 1970, behind the year 9999 and beyond the calendar are told or are none', () => {
    expect(isoTimeOf({ originMs: -1, originNs: 0 }, 0, 3)).toBe('1969-12-31T23:59:59.999Z');
    expect(isoTimeOf({ originMs: 4e14, originNs: 0 }, 0, 3)).toMatch(/^\+014645-/u);
    for (const originMs of [1e16, -1e16, 1.8e22]) {
      expect(isoTimeOf({ originMs, originNs: 0 }, 5, 9)).toBeUndefined();
    }
  });

  it('in seconds are exact to the nanosecond', () => {
    expect(secondsOf(0.25)).toBe(0.000_25);
    expect(secondsOf(8_639_999.123_457)).toBe(8_639.999_123_457);
    expect(secondsOf(-0.001)).toBe(-0.000_001);
  });
});
