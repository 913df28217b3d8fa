/** How many columns of a terminal a text takes, and cutting to a width. No input or output. */

const ellipsis = '…';

/** First and last code points of what East Asian Width calls wide or fullwidth; emoji are found by their property. */
const wideRanges: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18aff],
  [0x1b000, 0x1b2ff],
  [0x20000, 0x3fffd],
];

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
  const codePoint = character.codePointAt(0) ?? 0;
  return wideRanges.some(([first, last]) => codePoint >= first && codePoint <= last) ? 2 : 1;
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
