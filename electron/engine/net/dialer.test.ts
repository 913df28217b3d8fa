import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, LookupFunction } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { TlsOptions } from 'node:tls';
import { generate } from 'selfsigned';
import { describe, expect, test } from 'vitest';
import { HexdropError } from '../../../shared/errors/errors.ts';
import { dial } from './dialer.ts';
import { closingOf, foreignServer } from '../testing/foreign.ts';
import {
  atEnd,
  connected,
  dialing,
  transportModes,
  listening,
  opening,
  ours,
  theirs,
} from '../testing/loopback.ts';
import { reading } from '../testing/reader.ts';
import type { TestListener } from '../testing/loopback.ts';

const failing = async (dialed: Promise<unknown>): Promise<HexdropError> => {
  const error: unknown = await dialed.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(HexdropError);
  return error as HexdropError;
};

/** A port on which nothing listens. */
const freePort = async (): Promise<number> => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

/** A name with an IPv6 and an IPv4 address. */
const twofold: LookupFunction = (_, __, answer) => {
  answer(null, [
    { address: '::1', family: 6 },
    { address: '127.0.0.1', family: 4 },
  ]);
};

const foreignTlsServer = async (
  options: TlsOptions,
  answer = 'HTTP/1.1 400 Bad Request\r\n\r\n',
): Promise<number> => {
  const server = createTlsServer(
    { key: theirs.keyPem, cert: theirs.certificatePem, ...options },
    (socket) => {
      socket.on('error', () => undefined);
      socket.on('data', () => socket.write(answer));
    },
  );
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
};

/** The listener may have seen the handshake complete or not: the dialer hangs up in the same moment. */
const bytesHeardBy = async (listener: TestListener): Promise<number> =>
  Promise.race([
    listener.rejected.next().then(() => 0),
    listener.accepted.next().then(async (accepted) => {
      await reading(accepted).closing;
      return accepted.bytesIn;
    }),
  ]);

describe.each(transportModes)('$mode', ({ plain }) => {
  test('nothing listens there', async () => {
    const port = await freePort();
    const error = await failing(dialing({ port, plain }));
    expect(error.code).toBe('connection-refused');
    expect(error.message).toBe(
      `Nothing listens on 127.0.0.1:${port}. Is Hexdrop running there, and is the port right?`,
    );
  });

  test('nothing listens on any address of the name', async () => {
    const error = await failing(dialing({ host: 'twofold', lookup: twofold, port: await freePort(), plain }));
    expect(error.code).toBe('connection-refused');
    expect(error.message).toContain('Nothing listens on twofold:');
  });

  test('a name that nobody knows', async () => {
    const lookup: LookupFunction = (_, __, answer) => {
      answer(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), []);
    };
    const error = await failing(dialing({ host: 'nobody.local', lookup, port: 9, plain }));
    expect(error.code).toBe('host-unknown');
    expect(error.message).toContain('"nobody.local"');
  });

  test('a link-local address without its zone, or with that of another machine', async () => {
    for (const [host, said] of [
      ['fe80::1', 'needs its zone'],
      ['FE80::1%no-such-interface', '"no-such-interface"'],
    ] as const) {
      const error = await failing(dialing({ host, port: 9, plain }));
      expect(error.code).toBe('usage');
      expect(error.message).toContain(said);
      expect(error.message).toContain('zone');
    }
  });

  test('a name that no name server answers for is told from a device that does not answer', async () => {
    for (const lookup of [
      (): void => {},
      (_name: string, _options: object, answer: (error: Error, addresses: []) => void): void =>
        answer(Object.assign(new Error('try again'), { code: 'EAI_AGAIN' }), []),
    ]) {
      const error = await failing(dialing({ host: 'nas', lookup, port: 9, plain, timeoutMs: 100 }));
      expect(error.code).toBe('name-server-silent');
      expect(error.message).toContain('"nas"');
    }
  });

  test.each(['127.0.0.1', '::1'])('reads directly from a name that answers on %s only', async (host) => {
    const listener = await listening({ host });
    const dialed = await dialing({
      host: 'twofold',
      lookup: twofold,
      port: listener.port,
      plain,
      directRead: true,
    });
    dialed.write(opening);
    const accepted = await listener.accepted.next();
    const reader = reading(dialed, { targetBytes: 100 });
    accepted.write(Buffer.from('HXD1 straight into the target'));
    accepted.end();
    expect(await reader.closing).toBeUndefined();
    expect(reader.text).toBe('HXD1 straight into the target');
  });

  test('a port that is none is a usage error', async () => {
    expect((await failing(dialing({ port: 65_536, plain }))).code).toBe('usage');
  });

  test('an aborted signal cancels before and during', async () => {
    const aborted = AbortSignal.abort();
    const { port } = await foreignServer(() => undefined);
    expect((await failing(dialing({ port, plain, signal: aborted }))).code).toBe('cancelled');
    const controller = new AbortController();
    const dialed = failing(dialing({ port, plain, signal: controller.signal }));
    controller.abort();
    expect((await dialed).code).toBe('cancelled');
  });

  test('an abort after the connection was made changes nothing', async () => {
    const controller = new AbortController();
    const { dialed, accepted } = await connected({ plain, signal: controller.signal });
    controller.abort();
    const reader = reading(accepted);
    dialed.write(opening);
    await reader.has(8);
    expect(dialed.isDestroyed).toBe(false);
  });
});

