// Makes writes to new files in memory cost the same in every run.
//
// A virtual machine's kernel may give free memory back to its host after two seconds. Pages taken anew are then
// several times as expensive as pages that were just freed, so that a run's time depends on what ran before it.
// Overwriting one existing file would avoid that, but not every contestant can: most write a new file, as their users
// have it, and so does Hexdrop. Instead, all contestants write new files, and the pages that these take are kept warm:
//
// A kernel gives back only large blocks (2 MiB). So fill memory with two files, by turns 63 pages to one and a page to
// the other, and delete the first: its pages are free, but a page in every block is not, so the blocks stay, and the
// kernel takes small pieces first. Where nothing is given back, this changes nothing.

import { closeSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const pageBytes = 4096;
/** One page of so many is kept; few enough to cost little, enough to break up every block of 512. */
const pagesToAKeptOne = 64;
/** Blocks of 2^9 pages and more are given back. */
const ordersKept = 9;
/** Beyond the file: what the contestants' processes and everything else on the machine take meanwhile. */
const spareBytes = 256 * 2 ** 20;

export class WarmMemory {
  readonly #folder: string;
  #layers = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Before each run: other programs may have taken what was warm. */
  ensure(bytes: number): void {
    const lacking = bytes + spareBytes - (freeWarmBytes() ?? Number.POSITIVE_INFINITY);
    if (lacking > 0) {
      // What is warm already is taken first, so a new layer has to be as large as the whole.
      this.#lay(bytes + 2 * spareBytes);
    }
  }

  #lay(bytes: number): void {
    const kept = openSync(join(this.#folder, `kept-${this.#layers}`), 'wx');
    const freedPath = join(this.#folder, `freed-${this.#layers}`);
    const freed = openSync(freedPath, 'wx');
    this.#layers += 1;
    const keptPage = Buffer.alloc(pageBytes, 1);
    const freedPages = Buffer.alloc(pageBytes * (pagesToAKeptOne - 1), 1);
    for (let laid = 0; laid < bytes; laid += pageBytes * pagesToAKeptOne) {
      writeSync(freed, freedPages);
      writeSync(kept, keptPage);
    }
    closeSync(kept);
    closeSync(freed);
    unlinkSync(freedPath);
  }
}

/** Free memory in blocks too small to be given back, or undefined where the kernel does not tell. */
function freeWarmBytes(): number | undefined {
  try {
    return parseFreeWarmBytes(readFileSync('/proc/buddyinfo', 'latin1'));
  } catch {
    return undefined;
  }
}

/** Each line: a zone, then how many free blocks of 2^0, 2^1, 2^2 ... pages it has. */
export function parseFreeWarmBytes(buddyinfo: string): number {
  return buddyinfo
    .trim()
    .split('\n')
    .flatMap((line) => (line.split(/zone\s+\S+\s+/)[1] ?? '').split(/\s+/).slice(0, ordersKept))
    .map(Number)
    .reduce((bytes, blocks, index) => bytes + blocks * 2 ** (index % ordersKept) * pageBytes, 0);
}
