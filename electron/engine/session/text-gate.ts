/**
 * How many texts an address may send: a person's pace is never held up, a flood is (docs/SECURITY.md, "Texts"). The
 * clock comes in as an argument.
 */

import { HexdropError } from '../../../shared/protocol/errors.ts';
import { limits } from '../../../shared/protocol/limits.ts';

const minuteMs = 60_000;

/** Addresses remembered: a scan from many must not fill the memory. The oldest is forgotten first. */
const rememberedAddresses = 10_000;

export class TextGate {
  /** When each address sent its latest texts, the oldest first. */
  readonly #sent = new Map<string, readonly number[]>();

  /** Counts one more. @throws HexdropError text-throttled */
  pass(address: string, nowMs: number): void {
    const recent = (this.#sent.get(address) ?? []).filter((atMs) => nowMs - atMs < minuteMs);
    const [oldest] = recent;
    if (oldest !== undefined && recent.length >= limits.textsPerMinute) {
      const retryAfterMs = oldest + minuteMs - nowMs;
      const message = `Too many texts: the next one is taken in ${Math.ceil(retryAfterMs / 1_000)} seconds.`;
      throw new HexdropError('text-throttled', message, {
        seen: `${recent.length + 1} in a minute`,
        allowed: String(limits.textsPerMinute),
        retryAfterMs,
      });
    }
    this.#sent.delete(address);
    this.#sent.set(address, [...recent, nowMs]);
    if (this.#sent.size <= rememberedAddresses) return;
    const [first] = this.#sent.keys();
    if (first !== undefined) this.#sent.delete(first);
  }
}
