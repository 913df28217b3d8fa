import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { generate } from 'selfsigned';
import { describe, expect, test } from 'vitest';
import {
  closingOf,
  foreignServer,
  ourCertificate,
  rawSocket,
  readErrorFrame,
  readToEnd,
  sends,
  tlsClient,
} from '../testing/foreign.ts';
import { dialing, inTurn, listening, opening, ours, stillServes, theirs } from '../testing/loopback.ts';
import { reading } from '../testing/reader.ts';

describe('one port, two transport modes', () => {
  test('takes TLS and plain side by side', async () => {
    const listener = await listening();
    const plain = await dialing({ port: listener.port, plain: true });
    plain.write(Buffer.from('HXD1 plain'));
    const secure = await dialing({ port: listener.port });
    secure.write(Buffer.from('HXD1 secure'));
    const accepted = [await listener.accepted.next(), await listener.accepted.next()];
    const readers = accepted.map((connection) => ({ connection, reader: reading(connection) }));
    await Promise.all(readers.map(({ reader }) => reader.has(10)));
    const seen = readers.map(({ connection, reader }) => [connection.info.secure?.protocol, reader.text]);
    expect(seen.toSorted((one, other) => (one[1] ?? '').localeCompare(other[1] ?? ''))).toEqual([
      [undefined, 'HXD1 plain'],
      ['TLSv1.3', 'HXD1 secure'],
    ]);
  });

  test('knows TLS when every byte of the handshake comes alone', async () => {
    const listener = await listening();
    const backs: Socket[] = [];
    const { port } = await foreignServer((front) => {
      const pass = async (): Promise<void> => {
        const back = await rawSocket(listener.port);
        backs.push(back);
        back.on('data', (bytes) => front.write(bytes));
        for await (const part of front) {
          for (const byte of part as Buffer) {
            back.write(Buffer.of(byte));
            // Loopback delivers at once: within two turns the listener has read it.
            await inTurn();
            await inTurn();
          }
        }
      };
      pass().catch(() => undefined);
    });
    const dialed = await dialing({ port });
    dialed.write(opening);
    const accepted = await listener.accepted.next();
    const reader = reading(accepted);
    await reader.has(4);
    expect(accepted.info.peerDeviceId).toBe(ours.deviceId);
    expect(dialed.info.peerDeviceId).toBe(theirs.deviceId);
  });

  test('knows plain when every byte comes alone', async () => {
    const listener = await listening();
    const socket = await rawSocket(listener.port);
    for (const byte of opening) {
      socket.write(Buffer.of(byte));
      await inTurn();
      await inTurn();
    }
    const reader = reading(await listener.accepted.next());
    await reader.has(4);
    expect(reader.text).toBe('HXD1');
  });

  test('keeps what came with the first bytes', async () => {
    const listener = await listening();
    const socket = await rawSocket(listener.port);
    const bytes = Buffer.concat([opening, randomBytes(200_000)]);
    socket.write(bytes);
    const accepted = await listener.accepted.next();
    for (let turn = 0; turn < 5; turn += 1) await inTurn();
    const reader = reading(accepted);
    await reader.has(bytes.length);
    expect(reader.bytes.equals(bytes)).toBe(true);
  });
});

