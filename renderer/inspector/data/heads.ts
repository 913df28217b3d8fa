/** Summaries in words, for the rows that are seen and no others: asked for in one call, kept for a while. */

import type { Client } from '../../../shared/ipc/client.ts';
import type { CaptureFeed } from './feed.ts';

const mostKept = 8_192;
const mostAsked = 256;
const headBytes = 256;

export class Heads {
  readonly #client: Client;
  readonly #feed: CaptureFeed;
  readonly #kept = new Map<number, Uint8Array>();
  #wanted: readonly number[] = [];
  #isAsking = false;
  #version = 0;
  readonly #listeners = new Set<() => void>();

  constructor(client: Client, feed: CaptureFeed) {
    this.#client = client;
    this.#feed = feed;
  }

  /** Rises whenever something came. */
  get version(): number {
    return this.#version;
  }

  onChange = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** First bytes of a payload; undefined while they are on their way. */
  of(record: number): Uint8Array | undefined {
    return this.#kept.get(record);
  }

  /** Gets what is missing of these, and forgets what was wanted before. */
  want(records: readonly number[]): void {
    this.#wanted = records.filter((record) => !this.#kept.has(record)).slice(0, mostAsked);
    if (this.#wanted.length > 0 && !this.#isAsking) void this.#ask();
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    try {
      while (this.#wanted.length > 0) {
        const records = this.#wanted;
        this.#wanted = [];
        const { value, bytes } = await this.#client.callForBytes('capture.heads', {
          source: this.#feed.source,
          records: [...records],
          bytes: headBytes,
        });
        let at = 0;
        value.lengths.forEach((length, index) => {
          this.#kept.set(records[index] as number, bytes.slice(at, at + length));
          at += length;
        });
        for (const oldest of this.#kept.keys()) {
          if (this.#kept.size <= mostKept) break;
          this.#kept.delete(oldest);
        }
        this.#version += 1;
        for (const listener of this.#listeners) listener();
      }
    } catch {
      // The link is gone; whoever scrolls asks again.
    } finally {
      this.#isAsking = false;
    }
  }
}
