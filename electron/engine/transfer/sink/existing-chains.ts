/** Computes the chains of files that are here and may be the same as what is told, beside everything else. */

import { closeSync } from 'node:fs';

import { HexdropError } from '../../../../shared/errors/errors.ts';
import { chunkBytes } from '../../../../shared/protocol/limits.ts';
import { ChainOfFile } from '../../digest/chain-of-file.ts';
import type { Digest } from '../../digest/digest.ts';
import { openExisting, readUpTo } from '../../files/existing-file.ts';
import type { ExistingFile } from '../../files/existing-file.ts';
import type { Slot } from './inbox.ts';
import { SpareTurns } from './spare-turns.ts';

/** Chains that are handed on at once. */
const mostReady = 512;

interface Waiting {
  readonly slot: Slot;
  readonly existing: ExistingFile;
}

export interface ChainedSlot extends Waiting {
  /** Absent when the file could not be read. */
  readonly chain: Uint8Array | undefined;
}

interface Open extends Waiting {
  readonly fd: number;
  readonly file: ChainOfFile;
}

export class ExistingChains {
  readonly #digest: Digest;
  readonly #ready: (slots: readonly ChainedSlot[]) => void;
  readonly #turns: SpareTurns;
  #waiting: Waiting[] = [];
  #next = 0;
  #open: Open | undefined;
  #done: ChainedSlot[] = [];
  #buffer: Uint8Array | undefined;

  /**
   * @param traffic grows while the wire is busy
   * @param ready gets the chains in the order in which they were asked for, some at a time
   */
  constructor(digest: Digest, traffic: () => number, ready: (slots: readonly ChainedSlot[]) => void) {
    this.#digest = digest;
    this.#ready = ready;
    this.#turns = new SpareTurns(() => this.#step(), traffic);
  }

  add(slot: Slot, existing: ExistingFile): void {
    this.#waiting.push({ slot, existing });
    this.#turns.begin();
  }

  stop(): void {
    this.#turns.stop();
    if (this.#open !== undefined) closeSync(this.#open.fd);
    this.#open = undefined;
    this.#waiting = [];
    this.#done = [];
    this.#next = 0;
  }

  #step(): boolean {
    this.#open ??= this.#begin();
    if (this.#open === undefined) {
      this.#handOn();
      return false;
    }
    const { file, fd, slot, existing } = this.#open;
    this.#buffer ??= Buffer.allocUnsafeSlow(chunkBytes);
    let chain: Uint8Array | undefined;
    try {
      chain = file.step(this.#buffer);
      if (chain === undefined) return true;
    } catch {
      chain = undefined; // Then it is not known to be the same.
    }
    closeSync(fd);
    this.#open = undefined;
    this.#done.push({ slot, existing, chain });
    // A large file may be next: what is known is not kept waiting for it.
    if (this.#done.length >= mostReady || existing.stats.size > chunkBytes) this.#handOn();
    return true;
  }

  #begin(): Open | undefined {
    for (;;) {
      if ((this.#waiting[this.#next]?.existing.stats.size ?? 0) > chunkBytes) this.#handOn();
      const waiting = this.#waiting[this.#next];
      if (waiting === undefined) {
        this.#waiting = [];
        this.#next = 0;
        return undefined;
      }
      this.#next += 1;
      const { slot, existing } = waiting;
      // Its source may have given it up meanwhile.
      const fd = slot.state === 'told' ? openExisting(existing) : undefined;
      if (fd === undefined) {
        this.#done.push({ slot, existing, chain: undefined });
        continue;
      }
      return { slot, existing, fd, file: new ChainOfFile(readerOf(fd), existing.stats.size, this.#digest) };
    }
  }

  #handOn(): void {
    const done = this.#done;
    this.#done = [];
    if (done.length > 0) this.#ready(done);
  }
}

const readerOf = (fd: number): ConstructorParameters<typeof ChainOfFile>[0] => ({
  read: (into, at, length, position) => {
    if (readUpTo(fd, into.subarray(at), length, position) < length)
      throw new HexdropError('file-changed', 'The file became shorter while it was compared.');
    return true;
  },
});
