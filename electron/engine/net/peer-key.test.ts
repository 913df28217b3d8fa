import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { requireAllowedKey } from './peer-key.ts';

const ec = (namedCurve: string): KeyObject => generateKeyPairSync('ec', { namedCurve }).publicKey;
const rsa = (modulusLength: number, publicExponent = 65_537): KeyObject =>
  generateKeyPairSync('rsa', { modulusLength, publicExponent }).publicKey;

describe('a device may be known by', () => {
  test.each([
    ['Ed25519', () => generateKeyPairSync('ed25519').publicKey],
    ['ECDSA on P-256', () => ec('prime256v1')],
    ['ECDSA on P-384', () => ec('secp384r1')],
    ['ECDSA on P-521', () => ec('secp521r1')],
    ['RSA of 2048 bits', () => rsa(2_048)],
    ['RSA of 3072 bits', () => rsa(3_072)],
  ])('%s', (_, make) => {
    expect(() => requireAllowedKey(make())).not.toThrow();
  });

  test.each([
    ['RSA of 1024 bits with exponent 65537', () => rsa(1_024)],
    ['RSA of 2047 bits with exponent 65537', () => rsa(2_047)],
    ['RSA of 2048 bits with exponent 3', () => rsa(2_048, 3)],
    ['ECDSA on secp256k1', () => ec('secp256k1')],
    ['ECDSA on secp224r1', () => ec('secp224r1')],
    ['ed448', () => generateKeyPairSync('ed448').publicKey],
    ['rsa-pss', () => generateKeyPairSync('rsa-pss', { modulusLength: 2_048 }).publicKey],
    ['dsa', () => generateKeyPairSync('dsa', { modulusLength: 2_048, divisorLength: 256 }).publicKey],
  ])('no other key: %s is key-not-allowed', (seen, make) => {
    expect(() => requireAllowedKey(make())).toThrow(
      expect.objectContaining({
        code: 'key-not-allowed',
        seen,
        allowed: 'Ed25519, ECDSA on P-256, P-384, P-521, RSA of 2048 bits or more',
      }),
    );
  });
});
