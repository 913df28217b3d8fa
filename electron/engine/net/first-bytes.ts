/**
 * Tells the transport mode of a connection from its first bytes (docs/PROTOCOL.md, "One port, two transport modes"). Pure.
 */

import { magicBytes } from '../../../shared/protocol/header.ts';

export type TransportMode = 'tls' | 'plain' | 'http' | 'unknown';

const tlsHandshakeRecord = 0x16;

const httpOpenings = [
  'GET ',
  'HEAD ',
  'POST ',
  'PUT ',
  'DELETE ',
  'OPTIONS ',
  'PATCH ',
  'CONNECT ',
  'TRACE ',
  'PRI ',
];

/** At least one byte. A single "H" counts as plain; one that goes on as "HEAD " comes to the framing's attention. */
export const transportModeOf = (first: Uint8Array): TransportMode => {
  if (first[0] === tlsHandshakeRecord) return 'tls';
  const text = String.fromCharCode(...first.subarray(0, 8));
  if (first[0] === magicBytes[0] && !text.startsWith('HE')) return 'plain';
  const isHttp = httpOpenings.some((opening) => opening.startsWith(text) || text.startsWith(opening));
  return isHttp ? 'http' : 'unknown';
};
