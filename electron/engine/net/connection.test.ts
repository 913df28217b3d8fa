import { describe, expect, test } from 'vitest';
import { HexdropError } from '../../../shared/errors/errors.ts';
import {
  connected,
  dialing,
  transportModes,
  inTurn,
  listening,
  mebibyte,
  opening,
  ours,
} from '../testing/loopback.ts';
import { randomStream, reading, writeAll } from '../testing/reader.ts';

const modes = transportModes.flatMap(({ mode, plain }) => [
  { mode, plain, reads: 'data events', directRead: false, reader: { keeps: false } },
  { mode, plain, reads: 'direct reading', directRead: true, reader: { keeps: false, targetBytes: 262_144 } },
]);

describe.each(modes)('$mode, $reads', ({ plain, directRead, reader: readerOptions }) => {
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
