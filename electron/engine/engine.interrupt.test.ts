import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';

import { HexdropError } from '../../shared/errors/errors.ts';
import type { TransferHandle } from './api.ts';
import { startEngine, startReceiver, takeAll } from './testing/engines.ts';
import type { Receiver, TestEngine } from './testing/engines.ts';
import { openGate } from './testing/gate.ts';
import type { Gate } from './testing/gate.ts';
import { harvest, plant, temporaryFolder } from '../base/testing/trees.ts';

/** Below what a lane is worth: all of it goes through the gate. */
const size = 3_000_000;

/** Nothing listens there. */
const nowhere = { host: '127.0.0.1', port: 1 };

const file = (bytes = size): string => {
  const from = temporaryFolder();
  plant(from, { 'a.bin': { size: bytes, seed: 1 } });
  return join(from, 'a.bin');
};

interface Halfway {
  readonly receiver: Receiver;
  readonly sender: TestEngine;
  readonly gate: Gate;
  readonly path: string;
  readonly transfer: TransferHandle;
}

/** A push that stands still in its middle. */
const halfway = async (retryMs = 0, through = 1_500_000): Promise<Halfway> => {
  const receiver = await startReceiver();
  const sender = await startEngine({ alias: 'sender' });
  const gate = await openGate(receiver.at);
  gate.allow(through);
  const path = file();
  const transfer = sender.engine.send({ paths: [path], to: gate.at, retryMs });
  await gate.whenHolding();
  // Most of what the gate let through is on the receiver's disk.
  if (through > 100_000) await receiver.next('transfer', ({ transfer: { bytes } }) => bytes > through / 2);
  return { receiver, sender, gate, path, transfer };
};

/** Sends the same again, past the gate; returns what had not to be sent. */
const resumedBytes = async ({ sender, receiver, path }: Halfway): Promise<number> => {
  const result = await sender.engine.send({ paths: [path], to: receiver.at }).done;
  expect(result.bytes + result.resumedBytes).toBe(size);
  expect(harvest(receiver.dir)['a.bin']?.content).toBe(harvest(join(path, '..'))['a.bin']?.content);
  return result.resumedBytes;
};

