/**
 * The TLS made: version, ciphers, certificates of both sides, and who the peer proved to be. Certificates are
 * containers for a key and nothing else: no names, no authorities, no dates are looked at; the key is the identity
 * (docs/PROTOCOL.md, "Encryption").
 */

import { createSecureContext } from 'node:tls';
import type { SecureContext, SecureContextOptions, TLSSocket } from 'node:tls';
import { constants } from 'node:crypto';
import type { Identity } from './identity.ts';
import { deviceIdOf } from './identity.ts';
import { requireAllowedKey } from './peer-key.ts';

/** Fastest first, where the processor has AES instructions. */
const ciphers = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'].join(
  ':',
);

interface IdentityContext {
  readonly options: SecureContextOptions;
  readonly context: SecureContext;
}

const contexts = new WeakMap<Identity, IdentityContext>();

/** Options for a server. `ca` is empty so that no list of root authorities is loaded, nor named to a client. */
export const secureContextOptions = (identity: Identity): SecureContextOptions => contextOf(identity).options;

export const secureContextOf = (identity: Identity): SecureContext => contextOf(identity).context;

/** Made once an identity: lanes are dialed often. */
const contextOf = (identity: Identity): IdentityContext => {
  let made = contexts.get(identity);
  if (made === undefined) {
    made = tailored(identity);
    contexts.set(identity, made);
  }
  return made;
};

const tailored = (identity: Identity): IdentityContext => {
  const options: SecureContextOptions = {
    key: identity.keyPem,
    cert: identity.certificatePem,
    ca: [],
    minVersion: 'TLSv1.3',
    maxVersion: 'TLSv1.3',
    honorCipherOrder: true,
    // No session is resumed: every connection proves both keys anew.
    secureOptions: constants.SSL_OP_NO_TICKET,
  };
  try {
    const ordered = { ...options, ciphers };
    return { options: ordered, context: createSecureContext(ordered) };
  } catch {
    // BoringSSL, which Electron has, may not take an order for TLS 1.3; it picks by the processor itself.
    return { options, context: createSecureContext(options) };
  }
};

export interface SecureFacts {
  readonly secure: { readonly protocol: 'TLSv1.3'; readonly cipher: string };
  /** Absent when the peer presented no certificate. */
  readonly peerDeviceId: string | undefined;
}

/**
 * After the handshake. TLS has proven that the peer holds the private key of the certificate it presented.
 * @throws HexdropError key-not-allowed, and whatever Node says of a key that it cannot read
 */
export const secureFactsOf = (socket: TLSSocket): SecureFacts => {
  const key = socket.getPeerX509Certificate()?.publicKey;
  if (key !== undefined) requireAllowedKey(key);
  return {
    secure: { protocol: 'TLSv1.3', cipher: socket.getCipher().standardName },
    peerDeviceId: key && deviceIdOf(key.export({ type: 'spki', format: 'der' })),
  };
};
