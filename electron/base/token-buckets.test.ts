import { describe, expect, it } from 'vitest';

import { TokenBuckets } from './token-buckets.ts';

describe('turns of an origin', () => {
  it('come at once from a stock, and then one after the other at a rate', () => {
    const buckets = new TokenBuckets({ stock: 3, perSecond: 10 });
    expect(Array.from({ length: 6 }, () => buckets.turnIn('192.0.2.1', 0))).toEqual([0, 0, 0, 100, 200, 300]);
  });

  it('come at once again after a rest', () => {
    const buckets = new TokenBuckets({ stock: 2, perSecond: 10 });
    for (let turn = 0; turn < 4; turn += 1) buckets.turnIn('192.0.2.1', 0);
    expect([buckets.turnIn('192.0.2.1', 1_000), buckets.turnIn('192.0.2.1', 1_000)]).toEqual([0, 0]);
  });

  it('are those of all its addresses, and of nobody else', () => {
    const buckets = new TokenBuckets({ stock: 1, perSecond: 1 });
    buckets.turnIn('2001:db8::1', 0);
    expect(buckets.turnIn('2001:db8::2', 0)).toBe(1_000);
    expect(buckets.turnIn('2001:db8:0:1::1', 0)).toBe(0);
  });

  it('of many that rest again take no memory', () => {
    const buckets = new TokenBuckets({ stock: 2, perSecond: 1_000 });
    for (let index = 0; index < 30_000; index += 1) {
      expect(buckets.turnIn(`10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`, index * 10)).toBe(0);
    }
  });
});
