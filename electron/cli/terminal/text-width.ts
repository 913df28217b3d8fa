/** How many columns of a terminal a text takes, and cutting to a width. No input or output. */

import { eastAsianWidth } from 'get-east-asian-width';

const ellipsis = '…';

const printableAscii = /^[\x20-\x7e]*$/;
const zeroWidth = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]+$/u;
const emoji = /\p{Emoji_Presentation}|\ufe0f/u;

let segmenter: Intl.Segmenter | undefined;

/** What a reader takes for one character: a letter with its accents, a joined emoji. */
const characters = (text: string): readonly string[] => {
  if (printableAscii.test(text)) return Array.from(text);
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return Array.from(segmenter.segment(text), (segment) => segment.segment);
};

const widthOfCharacter = (character: string): 0 | 1 | 2 => {
  if (printableAscii.test(character)) return 1;
  if (zeroWidth.test(character)) return 0;
  if (emoji.test(character)) return 2;
  return eastAsianWidth(character.codePointAt(0) ?? 0);
};

/** Columns that `text` takes; control characters count as none and belong escaped before they get here. */
export const textWidth = (text: string): number => {
  if (printableAscii.test(text)) return text.length;
  let width = 0;
  for (const character of characters(text)) width += widthOfCharacter(character);
  return width;
};

export const padEnd = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - textWidth(text)));

export const padStart = (text: string, columns: number): string =>
  ' '.repeat(Math.max(0, columns - textWidth(text))) + text;

const takeWhileFits = (from: readonly string[], columns: number): readonly string[] => {
  const taken: string[] = [];
  let width = 0;
  for (const character of from) {
    width += widthOfCharacter(character);
    if (width > columns) break;
    taken.push(character);
  }
  return taken;
};

export const cutEnd = (text: string, columns: number): string => {
  if (textWidth(text) <= columns) return text;
  if (columns < 1) return '';
  return takeWhileFits(characters(text), columns - 1).join('') + ellipsis;
};

/** Cut in the middle, with more left of the end than of the start: the end of a path tells files apart. */
export const shortenMiddle = (text: string, columns: number): string => {
  if (textWidth(text) <= columns) return text;
  if (columns < 1) return '';
  const all = characters(text);
  const headColumns = Math.floor((columns - 1) / 3);
  const head = takeWhileFits(all, headColumns).join('');
  const tail = takeWhileFits([...all].reverse(), columns - 1 - textWidth(head));
  return head + ellipsis + [...tail].reverse().join('');
};
