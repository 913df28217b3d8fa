import { describe, expect, test } from 'vitest';
import { HexdropError } from '../../../shared/protocol/errors.ts';
import {
  closingOf,
  connected,
  dialing,
  foreignServer,
  listening,
  opening,
  ours,
  randomStream,
  rawSocket,
  reading,
  writeAll,
} from './loopback.fixture.ts';

const mebibyte = 1_048_576;
const dresses = [
  { dress: 'TLS', plain: false },
  { dress: 'plain', plain: true },
];
const modes = dresses.flatMap(({ dress, plain }) => [
  { dress, plain, mode: 'data events', directRead: false, reader: { keeps: false } },
  { dress, plain, mode: 'direct reading', directRead: true, reader: { keeps: false, targetBytes: 262_144 } },
]);

const inTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe.each(modes)('$dress, $mode', ({ plain, directRead, reader: readerOptions }) => {
  test('carries 64 MiB to the dialer unchanged, then a clean FIN', async () => {
    const { dialed, accepted } = await connected({ plain, directRead });
    const { bytes, digest } = randomStream(64 * mebibyte);
    const reader = reading(dialed, readerOptions);
    reading(accepted);
    await writeAll(accepted, bytes);
    expect(await reader.closing).toBeUndefined();
    expect(reader.byteCount).toBe(bytes.length);
    expect(reader.digest()).toBe(digest);
    expect(dialed.bytesIn).toBe(bytes.length);
    expect(accepted.bytesOut).toBe(bytes.length);
    expect(reader.closings).toHaveLength(1);
  });

  test('carries 64 MiB from the dialer unchanged, then a clean FIN', async () => {
    const listener = await listening();
    const dialed = await dialing({ port: listener.port, plain, directRead });
    const { bytes, digest } = randomStream(64 * mebibyte);
    reading(dialed, readerOptions);
    const writing = writeAll(dialed, bytes);
    const reader = reading(await listener.accepted.next(), { keeps: false });
    await writing;
    expect(await reader.closing).toBeUndefined();
    expect(reader.digest()).toBe(digest);
  });

  test('keeps what came before there was a reader', async () => {
    const { dialed, accepted } = await connected({ plain, directRead });
    const { bytes, digest } = randomStream(3 * mebibyte);
    const writing = writeAll(accepted, bytes);
    await inTurn();
    await inTurn();
    const reader = reading(dialed, readerOptions);
    await writing;
    expect(await reader.closing).toBeUndefined();
    expect(reader.digest()).toBe(digest);
  });

  test('fills odd and tiny targets, and loses nothing', async () => {
    const { dialed, accepted } = await connected({ plain, directRead });
    const { bytes, digest } = randomStream(300_001);
    const reader = reading(dialed, directRead ? { targetBytes: 997 } : {});
    await writeAll(accepted, bytes, 7_919);
    expect(await reader.closing).toBeUndefined();
    expect(reader.digest()).toBe(digest);
  });

  test('delivers nothing while paused, and everything in order afterwards', async () => {
    const { dialed, accepted } = await connected({ plain, directRead });
    const { bytes, digest } = randomStream(8 * mebibyte);
    const reader = reading(dialed, readerOptions);
    let isPaused = false;
    let pauses = 0;
    reader.onDelivery = () => {
      if (isPaused) throw new Error('a delivery while paused');
      // Paused from within a delivery, resumed from outside, at once or turns later.
      pauses += 1;
      isPaused = true;
      dialed.pauseReading();
      const resume = (): void => {
        isPaused = false;
        dialed.resumeReading();
      };
      if (pauses % 3 === 0) resume();
      else if (pauses % 3 === 1) process.nextTick(resume);
      else setImmediate(() => setImmediate(resume));
    };
    await writeAll(accepted, bytes);
    expect(await reader.closing).toBeUndefined();
    expect(reader.digest()).toBe(digest);
    expect(pauses).toBeGreaterThan(30);
  });

  test('pauses from outside a delivery as well', async () => {
    const { dialed, accepted } = await connected({ plain, directRead });
    const { bytes, digest } = randomStream(8 * mebibyte);
    const reader = reading(dialed, readerOptions);
    const writing = writeAll(accepted, bytes);
    for (let round = 1; round <= 6; round += 1) {
      await reader.has(round * mebibyte);
      dialed.pauseReading();
      const before = reader.byteCount;
      for (let turn = 0; turn < 5; turn += 1) await inTurn();
      expect(reader.byteCount).toBe(before);
      dialed.resumeReading();
    }
    await writing;
    expect(await reader.closing).toBeUndefined();
    expect(reader.digest()).toBe(digest);
  });

  test('holds the FIN back until what came before it was taken', async () => {
    const { dialed, accepted } = await connected({ plain, directRead });
    const reader = reading(dialed, directRead ? { targetBytes: 100 } : {});
    reader.onDelivery = () => dialed.pauseReading();
    accepted.write(Buffer.from('HXD1 and so on and so forth'.repeat(50)));
    accepted.end();
    await reader.has(1);
    for (let turn = 0; turn < 5; turn += 1) await inTurn();
    expect(reader.closings.length === 0 || reader.byteCount === 1_350).toBe(true);
    reader.onDelivery = () => undefined;
    dialed.resumeReading();
    expect(await reader.closing).toBeUndefined();
    expect(reader.text).toBe('HXD1 and so on and so forth'.repeat(50));
  });

  test('does not let the sender run ahead of a paused reader', async () => {
    const { dialed, accepted } = await connected({ plain, directRead });
    const reader = reading(dialed, readerOptions);
    dialed.pauseReading();
    const piece = randomStream(262_144).bytes;
    let isFull = false;
    for (let count = 0; count < 256 && !isFull; count += 1) isFull = !accepted.write(piece);
    expect(isFull).toBe(true);
    expect(accepted.queuedBytes).toBeGreaterThanOrEqual(mebibyte);
    expect(accepted.queuedBytes).toBeLessThan(2 * mebibyte);
    const drained = new Promise<void>((resolve) => accepted.whenDrained(resolve));
    dialed.resumeReading();
    await drained;
    expect(accepted.queuedBytes).toBeLessThanOrEqual(mebibyte / 2);
    await reader.has(mebibyte);
  });

  test('destroys itself with what a reader throws, and tells it once', async () => {
    const { dialed, accepted } = await connected({ plain, directRead });
    const reader = reading(dialed, directRead ? { targetBytes: 64 } : {});
    const fault = new HexdropError('bad-payload', 'no');
    reader.onDelivery = () => {
      throw fault;
    };
    accepted.write(Buffer.alloc(100_000, 'HXD1'));
    expect(await reader.closing).toBe(fault);
    await inTurn();
    expect(reader.closings).toHaveLength(1);
    expect(reader.deliveries).toHaveLength(1);
    expect(dialed.isDestroyed).toBe(true);
  });

  test('tells a reader of loss when the other side is cut off', async () => {
    const { dialed, accepted } = await connected({ plain, directRead });
    const reader = reading(dialed, readerOptions);
    const loss = reading(accepted);
    accepted.write(opening);
    await reader.has(4);
    // Unread input makes the system reset the connection.
    accepted.pauseReading();
    dialed.write(Buffer.alloc(mebibyte));
    await inTurn();
    accepted.destroy();
    const error = await reader.closing;
    expect(error?.code).toBe('connection-lost');
    expect(await loss.closing).toBeUndefined();
  });

  test('gives no delivery after its own destroy, and closes without an error', async () => {
    const { dialed, accepted } = await connected({ plain, directRead });
    const reader = reading(dialed, readerOptions);
    reader.onDelivery = () => dialed.destroy();
    accepted.write(Buffer.alloc(5 * mebibyte, 'HXD1'));
    expect(await reader.closing).toBeUndefined();
    for (let turn = 0; turn < 5; turn += 1) await inTurn();
    expect(reader.deliveries).toHaveLength(1);
    expect(reader.closings).toHaveLength(1);
  });
});

