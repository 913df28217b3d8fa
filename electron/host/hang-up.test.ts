import { describe, expect, it } from 'vitest';
import { endsOnHangUp } from './hang-up.ts';

const ends = (terminals: readonly number[], status?: string): boolean =>
  endsOnHangUp({ isTerminal: (descriptor) => terminals.includes(descriptor), parentStatus: () => status });

const ignoring = (mask: string): string =>
  `Name:\tsh\nSigBlk:\t0000000000000001\nSigIgn:\t${mask}\nSigCgt:\t1\n`;

describe('SIGHUP', () => {
  it('ends a program that writes to a terminal, with either of its streams', () => {
    expect(ends([1, 2])).toBe(true);
    expect(ends([1])).toBe(true);
    expect(ends([2])).toBe(true);
  });

  it('does not end one that writes to none, as nohup leaves it', () => {
    expect(ends([])).toBe(false);
  });

  it('does not end one whose parent ignores it', () => {
    expect(ends([1, 2], ignoring('0000000000000001'))).toBe(false);
    expect(ends([1, 2], ignoring('0000000000384007'))).toBe(false);
  });

  it('ends one whose parent ignores other signals only', () => {
    expect(ends([1, 2], ignoring('0000000000384004'))).toBe(true);
    expect(ends([1, 2], ignoring('0000000000000000'))).toBe(true);
  });
});
