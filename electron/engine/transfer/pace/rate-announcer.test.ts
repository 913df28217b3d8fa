import { describe, expect, it } from 'vitest';

import { RateAnnouncer } from './rate-announcer.ts';

const announcer = (): { announcer: RateAnnouncer; told: (number | undefined)[] } => {
  const told: (number | undefined)[] = [];
  return { announcer: new RateAnnouncer(({ bytesPerSecond }) => told.push(bytesPerSecond)), told };
};

describe('PACE is said', () => {
  it('not at all when there is nothing to say', () => {
    const { announcer: quiet, told } = announcer();
    quiet.open();
    quiet.limit(undefined);
    quiet.pause(false);
    expect(told).toEqual([]);
  });

  it('after ACCEPT only: once, with what holds by then', () => {
    const { announcer: early, told } = announcer();
    early.limit(7);
    early.limit(5);
    expect(told).toEqual([]);
    early.open();
    expect(told).toEqual([5]);
  });

  it('as 0 for a pause, whatever the limit, and as the limit after it', () => {
    const { announcer: open, told } = announcer();
    open.open();
    open.limit(5);
    open.pause(true);
    open.limit(6);
    open.pause(false);
    open.limit(undefined);
    expect(told).toEqual([5, 0, 6, undefined]);
  });

  it('no more once it is closed', () => {
    const { announcer: closed, told } = announcer();
    closed.open();
    closed.close();
    closed.pause(true);
    expect(told).toEqual([]);
  });
});
