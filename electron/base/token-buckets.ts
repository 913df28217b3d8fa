/**
 * How often an origin may cause something costly: a stock for whoever comes in a burst, and a rate for whoever goes on.
 * Nothing is refused; what comes too fast waits for its turn. The clock comes in as an argument.
 */

import { originOf } from './origin.ts';

export interface BucketLimits {
  /** So many at once. */
  readonly stock: number;
  /** So many more in each second. */
  readonly perSecond: number;
}

interface Bucket {
  /** Negative where turns were given out in advance. */
  readonly tokens: number;
  /** When it had so many. */
  readonly atMs: number;
}

/** What is in the bucket now: what was taken comes back with time. */
export const refilled = (
  { tokens, atMs }: Bucket,
  { stock, perSecond }: BucketLimits,
  nowMs: number,
): number => Math.min(stock, tokens + ((nowMs - atMs) * perSecond) / 1_000);

/** Origins whose stock is not full; those that were full again are forgotten. */
const rememberedOrigins = 10_000;

export class TokenBuckets {
  readonly #limits: BucketLimits;
  readonly #buckets = new Map<string, Bucket>();

  constructor(limits: BucketLimits) {
    this.#limits = limits;
  }

  /** Takes a turn of the origin of `address`. @returns in how many milliseconds it comes; 0: now */
  turnIn(address: string, nowMs: number): number {
    const { stock, perSecond } = this.#limits;
    const origin = originOf(address);
    const before = this.#buckets.get(origin) ?? { tokens: stock, atMs: nowMs };
    const tokens = refilled(before, this.#limits, nowMs) - 1;
    this.#buckets.delete(origin);
    this.#buckets.set(origin, { tokens, atMs: nowMs });
    if (this.#buckets.size > rememberedOrigins) this.#forgetFull(nowMs);
    return tokens >= 0 ? 0 : (-tokens * 1_000) / perSecond;
  }

  #forgetFull(nowMs: number): void {
    for (const [origin, bucket] of this.#buckets) {
      if (refilled(bucket, this.#limits, nowMs) >= this.#limits.stock) this.#buckets.delete(origin);
    }
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > rememberedOrigins && oldest !== undefined) this.#buckets.delete(oldest);
  }
}
