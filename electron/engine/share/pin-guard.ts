/**
 * The PIN of a share, compared in constant time (docs/SECURITY.md, "PINs"). Keeps no PIN, only its salted digest; the clock
 * comes in as an argument.
 */

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

import { HexdropError } from '../../../shared/errors/errors.ts';
import { WrongTries } from '../../base/wrong-tries.ts';

/** Trying half of the 10,000 PINs of four digits takes a day and more, from however many addresses. */
const together = { tries: 200, withinMs: 3_600_000 };

export class PinGuard {
  readonly #salt = randomBytes(32);
  readonly #digest: Buffer;
  readonly #tries = new WrongTries(together);

  constructor(pin: string) {
    this.#digest = this.#digestOf(pin);
  }

  /** @throws HexdropError pin-throttled, pin-wrong */
  check(pin: string, address: string, nowMs: number): void {
    const retryAfterMs = this.#tries.begin(address, nowMs);
    if (retryAfterMs !== undefined) {
      const message = `Too many wrong PINs: the next try is possible in ${Math.ceil(retryAfterMs / 1_000)} seconds.`;
      throw new HexdropError('pin-throttled', message, { retryAfterMs });
    }
    if (!timingSafeEqual(this.#digestOf(pin), this.#digest)) throw new HexdropError('pin-wrong');
    this.#tries.right(address);
  }

  #digestOf(pin: string): Buffer {
    return createHmac('sha256', this.#salt).update(pin).digest();
  }
}
