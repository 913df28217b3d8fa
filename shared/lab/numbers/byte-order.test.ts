import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { hexBytes } from '../program.ts';
import { mostOf, orderedBytes, parseNumber } from './byte-order.ts';

describe('byte order', () => {
  it('is the known one for known numbers', () => {
    expect(orderedBytes('u16', 1_024n).misread).toBe(4n);
    expect(orderedBytes('u32', 16n).misread).toBe(268_435_456n);
    expect(hexBytes(orderedBytes('u32', 0xc0a8_0001n).big)).toBe('c0 a8 00 01');
    expect(hexBytes(orderedBytes('u64', mostOf('u64') - 1n).little)).toBe('fe ff ff ff ff ff ff ff');
    expect(hexBytes(orderedBytes('f32', 1).big)).toBe('3f 80 00 00');
    expect(hexBytes(orderedBytes('f64', -2.5).big)).toBe('c0 04 00 00 00 00 00 00');
  });

  it('is undone by a second swap', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('u16', 'u32', 'u64' as const),
        fc.bigInt(0n, 2n ** 64n - 1n),
        (kind, any) => {
          const value = any & mostOf(kind);
          expect(orderedBytes(kind, BigInt(orderedBytes(kind, value).misread)).misread).toBe(value);
        },
      ),
    );
  });

  it.each([
    ['u16', '65535', 65_535n],
    ['u16', '0xFFFF', 65_535n],
    ['u32', '4,294,967,295', 4_294_967_295n],
    ['f32', '-.5', -0.5],
    ['f64', '1e300', 1e300],
    ['f32', 'inf', Infinity],
  ] as const)('reads a %s from %s', (kind, typed, value) => {
    expect(parseNumber(kind, typed)).toEqual({ value });
  });

  it.each([
    ['u16', '65536', 'range'],
    ['u32', '-1', 'range'],
    ['u64', '18446744073709551616', 'range'],
    ['f32', '1e39', 'range'],
    ['f64', '1e999', 'range'],
    ['u16', '', 'form'],
    ['u16', '1.5', 'form'],
    ['u16', '0x', 'form'],
    ['f32', '.', 'form'],
  ] as const)('refuses a %s from "%s": %s', (kind, typed, fault) => {
    expect(parseNumber(kind, typed)).toEqual({ fault });
  });
});
