import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { generate } from 'selfsigned';
import { describe, expect, test } from 'vitest';
import {
  atEnd,
  closingOf,
  dialing,
  foreignServer,
  listening,
  opening,
  ours,
  rawSocket,
  readErrorFrame,
  readToEnd,
  reading,
  theirs,
} from './loopback.fixture.ts';
import type { TestListener } from './loopback.fixture.ts';

const inTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const tlsClient = (port: number, options: ConnectionOptions = {}): TLSSocket => {
  const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options });
  socket.on('error', () => undefined);
  atEnd(() => {
    socket.destroy();
  });
  return socket;
};

const ourCertificate = { key: ours.keyPem, cert: ours.certificatePem };

/** The listener took no harm: the next good client is served. */
const stillServes = async (listener: TestListener): Promise<void> => {
  const dialed = await dialing({ port: listener.port });
  const accepted = await listener.accepted.next();
  const reader = reading(accepted);
  dialed.write(opening);
  await reader.has(4);
  expect(accepted.info.peerDeviceId).toBe(ours.deviceId);
  dialed.destroy();
};

const sends = async (port: number, bytes: string | Buffer): Promise<Buffer> => {
  const socket = await rawSocket(port);
  socket.write(bytes, 'latin1');
  return readToEnd(socket);
};

describe('one port, two dresses', () => {
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

describe('what is not ours', () => {
  test.each(['GET / HTTP/1.1\r\nHost: x\r\n\r\n', 'HEAD / HTTP/1.0\r\n\r\n', 'PRI * HTTP/2.0\r\n\r\n'])(
    'a web browser is answered in words: %j',
    async (request) => {
      const listener = await listening();
      const answer = (await sends(listener.port, request)).toString();
      expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
      expect(answer).toContain('speaks the Hexdrop protocol, not HTTP');
      expect(answer).toContain(String(listener.port));
      expect((await listener.rejected.next()).error.code).toBe('bad-magic');
    },
  );

  test('bytes that mean nothing get a bad-magic ERROR with what was seen', async () => {
    const listener = await listening();
    expect(readErrorFrame(await sends(listener.port, 'SSH-2.0-client\r\n'))).toMatchObject({
      code: 'bad-magic',
      seen: '53 53 48 2d',
    });
  });

  test('random bytes are refused or fail as a handshake, a hundred times, and the listener lives on', async () => {
    const listener = await listening({ allowPlain: false, maxPerAddress: 200 });
    await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const bytes = randomBytes(1 + index * 50);
        if (index % 3 === 0) bytes[0] = 0x16;
        const socket = await rawSocket(listener.port);
        socket.on('data', () => undefined);
        socket.end(bytes);
        await closingOf(socket);
      }),
    );
    for (let index = 0; index < 100; index += 1) {
      const { error } = await listener.rejected.next();
      expect(['bad-magic', 'tls-failed', 'connection-lost', 'plain-not-allowed']).toContain(error.code);
    }
    expect(listener.accepted.pending).toBe(0);
    await stillServes(listener);
  });

  test('a refused client that goes on sending is cut off', async () => {
    const listener = await listening({ allowPlain: false });
    const socket = await rawSocket(listener.port);
    socket.on('data', () => undefined);
    const closed = closingOf(socket);
    const feed = (): void => {
      while (!socket.destroyed && socket.write(Buffer.alloc(65_536, 'HXD1')));
    };
    socket.on('drain', feed);
    feed();
    await closed;
    expect(socket.bytesWritten).toBeLessThan(64 * 1_048_576);
    await stillServes(listener);
  });

  test('a client that resets at any moment of the handshake does no harm', async () => {
    const listener = await listening();
    for (const prefix of [0, 1, 5, 100]) {
      const socket = await rawSocket(listener.port);
      if (prefix > 0)
        socket.write(Buffer.concat([Buffer.of(0x16, 3, 1, 2, 0), Buffer.alloc(95, 1)]).subarray(0, prefix));
      await inTurn();
      socket.resetAndDestroy();
      expect((await listener.rejected.next()).error.code).toMatch(/connection-lost|tls-failed/);
    }
    await stillServes(listener);
  });

  test('a client that comes and goes without a word is told of', async () => {
    const listener = await listening();
    const socket = await rawSocket(listener.port);
    socket.end();
    const { error, remote } = await listener.rejected.next();
    expect(error.code).toBe('connection-lost');
    expect(remote.address).toBe('127.0.0.1');
  });

  test('a fault in what takes the connection over stays with that connection', async () => {
    let isFirst = true;
    const listener = await listening({
      onConnection: () => {
        if (!isFirst) return;
        isFirst = false;
        throw new Error('our own fault');
      },
    });
    const socket = await rawSocket(listener.port);
    socket.on('data', () => undefined);
    socket.write(opening);
    await closingOf(socket);
    expect((await listener.rejected.next()).error).toMatchObject({
      code: 'internal',
      message: 'our own fault',
    });
    await dialing({ port: listener.port });
  });
});