describe('who may come in', () => {
  test('a TLS client without a certificate is told certificate-required', async () => {
    const listener = await listening();
    const socket = tlsClient(listener.port);
    expect(readErrorFrame(await readToEnd(socket))).toMatchObject({ code: 'certificate-required' });
    expect((await listener.rejected.next()).error.code).toBe('certificate-required');
    expect(listener.accepted.pending).toBe(0);
    await stillServes(listener);
  });

  test.each([
    ['an RSA key', { keyType: 'rsa', keySize: 2048, algorithm: 'sha256' }],
    ['a P-384 key', { keyType: 'ec', curve: 'P-384', algorithm: 'sha384' }],
  ] as const)('%s is an identity as good as ours', async (_, options) => {
    const listener = await listening();
    const pems = await generate([{ name: 'commonName', value: 'another implementation' }], options);
    const socket = tlsClient(listener.port, { key: pems.private, cert: pems.cert });
    await once(socket, 'secureConnect');
    expect((await listener.accepted.next()).info.peerDeviceId).toMatch(/^[0-9a-f]{64}$/);
  });

  test('a client whose key anybody could make is told key-not-allowed', async () => {
    const listener = await listening();
    const pems = await generate([{ name: 'commonName', value: 'weak' }], {
      keyType: 'rsa',
      keySize: 1024,
      algorithm: 'sha256',
    });
    const socket = tlsClient(listener.port, {
      key: pems.private,
      cert: pems.cert,
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    expect(readErrorFrame(await readToEnd(socket))).toMatchObject({
      code: 'key-not-allowed',
      seen: 'RSA of 1024 bits with exponent 65537',
    });
    expect((await listener.rejected.next()).error.code).toBe('key-not-allowed');
    expect(listener.accepted.pending).toBe(0);
    await stillServes(listener);
  });

  test('an expired certificate is fine: only its key counts', async () => {
    const listener = await listening();
    const pems = await generate([{ name: 'commonName', value: 'old' }], {
      keyType: 'ec',
      notBeforeDate: new Date('2001-01-01'),
      notAfterDate: new Date('2002-01-01'),
    });
    const socket = tlsClient(listener.port, { key: pems.private, cert: pems.cert });
    await once(socket, 'secureConnect');
    expect((await listener.accepted.next()).info.peerDeviceId).toMatch(/^[0-9a-f]{64}$/);
  });

  test('resumes no session: a returning client proves its key anew', async () => {
    const listener = await listening();
    const first = tlsClient(listener.port, ourCertificate);
    const accepted = await listener.accepted.next();
    reading(accepted);
    const session = once(first, 'session') as Promise<[Buffer]>;
    accepted.write(opening);
    const [ticket] = await session;
    first.destroy();
    const second = tlsClient(listener.port, { ...ourCertificate, session: ticket });
    await once(second, 'secureConnect');
    expect(second.isSessionReused()).toBe(false);
    expect((await listener.accepted.next()).info.peerDeviceId).toBe(ours.deviceId);
  });

  test('a resumed session does not get in without a certificate', async () => {
    const listener = await listening();
    const first = tlsClient(listener.port, ourCertificate);
    const accepted = await listener.accepted.next();
    reading(accepted);
    const session = once(first, 'session') as Promise<[Buffer]>;
    accepted.write(opening);
    const [ticket] = await session;
    const second = tlsClient(listener.port, { session: ticket });
    expect(readErrorFrame(await readToEnd(second))).toMatchObject({ code: 'certificate-required' });
  });

  test('TLS 1.2 is refused', async () => {
    const listener = await listening();
    const socket = tlsClient(listener.port, {
      ...ourCertificate,
      maxVersion: 'TLSv1.2',
      minVersion: 'TLSv1.2',
    });
    await closingOf(socket);
    expect((await listener.rejected.next()).error.code).toBe('tls-failed');
    await stillServes(listener);
  });

  test('plain is refused where it is not allowed, in the frames that the client speaks', async () => {
    const listener = await listening({ allowPlain: false });
    const answer = readErrorFrame(await sends(listener.port, 'HXD1 whatever'));
    expect(answer).toMatchObject({ code: 'plain-not-allowed', seen: 'plain', allowed: 'TLS 1.3' });
    expect((await listener.rejected.next()).error.code).toBe('plain-not-allowed');
    await stillServes(listener);
  });
});

describe('closing', () => {
  test('frees the port at once, cuts handshakes, and leaves the others alone', async () => {
    const listener = await listening();
    const dialed = await dialing({ port: listener.port });
    const accepted = await listener.accepted.next();
    const handshaking = await rawSocket(listener.port);
    handshaking.on('data', () => undefined);
    await inTurn();
    const cut = closingOf(handshaking);
    await listener.close();
    await cut;
    const successor = await listening({ port: listener.port });
    expect(successor.port).toBe(listener.port);
    const reader = reading(accepted);
    dialed.write(opening);
    await reader.has(4);
    expect(reader.closings).toHaveLength(0);
  });

  test('may be called twice', async () => {
    const listener = await listening();
    await listener.close();
    await expect(listener.close()).resolves.toBeUndefined();
  });
});
