/**
 * How often a secret may be guessed wrong: a few tries for each origin, then a wait that grows, and a limit for all origins
 * together, since whoever is on a network can have many (docs/SECURITY.md, "PINs"). Keeps no secret; the clock comes in as
 * an argument.
 */

import { originOf } from './origin.ts';

/** A mistyped secret costs nothing; a search does. */
const freeTries = 3;
const firstWaitMs = 1_000;
const longestWaitMs = 300_000;

/** Origins that are remembered one by one: a scan from many must not fill the memory. */
const rememberedOrigins = 10_000;

/** Under this name those share one count for which there is no place. */
const crowd = '';

interface Tries {
  count: number;
  waitUntilMs: number;
}

export interface TriesTogether {
  readonly tries: number;
  readonly withinMs: number;
}

export class WrongTries {
  readonly #together: TriesTogether;
  readonly #tries = new Map<string, Tries>();
  #windowStartMs = Number.NEGATIVE_INFINITY;
  #inWindow = 0;

  constructor(together: TriesTogether) {
    this.#together = together;
  }

  /**
   * Counts a try as wrong before it is looked at, so that tries at the same time do not pass as one. Returns undefined, or
   * in how many milliseconds the next one is possible: then nothing was counted, and the guess must not be looked at.
   */
  begin(address: string, nowMs: number): number | undefined {
    const origin = this.#placeOf(originOf(address), nowMs);
    const tries = this.#tries.get(origin) ?? { count: 0, waitUntilMs: 0 };
    if (nowMs < tries.waitUntilMs) return tries.waitUntilMs - nowMs;
    const { tries: most, withinMs } = this.#together;
    if (nowMs - this.#windowStartMs >= withinMs) {
      this.#windowStartMs = nowMs;
      this.#inWindow = 0;
    }
    if (this.#inWindow >= most) return this.#windowStartMs + withinMs - nowMs;
    this.#inWindow += 1;
    tries.count += 1;
    if (tries.count >= freeTries) {
      tries.waitUntilMs = nowMs + Math.min(longestWaitMs, firstWaitMs * 2 ** (tries.count - freeTries));
    }
    this.#tries.delete(origin);
    this.#tries.set(origin, tries);
    return undefined;
  }

  /** The try that was begun last from there was right: what was mistyped before is forgiven. */
  right(address: string): void {
    this.#tries.delete(originOf(address));
    this.#inWindow = Math.max(0, this.#inWindow - 1);
  }

  /** Newcomers push nobody out who has to wait: they share what is left. */
  #placeOf(origin: string, nowMs: number): string {
    if (this.#tries.has(origin) || this.#tries.size < rememberedOrigins) return origin;
    const [oldest, { waitUntilMs }] = this.#tries.entries().next().value as [string, Tries];
    if (waitUntilMs > nowMs) return crowd;
    this.#tries.delete(oldest);
    return origin;
  }
}
