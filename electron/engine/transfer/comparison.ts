/** A file that is only sent if it differs (docs/PROTOCOL.md, "WANT", `unless`): its chain is computed a chunk at a time. */

import { ChainOfFile } from './chain-of-file.ts';
import { equalDigests } from './digest.ts';
import type { Digest } from './digest.ts';
import type { WantedFile } from './outbox.ts';
import type { OpenSource } from './source-tree.ts';

export class Comparison {
  readonly wanted: WantedFile;
  readonly relative: string;
  readonly #content: OpenSource;
  readonly #chain: ChainOfFile;

  /** @param content is closed with it */
  constructor(wanted: WantedFile, relative: string, content: OpenSource, digest: Digest) {
    this.wanted = wanted;
    this.relative = relative;
    this.#content = content;
    this.#chain = new ChainOfFile(content, wanted.entry.size, digest);
  }

  /**
   * One chunk more, by way of `buffer`.
   * @throws HexdropError file-changed, read-failed
   */
  step(buffer: Uint8Array): 'same' | 'different' | 'unfinished' | 'waiting' {
    const chain = this.#chain.step(buffer);
    if (chain === undefined) return this.#chain.isWaiting ? 'waiting' : 'unfinished';
    this.#content.verify();
    return equalDigests(chain, this.wanted.unless as Uint8Array) ? 'same' : 'different';
  }

  close(): void {
    this.#content.close();
  }
}
