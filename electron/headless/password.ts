/**
 * The password of a window that may be elsewhere: derived with scrypt, compared in constant time, and guessed as often as
 * wrong-tries.ts allows. Keeps no password; the clock comes in as an argument.
 */

import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

import { WrongTries } from '../base/wrong-tries.ts';

/** 32 MiB and about 80 ms for a try; N of scrypt. */
const usualWork = 32_768;
const costOf = (work: number) => ({ N: work, r: 8, p: 1, maxmem: 64 * 1024 * 1024 });
const keyBytes = 32;
/** Each holds those 32 MiB. */
const triesAtOnce = 2;

/** Wrong ones from everywhere together. Who has a window, or a printed address, is not kept out by it. */
const together = { tries: 30, withinMs: 60_000 };

/** Longer ones would only keep the processor busy. */
export const longestPassword = 1_024;
export const shortestPassword = 10;

export type PasswordVerdict =
  | { readonly kind: 'right' }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'wait'; readonly waitMs: number }
  | { readonly kind: 'busy' };

const derive = promisify<string, Buffer, number, ReturnType<typeof costOf>, Buffer>(scrypt);

export class PasswordGuard {
  readonly #salt = randomBytes(16);
  readonly #derived: Promise<Buffer>;
  readonly #now: () => number;
  readonly #cost: ReturnType<typeof costOf>;
  readonly #tries = new WrongTries(together);
  #running = 0;

  constructor(password: string, now: () => number = Date.now, work = usualWork) {
    this.#now = now;
    this.#cost = costOf(work);
    this.#derived = derive(normalised(password), this.#salt, keyBytes, this.#cost);
    // The first try reports it.
    this.#derived.catch(() => undefined);
  }

  async check(password: string, address: string): Promise<PasswordVerdict> {
    // Asked first: a try that is not looked at must not count.
    if (this.#running >= triesAtOnce) return { kind: 'busy' };
    const waitMs = this.#tries.begin(address, this.#now());
    if (waitMs !== undefined) return { kind: 'wait', waitMs };
    this.#running += 1;
    try {
      const guess = password.length > longestPassword ? '' : password;
      const derived = await derive(normalised(guess), this.#salt, keyBytes, this.#cost);
      if (!timingSafeEqual(derived, await this.#derived)) return { kind: 'wrong' };
      this.#tries.right(address);
      return { kind: 'right' };
    } finally {
      this.#running -= 1;
    }
  }
}

/** Keyboards write the same letter in more than one way. */
const normalised = (password: string): string => password.normalize('NFC');
