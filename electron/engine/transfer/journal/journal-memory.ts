/**
 * The lines of a journal whose home takes none: kept as long as the process lives, so that a broken connection is gone on
 * from as usual. After that nobody could go on, so what is unfinished then is removed.
 */

import type { HexdropError } from '../../../../shared/errors/errors.ts';
import type { LinePlace } from './journal-content.ts';
import type { JournalLines, LineVisitor } from './journal-file.ts';

/** Transfers that ended unfinished; of more than these the oldest is not gone on with. */
const mostKept = 64;

interface Kept {
  readonly lines: JournalMemory;
  /** Removes what is unfinished. */
  readonly discard: () => void;
}

const kept = new Map<string, Kept>();
let endsWithUs = false;

const discardAll = (): void => {
  for (const { discard } of kept.values()) discard();
};

/** The lines that an earlier attempt left under this key, which are the caller's from now on. */
export const takeKept = (key: string): JournalMemory | undefined => {
  const found = kept.get(key);
  kept.delete(key);
  return found?.lines;
};

export const keepForNextAttempt = (key: string, entry: Kept): void => {
  if (!endsWithUs) process.once('exit', discardAll);
  endsWithUs = true;
  kept.set(key, entry);
  const [oldest] = kept;
  if (kept.size <= mostKept || oldest === undefined) return;
  kept.delete(oldest[0]);
  oldest[1].discard();
};

export class JournalMemory implements JournalLines {
  readonly failure: HexdropError;
  #lines: string[] = [];

  /** @param failure why there is no file */
  constructor(failure: HexdropError) {
    this.failure = failure;
  }

  forEachLine(visit: LineVisitor): void {
    for (const [start, text] of this.#lines.entries()) visit(text, { start, length: text.length });
  }

  clear(): void {
    this.#lines = [];
  }

  /** What is in place is not remembered: a hundred thousand files are, and whoever sends them again finds them there. */
  append(line: object): LinePlace | undefined {
    if ('landing' in line) return undefined;
    const text = JSON.stringify(line);
    return { start: this.#lines.push(text) - 1, length: text.length };
  }

  read({ start }: LinePlace): string {
    return this.#lines[start] ?? '';
  }

  sync(): void {}

  close(): void {}
}
