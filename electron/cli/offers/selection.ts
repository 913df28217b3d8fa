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
  /** The same for names in any case. */
  readonly folded: Glob;
  hasFitted: boolean;
  /** Something was there that differs in its capitals only. */
  hasFittedFolded: boolean;
}

const fold = (text: string): string => text.toLowerCase();

/** The reason that is seen most often when a pattern like this fits nothing. */
const hintFor = ({ text, hasFittedFolded }: Pattern): string | undefined => {
  if (hasFittedFolded) return 'Capitals count, and a name fits that differs in them only.';
  if (text.includes('[')) {
    return 'Brackets stand for one character out of those between them; "\\[" is the bracket itself.';
  }
  if (text.includes('\\')) return 'Folders are separated by "/"; "\\" takes the next character as it is.';
  if (text.includes('/') && !text.startsWith('**/')) {
    return `With a "/" a pattern starts at the top: "**/${text}" fits at any depth.`;
  }
  return /[*?]/.test(text) ? undefined : 'A pattern fits whole names: "*word*" fits what contains the word.';
};

export class Selection {
  readonly #patterns: readonly Pattern[];

  /** @throws HexdropError usage for a pattern that is none */
  constructor(patterns: readonly string[]) {
    this.#patterns = patterns.map((text) => ({
      text,
      glob: parseGlob(text),
      folded: parseGlob(fold(text)),
      hasFitted: false,
      hasFittedFolded: false,
    }));
  }

  /** Whether an entry is wanted, by any of the patterns. Entries above it were asked about before. */
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
      pattern.hasFittedFolded ||= pattern.folded.matches(fold(path));
    }
  }
}

/** Undefined where nothing was chosen: then everything is wanted. */
export const selectionOf = (patterns: readonly string[] = []): Selection | undefined =>
  patterns.length === 0 ? undefined : new Selection(patterns);
