/**
 * Owns the second name of a file whose first name is taken. Pure: whether a name is taken is asked of the caller.
 */

import { displayName } from '../../shared/model/display-name.ts';
import { HexdropError } from '../../shared/errors/errors.ts';
import { limits } from '../../shared/protocol/limits.ts';

/** The most numbers that are tried: doubling from 1 reaches it in 31 steps. */
const lastNumber = 2 ** 30;
/** As long as this, numbers are tried one by one. */
const firstNumbers = 32;
/** What counts as an extension: short, without spaces, after a stem; `.tar.gz` and its kind count as one. */
const extensionPattern = /(?<=[^.]\.*)(?:\.tar)?\.[^. ]{1,16}$/u;

/** What its numbered names begin with, as far as they are not too long. */
export const stemOf = (name: string): string => name.slice(0, name.length - extensionOf(name).length);

const extensionOf = (name: string): string => extensionPattern.exec(name)?.[0] ?? '';

/**
 * A free name near `name`: "photo (1).jpg", "archive (1).tar.gz", ".bashrc (1)". The stem is cut at a character
 * boundary where 255 bytes ask for it; the extension stays. `taken` must say whether a candidate is there (by lstat, so
 * that the file system decides about case). Never more than about 100 questions: where the first numbers are all
 * taken, numbers double until one is free and the smallest free one found between is taken. Throws `file-exists`.
 */
export const freeName = (name: string, taken: (candidate: string) => boolean): string => {
  const extension = extensionOf(name);
  const stem = stemOf(name);
  const numbered = (number: number): string => {
    const ending = ` (${number})${extension}`;
    return cutToBytes(stem, limits.nameBytes - Buffer.byteLength(ending)) + ending;
  };
  let number = 1;
  for (; number <= firstNumbers; number += 1) if (!taken(numbered(number))) return numbered(number);
  let lastTaken = firstNumbers;
  for (number = firstNumbers * 2; taken(numbered(number)); number *= 2) {
    lastTaken = number;
    if (number >= lastNumber)
      throw new HexdropError('file-exists', `There is no free name left near "${displayName(name)}".`);
  }
  let free = number;
  while (free - lastTaken > 1) {
    const middle = Math.floor((lastTaken + free) / 2);
    if (taken(numbered(middle))) lastTaken = middle;
    else free = middle;
  }
  return numbered(free);
};

/** As many whole characters of `text`, as a reader counts them, as fit into `bytes` of UTF-8. */
const cutToBytes = (text: string, bytes: number): string => {
  if (Buffer.byteLength(text) <= bytes) return text;
  let kept = '';
  let room = bytes;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    room -= Buffer.byteLength(segment);
    if (room < 0) break;
    kept += segment;
  }
  // One character that is longer than the room (a base with a hundred accents): cut between its code points.
  return kept === '' ? cutCodePoints(text, bytes) : kept;
};

const cutCodePoints = (text: string, bytes: number): string => {
  let kept = '';
  let room = bytes;
  for (const character of text) {
    room -= Buffer.byteLength(character);
    if (room < 0) break;
    kept += character;
  }
  return kept;
};
