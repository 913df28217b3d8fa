import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parsePeerLink, peerLink } from './peer-link.ts';

describe('a link to what a device shares', () => {
  it.each([
    ['hexdrop://10.0.0.5:18520/photos/2024', { address: '10.0.0.5:18520', path: 'photos/2024' }],
    ['HEXDROP://Attic.local', { address: 'attic.local', path: '' }],
    ['hexdrop://attic/', { address: 'attic', path: '' }],
    ['hexdrop://[fe80::1%25eth0]:80/x/', { address: '[fe80::1%eth0]:80', path: 'x' }],
    ['hexdrop://attic/%E7%85%A7%E7%89%87/a%20b', { address: 'attic', path: '照片/a b' }],
    ['hexdrop://attic/a%3Fb%23c', { address: 'attic', path: 'a?b#c' }],
  ])('reads %s', (text, link) => {
    expect(parsePeerLink(text)).toEqual(link);
  });

  it.each([
    ['another scheme', 'https://attic/photos'],
    ['no host', 'hexdrop:///etc/passwd'],
    ['no slashes', 'hexdrop:attic'],
    ['user information', 'hexdrop://me:pin@attic/x'],
    ['a query', 'hexdrop://attic/x?pin=1234'],
    ['a fragment', 'hexdrop://attic/x#y'],
    ['a port that there is not', 'hexdrop://attic:70000/'],
    ['port 0', 'hexdrop://attic:0/'],
    ['a way up', 'hexdrop://attic/photos/../etc'],
    ['a hidden way up', 'hexdrop://attic/%2e%2e/etc'],
    ['a hidden separator', 'hexdrop://attic/a%2Fb'],
    ['a backslash', 'hexdrop://attic/a%5Cb'],
    ['a NUL', 'hexdrop://attic/a%00b'],
    ['a line break', 'hexdrop://attic/a\nb'],
    ['text that turns its direction', 'hexdrop://attic/a%E2%80%AEb'],
    ['bytes that are not UTF-8', 'hexdrop://attic/%FF'],
    ['an empty step', 'hexdrop://attic/a//b'],
    ['white space', 'hexdrop://attic /x'],
    ['an option for the program', 'hexdrop://--inspect'],
    ['quotes', 'hexdrop://attic"/x'],
    ['too many characters', `hexdrop://attic/${'a'.repeat(3_000)}`],
  ])('is not one with %s', (_what, text) => {
    expect(parsePeerLink(text)).toBeUndefined();
  });

  it('reads what it wrote', () => {
    const name = fc
      .string({ minLength: 1, maxLength: 40, unit: 'grapheme' })
      .filter((text) => !text.includes('/'));
    fc.assert(
      fc.property(fc.array(name, { maxLength: 4 }), (names) => {
        const link = { address: '10.0.0.5:18520', path: names.join('/') };
        const parsed = parsePeerLink(peerLink(link));
        fc.pre(parsed !== undefined);
        expect(parsed).toEqual(link);
      }),
    );
  });

  it('never throws, whatever the text', () => {
    fc.assert(fc.property(fc.string(), (text) => void parsePeerLink(`hexdrop://${text}`)));
  });
});
