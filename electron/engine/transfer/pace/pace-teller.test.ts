import { describe, expect, it } from 'vitest';

import { PaceTeller } from './pace-teller.ts';

const teller = (): { teller: PaceTeller; told: (number | undefined)[] } => {
  const told: (number | undefined)[] = [];
  return { teller: new PaceTeller(({ bytesPerSecond }) => told.push(bytesPerSecond)), told };
};

describe('PACE is said', () => {
  it('not at all when there is nothing to say', () => {
    const { teller: quiet, told } = teller();
    quiet.open();
    quiet.limit(undefined);
    quiet.pause(false);
    expect(told).toEqual([]);
  });

  it('after ACCEPT only: once, with what holds by then', () => {
    const { teller: early, told } = teller();
    early.limit(7);
    early.limit(5);
    expect(told).toEqual([]);
    early.open();
    expect(told).toEqual([5]);
  });

  it('as 0 for a pause, whatever the limit, and as the limit after it', () => {
    const { teller: open, told } = teller();
    open.open();
    open.limit(5);
    open.pause(true);
    open.limit(6);
    open.pause(false);
    open.limit(undefined);
    expect(told).toEqual([5, 0, 6, undefined]);
  });

  it('no more once it is closed', () => {
    const { teller: closed, told } = teller();
    closed.open();
    closed.close();
    closed.pause(true);
    expect(told).toEqual([]);
  });
});
