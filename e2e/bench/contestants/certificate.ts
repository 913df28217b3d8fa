// A self-signed certificate for 127.0.0.1 with the kind of key that Hexdrop uses, ECDSA P-256.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';

export async function writeCertificate(
  folder: string,
): Promise<{ keyPath: string; certificatePath: string }> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
    keyType: 'ec',
    curve: 'P-256',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  });
  mkdirSync(folder, { recursive: true });
  const keyPath = join(folder, 'key.pem');
  const certificatePath = join(folder, 'certificate.pem');
  writeFileSync(keyPath, key, { mode: 0o600 });
  writeFileSync(certificatePath, cert);
  return { keyPath, certificatePath };
}
