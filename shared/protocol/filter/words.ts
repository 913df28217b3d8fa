/** The text of a filter as words with their places. Never throws; a quote that is not closed is told as it is. */

export interface Word {
  readonly kind: 'word' | 'quoted' | 'sign';
  /** What stands between the quotes of a quoted word. */
  readonly text: string;
  readonly at: number;
  readonly end: number;
  readonly isOpen: boolean;
}

const signs = ['&&', '||', '==', '!=', '<=', '>=', '..', '!', '<', '>', '=', ':', '(', ')', '{', '}', ','];

/** A word ends before white space, quotes and signs; `.` and `:` may stand inside of addresses, hex and numbers. */
const wordPattern = /[^\s"'&|=!<>(){},:]+/uy;
const colonWord = /(?:[0-9a-f]{2}:)+[0-9a-f]{2}(?![\w:])|[0-9a-f]*:[0-9a-f:]*:[0-9a-f.%\w]*/iuy;

export function wordsOf(text: string): readonly Word[] {
  const words: Word[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text[at] as string;
    if (/\s/u.test(character)) {
      at += 1;
      continue;
    }
    const word = character === '"' || character === "'" ? quotedAt(text, at) : plainAt(text, at);
    words.push(word);
    at = word.end;
  }
  return words;
}

function quotedAt(text: string, at: number): Word {
  const quote = text[at];
  let value = '';
  for (let index = at + 1; index < text.length; index += 1) {
    if (text[index] === quote) return { kind: 'quoted', text: value, at, end: index + 1, isOpen: false };
    if (text[index] === '\\' && index + 1 < text.length) index += 1;
    value += text[index];
  }
  return { kind: 'quoted', text: value, at, end: text.length, isOpen: true };
}

function plainAt(text: string, at: number): Word {
  const hex = matchAt(colonWord, text, at);
  if (hex !== undefined) return wordAt('word', hex, at);
  const sign = signs.find((each) => text.startsWith(each, at));
  if (sign !== undefined) return wordAt('sign', sign, at);
  const word = matchAt(wordPattern, text, at) ?? text.charAt(at);
  // A range is two numbers with `..` between them.
  const dots = word.indexOf('..');
  return wordAt('word', dots > 0 ? word.slice(0, dots) : word, at);
}

const wordAt = (kind: Word['kind'], text: string, at: number): Word => ({
  kind,
  text,
  at,
  end: at + text.length,
  isOpen: false,
});

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