describe('time and number', () => {
  test('a silent client is told handshake-timeout and cut', async () => {
    const listener = await listening({ handshakeTimeoutMs: 30 });
    const socket = await rawSocket(listener.port);
    expect(readErrorFrame(await readToEnd(socket))).toMatchObject({ code: 'handshake-timeout' });
    expect((await listener.rejected.next()).error.code).toBe('handshake-timeout');
    await stillServes(await listening());
  });

  test('a client that starts TLS and stops is cut', async () => {
    const listener = await listening({ handshakeTimeoutMs: 30 });
    const socket = await rawSocket(listener.port);
    socket.on('data', () => undefined);
    socket.write(Buffer.of(0x16, 0x03, 0x01));
    await closingOf(socket);
    expect((await listener.rejected.next()).error.code).toBe('handshake-timeout');
  });

  test('trickling bytes buys no time', async () => {
    const listener = await listening({ handshakeTimeoutMs: 60 });
    const socket = await rawSocket(listener.port);
    socket.on('data', () => undefined);
    socket.write(Buffer.of(0x16, 0x03, 0x01, 0x02, 0x00));
    const trickle = setInterval(() => socket.write(Buffer.of(1)), 5);
    atEnd(() => clearInterval(trickle));
    await closingOf(socket);
    expect((await listener.rejected.next()).error.code).toMatch(/handshake-timeout|tls-failed/);
  });

  test('a complete handshake is not cut later', async () => {
    const listener = await listening({ handshakeTimeoutMs: 40 });
    const dialed = await dialing({ port: listener.port });
    const reader = reading(await listener.accepted.next());
    // The time of this one passes too, so the first one's has.
    const silent = await rawSocket(listener.port);
    await readToEnd(silent);
    dialed.write(opening);
    await reader.has(4);
    expect(reader.closings).toHaveLength(0);
  });

  test.each([
    ['TLS', false],
    ['plain', true],
  ] as const)('too many connections from one address are told so, %s', async (_, plain) => {
    const listener = await listening({ maxPerAddress: 2 });
    const open = async (): Promise<ReturnType<typeof reading>> => {
      const dialed = await dialing({ port: listener.port, plain });
      dialed.write(opening);
      return reading(dialed);
    };
    await open();
    const second = await listener.accepted.next();
    await open();
    await listener.accepted.next();
    const third = await open();
    expect(await third.closing).toBeUndefined();
    expect(readErrorFrame(third.bytes)).toMatchObject({ code: 'too-many-sessions', retryAfterMs: 5_000 });
    expect((await listener.rejected.next()).error.code).toBe('too-many-sessions');
    // A place is free once one of them has gone.
    const gone = reading(second).closing;
    second.destroy();
    await gone;
    await inTurn();
    await open();
    await listener.accepted.next();
  });

  test('far too many connections from one address are cut without a word', async () => {
    const listener = await listening({ maxPerAddress: 1 });
    const sockets = await Promise.all(Array.from({ length: 3 }, () => rawSocket(listener.port)));
    expect((await listener.rejected.next()).error.code).toBe('too-many-sessions');
    const closings = sockets.map((socket) => closingOf(socket.resume()).then(() => socket));
    expect((await Promise.race(closings)).bytesRead).toBe(0);
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

describe('binding', () => {
  const occupied = async (): Promise<number> => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    atEnd(() => {
      server.close();
    });
    return (server.address() as AddressInfo).port;
  };

  test('a taken port is told by its number', async () => {
    const port = await occupied();
    await expect(listening({ port })).rejects.toMatchObject({
      message: expect.stringContaining(`Port ${port} is taken`),
    });
  });

  test('with fallback one of the next ports is taken', async () => {
    const port = await occupied();
    const listener = await listening({ port, portFallback: true });
    expect(listener.port).toBeGreaterThan(port);
    expect(listener.port).toBeLessThanOrEqual(port + 20);
    await stillServes(listener);
  });

  test('port 0 takes any and tells which', async () => {
    expect((await listening({ port: 0, portFallback: true })).port).toBeGreaterThan(0);
  });

  test('listens on IPv6 and IPv4 when no host is named', async () => {
    const listener = await listening({ host: undefined });
    const four = await dialing({ host: '127.0.0.1', port: listener.port });
    expect((await listener.accepted.next()).info.remote.port).toBe(four.info.local.port);
    if (listener.host !== '::') return;
    const six = await dialing({ host: '::1', port: listener.port });
    expect((await listener.accepted.next()).info.remote).toEqual(six.info.local);
  });

  test('an address that is not of this device is a usage error', async () => {
    await expect(listening({ host: '203.0.113.7' })).rejects.toMatchObject({
      code: 'usage',
      message: '"203.0.113.7" is not an address of this device.',
    });
  });

  test('a port that is none is a usage error', async () => {
    await expect(listening({ port: 70_000 })).rejects.toMatchObject({ code: 'usage' });
  });
});
