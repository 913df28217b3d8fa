import { expect, it } from 'vitest';

import { limits } from '../../../shared/protocol/limits.ts';
import { TextGate } from './text-gate.ts';

const most = limits.textsPerMinute;
const throttled = expect.objectContaining({ code: 'text-throttled' });

function filled(everyMs: number): TextGate {
  const gate = new TextGate();
  for (let sent = 0; sent < most; sent += 1) gate.pass('a', sent * everyMs);
  return gate;
}

it('takes so many texts from an address within a minute, and not one more', () => {
  const gate = filled(1_000);
  expect(() => gate.pass('a', 59_999)).toThrow(throttled);
  expect(() => gate.pass('b', 59_999)).not.toThrow();
});

it('takes the next one when the first is a minute old, and says when that is', () => {
  const gate = filled(1_000);
  expect(() => gate.pass('a', 30_000)).toThrow(expect.objectContaining({ retryAfterMs: 30_000 }));
  expect(() => gate.pass('a', 60_000)).not.toThrow();
  expect(() => gate.pass('a', 60_000)).toThrow(throttled);
});

it('does not count what it refused', () => {
  const gate = filled(0);
  for (let again = 0; again < 100; again += 1) expect(() => gate.pass('a', again)).toThrow(throttled);
  expect(() => gate.pass('a', 60_000)).not.toThrow();
});

it('remembers an address for as long as it is among the latest ten thousand', () => {
  const gate = filled(0);
  for (let other = 0; other < 9_999; other += 1) gate.pass(`other ${other}`, 1);
  expect(() => gate.pass('a', 2)).toThrow(throttled);
  gate.pass('one more', 3);
  expect(() => gate.pass('a', 4)).not.toThrow();
});
