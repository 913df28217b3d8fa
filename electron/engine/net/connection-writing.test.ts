import { describe, expect, test } from 'vitest';
import { connected, transportModes, inTurn, mebibyte } from '../testing/loopback.ts';
import { randomStream, reading } from '../testing/reader.ts';

describe.each(transportModes)('writing, $mode', ({ plain }) => {
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
