/**
 * Who this device is: one key pair, made on the first run and kept in the home folder for its owner alone. The device
 * id is the SHA-256 of the public key (docs/PROTOCOL.md, "Encryption"). Never replaces a file that it cannot read: a
 * new key would make every peer that knows this device refuse it.
 */

import { X509Certificate, createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { chmod, link, mkdir, open, readFile, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { HexdropError } from '../../../shared/errors/errors.ts';
import { requireAllowedKey } from './peer-key.ts';
import { ownersFileFault, temporaryPathOf } from '../../base/owners-file.ts';

export interface Identity {
  /** 64 hex digits: SHA-256 of the public key as DER SubjectPublicKeyInfo. */
  readonly deviceId: string;
  readonly keyPem: string;
  readonly certificatePem: string;
}

const fileName = 'identity.json';
const formatVersion = 1;
/** Certificates carry dates that nobody here looks at; other programs' libraries may. */
const validityYears = 30;

export const deviceIdOf = (spkiDer: Uint8Array): string => createHash('sha256').update(spkiDer).digest('hex');

/** The identity of this home; makes one when there is none. Two processes that start together end with the same one. */
export const loadIdentity = async (home: string): Promise<Identity> => {
  const path = join(home, fileName);
  return (await readIdentity(path)) ?? (await makeIdentity(home, path));
};

const readIdentity = async (path: string): Promise<Identity | undefined> => {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new HexdropError(
      code === 'EACCES' || code === 'EPERM' ? 'permission-denied' : 'file-unreadable',
      `The identity of this device, ${path}, cannot be read (${code}).`,
      { cause: error },
    );
  }
  await narrowPermissions(path);
  return parseIdentity(path, text);
};

const parseIdentity = (path: string, text: string): Identity => {
  try {
    const { version, keyPem, certificatePem } = JSON.parse(text) as Record<string, unknown>;
    if (version !== formatVersion)
      throw new Error(`it has version ${String(version)}, this program knows ${formatVersion}`);
    if (typeof keyPem !== 'string' || typeof certificatePem !== 'string')
      throw new Error('key or certificate is missing');
    const key = createPrivateKey(keyPem);
    const publicKey = createPublicKey(key);
    requireAllowedKey(publicKey);
    const certificate = new X509Certificate(certificatePem);
    if (!certificate.checkPrivateKey(key)) throw new Error('key and certificate do not belong together');
    return {
      deviceId: deviceIdOf(publicKey.export({ type: 'spki', format: 'der' })),
      keyPem,
      certificatePem,
    };
  } catch (error) {
    throw new HexdropError(
      'file-unreadable',
      `The identity of this device, ${path}, is damaged (${(error as Error).message}). Restore it from a backup, or delete it to start as a new device that others have to trust anew.`,
      { cause: error },
    );
  }
};

/** A copied or unpacked home is often readable for everybody. */
const narrowPermissions = async (path: string): Promise<void> => {
  if (process.platform === 'win32') return;
  const { mode } = await stat(path);
  if ((mode & 0o077) === 0) return;
  try {
    await chmod(path, 0o600);
  } catch (error) {
    throw new HexdropError(
      'permission-denied',
      `The identity of this device, ${path}, can be read by others, and this user may not change that.`,
      { cause: error },
    );
  }
};

const makeIdentity = async (home: string, path: string): Promise<Identity> => {
  const identity = await generateIdentity();
  const { deviceId, keyPem, certificatePem } = identity;
  const text = `${JSON.stringify({ version: formatVersion, deviceId, keyPem, certificatePem }, undefined, 2)}\n`;
  const temporaryPath = temporaryPathOf(path);
  try {
    await mkdir(home, { recursive: true, mode: 0o700 });
    const file = await open(temporaryPath, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    if (await placeFirst(temporaryPath, path)) return identity;
  } catch (error) {
    await unlink(temporaryPath).catch(() => undefined);
    throw ownersFileFault(error as NodeJS.ErrnoException, path);
  }
  // Another process was quicker.
  return (await readIdentity(path)) ?? makeIdentity(home, path);
};

/** Puts the file under its name unless there is one already; true when it was put. */
const placeFirst = async (temporaryPath: string, path: string): Promise<boolean> => {
  try {
    await link(temporaryPath, path);
    await unlink(temporaryPath);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') {
      await unlink(temporaryPath);
      return false;
    }
    // A file system without links: the window between question and rename is as small as it can be.
    if (await exists(path)) {
      await unlink(temporaryPath);
      return false;
    }
    await rename(temporaryPath, path);
    return true;
  }
};

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

const generateIdentity = async (): Promise<Identity> => {
  // Only the first run pays for the generator.
  const { generate } = await import('selfsigned');
  const now = new Date();
  const pems = await generate([{ name: 'commonName', value: 'hexdrop' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
    ],
    // Clocks in a local network differ.
    notBeforeDate: new Date(now.getTime() - 24 * 60 * 60 * 1000),
    notAfterDate: new Date(now.getTime() + validityYears * 365 * 24 * 60 * 60 * 1000),
  });
  return {
    deviceId: deviceIdOf(createPublicKey(pems.private).export({ type: 'spki', format: 'der' })),
    keyPem: pems.private,
    certificatePem: pems.cert,
  };
};
