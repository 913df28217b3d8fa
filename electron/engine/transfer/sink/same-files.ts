/** Compares a file that has arrived whole with those that are here, chunk by chunk, beside everything else. */

import { closeSync } from 'node:fs';

import { chunkBytes } from '../../../../shared/protocol/limits.ts';
import { openExisting, readUpTo } from '../../files/existing-file.ts';
import type { ExistingFile } from '../../files/existing-file.ts';
import { SpareTurns } from './spare-turns.ts';

interface Search {
  /** The file that has arrived; open for reading until the search is over. */
  readonly fd: number;
  /** Files that have its size and the same first chunk. */
  readonly existing: readonly ExistingFile[];
  readonly found: (isSame: boolean) => void;
}

interface Pair {
  readonly arrived: number;
  readonly existing: number;
  position: number;
}

export class SameFiles {
  readonly #turns: SpareTurns;
  readonly #searches: Search[] = [];
  /** Which of the existing files of the first search is next. */
  #next = 0;
  #pair: Pair | undefined;
  #buffers: readonly [Buffer, Buffer] | undefined;

  /** @param traffic grows while the wire is busy */
  constructor(traffic: () => number) {
    this.#turns = new SpareTurns(() => this.#step(), traffic);
  }

  /**
   * Whether one of the existing files has the content of an open one. The first chunks are compared at once, and most
   * files differ there; 'later' when one does not: then `found` is called, in the order of the searches.
   */
  search(fd: number, existing: readonly ExistingFile[], found: (isSame: boolean) => void): boolean | 'later' {
    const alike: ExistingFile[] = [];
    for (const file of existing) {
      const pair = open(fd, file);
      if (pair === undefined) continue;
      const first = this.#compare(pair);
      closeSync(pair.existing);
      if (first === 'same') return true;
      if (first === 'unfinished') alike.push(file);
    }
    if (alike.length === 0) return false;
    this.#searches.push({ fd, existing: alike, found });
    this.#turns.begin();
    return 'later';
  }

  /** What was not found by now is not told any more. */
  stop(): void {
    this.#turns.stop();
    this.#searches.length = 0;
    this.#next = 0;
    this.#close();
  }

  #step(): boolean {
    const search = this.#searches[0];
    if (search === undefined) return false;
    if (this.#pair === undefined) {
      const candidate = search.existing[this.#next];
      if (candidate === undefined) return this.#found(search, false);
      this.#next += 1;
      this.#pair = open(search.fd, candidate);
      return true;
    }
    const compared = this.#compare(this.#pair);
    if (compared === 'same') return this.#found(search, true);
    if (compared === 'different') this.#close();
    return true;
  }

  #compare(pair: Pair): 'same' | 'different' | 'unfinished' {
    const [one, other] = (this.#buffers ??= [
      Buffer.allocUnsafeSlow(chunkBytes),
      Buffer.allocUnsafeSlow(chunkBytes),
    ]);
    try {
      const read = readUpTo(pair.arrived, one, chunkBytes, pair.position);
      if (readUpTo(pair.existing, other, chunkBytes, pair.position) !== read) return 'different';
      if (!one.subarray(0, read).equals(other.subarray(0, read))) return 'different';
      pair.position += read;
      return read < chunkBytes ? 'same' : 'unfinished';
    } catch {
      return 'different'; // What cannot be read is not known to be the same.
    }
  }

  #found({ found }: Search, isSame: boolean): boolean {
    this.#close();
    this.#searches.shift();
    this.#next = 0;
    found(isSame);
    return this.#searches.length > 0;
  }

  #close(): void {
    if (this.#pair !== undefined) closeSync(this.#pair.existing);
    this.#pair = undefined;
  }
}

/** Undefined when the existing one cannot be read. */
function open(arrived: number, candidate: ExistingFile): Pair | undefined {
  const existing = openExisting(candidate);
  return existing === undefined ? undefined : { arrived, existing, position: 0 };
}
