import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { entryTimeOf, isEntryTime, mostTime } from './entry-time.ts';

const nanoseconds = (iso: string, more = 0n): bigint => BigInt(Date.parse(iso)) * 1_000_000n + more;

describe('the time of an entry', () => {
  test.each([
    ['of 1601, where the clock of Windows begins', '1601-01-01T00:00:00Z'],
    ['of 1901', '1901-12-13T20:45:52Z'],
    ['before 1970', '1969-12-31T23:59:59.5Z'],
    ['of today', '2026-11-30T12:34:56.789Z'],
    ['of 2255, behind which a double has no odd microsecond', '2255-06-06T00:00:00Z'],
    ['of 2300', '2300-01-01T00:00:01Z'],
    ['of 2446, where that of ext4 ends', '2446-05-10T22:38:55Z'],
    ['of the year 20000', '+020000-06-01T12:00:01Z'],
  ])('%s is told to the second', (_, iso) => {
    expect(entryTimeOf(nanoseconds(iso))).toBe(Date.parse(iso) * 1_000);
  });

  test('is cut off to microseconds and never moved on, before 1970 too', () => {
    expect(entryTimeOf(1_999n)).toBe(1);
    expect(entryTimeOf(-1n)).toBe(-1);
    expect(entryTimeOf(-1_001n)).toBe(-2);
  });

  test('of any system can be told, is never later than the file, and is a double as it stands', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n) * 1_000_000_000n, max: 2n ** 93n }), (timeNs) => {
        const told = entryTimeOf(timeNs);
        expect(isEntryTime(told)).toBe(true);
        if (Math.abs(told) === mostTime) return;
        const apartNs = timeNs - BigInt(told) * 1_000n;
        expect(apartNs >= 0n && apartNs < (Number.isSafeInteger(told) ? 1_000n : 64_000n)).toBe(true);
      }),
    );
  });

  test('is no fraction, no time beyond the range, and not missing', () => {
    for (const wrong of [0.5, Number.NaN, Number.POSITIVE_INFINITY, mostTime * 2, -mostTime * 2])
      expect(isEntryTime(wrong)).toBe(false);
  });
});