test('refuses a reader that offers no room', async () => {
  const { dialed, accepted } = await connected({ directRead: true });
  const closing = new Promise<HexdropError | undefined>((resolve) => {
    dialed.read({ target: () => new Uint8Array(0), received: () => undefined, closed: resolve });
  });
  accepted.write(opening);
  expect((await closing)?.code).toBe('internal');
});

test('tells a late reader that the connection is gone', async () => {
  const { dialed, accepted } = await connected();
  const fault = new HexdropError('shutting-down', 'bye');
  dialed.destroy(fault);
  accepted.destroy();
  await inTurn();
  await inTurn();
  expect(await reading(dialed).closing).toBe(fault);
  expect(await reading(accepted).closing).toBeUndefined();
});

describe.each(dresses)('writing, $dress', ({ plain }) => {
  test('calls back for each write, in order, once the bytes may be reused', async () => {
    const { dialed, accepted } = await connected({ plain });
    const reader = reading(accepted, { keeps: false });
    const order: number[] = [];
    const errors: unknown[] = [];
    const all = Array.from(
      { length: 20 },
      (_, index) =>
        new Promise<void>((resolve) => {
          dialed.write(Buffer.alloc(100_000), (error) => {
            order.push(index);
            errors.push(error);
            resolve();
          });
        }),
    );
    expect(order).toEqual([]);
    await Promise.all(all);
    expect(order).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(errors.every((error) => error === undefined)).toBe(true);
    await reader.has(2_000_004);
  });

  test('flushes what is queued before the FIN', async () => {
    const { dialed, accepted } = await connected({ plain });
    const { bytes, digest } = randomStream(16 * mebibyte);
    reading(dialed);
    const received = reading(accepted, { keeps: false });
    await received.has(4);
    accepted.pauseReading();
    dialed.write(bytes);
    dialed.end();
    await inTurn();
    expect(dialed.queuedBytes).toBeGreaterThan(0);
    accepted.resumeReading();
    expect(await received.closing).toBeUndefined();
    expect(received.byteCount).toBe(bytes.length + 4);
    expect(received.digest()).not.toBe(digest);
  });

  test('flushes its own queue when the FIN of the peer comes first', async () => {
    const { dialed, accepted } = await connected({ plain });
    const received = reading(dialed, { keeps: false });
    await inTurn();
    const { bytes, digest } = randomStream(8 * mebibyte);
    dialed.pauseReading();
    reading(accepted);
    accepted.write(bytes);
    dialed.end();
    dialed.resumeReading();
    expect(await received.closing).toBeUndefined();
    expect(received.digest()).toBe(digest);
  });

  test('calls back every write of a destroyed connection exactly once, with an error', async () => {
    const { dialed, accepted } = await connected({ plain });
    reading(dialed);
    accepted.pauseReading();
    const outcomes: (Error | undefined)[][] = [];
    // Some go out, one is in the hands of the system, the others are queued.
    for (let index = 0; index < 40; index += 1) {
      const calls: (Error | undefined)[] = [];
      outcomes.push(calls);
      dialed.write(Buffer.alloc(mebibyte), (error) => calls.push(error));
    }
    for (let turn = 0; turn < 10; turn += 1) await inTurn();
    const stuck = outcomes.filter((calls) => calls.length === 0);
    expect(stuck.length).toBeGreaterThan(5);
    dialed.destroy();
    const late: (Error | undefined)[] = [];
    expect(dialed.write(Buffer.alloc(10), (error) => late.push(error))).toBe(false);
    expect(late).toEqual([]);
    for (let turn = 0; turn < 10; turn += 1) await inTurn();
    expect(outcomes.every((calls) => calls.length === 1)).toBe(true);
    expect(stuck.every(([error]) => error instanceof Error)).toBe(true);
    expect(late).toHaveLength(1);
    expect(late[0]).toMatchObject({ code: 'connection-lost' });
  });

  test('calls back every write with an error when the peer resets', async () => {
    const { dialed, accepted } = await connected({ plain });
    const reader = reading(dialed);
    accepted.pauseReading();
    let calls = 0;
    let failures = 0;
    for (let index = 0; index < 40; index += 1) {
      dialed.write(Buffer.alloc(mebibyte), (error) => {
        calls += 1;
        if (error !== undefined) failures += 1;
      });
    }
    for (let turn = 0; turn < 10; turn += 1) await inTurn();
    accepted.destroy();
    expect((await reader.closing)?.code).toBe('connection-lost');
    for (let turn = 0; turn < 5; turn += 1) await inTurn();
    expect(calls).toBe(40);
    expect(failures).toBeGreaterThan(5);
  });

  test('refuses a write after its own end', async () => {
    const { dialed, accepted } = await connected({ plain });
    const reader = reading(accepted);
    dialed.write(Buffer.from(' last'));
    dialed.end();
    const error = await new Promise((resolve) => dialed.write(Buffer.from('late'), resolve));
    expect(error).toMatchObject({ code: 'connection-lost' });
    expect(await reader.closing).toBeUndefined();
    expect(reader.text).toBe('HXD1 last');
  });

  test('tells that the queue is drained even when nothing is queued', async () => {
    const { dialed } = await connected({ plain });
    await new Promise<void>((resolve) => dialed.whenDrained(resolve));
    expect(dialed.queuedBytes).toBe(0);
  });
});

