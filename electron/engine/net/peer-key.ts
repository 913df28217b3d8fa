/**
 * Which keys may be the identity of a device (docs/PROTOCOL.md, "Encryption"): those that nobody can make a second time.
 * A key that can be factored is a device id for everybody.
 */

import type { KeyObject } from 'node:crypto';
import { HexdropError } from '../../../shared/errors/errors.ts';

/** P-256, P-384 and P-521 as OpenSSL calls them. */
const curves: Readonly<Record<string, string>> = {
  prime256v1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
};
const rsaBits = 2_048;
const rsaExponent = 65_537n;

const allowed = `Ed25519, ECDSA on ${Object.values(curves).join(', ')}, RSA of ${rsaBits} bits or more`;

/** @throws HexdropError key-not-allowed */
export const requireAllowedKey = (key: KeyObject): void => {
  const { asymmetricKeyType: kind, asymmetricKeyDetails: details = {} } = key;
  const isAllowed =
    kind === 'ed25519' ||
    (kind === 'ec' && Object.hasOwn(curves, details.namedCurve ?? '')) ||
    (kind === 'rsa' &&
      (details.modulusLength ?? 0) >= rsaBits &&
      (details.publicExponent ?? 0n) >= rsaExponent);
  if (isAllowed) return;
  const seen = nameOf(key);
  throw new HexdropError('key-not-allowed', `A device cannot be known by a key of this kind: ${seen}.`, {
    seen,
    allowed,
  });
};

const nameOf = ({ asymmetricKeyType: kind, asymmetricKeyDetails: details = {} }: KeyObject): string => {
  if (kind === 'ec') return `ECDSA on ${details.namedCurve ?? 'a curve without a name'}`;
  if (kind === 'rsa') {
    return `RSA of ${details.modulusLength ?? 0} bits with exponent ${details.publicExponent ?? 0n}`;
  }
  return kind ?? 'unknown';
};
