import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clip, compareUtf8, decodeUtf8, encodeUtf8, fromHex, toHex, writeHex } from './text.ts';

const wellFormed = fc.string({ unit: 'binary', maxLength: 8 });

/** Characters around every border that matters: ASCII, two, three, four bytes, both sides of the surrogates. */
const borderText = fc
  .array(
    fc.constantFrom(
      'a',
      '\u007f',
      '\u0080',
      '\u07ff',
      '\u0800',
      '\ud7ff',
      '\ue000',
      '\uffff',
      '\u{10000}',
      '\u{10ffff}',
      '\u{1f600}',
    ),
    { maxLength: 5 },
  )
  .map((characters) => characters.join(''));

function compareBytes(a: string, b: string): number {
  const left = encodeUtf8(a);
  const right = encodeUtf8(b);
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    if (left[at] !== right[at]) return (left[at] as number) - (right[at] as number);
  }
  return left.length - right.length;
}

describe('compareUtf8', () => {
  test('orders as the bytes of UTF-8 do', () => {
    fc.assert(
      fc.property(fc.oneof(wellFormed, borderText), fc.oneof(wellFormed, borderText), (a, b) => {
        expect(Math.sign(compareUtf8(a, b))).toBe(Math.sign(compareBytes(a, b)));
      }),
      { numRuns: 2_000 },
    );
  });

  test('sorts characters beyond U+FFFF behind all others, unlike JavaScript', () => {
    expect(compareUtf8('\uff5e', '\u{1f600}')).toBeLessThan(0);
    expect(['\u{1f600}', '\uff5e'].sort()).toEqual(['\u{1f600}', '\uff5e']);
  });

  test('sorts a beginning before the whole', () => {
    expect(compareUtf8('a', 'ab')).toBeLessThan(0);
    expect(compareUtf8('', '')).toBe(0);
  });
});

describe('UTF-8', () => {
  test('gives back every well-formed text, byte order marks included', () => {
    fc.assert(
      fc.property(wellFormed, (text) => {
        expect(decodeUtf8(encodeUtf8(text))).toBe(text);
      }),
    );
    expect(decodeUtf8(encodeUtf8('\ufeffname'))).toBe('\ufeffname');
  });

  test.each([
    ['a lone continuation byte', [0x80]],
    ['a cut character', [0xe2, 0x82]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a byte beyond Unicode', [0xf5, 0x80, 0x80, 0x80]],
  ])('refuses %s', (_, bytes) => {
    expect(decodeUtf8(Uint8Array.from(bytes))).toBeUndefined();
  });
});

describe('hex', () => {
  test('gives back all bytes, of any number', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3_000 }), (bytes) => {
        expect(fromHex(toHex(bytes))).toEqual(bytes);
      }),
    );
  });

  test('is lower-case and takes either case', () => {
    expect(toHex(Uint8Array.of(0, 0x9a, 0xff))).toBe('009aff');
    expect(fromHex('009AfF')).toEqual(Uint8Array.of(0, 0x9a, 0xff));
  });

  test('refuses an odd number of digits, other characters, and what does not fit', () => {
    for (const hex of ['a', 'zz', '0g', '  ', '0x', '١٢', '@@', '``']) expect(fromHex(hex)).toBeUndefined();
    expect(writeHex('0000', new Uint8Array(4), 3)).toBe(false);
  });
});

test('clip cuts at characters, not inside one, and mends lone surrogates', () => {
  expect(clip('abc', 3)).toBe('abc');
  expect(clip('abcd', 3)).toBe('ab…');
  expect(clip('😀😀😀😀', 4)).toBe('😀😀😀😀');
  expect(clip('😀😀😀😀', 3)).toBe('😀😀…');
  expect(clip('a\ud800', 3)).toBe('a\ufffd');
});
