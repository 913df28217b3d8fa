/**
 * The certificate of the page when windows may be elsewhere. A key of its own, not that of the device: what a browser
 * is asked to trust must not be what peers trust. Kept, so that a browser that was told to trust it once is not asked
 * again; made anew when it is about to expire.
 */

import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';

import { makeOwnersFolder, replaceOwnersFile } from '../base/owners-file.ts';
import { asHexdropError } from '../../shared/errors/errors.ts';
import type { HexdropError } from '../../shared/errors/errors.ts';

export interface PageCertificate {
  readonly keyPem: string;
  readonly certificatePem: string;
  /** SHA-256, as browsers show it. */
  readonly fingerprint: string;
}

const fileName = 'page-certificate.json';
const dayMs = 24 * 60 * 60 * 1000;
/** Apple's systems refuse what lasts longer than 825 days. */
const validityMs = 800 * dayMs;
const renewBeforeMs = 30 * dayMs;

export interface PageCertificateOptions {
  /** Hears when it cannot be kept: browsers ask anew after the next start. */
  readonly trouble?: (error: HexdropError) => void;
  readonly now?: () => number;
}

export const loadPageCertificate = async (
  home: string,
  names: readonly string[],
  { trouble, now = Date.now }: PageCertificateOptions = {},
): Promise<PageCertificate> => {
  const path = join(home, fileName);
  const kept = readKept(path);
  if (
    kept !== undefined &&
    Date.parse(new X509Certificate(kept.certificatePem).validTo) - now() > renewBeforeMs
  )
    return kept;
  const made = await make(names, now());
  const { keyPem, certificatePem } = made;
  try {
    makeOwnersFolder(home);
    replaceOwnersFile(path, `${JSON.stringify({ version: 1, keyPem, certificatePem }, undefined, 2)}\n`);
  } catch (thrown) {
    trouble?.(asHexdropError(thrown));
  }
  return made;
};

/** What cannot be read is made anew: unlike the key of the device, nobody pins this one but a browser, which asks. */
const readKept = (path: string): PageCertificate | undefined => {
  try {
    const { keyPem, certificatePem } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    if (typeof keyPem !== 'string' || typeof certificatePem !== 'string') return undefined;
    const certificate = new X509Certificate(certificatePem);
    if (!certificate.checkPrivateKey(createPrivateKey(keyPem))) return undefined;
    return { keyPem, certificatePem, fingerprint: certificate.fingerprint256 };
  } catch {
    return undefined;
  }
};

const make = async (names: readonly string[], nowMs: number): Promise<PageCertificate> => {
  const { generate } = await import('selfsigned');
  const pems = await generate([{ name: 'commonName', value: 'Hexdrop page' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: names.map((name) =>
          isIP(name) === 0 ? ({ type: 2, value: name } as const) : ({ type: 7, ip: name } as const),
        ),
      },
    ],
    // Clocks in a local network differ.
    notBeforeDate: new Date(nowMs - dayMs),
    notAfterDate: new Date(nowMs + validityMs),
  });
  return {
    keyPem: pems.private,
    certificatePem: pems.cert,
    fingerprint: new X509Certificate(pems.cert).fingerprint256,
  };
};
