/**
 * How many texts an address may send (docs/SECURITY.md, "Texts"). The clock comes in as an argument.
 */

import { HexdropError } from '../../../shared/errors/errors.ts';
import { limits } from '../../../shared/protocol/limits.ts';
import { MinuteGate } from '../../base/minute-gate.ts';

export class TextGate {
  readonly #gate = new MinuteGate(limits.textsPerMinute);

  /** Counts one more. @throws HexdropError text-throttled */
  pass(address: string, nowMs: number): void {
    const retryAfterMs = this.#gate.pass(address, nowMs);
    if (retryAfterMs === undefined) return;
    const message = `Too many texts: the next one is taken in ${Math.ceil(retryAfterMs / 1_000)} seconds.`;
    throw new HexdropError('text-throttled', message, {
      seen: `${limits.textsPerMinute + 1} in a minute`,
      allowed: String(limits.textsPerMinute),
      retryAfterMs,
    });
  }
}