describe('cancel', () => {
  it('in the middle ends it on both sides as cancelled, in words that fit both; what came is not sent again', async () => {
    const sides = await halfway(30_000);
    const { sender, receiver, transfer, gate } = sides;
    expect(receiver.engine.snapshot().transfers).toMatchObject([
      { id: transfer.id, state: 'running', totals: { bytes: size } },
    ]);
    transfer.cancel();
    await expect(transfer.done).rejects.toMatchObject({
      code: 'cancelled',
      message: 'The sender cancelled.',
    });
    gate.allow(Infinity);
    const theirs = await receiver.next('finished');
    expect(theirs.transfer).toMatchObject({
      state: 'cancelled',
      error: { code: 'cancelled', message: 'The sender cancelled.' },
    });
    expect(transfer.view().state).toBe('cancelled');
    expect(await resumedBytes(sides)).toBeGreaterThan(500_000);
    expect(sender.kinds()).not.toContain('retrying');
  });

  it.each([
    ['in the middle', false],
    ['while it waits to try again', true],
  ])('with a reason, %s, is a failure that both sides can explain', async (_, isBroken) => {
    const { transfer, receiver, sender, gate } = await halfway(60_000);
    if (isBroken) {
      gate.leadTo(nowhere);
      gate.cut();
      await sender.next('retrying');
    }
    transfer.cancel(new HexdropError('page-gone'));
    await expect(transfer.done).rejects.toMatchObject({ code: 'page-gone' });
    expect(transfer.view()).toMatchObject({ state: 'failed', error: { code: 'page-gone' } });
    gate.allow(Infinity);
    if (isBroken) return;
    expect((await receiver.next('finished')).transfer).toMatchObject({
      state: 'failed',
      error: { code: 'page-gone' },
    });
  });

  it('is heard by a receiver behind a line that stands still for seconds', async () => {
    const sides = await halfway(30_000);
    const { receiver, transfer, gate } = sides;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      transfer.cancel();
      vi.advanceTimersByTime(4_000);
    } finally {
      vi.useRealTimers();
    }
    await expect(transfer.done).rejects.toMatchObject({ code: 'cancelled' });
    gate.allow(Infinity);
    const { transfer: theirs } = await receiver.next('finished');
    expect(theirs).toMatchObject({ state: 'cancelled', error: { message: 'The sender cancelled.' } });
    expect(await resumedBytes(sides)).toBeGreaterThan(500_000);
  });

  it('before there is a connection ends at once', async () => {
    const { engine } = await startEngine();
    const transfer = engine.send({ paths: [file()], to: { host: '192.0.2.1', port: 9 } });
    transfer.cancel();
    await expect(transfer.done).rejects.toMatchObject({ code: 'cancelled' });
    expect(transfer.view().state).toBe('cancelled');
  });

  it('in the handshake ends at once', async () => {
    const { transfer, receiver } = await halfway(0, 0);
    transfer.cancel();
    await expect(transfer.done).rejects.toMatchObject({ code: 'cancelled' });
    expect(receiver.offers).toEqual([]);
  });

  it('while somebody decides ends it; the answer that comes later does no harm', async () => {
    let decide: (accept: boolean) => void = () => {};
    const receiver = await startReceiver({
      decide: () =>
        new Promise((resolve) => {
          decide = () => resolve({ accept: true });
        }),
    });
    const sender = await startEngine();
    const transfer = sender.engine.send({ paths: [file()], to: receiver.at });
    while (receiver.offers.length === 0) await new Promise((resolve) => setImmediate(resolve));
    transfer.cancel();
    await expect(transfer.done).rejects.toMatchObject({ code: 'cancelled' });
    expect((await receiver.next('finished')).transfer.state).toBe('cancelled');
    decide(true);
    await new Promise((resolve) => setImmediate(resolve));
    expect(harvest(receiver.dir)).toEqual({});
  });

  it('while it waits to try again ends at once', async () => {
    const { transfer, sender, gate } = await halfway(60_000);
    gate.leadTo(nowhere);
    gate.cut();
    await sender.next('retrying');
    transfer.cancel();
    await expect(transfer.done).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('while the PIN is asked about does not go on with the upload', async () => {
    const server = await startEngine();
    const folder = temporaryFolder();
    server.engine.addShare({ path: folder, name: 'inbox', writable: true, pin: '1' });
    const gate = await openGate(await server.engine.listen({ host: '127.0.0.1', port: 0 }));
    const client = await startEngine();
    const transfer = client.engine.put({ paths: [file()], to: gate.at, path: 'inbox', pin: '1' });
    await client.next('session-opened');
    transfer.cancel();
    await expect(transfer.done).rejects.toMatchObject({ code: 'cancelled' });
    await server.next('session-closed');
    expect(Object.keys(harvest(folder))).toEqual([]);
  });

  it('after the end changes nothing', async () => {
    const receiver = await startReceiver();
    const { engine } = await startEngine();
    const transfer = engine.send({ paths: [file()], to: receiver.at });
    await transfer.done;
    transfer.cancel();
    expect(transfer.view().state).toBe('done');
  });
});

describe('a broken connection', () => {
  it('ends the transfer where nobody retries; the same send again goes on', async () => {
    const sides = await halfway();
    sides.gate.cut();
    await expect(sides.transfer.done).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:connection-lost|truncated-frame)$/u),
    });
    expect((await sides.receiver.next('retrying')).error).toMatchObject({ name: 'HexdropError' });
    expect(await resumedBytes(sides)).toBeGreaterThan(500_000);
  });

  it('is tried again, and nothing that came is sent twice; nobody is asked again', async () => {
    const { transfer, gate, receiver, sender } = await halfway(30_000);
    const before = receiver.engine.snapshot().transfers[0]?.bytes ?? 0;
    gate.allow(Infinity);
    gate.cut();
    const result = await transfer.done;
    expect(result).toMatchObject({ files: 1, bytes: size, failed: 0, resumedBytes: 0 });
    expect(before).toBeGreaterThan(0);
    expect(receiver.offers).toHaveLength(1);
    expect(sender.kinds().filter((kind) => kind === 'finished')).toHaveLength(1);
    expect((await receiver.next('finished')).result).toMatchObject({ bytes: size, resumedBytes: 0 });
    expect(Object.keys(harvest(receiver.dir))).toEqual(['a.bin']);
  });

  it('is tried again when the receiver comes back elsewhere, with the same home; nothing that came is sent twice', async () => {
    const { transfer, gate, receiver, sender } = await halfway(30_000);
    gate.leadTo(nowhere);
    gate.cut();
    await sender.next('retrying');
    await receiver.next('retrying');
    await receiver.engine.close();
    const again = await startReceiver({ dir: receiver.dir }, { home: receiver.home });
    gate.leadTo(again.at);
    gate.allow(Infinity);
    const result = await transfer.done;
    expect(result).toMatchObject({ files: 1, failed: 0 });
    expect(again.offers).toMatchObject([{ isResumed: true }]);
    expect((await again.next('finished')).result?.resumedBytes).toBeGreaterThan(500_000);
    expect(Object.keys(harvest(receiver.dir))).toEqual(['a.bin']);
  });

  it('is given up when it cannot be mended within the time', async () => {
    const { transfer, gate, receiver, sender } = await halfway(600);
    gate.leadTo(nowhere);
    gate.cut();
    await expect(transfer.done).rejects.toMatchObject({ name: 'HexdropError' });
    expect(sender.kinds()).toContain('retrying');
    expect(transfer.view().state).toBe('failed');
    expect(receiver.engine.snapshot().transfers[0]?.state).toBe('retrying');
  });

  it('of a get is tried again too', async () => {
    const server = await startEngine();
    const folder = temporaryFolder();
    plant(folder, { 'a.bin': { size: 9_000_000, seed: 3 } });
    server.engine.addShare({ path: folder, name: 's' });
    const gate = await openGate(await server.engine.listen({ host: '127.0.0.1', port: 0 }));
    const client = await startEngine();
    const dir = temporaryFolder();
    let cuts = 0;
    client.engine.onEvent((event) => {
      if (event.kind !== 'transfer' || event.transfer.bytes === 0 || cuts > 0) return;
      cuts += 1;
      gate.cut();
    });
    const result = await client.engine.get({
      from: gate.at,
      paths: ['s/a.bin'],
      dir,
      onConflict: 'rename',
      retryMs: 30_000,
    }).done;
    expect(result).toMatchObject({ files: 1, bytes: 9_000_000, failed: 0 });
    expect(harvest(dir)).toEqual(harvest(folder));
  });
});

