import { describe, expect, it } from 'vitest';

import { currentBootId, derivedBootId, isSameBoot } from './boot-id.ts';

describe('boot ids', () => {
  it('are the same while the system runs', () => {
    expect(isSameBoot(currentBootId(), currentBootId())).toBe(true);
    expect(currentBootId()).not.toBe('');
  });

  it('derived from the time since the start stay the same as time goes by', () => {
    const startedMs = 1_700_000_000_400;
    const ids = [0.1, 60.7, 86_400.5].map((seconds) => derivedBootId(startedMs + seconds * 1000, seconds));
    for (const id of ids) expect(isSameBoot(id, ids[0] ?? '')).toBe(true);
    // The clock was set by a few seconds since.
    expect(isSameBoot(derivedBootId(startedMs + 5000, 0), derivedBootId(startedMs, 0))).toBe(true);
  });

  it('differ after a start of the system', () => {
    expect(isSameBoot(derivedBootId(1_700_000_000_000, 100), derivedBootId(1_700_000_100_000, 20))).toBe(
      false,
    );
    expect(isSameBoot('a', 'b')).toBe(false);
    expect(isSameBoot('started:1', 'a')).toBe(false);
  });
});
