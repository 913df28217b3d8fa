/**
 * What a filter or a search looks for in bytes, made once for all who look: the command line, the engine and the dump in
 * the window. A pattern runs over bytes as a string of one character a byte (Latin-1), so that it says where it fits.
 */

import { decodeUtf8, encodeUtf8 } from '../../base/text.ts';

/**
 * @param ignoreCase the needle is UTF-8 text, and letters of any script fit in either case (Unicode's simple case
 *   folding, as regular expressions have it); in a needle that is not UTF-8 only letters of ASCII do
 */
export function bytePattern(needle: Uint8Array, ignoreCase: boolean): RegExp {
  if (!ignoreCase) return new RegExp(escapedBytes(needle), 'u');
  const text = decodeUtf8(needle);
  if (text === undefined) return new RegExp(Array.from(needle, asciiInEitherCase).join(''), 'u');
  return new RegExp(Array.from(text, inEitherCase).join(''), 'u');
}

/** Whether a text holds another one, in either case. */
export const textPattern = (text: string): RegExp => new RegExp(escaped(text), 'iu');

const inEitherCase = (character: string): string => {
  const forms = formsOf(character).map((form) => escapedBytes(encodeUtf8(form)));
  return forms.length === 1 ? (forms[0] as string) : `(?:${forms.join('|')})`;
};

const asciiInEitherCase = (byte: number): string =>
  byte < 0x80 ? inEitherCase(String.fromCharCode(byte)) : escapedBytes([byte]);

/** All characters that differ from this one by case alone, itself included. */
const formsOf = (character: string): readonly string[] => [
  ...new Set([character, ...(casedCharacters().match(new RegExp(escaped(character), 'giu')) ?? [])]),
];

let cased: string | undefined;

/** Every character that has another case; a few milliseconds, once. */
function casedCharacters(): string {
  if (cased !== undefined) return cased;
  const lastCased = 0x1_e943;
  const characters: string[] = [];
  for (let point = 0; point <= lastCased; point += 1) {
    if (point < 0xd800 || point > 0xdfff) characters.push(String.fromCodePoint(point));
  }
  cased = (characters.join('').match(/\p{Changes_When_Casemapped}/gu) ?? []).join('');
  return cased;
}

const escapedBytes = (bytes: Iterable<number>): string =>
  Array.from(bytes, (byte) => String.raw`\x${byte.toString(16).padStart(2, '0')}`).join('');

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`);