describe('close', () => {
  it('takes at most 800 ms while a transfer runs, tells the peer, and leaves what can be resumed', async () => {
    for (const by of ['sender', 'receiver'] as const) {
      const sides = await halfway();
      const closed = sides[by].engine.close().then(() => 'closed');
      // Timers of one process end in their order, however slow the machine is.
      expect(await Promise.race([closed, delay(800, 'not closed after 800 ms')])).toBe('closed');
      sides.gate.allow(Infinity);
      await expect(sides.transfer.done).rejects.toMatchObject({ name: 'HexdropError' });
      expect(sides[by].engine.snapshot().listening).toBeUndefined();
      const sender = await startEngine({ home: sides.sender.home });
      const receiver =
        by === 'sender'
          ? sides.receiver
          : { ...(await startEngine({ home: sides.receiver.home })), dir: sides.receiver.dir };
      const at =
        by === 'sender'
          ? sides.receiver.at
          : await receiver.engine.listen({ host: '127.0.0.1', port: 0, receive: takeAll(receiver.dir) });
      const result = await sender.engine.send({ paths: [sides.path], to: at }).done;
      expect(result.resumedBytes).toBeGreaterThan(500_000);
      expect(result.bytes + result.resumedBytes).toBe(size);
      expect(Object.keys(harvest(sides.receiver.dir))).toEqual(['a.bin']);
    }
  });

  it('ends a transfer that waits to try again, and dials no more', async () => {
    const { transfer, sender, gate } = await halfway(60_000);
    gate.leadTo(nowhere);
    gate.cut();
    await sender.next('retrying');
    await sender.engine.close();
    await expect(transfer.done).rejects.toMatchObject({ name: 'HexdropError' });
  });

  it('may be asked for twice, and with nothing going on', async () => {
    const { engine } = await startReceiver();
    await engine.close();
    await engine.close();
  });

  it('leaves partials that are listed and can be cleaned', async () => {
    const { sender, receiver, gate } = await halfway();
    await sender.engine.close();
    gate.cut();
    await receiver.next('session-closed');
    await receiver.engine.close();
    const { engine } = await startEngine({ home: receiver.home });
    const [left, ...others] = await engine.partials();
    expect(others).toEqual([]);
    expect(left).toMatchObject({ peerDeviceId: sender.engine.deviceId, target: receiver.dir });
    expect(await engine.cleanPartials()).toHaveLength(1);
    expect(await engine.partials()).toEqual([]);
    expect(harvest(receiver.dir)).toEqual({});
  });
});

describe('a lane', () => {
  it('that cannot be had leaves the bulk to the control connection', async () => {
    const server = await startEngine();
    const folder = temporaryFolder();
    plant(folder, { 'a.bin': { size: 9_000_000, seed: 3 } });
    server.engine.addShare({ path: folder, name: 's' });
    const gate = await openGate(await server.engine.listen({ host: '127.0.0.1', port: 0 }));
    const client = await startEngine();
    // From the second connection on the gate leads nowhere.
    void client.next('session-opened').then(() => gate.leadTo(nowhere));
    const dir = temporaryFolder();
    expect(
      await client.engine.get({ from: gate.at, paths: ['s/a.bin'], dir, onConflict: 'rename' }).done,
    ).toMatchObject({ files: 1, bytes: 9_000_000 });
    expect(gate.connections).toBe(2);
    expect(harvest(dir)).toEqual(harvest(folder));
  });

  it('is opened for what is large, and not for what is small', async () => {
    const server = await startEngine();
    const folder = temporaryFolder();
    plant(folder, { 'big.bin': { size: 9_000_000, seed: 3 }, 'small.bin': { size: 1_000, seed: 4 } });
    server.engine.addShare({ path: folder, name: 's' });
    const gate = await openGate(await server.engine.listen({ host: '127.0.0.1', port: 0 }));
    const client = await startEngine();
    const get = (path: string) =>
      client.engine.get({ from: gate.at, paths: [path], dir: temporaryFolder(), onConflict: 'rename' }).done;
    await get('s/small.bin');
    expect(gate.connections).toBe(1);
    await get('s/big.bin');
    expect(gate.connections).toBe(3);
  });
});
