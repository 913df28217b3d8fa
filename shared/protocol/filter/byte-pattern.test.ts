import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { bytePattern, textPattern } from './byte-pattern.ts';

const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const holds = (hay: string, needle: string, ignoreCase = true): boolean =>
  bytePattern(Buffer.from(needle), ignoreCase).test(latin(Buffer.from(hay)));

describe('a pattern of bytes', () => {
  it.each([
    ['Ada Lovelace', 'ADA'],
    ['Überfahrt', 'überFAHRT'],
    ['überfahrt', 'ÜBERFAHRT'],
    ['отчёт.pdf', 'ОТЧЁТ'],
    ['Οδυσσεύς', 'ΟΔΥΣΣΕΎΣ'],
    ['ΟΔΟΣ', 'οδος'],
    ['Straße', 'STRAẞE'],
    ['Ǆ', 'ǆ'],
    ['漢😀 a.*b', '漢😀 A.*B'],
    ['𐐀', '𐐨'],
  ])('finds in %s what is written %s', (hay, needle) => {
    expect(holds(hay, needle)).toBe(true);
    expect(holds(hay, needle, false)).toBe(false);
    expect(textPattern(needle).test(hay)).toBe(true);
  });

  it.each([
    ['uber', 'über'],
    ['a+b', 'a.b'],
    ['[x]', 'x]]'],
  ])('does not find in %s what is written %s', (hay, needle) => {
    expect(holds(hay, needle)).toBe(false);
    expect(textPattern(needle).test(hay)).toBe(false);
  });

  it('says where it fits, in bytes', () => {
    const found = bytePattern(Buffer.from('Ü'), true).exec(latin(Buffer.from('漢ü')));
    expect([found?.index, found?.[0].length]).toEqual([3, 2]);
  });

  it('finds any bytes in themselves, and what is no text in no other case but that of ASCII', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.boolean(), (bytes, ignoreCase) => {
        expect(bytePattern(bytes, ignoreCase).test(`..${latin(bytes)}..`)).toBe(true);
      }),
    );
    expect(bytePattern(Uint8Array.of(0xff, 0x41), true).test('\u00ffa')).toBe(true);
    expect(bytePattern(Uint8Array.of(0xdc, 0x41), true).test('\u00fca')).toBe(false);
  });
});
