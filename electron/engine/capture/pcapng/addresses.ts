/** Addresses in text to the bytes that packets carry. */

import { isIPv4, isIPv6 } from 'node:net';

const noV4 = new Uint8Array(4);

const v4Bytes = (text: string): Uint8Array => Uint8Array.from(text.split('.'), Number);

function v6Bytes(text: string): Uint8Array {
  const [plain = ''] = text.split('%');
  const bytes = new Uint8Array(16);
  // A tail in dotted form stands for the last two groups.
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(plain);
  const tail = dotted === null ? [] : [...v4Bytes(dotted[2] ?? '')];
  const groupsOf = (half: string): number[] =>
    half
      .split(':')
      .filter((group) => group !== '')
      .flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]);
  const [left = '', right] = (dotted === null ? plain : (dotted[1] ?? '')).split('::');
  const leftBytes = groupsOf(left);
  const rightBytes = [...(right === undefined ? [] : groupsOf(right)), ...tail];
  if (right === undefined) bytes.set([...leftBytes, ...tail].slice(0, 16));
  else {
    bytes.set(leftBytes.slice(0, 16));
    bytes.set(rightBytes, 16 - rightBytes.length);
  }
  return bytes;
}

/** Two addresses of one family; what is not known is all zeros. */
export function addressPair(one: string, other: string): readonly [Uint8Array, Uint8Array] {
  const bare = (text: string): string => text.split('%')[0] ?? '';
  if (!isIPv6(bare(one)) && !isIPv6(bare(other))) {
    return [isIPv4(one) ? v4Bytes(one) : noV4, isIPv4(other) ? v4Bytes(other) : noV4];
  }
  const wide = (text: string): Uint8Array => {
    if (isIPv4(text)) return v6Bytes(`::ffff:${text}`);
    return isIPv6(bare(text)) ? v6Bytes(text) : new Uint8Array(16);
  };
  return [wide(one), wide(other)];
}
