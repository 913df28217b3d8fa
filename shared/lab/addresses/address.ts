/** Addresses as text and as bytes: what inet_pton takes and inet_ntop prints, IPv4 and IPv6 (RFC 4291, RFC 5952). */

export type Family = 4 | 6;

export interface Address {
  readonly family: Family;
  /** 4 or 16, in network byte order. */
  readonly bytes: Uint8Array;
}

export type AddressFault =
  | 'empty'
  | 'form'
  | 'octet-range'
  | 'octet-zeros'
  | 'octet-count'
  | 'group-form'
  | 'group-count'
  | 'two-gaps'
  | 'zone'
  | 'prefix';

export const bitsOf = (family: Family): number => (family === 4 ? 32 : 128);

type Parsed = readonly number[] | AddressFault;

/** As strict as inet_pton: no shortened IPv4, no octal numbers, no zone. */
export function parseAddress(text: string): Address | AddressFault {
  if (text === '') return 'empty';
  if (text.includes('%')) return 'zone';
  const bytes = text.includes(':') ? groupsOf(text) : octetsOf(text);
  if (typeof bytes === 'string') return bytes;
  return { family: bytes.length === 4 ? 4 : 6, bytes: Uint8Array.from(bytes) };
}

function octetsOf(text: string): Parsed {
  const parts = text.split('.');
  if (!parts.every((part) => /^\d+$/u.test(part))) return 'form';
  if (parts.length !== 4) return 'octet-count';
  if (parts.some((part) => part.length > 1 && part.startsWith('0'))) return 'octet-zeros';
  const octets = parts.map(Number);
  return octets.every((octet) => octet <= 255) ? octets : 'octet-range';
}

function groupsOf(text: string): Parsed {
  const halves = text.split('::');
  if (halves.length > 2) return 'two-gaps';
  const [before = '', after] = halves;
  const head = halfOf(before, after === undefined);
  const tail = after === undefined ? [] : halfOf(after, true);
  if (typeof head === 'string') return head;
  if (typeof tail === 'string') return tail;
  const missing = 16 - head.length - tail.length;
  // The gap stands for at least one group.
  if (after === undefined ? missing !== 0 : missing < 2) return 'group-count';
  return [...head, ...Array.from({ length: missing }, () => 0), ...tail];
}

/** Groups between colons; the last one of an address may be an IPv4 address. */
function halfOf(half: string, endsAddress: boolean): Parsed {
  if (half === '') return [];
  const groups = half.split(':');
  const bytes: number[] = [];
  for (const [index, group] of groups.entries()) {
    if (endsAddress && index === groups.length - 1 && group.includes('.')) {
      const octets = octetsOf(group);
      if (typeof octets === 'string') return octets;
      bytes.push(...octets);
    } else {
      if (!/^[\da-f]{1,4}$/iu.test(group)) return 'group-form';
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 255);
    }
  }
  return bytes;
}

/** The sixteen-bit groups of an IPv6 address. */
const wordsOf = (bytes: Uint8Array): readonly number[] =>
  Array.from({ length: 8 }, (_, index) => ((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0));

/**
 * The canonical text, as inet_ntop prints it. IPv6 by RFC 5952: lower case, no leading zeros, the longest run of two or more
 * zero groups as `::`, the first of equals; the embedded IPv4 addresses of RFC 4291 with dots (section 5).
 */
export function formatAddress({ family, bytes }: Address): string {
  if (family === 4) return [...bytes].join('.');
  const words = wordsOf(bytes);
  const run = longestZeros(words);
  const embeds = run.start === 0 && (run.length === 6 || (run.length === 5 && words[5] === 0xffff));
  const groups = words.map((word) => word.toString(16));
  const shown = embeds ? [...groups.slice(0, 6), [...bytes.subarray(12)].join('.')] : groups;
  if (run.length < 2) return shown.join(':');
  return `${shown.slice(0, run.start).join(':')}::${shown.slice(run.start + run.length).join(':')}`;
}

/** Every digit of it: what RFC 5952 shortens. */
export const fullText = ({ family, bytes }: Address): string =>
  family === 4
    ? [...bytes].join('.')
    : wordsOf(bytes)
        .map((word) => word.toString(16).padStart(4, '0'))
        .join(':');

function longestZeros(words: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  let length = 0;
  for (const [index, word] of words.entries()) {
    length = word === 0 ? length + 1 : 0;
    if (length > best.length) best = { start: index - length + 1, length };
  }
  return best;
}

export const toNumber = ({ bytes }: Address): bigint =>
  bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

export function fromNumber(family: Family, number: bigint): Address {
  const bytes = new Uint8Array(bitsOf(family) / 8);
  for (let index = bytes.length - 1, rest = number; index >= 0; index -= 1, rest >>= 8n)
    bytes[index] = Number(rest & 0xffn);
  return { family, bytes };
}
