/**
 * PINs of shares: compared in constant time, a few tries for each address, then a wait that grows
 * (docs/SECURITY.md, "PINs"). Keeps no PIN, only its salted digest; the clock comes in as an argument.
 */

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

import { HexdropError } from '../../../shared/errors/errors.ts';

/** A mistyped PIN costs nothing; a search does. */
const freeTries = 3;
const firstWaitMs = 1_000;
const longestWaitMs = 300_000;

/** Addresses remembered: a scan from many must not fill the memory. The oldest is forgotten first. */
const rememberedAddresses = 10_000;

interface Tries {
  count: number;
  waitUntilMs: number;
}

export class PinGuard {
  readonly #salt = randomBytes(32);
  readonly #digest: Buffer;
  readonly #tries = new Map<string, Tries>();

  constructor(pin: string) {
    this.#digest = this.#digestOf(pin);
  }

  /** @throws HexdropError pin-throttled, pin-wrong */
  check(pin: string, address: string, nowMs: number): void {
    const tries = this.#tries.get(address) ?? { count: 0, waitUntilMs: 0 };
    if (nowMs < tries.waitUntilMs) {
      const retryAfterMs = tries.waitUntilMs - nowMs;
      const message = `Too many wrong PINs: the next try is possible in ${Math.ceil(retryAfterMs / 1_000)} seconds.`;
      throw new HexdropError('pin-throttled', message, { retryAfterMs });
    }
    if (timingSafeEqual(this.#digestOf(pin), this.#digest)) {
      this.#tries.delete(address);
      return;
    }
    tries.count += 1;
    if (tries.count >= freeTries) {
      tries.waitUntilMs = nowMs + Math.min(longestWaitMs, firstWaitMs * 2 ** (tries.count - freeTries));
    }
    this.#remember(address, tries);
    throw new HexdropError('pin-wrong');
  }

  #remember(address: string, tries: Tries): void {
    this.#tries.delete(address);
    this.#tries.set(address, tries);
    if (this.#tries.size <= rememberedAddresses) return;
    const [oldest] = this.#tries.keys();
    if (oldest !== undefined) this.#tries.delete(oldest);
  }

  #digestOf(pin: string): Buffer {
    return createHmac('sha256', this.#salt).update(pin).digest();
  }
}
