/**
 * Patterns that choose among offered paths: `*` and `?` stay within a name, `**` crosses folders, `[abc]`, `[a-z]`
 * and `[!abc]` stand for one character, `\` takes the next character as it is. A pattern without `/` is matched
 * against names at any depth, one with `/` against the path from the top. What matches a folder takes all in it.
 * A name or path that is spelled like the pattern, character by character, matches too: who gives the name of a file
 * with brackets in it means that file.
 * Own code: Node's matchesGlob is not in Node 20, and a library would bring syntax that nobody asked for.
 *
 * Matching goes over tokens with one step back for a star, so that no pattern takes exponential time.
 */

import { usageError } from '../call/options.ts';

type Token =
  | { readonly kind: 'star' }
  | { readonly kind: 'any' }
  | { readonly kind: 'one'; readonly of: string }
  | {
      readonly kind: 'class';
      readonly isNegated: boolean;
      readonly ranges: readonly (readonly [string, string])[];
    };

type Segment = readonly Token[] | 'folders';

/** Paths are in composed Unicode (NFC): `normalise` makes them so. */
export interface Glob {
  /** The pattern without the parts of a path that lead nowhere: "./a//b/" is "a/b". */
  readonly text: string;
  /** Whether the pattern chooses this path itself. */
  matches(path: string): boolean;
  /** Whether something below the folder could still be chosen. */
  mayMatchBelow(folder: string): boolean;
}

/** Composed characters on both sides: the same name is spelled in two ways by different systems. */
export const normalise = (text: string): string => text.normalize('NFC');

const readClass = (
  characters: readonly string[],
  start: number,
  pattern: string,
): { readonly token: Token; readonly next: number } => {
  let index = start + 1;
  const isNegated = characters[index] === '!' || characters[index] === '^';
  if (isNegated) index += 1;
  const ranges: [string, string][] = [];
  // A bracket that comes first stands for itself.
  for (let isFirst = true; isFirst || characters[index] !== ']'; isFirst = false) {
    const low = characters[index];
    if (low === undefined) {
      throw usageError(
        `The pattern "${pattern}" has a "[" without "]". Write "\\[" for the character itself.`,
        {
          seen: pattern,
        },
      );
    }
    const high = characters[index + 1] === '-' ? characters[index + 2] : undefined;
    if (high !== undefined && high !== ']') {
      ranges.push([low, high]);
      index += 3;
    } else {
      ranges.push([low, low]);
      index += 1;
    }
  }
  return { token: { kind: 'class', isNegated, ranges }, next: index + 1 };
};

const readSegment = (text: string, pattern: string): Segment => {
  if (text === '**') return 'folders';
  const characters = Array.from(text);
  const tokens: Token[] = [];
  let index = 0;
  while (index < characters.length) {
    const character = characters[index] ?? '';
    if (character === '[') {
      const { token, next } = readClass(characters, index, pattern);
      tokens.push(token);
      index = next;
      continue;
    }
    if (character === '\\' && index + 1 < characters.length) {
      tokens.push({ kind: 'one', of: characters[index + 1] ?? '' });
      index += 2;
      continue;
    }
    if (character === '*') {
      if (tokens.at(-1)?.kind !== 'star') tokens.push({ kind: 'star' });
    } else {
      tokens.push(character === '?' ? { kind: 'any' } : { kind: 'one', of: character });
    }
    index += 1;
  }
  return tokens;
};

const takes = (token: Token, character: string): boolean => {
  switch (token.kind) {
    case 'star':
    case 'any':
      return true;
    case 'one':
      return token.of === character;
    case 'class':
      return token.isNegated !== token.ranges.some(([low, high]) => character >= low && character <= high);
  }
};

/** The usual way: on a mismatch go back to the last star and let it take one more. */
const matchesWithStars = <Item, Step>(
  items: readonly Item[],
  steps: readonly Step[],
  isStar: (step: Step) => boolean,
  fits: (step: Step, item: Item) => boolean,
): boolean => {
  let item = 0;
  let step = 0;
  let star = -1;
  let itemAfterStar = 0;
  while (item < items.length) {
    const current = steps[step];
    if (current !== undefined && isStar(current)) {
      star = step;
      itemAfterStar = item;
      step += 1;
    } else if (current !== undefined && fits(current, items[item] as Item)) {
      item += 1;
      step += 1;
    } else if (star !== -1) {
      itemAfterStar += 1;
      item = itemAfterStar;
      step = star + 1;
    } else {
      return false;
    }
  }
  return steps.slice(step).every(isStar);
};

const matchesName = (segment: Segment, name: string): boolean =>
  segment === 'folders' ||
  matchesWithStars(Array.from(name), segment, (token) => token.kind === 'star', takes);

const matchesPath = (segments: readonly Segment[], names: readonly string[]): boolean =>
  matchesWithStars(names, segments, (segment) => segment === 'folders', matchesName);

/** Throws a usage error when the pattern is not one. */
export const parseGlob = (pattern: string): Glob => {
  const trimmed = normalise(pattern)
    .split('/')
    .filter((name) => name !== '' && name !== '.')
    .join('/');
  if (trimmed === '') throw usageError(`"${pattern}" is not a pattern: it names nothing.`, { seen: pattern });
  const segments = trimmed.split('/').map((text) => readSegment(text, pattern));
  const [only] = segments;
  if (segments.length === 1 && only !== undefined) {
    return {
      text: trimmed,
      matches: (path) => {
        const name = path.slice(path.lastIndexOf('/') + 1);
        return name === trimmed || matchesName(only, name);
      },
      mayMatchBelow: () => true,
    };
  }
  return {
    text: trimmed,
    matches: (path) => path === trimmed || matchesPath(segments, path.split('/')),
    mayMatchBelow: (folder) => {
      if (trimmed.startsWith(`${folder}/`)) return true;
      const names = folder.split('/');
      const crossing = segments.indexOf('folders');
      const reach = crossing === -1 ? segments.length - 1 : crossing;
      return crossing !== -1 && names.length >= reach
        ? matchesPath(segments.slice(0, reach), names.slice(0, reach))
        : names.length <= reach && matchesPath(segments.slice(0, names.length), names);
    },
  };
};
