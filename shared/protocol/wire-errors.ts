/**
 * Errors on their way over the wire and back: codes that may not cross become `internal`, and what `internal` was stays
 * here; texts are cut to their caps, a code that is unknown here reads as `internal`. docs/PROTOCOL.md, "Errors".
 */

import type { Payload } from './catalog.ts';
import { codeForWire, codeFromWire, errorTable, HexdropError } from '../errors/errors.ts';
import { limits } from './limits.ts';
import { clip } from '../base/text.ts';

const longestRetryMs = 86_400_000;

/** The payload of ERROR for an error. */
export function errorPayload(error: HexdropError): Payload<'ERROR'> {
  return {
    ...refusalPayload(error),
    ...(error.seen === undefined ? {} : { seen: clip(error.seen, limits.detailCharacters) }),
    ...(error.allowed === undefined ? {} : { allowed: clip(error.allowed, limits.detailCharacters) }),
    ...(error.retryAfterMs === undefined
      ? {}
      : { retryAfterMs: Math.min(longestRetryMs, Math.max(0, Math.round(error.retryAfterMs))) }),
  };
}

/** `code` and `message` of an error: the payload of DECLINE and CANCEL, and with `file` that of FAULT. */
export function refusalPayload(error: HexdropError): Payload<'CANCEL'> {
  const code = codeForWire(error.code);
  // What failed in here unforeseen may name paths of this machine: that is for its own people.
  const message = code === 'internal' ? errorTable.internal.meaning : error.message;
  return { code, message: clip(message, limits.messageCharacters) };
}

/** The error that a peer told in ERROR, DECLINE, CANCEL or FAULT. */
export const errorFromWire = (told: Payload<'ERROR' | 'DECLINE' | 'CANCEL' | 'FAULT'>): HexdropError =>
  new HexdropError(codeFromWire(told.code), told.message === '' ? undefined : told.message, {
    seen: 'seen' in told ? told.seen : undefined,
    allowed: 'allowed' in told ? told.allowed : undefined,
    retryAfterMs: 'retryAfterMs' in told ? told.retryAfterMs : undefined,
  });