describe('the key of the peer', () => {
  test('the expected one is let through', async () => {
    const listener = await listening();
    const dialed = await dialing({ port: listener.port, expectDeviceId: theirs.deviceId });
    expect(dialed.info.peerDeviceId).toBe(theirs.deviceId);
  });

  test('another one is an identity-mismatch, and nothing was sent to it', async () => {
    const listener = await listening();
    const error = await failing(dialing({ port: listener.port, expectDeviceId: ours.deviceId }));
    expect(error.code).toBe('identity-mismatch');
    expect(error.seen).toBe(theirs.deviceId.slice(0, 12).replace(/(.{4})(.{4})/, '$1-$2-'));
    expect(await bytesHeardBy(listener)).toBe(0);
  });

  test('one that checkPeer refuses fails with what it threw, and nothing was sent to it', async () => {
    const listener = await listening();
    const refusal = new HexdropError('peer-key-changed', 'no');
    const seen: string[] = [];
    const dialed = dialing({
      port: listener.port,
      checkPeer: (deviceId) => {
        seen.push(deviceId);
        throw refusal;
      },
    });
    expect(await failing(dialed)).toBe(refusal);
    expect(seen).toEqual([theirs.deviceId]);
    expect(await bytesHeardBy(listener)).toBe(0);
  });
});

test('a device whose key anybody could make is not dialed: key-not-allowed', async () => {
  const pems = await generate([{ name: 'commonName', value: 'weak' }], {
    keyType: 'rsa',
    keySize: 1024,
    algorithm: 'sha256',
  });
  const weak = { key: pems.private, cert: pems.cert, ciphers: 'DEFAULT@SECLEVEL=0' };
  const error = await failing(dialing({ port: await foreignTlsServer(weak) }));
  expect(error).toMatchObject({ code: 'key-not-allowed', seen: 'RSA of 1024 bits with exponent 65537' });
});

describe('what answers is not Hexdrop', () => {
  test.each([
    ['an SSH server', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['a web server', 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'],
    ['noise', '\x00\x01\x02\x03\x04\x05\x06\x07'],
    ['frames without TLS', 'HXD1\x00\x00\x00\x02\x05\x00\x00\x00\x00\x00\x00\x00{}'],
  ])('dialed with TLS: %s', async (_, answer) => {
    const { port } = await foreignServer((socket) => {
      socket.on('data', () => undefined);
      socket.write(answer, 'latin1');
    });
    const error = await failing(dialing({ port }));
    expect(error.code).toBe('not-hexdrop');
    expect(error.message).toContain(`127.0.0.1:${port}`);
  });

  test('dialed with TLS: one that hangs up', async () => {
    const { port } = await foreignServer((socket) => socket.destroy());
    const error = await failing(dialing({ port }));
    expect(error.code).toBe('tls-failed');
    expect(error.message).toContain('hung up');
  });

  test('dialed with TLS: one that says nothing', async () => {
    const { port } = await foreignServer((socket) => socket.resume());
    const error = await failing(dialing({ port, timeoutMs: 50 }));
    expect(error.code).toBe('handshake-timeout');
    expect(error.message).toContain('took the connection but set up no encryption');
  });

  test('dialed with TLS: a server of an older TLS', async () => {
    const port = await foreignTlsServer({ maxVersion: 'TLSv1.2' });
    expect((await failing(dialing({ port }))).code).toBe('not-hexdrop');
  });

  test('dialed with TLS: a web server with TLS 1.3', async () => {
    const port = await foreignTlsServer({});
    const dialed = await dialing({ port });
    dialed.write(opening);
    const error = await reading(dialed).closing;
    expect(error?.code).toBe('not-hexdrop');
    expect(error?.message).toContain('a web server');
  });

  test('dialed plain: a TLS server', async () => {
    const { port } = await foreignServer((socket) => {
      // A fatal alert: unexpected message.
      socket.once('data', () => socket.end(Buffer.of(0x15, 3, 3, 0, 2, 2, 10)));
    });
    const dialed = await dialing({ port, plain: true });
    dialed.write(opening);
    const error = await reading(dialed).closing;
    expect(error?.code).toBe('not-hexdrop');
    expect(error?.message).toContain('a TLS server');
  });
});

test('leaves no socket behind when it fails', async () => {
  const closings: Promise<void>[] = [];
  const { port } = await foreignServer((socket) => {
    closings.push(closingOf(socket.resume()));
  });
  await failing(dialing({ port, timeoutMs: 30 }));
  expect(closings).toHaveLength(1);
  await Promise.all(closings);
});

test('keeps its certificate context for the next dial', async () => {
  const listener = await listening();
  const options = { host: '127.0.0.1', port: listener.port, identity: ours, plain: false, timeoutMs: 5_000 };
  const connections = await Promise.all(Array.from({ length: 8 }, () => dial(options)));
  expect(new Set(connections.map(({ info }) => info.peerDeviceId))).toEqual(new Set([theirs.deviceId]));
  for (const connection of connections) connection.destroy();
});
