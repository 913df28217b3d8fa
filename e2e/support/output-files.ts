/** What a program says that writes to files alone: two new files, read as they grow. */

import { closeSync, mkdtempSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';

const lookEveryMs = 10;

export class OutputFiles {
  /** For the program's standard output and error. */
  readonly descriptors: readonly [number, number];
  #timer: NodeJS.Timeout | undefined;
  #readAll = (): void => {};

  constructor(folder: string) {
    const own = mkdtempSync(join(folder, 'output-'));
    // Appended: reading with a position of its own moves nothing of the program.
    this.descriptors = [openSync(join(own, 'stdout'), 'a+'), openSync(join(own, 'stderr'), 'a+')];
  }

  /** Calls with each piece of text that comes. */
  follow(out: (text: string) => void, err: (text: string) => void): void {
    const readers = [reader(this.descriptors[0], out), reader(this.descriptors[1], err)];
    this.#readAll = () => readers.forEach((read) => read());
    this.#timer = setInterval(this.#readAll, lookEveryMs);
  }

  /** Reads what is left. */
  close(): void {
    clearInterval(this.#timer);
    this.#readAll();
    this.descriptors.forEach(closeSync);
  }
}

function reader(fd: number, heard: (text: string) => void): () => void {
  const decoder = new StringDecoder('utf8');
  const block = Buffer.allocUnsafe(65_536);
  let position = 0;
  return () => {
    for (;;) {
      const count = readSync(fd, block, 0, block.length, position);
      if (count === 0) return;
      position += count;
      heard(decoder.write(block.subarray(0, count)));
    }
  };
}
