/**
 * Files about which the sink asks whether it has them already (docs/PROTOCOL.md, "WANT", `unless` and `resumeIf`): their
 * chains are computed beside the sending, some milliseconds at a time, so that no file that is new waits for them.
 */

import { asHexdropError } from '../../../../shared/errors/errors.ts';
import type { HexdropError } from '../../../../shared/errors/errors.ts';
import { chunkBytes } from '../../../../shared/protocol/limits.ts';
import { ChainOfFile } from '../../digest/chain-of-file.ts';
import { equalDigests } from '../../digest/digest.ts';
import type { Digest } from '../../digest/digest.ts';
import type { AskedFile } from './outbox.ts';
import type { OpenSource, SinceTold, SourceReader } from './source-tree.ts';
import type { WantedQueue } from './wanted-queue.ts';

/** What a turn of comparing takes at most, but for the chunk that it has begun. */
const turnMs = 2;

export interface ComparerOptions {
  readonly asked: WantedQueue<AskedFile>;
  readonly reader: SourceReader;
  readonly digest: Digest;
  /** As messages call the file. */
  pathOf(asked: AskedFile): string;
  /** `since` is what happened to a file since it was told. */
  answered(asked: AskedFile, isSame: boolean, since: SinceTold | undefined): void;
  failed(asked: AskedFile, error: HexdropError): void;
}

interface Comparison {
  readonly asked: AskedFile;
  readonly content: OpenSource;
  readonly chain: ChainOfFile;
}

export class Comparer {
  readonly #options: ComparerOptions;
  /** Made when it is needed: most transfers compare nothing. */
  #buffer: Uint8Array | undefined;
  #current: Comparison | undefined;

  constructor(options: ComparerOptions) {
    this.#options = options;
  }

  get isIdle(): boolean {
    return this.#current === undefined && this.#options.asked.peek() === undefined;
  }

  /** Compares for a turn; true when it could go on at once, false when nothing is left or its content has to come first. */
  work(): boolean {
    const until = performance.now() + turnMs;
    do {
      if (this.#current === undefined && !this.#begin()) return false;
      if (!this.#step()) return false;
    } while (performance.now() < until);
    return !this.isIdle;
  }

  /** The sink has given the file up. */
  abandon(index: number): void {
    if (this.#current?.asked.entry.index === index) this.stop();
  }

  stop(): void {
    this.#current?.content.close();
    this.#current = undefined;
  }

  /** False when nothing is left. */
  #begin(): boolean {
    const options = this.#options;
    const { asked: queue, reader, digest } = options;
    for (;;) {
      const asked = queue.peek();
      if (asked === undefined) return false;
      queue.take();
      try {
        const content = reader.open(asked.entry, options.pathOf(asked), 0, asked.end);
        this.#current = { asked, content, chain: new ChainOfFile(content, asked.end, digest) };
        return true;
      } catch (thrown) {
        options.failed(asked, asHexdropError(thrown, 'file-unreadable'));
      }
    }
  }

  /** False when its content has to come first. */
  #step(): boolean {
    const { asked, content, chain: file } = this.#current as Comparison;
    this.#buffer ??= Buffer.allocUnsafeSlow(chunkBytes);
    let chain: Uint8Array | undefined;
    try {
      chain = file.step(this.#buffer);
      if (chain === undefined) return !file.isWaiting;
      // Where it reads like the other one it is the same, whatever touched it meanwhile.
      content.verify();
    } catch (thrown) {
      this.stop();
      this.#options.failed(asked, asHexdropError(thrown, 'read-failed'));
      return true;
    }
    const { sinceTold } = content;
    this.stop();
    this.#options.answered(asked, equalDigests(chain, asked.chain), sinceTold);
    return true;
  }
}
