/** Computes the chain of a file a chunk at a time, so that its caller can let others go on in between. */

import { chunkBytes } from '../../../shared/protocol/limits.ts';
import { Chain } from './digest.ts';
import type { Digest } from './digest.ts';

/** The content of a file as far as computing its chain needs it. */
export interface ReadableContent {
  /**
   * Reads exactly `length` bytes at `position`, from where it was opened on, in order; false: not yet, nothing was read.
   * @throws HexdropError file-changed, read-failed
   */
  read(into: Uint8Array, at: number, length: number, position: number): boolean;
}

export class ChainOfFile {
  readonly #file: ReadableContent;
  readonly #size: number;
  readonly #chain: Chain;
  #position = 0;
  #isWaiting = false;

  constructor(file: ReadableContent, size: number, digest: Digest) {
    this.#file = file;
    this.#size = size;
    this.#chain = new Chain(digest);
  }

  /** Whether the last step found its chunk not there yet. */
  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  /** Reads one chunk more, by way of `buffer`, which is at least a chunk long; returns the chain once the file is read. */
  step(buffer: Uint8Array): Uint8Array | undefined {
    const length = Math.min(chunkBytes, this.#size - this.#position);
    if (length > 0) {
      this.#isWaiting = !this.#file.read(buffer, 0, length, this.#position);
      if (this.#isWaiting) return undefined;
      this.#chain.appendContent(buffer.subarray(0, length));
      this.#position += length;
    }
    return this.#position >= this.#size ? this.#chain.value : undefined;
  }
}
