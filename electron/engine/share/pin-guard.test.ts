import { describe, expect, it } from 'vitest';

import type { HexdropError } from '../../../shared/errors/errors.ts';
import { PinGuard } from './pin-guard.ts';

const here = '192.0.2.1';

const outcome = (guard: PinGuard, pin: string, address: string, nowMs: number): string => {
  try {
    guard.check(pin, address, nowMs);
    return 'open';
  } catch (thrown) {
    const { code, retryAfterMs } = thrown as HexdropError;
    return retryAfterMs === undefined ? code : `${code} ${retryAfterMs}`;
  }
};

describe('a PIN', () => {
  it('opens when it is right, and only then', () => {
    const guard = new PinGuard('4711');
    expect(outcome(guard, '4711', here, 0)).toBe('open');
    for (const wrong of ['', '471', '47110', ' 4711', '٤٧١١'])
      expect(outcome(new PinGuard('4711'), wrong, here, 0)).toBe('pin-wrong');
  });

  it('may be a pass phrase in any language', () => {
    const guard = new PinGuard('ключ 🔑 鍵');
    expect([outcome(guard, 'ключ 🔑 鍵', here, 0), outcome(guard, 'ключ 🔑', here, 0)]).toEqual([
      'open',
      'pin-wrong',
    ]);
  });

  it('makes wait after the third wrong try, and each time twice as long, up to five minutes', () => {
    const guard = new PinGuard('1');
    let now = 0;
    const waits: number[] = [];
    expect([outcome(guard, 'x', here, now), outcome(guard, 'x', here, now)]).toEqual([
      'pin-wrong',
      'pin-wrong',
    ]);
    for (let tries = 0; tries < 14; tries += 1) {
      expect(outcome(guard, 'x', here, now)).toBe('pin-wrong');
      const told = outcome(guard, 'x', here, now);
      expect(told).toMatch(/^pin-throttled \d+$/u);
      waits.push(Number(told.split(' ')[1]));
      now += waits.at(-1) as number;
    }
    expect(waits.slice(0, 9)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256].map((seconds) => seconds * 1_000));
    expect(new Set(waits.slice(9))).toEqual(new Set([300_000]));
  });

  it('is not taken while one must wait, even when it is right', () => {
    const guard = new PinGuard('1');
    for (let tries = 0; tries < 3; tries += 1) outcome(guard, 'x', here, 0);
    expect(outcome(guard, '1', here, 999)).toBe('pin-throttled 1');
    expect(outcome(guard, '1', here, 1_000)).toBe('open');
  });

  it('costs a try that came too early nothing', () => {
    const guard = new PinGuard('1');
    for (let tries = 0; tries < 3; tries += 1) outcome(guard, 'x', here, 0);
    for (let tries = 0; tries < 100; tries += 1) outcome(guard, 'x', here, 500);
    expect(outcome(guard, 'x', here, 500)).toBe('pin-throttled 500');
  });

  it('that was right forgets what was wrong before', () => {
    const guard = new PinGuard('1');
    for (const pin of ['x', 'x', '1', 'x', 'x']) outcome(guard, pin, here, 0);
    expect(outcome(guard, '1', here, 0)).toBe('open');
  });

  it('lets one address wait for itself alone', () => {
    const guard = new PinGuard('1');
    for (let tries = 0; tries < 4; tries += 1) outcome(guard, 'x', here, 0);
    expect(outcome(guard, '1', '192.0.2.2', 0)).toBe('open');
    expect(outcome(guard, '1', here, 0)).toMatch(/^pin-throttled/u);
  });

  it('says in words how long to wait', () => {
    const guard = new PinGuard('1');
    for (let tries = 0; tries < 3; tries += 1) outcome(guard, 'x', here, 0);
    expect(() => guard.check('1', here, 1)).toThrow(/in 1 seconds?/u);
  });

  it('does not show the PIN in anything that is printed', () => {
    expect(JSON.stringify(new PinGuard('secret-pin'))).not.toContain('secret-pin');
    expect(() => new PinGuard('secret-pin').check('typed-pin', here, 0)).toThrow(
      expect.objectContaining({ message: expect.not.stringMatching(/secret-pin|typed-pin/u) }),
    );
  });
});
