/**
 * A device id as words that two people read to each other, to find out whether both see the same key. Pure.
 *
 * The list is 256 common English words that are hard to mishear for one another. A word that was released never
 * changes its place: two versions of this program must say the same words for one id.
 */

import words from './device-words.json' with { type: 'json' };

/** Each word stands for a byte: twelve of them are 96 bits, too many to find another key with the same words. */
const wordCount = 12;

/**
 * The words of the first 96 bits of a device id.
 * @param deviceId 64 hex digits
 */
export const deviceWords = (deviceId: string): readonly string[] =>
  Array.from({ length: wordCount }, (_, at) => wordOf(deviceId.slice(at * 2, at * 2 + 2)));

function wordOf(byte: string): string {
  const word = /^[0-9a-f]{2}$/i.test(byte) ? words[Number.parseInt(byte, 16)] : undefined;
  if (word === undefined) throw new Error('A device id has 64 hex digits.');
  return word;
}
