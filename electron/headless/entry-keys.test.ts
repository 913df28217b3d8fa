import { describe, expect, it } from 'vitest';

import { EntryKeys } from './entry-keys.ts';

const anybody = (): boolean => false;

describe('an entry key', () => {
  it('opens once, and tells that it was used', () => {
    const keys = new EntryKeys();
    let used = 0;
    const key = keys.issue({ onUsed: () => (used += 1) });
    expect(key).toMatch(/^[\w-]{43}$/);
    expect(keys.redeem(key, anybody)).toBe(true);
    expect(keys.redeem(key, anybody)).toBe(false);
    expect(used).toBe(1);
  });

  it('opens nothing when its time is over', () => {
    let nowMs = 0;
    const keys = new EntryKeys(() => nowMs);
    const key = keys.issue({ lastsMs: 1_000 });
    nowMs = 1_000;
    expect(keys.redeem(key, anybody)).toBe(false);
  });

  it('for this user is not used up by others', () => {
    const keys = new EntryKeys();
    const key = keys.issue({ ownUserOnly: true });
    expect(keys.redeem(key, () => false)).toBe(false);
    expect(keys.redeem(key, () => true)).toBe(true);
  });

  it('is one of a few: the oldest is forgotten', () => {
    const keys = new EntryKeys();
    const issued = Array.from({ length: 65 }, () => keys.issue());
    expect(keys.redeem(issued[0] ?? '', anybody)).toBe(false);
    expect(keys.redeem(issued[1] ?? '', anybody)).toBe(true);
  });
});
