import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { closingOf, rawSocket, readErrorFrame, readToEnd, sends } from '../testing/foreign.ts';
import { atEnd, dialing, inTurn, listening, opening, stillServes } from '../testing/loopback.ts';
import { reading } from '../testing/reader.ts';

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
    const listener = await listening({ handshakeTimeoutMs: 400 });
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
