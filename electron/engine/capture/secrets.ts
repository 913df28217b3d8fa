/**
 * Takes secrets (fields that the catalog marks so: PINs) out of payloads before anything is kept of them: each byte of
 * the value becomes `*`, so that lengths and offsets stay true.
 */

import { messageByNumber } from '../../../shared/protocol/catalog.ts';
import { secretPaths } from '../../../shared/protocol/catalog/schema.ts';
import { secretRanges } from '../../../shared/protocol/dissect/json.ts';

const star = 0x2a;
const quote = 0x22;

const typesWithSecrets: readonly boolean[] = Array.from({ length: 256 }, (_, type) => {
  const message = messageByNumber(type);
  return message?.payload === 'json' && secretPaths(message.schema).size > 0;
});

export const hasSecrets = (type: number): boolean => typesWithSecrets[type] === true;

/** Blanks in place. A payload that cannot be read is blanked whole. Returns whether anything was. */
export function blankSecrets(type: number, payload: Uint8Array): boolean {
  const message = messageByNumber(type);
  if (message?.payload !== 'json') return false;
  const ranges = secretRanges(message.schema, payload);
  for (const { start, end } of ranges) {
    // Between its quotes, so that it stays JSON.
    const isQuoted = payload[start] === quote && payload[end - 1] === quote && end - start >= 2;
    payload.fill(star, isQuoted ? start + 1 : start, isQuoted ? end - 1 : end);
  }
  return ranges.length > 0;
}