describe('half-open peers', () => {
  test('a FIN is told at once, though our own queue cannot be flushed', async () => {
    const listener = await listening();
    const peer = await rawSocket(listener.port);
    peer.pause();
    peer.write(opening);
    const accepted = await listener.accepted.next();
    const reader = reading(accepted);
    for (let count = 0; count < 64; count += 1) accepted.write(Buffer.alloc(mebibyte));
    expect(accepted.queuedBytes).toBeGreaterThan(0);
    peer.end();
    expect(await reader.closing).toBeUndefined();
    accepted.destroy();
  });

  test('answers the FIN of a peer with its own', async () => {
    const listener = await listening();
    const peer = await rawSocket(listener.port);
    peer.write(opening);
    const reader = reading(await listener.accepted.next());
    peer.resume();
    const ended = closingOf(peer);
    peer.end();
    expect(await reader.closing).toBeUndefined();
    await ended;
  });
});

test('a peer that is dialed and hangs up without a word is told of as loss', async () => {
  const { port } = await foreignServer((socket) => socket.end());
  const dialed = await dialing({ port, plain: true });
  const error = await reading(dialed).closing;
  expect(error?.code).toBe('connection-lost');
  expect(error?.message).toContain('closed the connection without a word');
});

describe('what a dialer hears first must be the frame magic', () => {
  const answering = async (parts: readonly string[]): Promise<HexdropError | undefined> => {
    const { port } = await foreignServer((socket) => {
      socket.setNoDelay(true);
      const [first = '', ...rest] = parts;
      socket.write(first);
      for (const part of rest) setImmediate(() => socket.write(part));
    });
    const dialed = await dialing({ port, plain: true });
    return reading(dialed).closing;
  };

  test('an SSH server is told from Hexdrop', async () => {
    const error = await answering(['SSH-2.0-OpenSSH_9.2\r\n']);
    expect(error?.code).toBe('not-hexdrop');
    expect(error?.message).toMatch(/an SSH server, not Hexdrop: it opens with "SSH-2.0-OpenSSH/);
  });

  test('a web server is told from Hexdrop, whatever the pieces', async () => {
    const error = await answering(['H', 'TTP/1.1 400 Bad Request\r\n']);
    expect(error?.code).toBe('not-hexdrop');
    expect(error?.message).toContain('a web server');
  });

  test('the magic may come in single bytes', async () => {
    const { port } = await foreignServer((socket) => {
      socket.setNoDelay(true);
      socket.write('H');
      setImmediate(() => socket.write('XD'));
      setImmediate(() => setImmediate(() => socket.end('1 and more')));
    });
    const reader = reading(await dialing({ port, plain: true }));
    expect(await reader.closing).toBeUndefined();
    expect(reader.text).toBe('HXD1 and more');
  });

  test('holds for direct reading too', async () => {
    const { port } = await foreignServer((socket) => socket.write('220 ftp ready\r\n'));
    const dialed = await dialing({ port, plain: true, directRead: true });
    const error = await reading(dialed, { targetBytes: 64 }).closing;
    expect(error?.code).toBe('not-hexdrop');
  });
});

test('tells addresses, ports, cipher and the device ids of both sides', async () => {
  const { dialed, accepted, listener } = await connected();
  expect(dialed.info).toMatchObject({
    side: 'dialer',
    remote: { address: '127.0.0.1', port: listener.port },
  });
  expect(accepted.info).toMatchObject({ side: 'listener', remote: dialed.info.local });
  expect(dialed.info.secure).toEqual({ protocol: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256' });
  expect(accepted.info.peerDeviceId).toBe(ours.deviceId);
  expect(accepted.info.number).not.toBe(dialed.info.number);
});

test('shows an IPv4 peer of a dual-stack listener by its IPv4 address', async () => {
  const listener = await listening({ host: undefined });
  const dialed = await dialing({ port: listener.port, plain: true });
  dialed.write(opening);
  expect((await listener.accepted.next()).info.remote.address).toBe('127.0.0.1');
});

test('a connection without a reader does not hold the process up by errors', async () => {
  const { dialed, accepted } = await connected({ plain: true });
  dialed.write(Buffer.alloc(mebibyte));
  accepted.destroy();
  const closed = reading(dialed).closing;
  expect((await closed)?.code ?? 'none').toMatch(/connection-lost|none/);
});
