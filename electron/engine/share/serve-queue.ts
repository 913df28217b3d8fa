/**
 * Whose turn it is to be served: each origin has a few running fetches at a time, and begins them no faster than a person
 * would. The rest waits, so that whoever asks and cancels, or accepts and does not read, holds up nobody but himself
 * (docs/SECURITY.md, "A stranger costs only himself").
 */

import { originOf } from '../../base/origin.ts';
import { TokenBuckets } from '../../base/token-buckets.ts';

/** Each holds a walk, open files and about 1 MiB on its way. */
const runningOfOne = 8;

/** Walking a large folder takes tens of milliseconds before the first frame leaves. */
const begun = { stock: 20, perSecond: 5 } as const;

interface Place {
  readonly begin: () => void;
  hasBegun: boolean;
}

export class ServeQueue {
  readonly #turns = new TokenBuckets(begun);
  readonly #running = new Map<string, number>();
  readonly #waiting = new Map<string, Place[]>();

  /**
   * Calls `begin` when it is its turn, never from within this call. The caller leaves once, whether it has begun or not.
   * @returns leaves the queue, or makes place for the next one
   */
  enter(address: string, begin: () => void): () => void {
    const origin = originOf(address);
    const place: Place = { begin, hasBegun: false };
    let isGone = false;
    const join = (): void => {
      if (isGone) return;
      this.#waiting.set(origin, [...(this.#waiting.get(origin) ?? []), place]);
      this.#serve(origin);
    };
    const turnInMs = this.#turns.turnIn(address, performance.now());
    if (turnInMs === 0) queueMicrotask(join);
    else setTimeout(join, turnInMs).unref();
    return () => {
      if (isGone) return;
      isGone = true;
      this.#leave(origin, place);
    };
  }

  #serve(origin: string): void {
    const waiting = this.#waiting.get(origin) ?? [];
    const running = this.#running.get(origin) ?? 0;
    const next = running < runningOfOne ? waiting.shift() : undefined;
    if (waiting.length === 0) this.#waiting.delete(origin);
    if (next === undefined) return;
    this.#running.set(origin, running + 1);
    next.hasBegun = true;
    next.begin();
  }

  #leave(origin: string, place: Place): void {
    if (!place.hasBegun) {
      const left = (this.#waiting.get(origin) ?? []).filter((other) => other !== place);
      if (left.length === 0) this.#waiting.delete(origin);
      else this.#waiting.set(origin, left);
      return;
    }
    const running = (this.#running.get(origin) ?? 1) - 1;
    if (running === 0) this.#running.delete(origin);
    else this.#running.set(origin, running);
    this.#serve(origin);
  }
}
