/** A queue of files that the sink wants, in which each keeps its number and can be given up before its turn. Pure. */

import type { FileQueue, QueuedFile } from './source-tree.ts';

/** Taken files after which the array is cut. */
const cutAfter = 4_096;

export class WantedQueue<Wanted extends QueuedFile> implements FileQueue {
  #files: Wanted[] = [];
  #head = 0;
  #taken = 0;
  /** Indices of entries that are passed over when their turn comes. */
  readonly #dropped = new Set<number>();

  add(wanted: Wanted): void {
    this.#files.push(wanted);
  }

  /** The next file. */
  peek(): Wanted | undefined {
    for (;;) {
      const wanted = this.#files[this.#head];
      if (wanted === undefined || this.#dropped.size === 0 || !this.#dropped.delete(wanted.entry.index))
        return wanted;
      this.take();
    }
  }

  /** Takes what `peek` showed. */
  take(): void {
    this.#taken += 1;
    this.#head += 1;
    if (this.#head >= cutAfter || this.#head >= this.#files.length) {
      this.#files = this.#files.slice(this.#head);
      this.#head = 0;
    }
  }

  get taken(): number {
    return this.#taken;
  }

  queued(number: number): Wanted | undefined {
    return this.#files[this.#head + number - this.#taken];
  }

  isDropped(index: number): boolean {
    return this.#dropped.has(index);
  }

  /** Should the file still be queued, its turn does not come any more. */
  drop(index: number): void {
    if (this.#head < this.#files.length) this.#dropped.add(index);
  }
}
