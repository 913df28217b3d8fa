/**
 * The password of a window that may be elsewhere: derived with scrypt, compared in constant time, a few tries for each
 * address and then a wait that grows. All addresses together have a limit too, since whoever is on the network can have
 * many. Keeps no password; the clock comes in as an argument.
 */

import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/** 32 MiB and about 80 ms for a try; N of scrypt. */
const usualWork = 32_768;
const costOf = (work: number) => ({ N: work, r: 8, p: 1, maxmem: 64 * 1024 * 1024 });
const keyBytes = 32;
/** Each holds those 32 MiB. */
const triesAtOnce = 2;

/** A mistyped password costs nothing; a search does. */
const freeTries = 3;
const firstWaitMs = 1_000;
const longestWaitMs = 300_000;
/** The oldest is forgotten first. */
const rememberedAddresses = 10_000;

/** Wrong ones from everywhere together. Who has a window, or a printed address, is not kept out by it. */
const wrongInWindow = 30;
const windowMs = 60_000;

/** Longer ones would only keep the processor busy. */
export const longestPassword = 1_024;
export const shortestPassword = 10;

export type PasswordVerdict =
  | { readonly kind: 'right' }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'wait'; readonly waitMs: number }
  | { readonly kind: 'busy' };

interface Tries {
  count: number;
  waitUntilMs: number;
}

const derive = promisify<string, Buffer, number, ReturnType<typeof costOf>, Buffer>(scrypt);

export class PasswordGuard {
  readonly #salt = randomBytes(16);
  readonly #derived: Promise<Buffer>;
  readonly #now: () => number;
  readonly #cost: ReturnType<typeof costOf>;
  readonly #tries = new Map<string, Tries>();
  #running = 0;
  #windowStartMs = Number.NEGATIVE_INFINITY;
  #wrong = 0;

  constructor(password: string, now: () => number = Date.now, work = usualWork) {
    this.#now = now;
    this.#cost = costOf(work);
    this.#derived = derive(normalised(password), this.#salt, keyBytes, this.#cost);
    // Told by the first try.
    this.#derived.catch(() => undefined);
  }

  async check(password: string, address: string): Promise<PasswordVerdict> {
    const nowMs = this.#now();
    const tries = this.#tries.get(address) ?? { count: 0, waitUntilMs: 0 };
    if (nowMs < tries.waitUntilMs) return { kind: 'wait', waitMs: tries.waitUntilMs - nowMs };
    if (nowMs - this.#windowStartMs >= windowMs) {
      this.#windowStartMs = nowMs;
      this.#wrong = 0;
    }
    if (this.#wrong >= wrongInWindow) return { kind: 'wait', waitMs: this.#windowStartMs + windowMs - nowMs };
    if (this.#running >= triesAtOnce) return { kind: 'busy' };
    // Counted before the answer is known: tries at the same time must not pass as one.
    this.#count(tries, address, nowMs);
    this.#running += 1;
    try {
      const guess = password.length > longestPassword ? '' : password;
      const derived = await derive(normalised(guess), this.#salt, keyBytes, this.#cost);
      if (!timingSafeEqual(derived, await this.#derived)) return { kind: 'wrong' };
      this.#tries.delete(address);
      this.#wrong -= 1;
      return { kind: 'right' };
    } finally {
      this.#running -= 1;
    }
  }

  #count(tries: Tries, address: string, nowMs: number): void {
    this.#wrong += 1;
    tries.count += 1;
    if (tries.count >= freeTries) {
      tries.waitUntilMs = nowMs + Math.min(longestWaitMs, firstWaitMs * 2 ** (tries.count - freeTries));
    }
    this.#tries.delete(address);
    this.#tries.set(address, tries);
    if (this.#tries.size <= rememberedAddresses) return;
    const [oldest] = this.#tries.keys();
    if (oldest !== undefined) this.#tries.delete(oldest);
  }
}

/** Keyboards write the same letter in more than one way. */
const normalised = (password: string): string => password.normalize('NFC');
