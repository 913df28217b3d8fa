/**
 * What a person chose by patterns, and which of the patterns chose nothing: a pattern that fits nothing is mostly one
 * that was meant otherwise, and whoever typed it hears why it may not fit.
 */

import { displayName } from '../../../shared/model/display-name.ts';
import type { EntryKind } from '../../../shared/model/transfer.ts';
import type { Output } from '../terminal/output.ts';
import { normalise, parseGlob } from './glob.ts';
import type { Glob } from './glob.ts';

interface Pattern {
  readonly text: string;
  readonly glob: Glob;
  /** What may have been meant, each with its hint: given when something was there that it fits. */
  readonly others: readonly OtherReading[];
  hasFitted: boolean;
}

interface OtherReading {
  readonly hint: string;
  matches(path: string): boolean;
  hasFitted: boolean;
}

const fold = (text: string): string => text.toLowerCase();

const patternOf = (text: string): Pattern => {
  const glob = parseGlob(text);
  const others: OtherReading[] = [];
  const mayMean = (meant: string, hint: string): void => {
    const exact = parseGlob(meant);
    others.push({ hint, matches: (path) => exact.matches(path), hasFitted: false });
  };
  const mayMeanInAnyCase = (meant: string, hint: string): void => {
    const folded = parseGlob(fold(meant));
    others.push({ hint, matches: (path) => folded.matches(fold(path)), hasFitted: false });
  };
  mayMeanInAnyCase(text, 'Capitals count, and a name fits that differs in them only.');
  if (glob.text.includes('/')) {
    const deep = `**/${glob.text}`;
    mayMean(deep, `With a "/" a pattern starts at the top: "${deep}" fits at any depth.`);
    mayMeanInAnyCase(
      deep,
      `With a "/" a pattern starts at the top, and capitals count: "${deep}" fits but for the capitals.`,
    );
  }
  return { text, glob, others, hasFitted: false };
};

/** What fits when it is tried; else the reason that is seen most often when a pattern like this fits nothing. */
const hintFor = ({ text, glob, others }: Pattern): string | undefined => {
  const other = others.find(({ hasFitted }) => hasFitted);
  if (other !== undefined) return other.hint;
  if (text.includes('[')) {
    return 'Brackets stand for one character out of those between them; "\\[" is the bracket itself.';
  }
  if (text.includes('\\')) return 'Folders are separated by "/"; "\\" takes the next character as it is.';
  return /[*?/]/.test(glob.text)
    ? undefined
    : 'A pattern fits whole names: "*word*" fits what contains the word.';
};

export class Selection {
  readonly #patterns: readonly Pattern[];

  /** @throws HexdropError usage for a pattern that is none */
  constructor(patterns: readonly string[]) {
    this.#patterns = patterns.map((text) => patternOf(text));
  }

  /**
   * Whether an entry is wanted, by any of the patterns. Entries above it were asked about before, and all are asked about:
   * what a pattern would have fitted is known then.
   */
  readonly wants = (path: string, kind: EntryKind): boolean => {
    const whole = normalise(path);
    this.#note(whole);
    if (kind === 'folder' && this.#patterns.some(({ glob }) => glob.mayMatchBelow(whole))) return true;
    for (let end = whole.length; end !== -1; end = end === 0 ? -1 : whole.lastIndexOf('/', end - 1)) {
      const upTo = whole.slice(0, end);
      if (this.#patterns.some(({ glob }) => glob.matches(upTo))) return true;
    }
    return false;
  };

  /** At the end of a transfer: says which patterns fitted nothing of it. */
  tellMisses(output: Output): void {
    for (const pattern of this.#patterns) {
      if (pattern.hasFitted) continue;
      const { text } = pattern;
      const hint = hintFor(pattern);
      output.event({ event: 'unmatched', pattern: text, ...(hint === undefined ? {} : { hint }) });
      const why = hint === undefined ? '' : ` ${displayName(hint)}`;
      output.warn(`Nothing fits the pattern "${displayName(text)}".${why}`);
    }
  }

  #note(path: string): void {
    for (const pattern of this.#patterns) {
      if (pattern.hasFitted) continue;
      pattern.hasFitted = pattern.glob.matches(path);
      for (const other of pattern.others) other.hasFitted ||= other.matches(path);
    }
  }
}

/** Undefined where nothing was chosen: then everything is wanted. */
export const selectionOf = (patterns: readonly string[] = []): Selection | undefined =>
  patterns.length === 0 ? undefined : new Selection(patterns);
