/**
 * Text and hex on the wire: UTF-8 that refuses what is not UTF-8, byte order of names, lower-case hex.
 *
 * The only place in `shared/` that touches TextEncoder and TextDecoder; it declares what it needs of them, so
 * that neither Node's nor the browser's types are asked for. Nothing here normalises: names stay as sent.
 */

interface Encoder {
  encode(text: string): Uint8Array<ArrayBuffer>;
  encodeInto(text: string, into: Uint8Array): { readonly read: number; readonly written: number };
}
interface Decoder {
  decode(bytes: Uint8Array): string;
}
interface TextCoding {
  readonly TextEncoder: new () => Encoder;
  readonly TextDecoder: new (label: string, options: { fatal: boolean; ignoreBOM: boolean }) => Decoder;
}

const coding = globalThis as unknown as TextCoding;
const encoder = new coding.TextEncoder();
// A byte order mark is a character like any other: dropping it would change a name.
const decoder = new coding.TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const encodeUtf8 = (text: string): Uint8Array<ArrayBuffer> => encoder.encode(text);

/** Writes as many whole characters as fit; `read` counts UTF-16 units taken, `written` bytes. */
export const encodeUtf8Into = (
  text: string,
  into: Uint8Array,
): { readonly read: number; readonly written: number } => encoder.encodeInto(text, into);

/** The text, or undefined when the bytes are not valid UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Whether a string has no lone surrogate, so that UTF-8 can carry it. */
export const isWellFormed = (text: string): boolean => text.isWellFormed();

/** Whether a name is ONE component of a path wherever it may land. Platforms ask for more: that is safe-path's. */
export const isComponent = (name: string): boolean =>
  name !== '' && name !== '.' && name !== '..' && !name.includes('/') && !name.includes('\0');

/** Cuts to so many code points, and mends lone surrogates. */
export function clip(text: string, characters: number): string {
  const whole = text.toWellFormed();
  if (whole.length <= characters) return whole;
  const points = Array.from(whole);
  return points.length <= characters ? whole : `${points.slice(0, characters - 1).join('')}…`;
}

/**
 * Orders two strings as their UTF-8 bytes order. JavaScript's own order differs above U+FFFF: there a
 * surrogate (0xD800...) sorts before U+E000...U+FFFF, although its character comes after them.
 */
export function compareUtf8(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at += 1) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return byteRank(left) - byteRank(right);
  }
  return a.length - b.length;
}

/** Moves surrogates behind all other units; between two surrogates the order is already right. */
const byteRank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);

const digitCode = (value: number): number => (value < 10 ? 0x30 : 0x57) + value;
const highDigits: readonly number[] = Array.from({ length: 256 }, (_, byte) => digitCode(byte >> 4));
const lowDigits: readonly number[] = Array.from({ length: 256 }, (_, byte) => digitCode(byte & 15));

/** Bytes turned to hex at once: one call makes one flat string, where `+=` would leave a tree of pieces in memory. */
const hexBlockBytes = 1_024;

export const toHex = (bytes: Uint8Array): string => toHexRange(bytes, 0, bytes.length);

export function toHexRange(bytes: Uint8Array, start: number, end: number): string {
  let hex = '';
  for (let block = start; block < end; block += hexBlockBytes) {
    const codes: number[] = [];
    for (let at = block; at < Math.min(end, block + hexBlockBytes); at += 1) {
      const byte = bytes[at] as number;
      codes.push(highDigits[byte] as number, lowDigits[byte] as number);
    }
    hex += String.fromCharCode(...codes);
  }
  return hex;
}

/** Bytes of an even number of hex digits of either case; undefined for anything else. */
export function fromHex(hex: string): Uint8Array<ArrayBuffer> | undefined {
  if (hex.length % 2 !== 0) return undefined;
  const bytes = new Uint8Array(hex.length / 2);
  return writeHex(hex, bytes, 0) ? bytes : undefined;
}

/** Writes hex digits as bytes into `into` at `at`. False when one is not a hex digit or there is no room. */
export function writeHex(hex: string, into: Uint8Array, at: number): boolean {
  if (hex.length % 2 !== 0 || at + hex.length / 2 > into.length) return false;
  for (let digit = 0; digit < hex.length; digit += 2) {
    const high = hexDigit(hex.charCodeAt(digit));
    const low = hexDigit(hex.charCodeAt(digit + 1));
    if (high < 0 || low < 0) return false;
    into[at + digit / 2] = (high << 4) | low;
  }
  return true;
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
