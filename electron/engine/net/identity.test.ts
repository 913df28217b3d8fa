import { X509Certificate, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { chmod, mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { deviceIdOf, loadIdentity } from './identity.ts';
import { shortDeviceId } from '../../../shared/model/device-id.ts';
import { temporaryHome } from '../testing/loopback.ts';

/** How often a certificate was made. */
const generated = vi.hoisted(() => ({ count: 0 }));
vi.mock('selfsigned', async (load) => {
  const real = await load<typeof import('selfsigned')>();
  const generate = (...args: Parameters<typeof real.generate>): ReturnType<typeof real.generate> => {
    generated.count += 1;
    return real.generate(...args);
  };
  return { ...real, generate };
});

const isWindows = process.platform === 'win32';
const permissions = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

describe('the first run', () => {
  test('makes a key whose certificate carries it', async () => {
    const identity = await loadIdentity(await temporaryHome());
    const certificate = new X509Certificate(identity.certificatePem);
    expect(identity.deviceId).toBe(deviceIdOf(certificate.publicKey.export({ type: 'spki', format: 'der' })));
    expect(certificate.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect(certificate.subject).toBe('CN=hexdrop');
    expect(certificate.ca).toBe(false);
    expect(new Date(certificate.validFrom).getTime()).toBeLessThan(Date.now());
    expect(new Date(certificate.validTo).getFullYear()).toBeGreaterThan(new Date().getFullYear() + 28);
  });

  test.skipIf(isWindows)('keeps it for the owner alone, in a home for the owner alone', async () => {
    const home = join(await temporaryHome(), 'deep', 'home');
    await loadIdentity(home);
    expect(await permissions(home)).toBe(0o700);
    expect(await permissions(join(home, 'identity.json'))).toBe(0o600);
    expect(await readdir(home)).toEqual(['identity.json']);
  });

  test('is a run like any other: the next one finds the same identity', async () => {
    const home = await temporaryHome();
    expect(await loadIdentity(home)).toEqual(await loadIdentity(home));
  });

  test('ends with one identity when several start together', async () => {
    const home = join(await temporaryHome(), 'new');
    const identities = await Promise.all(Array.from({ length: 8 }, () => loadIdentity(home)));
    expect(new Set(identities.map(({ deviceId }) => deviceId)).size).toBe(1);
    expect(new Set(identities.map(({ keyPem }) => keyPem)).size).toBe(1);
    expect(await readdir(home)).toEqual(['identity.json']);
  });

  test('gives every home its own', async () => {
    const [one, other] = [
      await loadIdentity(await temporaryHome()),
      await loadIdentity(await temporaryHome()),
    ];
    expect(one.deviceId).not.toBe(other.deviceId);
  });

  test('says which folder cannot hold it', async () => {
    const file = join(await temporaryHome(), 'file');
    await writeFile(file, '');
    await expect(loadIdentity(join(file, 'home'))).rejects.toMatchObject({
      message: expect.stringContaining(join(file, 'home')),
    });
  });
});

describe('an identity that is there', () => {
  test.skipIf(isWindows)('is narrowed to its owner when others could read it', async () => {
    const home = await temporaryHome();
    const identity = await loadIdentity(home);
    const path = join(home, 'identity.json');
    await chmod(path, 0o644);
    expect(await loadIdentity(home)).toEqual(identity);
    expect(await permissions(path)).toBe(0o600);
  });

  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const otherKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

  test.each([
    ['empty', () => ''],
    ['cut', (text: string) => text.slice(0, 200)],
    ['of another form', () => '[]'],
    ['null', () => 'null'],
    ['of a version to come', (text: string) => text.replace('"version": 1', '"version": 2')],
    ['without a key', (text: string) => text.replace('keyPem', 'other')],
    ['with a damaged key', (text: string) => text.replace(/-----\\n.{8}/, '-----\\nAAAAAAAA')],
    [
      'with another key',
      (text: string) => JSON.stringify({ ...(JSON.parse(text) as object), keyPem: otherKeyPem }),
    ],
    ['with a damaged certificate', (text: string) => text.replace('BEGIN CERTIFICATE', 'BEGIN NOTHING')],
  ])('%s is told by its path and left as it is', async (_, damage) => {
    const home = await temporaryHome();
    await loadIdentity(home);
    const path = join(home, 'identity.json');
    const damaged = damage(await readFile(path, 'utf8'));
    await writeFile(path, damaged);
    await expect(loadIdentity(home)).rejects.toMatchObject({
      code: 'file-unreadable',
      message: expect.stringContaining(path),
    });
    expect(await readFile(path, 'utf8')).toBe(damaged);
  });

  test('is never replaced when something else stands under its name', async () => {
    const home = await temporaryHome();
    await mkdir(join(home, 'identity.json'));
    await expect(loadIdentity(home)).rejects.toMatchObject({ code: 'file-unreadable' });
    expect((await stat(join(home, 'identity.json'))).isDirectory()).toBe(true);
  });

  test('does not wake the certificate generator', async () => {
    const home = await temporaryHome();
    const identity = await loadIdentity(home);
    expect(createPublicKey(identity.keyPem).asymmetricKeyType).toBe('ec');
    const before = generated.count;
    expect(await loadIdentity(home)).toEqual(identity);
    expect(generated.count).toBe(before);
  });
});

test('a short id shows twelve digits in groups', () => {
  expect(shortDeviceId('3f2a99c104be5d'.padEnd(64, '0'))).toBe('3f2a-99c1-04be');
});
