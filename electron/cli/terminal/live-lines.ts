/**
 * A line or two at the bottom of a terminal that are written over and over. Each redraw is one write, touches only
 * lines that changed, never erases before it writes (no flicker), and leaves the cursor at the start of the first
 * line, so that nothing needs to be put right should the process end.
 */

import { cutEnd } from './text-width.ts';
import type { TextSink } from '../world.ts';

const eraseToLineEnd = '\u001B[K';
const eraseBelow = '\u001B[J';
const up = (lines: number): string => (lines === 0 ? '' : `\u001B[${lines}A`);

const fallbackColumns = 80;

export class LiveLines {
  readonly #sink: TextSink;
  #shown: readonly string[] = [];
  #isHeld = false;

  constructor(sink: TextSink) {
    this.#sink = sink;
  }

  /** Columns that may be used: the last one stays free, since some terminals wrap when it is written. */
  get columns(): number {
    const columns = this.#sink.columns;
    return Math.max(10, (columns === undefined || columns === 0 ? fallbackColumns : columns) - 1);
  }

  draw(lines: readonly string[]): void {
    if (this.#isHeld) return;
    const cut = lines.map((line) => cutEnd(line, this.columns));
    if (cut.length === this.#shown.length && cut.every((line, index) => line === this.#shown[index])) return;
    if (cut.length < this.#shown.length) this.clear();
    const text = cut
      .map((line, index) => (line === this.#shown[index] ? '' : `\r${line}${eraseToLineEnd}`))
      .join('\n');
    this.#sink.write(`${text}\r${up(cut.length - 1)}`);
    this.#shown = cut;
  }

  clear(): void {
    if (this.#shown.length === 0) return;
    this.#shown = [];
    this.#sink.write(`\r${eraseBelow}`);
  }

  /** While a question is on the screen nothing is drawn over it. */
  hold(): void {
    this.clear();
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
  }
}
