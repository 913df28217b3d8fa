/** Pauses, limits and streamed trees as the users of the engine meet them. */

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import type { TransferView } from '../../shared/model/transfer.ts';
import type { TransferHandle } from './api.ts';
import { startEngine, startReceiver } from './testing/engines.ts';
import type { Receiver, TestEngine } from './testing/engines.ts';
import { openGate } from './testing/gate.ts';
import type { Gate } from './testing/gate.ts';
import { turns } from './testing/manual-clock.ts';
import { Page } from './testing/page.ts';
import { harvest, plant, temporaryFolder } from '../base/testing/trees.ts';

/** Below what a lane is worth: all of it goes through the gate. */
const size = 3_000_000;

const file = (bytes = size): string => {
  const from = temporaryFolder();
  plant(from, { 'a.bin': { size: bytes, seed: 1 } });
  return join(from, 'a.bin');
};

interface Sides {
  readonly receiver: Receiver;
  readonly sender: TestEngine;
  readonly gate: Gate;
  readonly transfer: TransferHandle;
  /** The same transfer at the receiver. */
  readonly theirs: TransferHandle;
}

/** A push that has begun and takes some seconds more, unless its limit is taken away. */
const halfway = async (retryMs = 0): Promise<Sides> => {
  const receiver = await startReceiver();
  const sender = await startEngine({ alias: 'sender' });
  sender.engine.configure({ uploadLimit: 500_000 });
  const gate = await openGate(receiver.at);
  const transfer = sender.engine.send({ paths: [file()], to: gate.at, retryMs });
  await receiver.next('transfer', ({ transfer: { bytes } }) => bytes > 0);
  const theirs = receiver.engine.transfer(transfer.id) as TransferHandle;
  return { receiver, sender, gate, transfer, theirs };
};

const shows = async (handle: TransferHandle, wanted: Partial<TransferView>): Promise<void> => {
  for (;;) {
    const view = handle.view();
    if (Object.entries(wanted).every(([name, value]) => view[name as keyof TransferView] === value)) return;
    await turns(1);
  }
};

describe('a paused transfer', () => {
  it('is shown as such on both sides, by whom, without speed or time left, until it goes on', async () => {
    const { transfer, theirs, receiver, sender } = await halfway();
    transfer.pause();
    expect(transfer.view()).toMatchObject({ state: 'paused', pausedBy: 'here', bytesPerSecond: 0 });
    await shows(theirs, { state: 'paused', pausedBy: 'there', bytesPerSecond: 0 });
    theirs.pause();
    expect(theirs.view()).toMatchObject({ pausedBy: 'both' });
    expect(theirs.view().secondsLeft).toBeUndefined();
    await shows(transfer, { pausedBy: 'both' });
    transfer.resume();
    expect(transfer.view()).toMatchObject({ state: 'paused', pausedBy: 'there' });
    await shows(theirs, { state: 'paused', pausedBy: 'here' });
    sender.engine.configure({ uploadLimit: null });
    theirs.resume();
    const result = await transfer.done;
    expect(result.bytes).toBe(size);
    expect(transfer.view()).toMatchObject({ state: 'done' });
    expect(transfer.view().pausedBy).toBeUndefined();
    expect((await receiver.next('finished')).transfer.state).toBe('done');
  });

  it.each(['here', 'there'] as const)('stays paused %s over a broken connection', async (by) => {
    const { transfer, theirs, gate, sender, receiver } = await halfway(30_000);
    const [pauser, other] = by === 'here' ? [transfer, theirs] : [theirs, transfer];
    pauser.pause();
    await shows(other, { state: 'paused', pausedBy: 'there' });
    gate.cut();
    await sender.next('retrying');
    expect(pauser.view()).toMatchObject({ state: 'paused', pausedBy: 'here' });
    await receiver.next(
      'session-opened',
      () => receiver.kinds().filter((kind) => kind === 'session-opened').length > 1,
    );
    await shows(other, { state: 'paused', pausedBy: 'there' });
    const { bytes } = theirs.view();
    await turns(50);
    expect(theirs.view().bytes).toBe(bytes);
    sender.engine.configure({ uploadLimit: null });
    await turns(50);
    expect(theirs.view().bytes).toBe(bytes);
    pauser.resume();
    expect((await transfer.done).bytes).toBeLessThanOrEqual(size);
    expect(harvest(receiver.dir)['a.bin']).toMatchObject({ kind: 'file' });
  });

  it('while nobody has accepted asks, waits and sends nothing until it goes on', async () => {
    let accept: () => void = () => {};
    const receiver = await startReceiver({
      decide: () => new Promise((resolve) => (accept = () => resolve({ accept: true }))),
    });
    const sender = await startEngine();
    const transfer = sender.engine.send({ paths: [file()], to: receiver.at });
    transfer.pause();
    expect(transfer.view()).toMatchObject({ state: 'paused', pausedBy: 'here' });
    while (receiver.offers.length === 0) await turns(1);
    accept();
    const theirs = receiver.engine.transfer(transfer.id) as TransferHandle;
    await shows(theirs, { state: 'paused', pausedBy: 'there', bytes: 0 });
    transfer.resume();
    expect((await transfer.done).bytes).toBe(size);
  });

  it('that is taken back while it waits for an answer shows that it waits', async () => {
    const receiver = await startReceiver({ decide: () => new Promise(() => {}) });
    const sender = await startEngine();
    const transfer = sender.engine.send({ paths: [file()], to: receiver.at });
    await shows(transfer, { state: 'waiting' });
    transfer.pause();
    transfer.resume();
    expect(transfer.view().state).toBe('waiting');
    transfer.cancel();
    await expect(transfer.done).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('can be cancelled', async () => {
    const { transfer, theirs } = await halfway();
    transfer.pause();
    await shows(theirs, { state: 'paused' });
    theirs.cancel();
    await expect(transfer.done).rejects.toMatchObject({ code: 'cancelled' });
    transfer.resume();
    transfer.pause();
    expect(transfer.view()).toMatchObject({ state: 'cancelled' });
    expect(transfer.view().pausedBy).toBeUndefined();
  });

  it('does not count the pause as time of work', async () => {
    const { transfer, sender } = await halfway();
    transfer.pause();
    sender.engine.configure({ uploadLimit: null });
    const fromMs = Date.now();
    while (Date.now() - fromMs < 400) await turns(1);
    transfer.resume();
    const { seconds } = await transfer.done;
    expect(seconds).toBeLessThan((Date.now() - transfer.view().startedAtMs) / 1_000 - 0.39);
    expect(seconds).toBeGreaterThan(0);
  });

  it('that is fetched from a share stops there, and goes on', async () => {
    const server = await startReceiver();
    const from = temporaryFolder();
    plant(from, { 'a.bin': { size, seed: 1 } });
    server.engine.addShare({ path: from, name: 'docs' });
    const { engine } = await startEngine();
    const dir = temporaryFolder();
    const transfer = engine.get({ from: server.at, paths: ['docs'], dir, onConflict: 'rename' });
    transfer.pause();
    let served: TransferHandle | undefined;
    while ((served = server.engine.transfer(transfer.id)) === undefined) await turns(1);
    await shows(served, { state: 'paused', pausedBy: 'there' });
    transfer.resume();
    expect((await transfer.done).bytes).toBe(size);
  });
});

describe('a pause at the one who serves', () => {
  it('holds over a broken connection of the one who fetches', async () => {
    const server = await startReceiver();
    server.engine.configure({ uploadLimit: 500_000 });
    const from = temporaryFolder();
    plant(from, { 'a.bin': { size, seed: 1 } });
    server.engine.addShare({ path: from, name: 'docs' });
    const gate = await openGate(server.at);
    const { engine, next } = await startEngine();
    const dir = temporaryFolder();
    const transfer = engine.get({
      from: gate.at,
      paths: ['docs'],
      dir,
      onConflict: 'rename',
      retryMs: 30_000,
    });
    await next('transfer', ({ transfer: { bytes } }) => bytes > 0);
    (server.engine.transfer(transfer.id) as TransferHandle).pause();
    await shows(transfer, { state: 'paused', pausedBy: 'there' });
    gate.cut();
    await next('retrying');
    await shows(transfer, { state: 'paused', pausedBy: 'there' });
    server.engine.configure({ uploadLimit: null });
    const served = server.engine.transfer(transfer.id) as TransferHandle;
    expect(served.view()).toMatchObject({ state: 'paused', pausedBy: 'here' });
    served.resume();
    await expect(transfer.done).resolves.toMatchObject({ files: 1, failed: 0 });
  });
});

describe('a limit of the engine', () => {
  it('slows down what runs, and lets it go when it is taken away', async () => {
    const { transfer, sender, theirs } = await halfway();
    sender.engine.configure({ uploadLimit: 1 });
    await turns(100);
    const { bytes } = theirs.view();
    await turns(300);
    expect(theirs.view()).toMatchObject({ bytes, state: 'running' });
    expect(bytes).toBeLessThan(size);
    sender.engine.configure({ uploadLimit: null });
    expect((await transfer.done).bytes).toBe(size);
  });

  it('for downloads is told to the sender', async () => {
    const receiver = await startReceiver();
    receiver.engine.configure({ downloadLimit: 1 });
    const sender = await startEngine();
    const transfer = sender.engine.send({ paths: [file()], to: receiver.at });
    // The first frame leaves at once.
    await shows(transfer, { bytes: 262_144 });
    await turns(300);
    expect(transfer.view().bytes).toBe(262_144);
    receiver.engine.configure({ downloadLimit: null });
    expect((await transfer.done).bytes).toBe(size);
  });

  it.each([0, -1, 0.5, Number.NaN])('of %d is refused', async (limit) => {
    const { engine } = await startEngine();
    expect(() => engine.configure({ uploadLimit: limit })).toThrow(
      expect.objectContaining({ code: 'usage' }),
    );
    expect(() => engine.configure({ downloadLimit: limit })).toThrow(
      expect.objectContaining({ code: 'usage' }),
    );
  });
});

describe('a streamed tree', () => {
  const tree = { folder: { 'a.bin': { size, seed: 3 }, 'b.txt': { size: 90, seed: 4 } } };

  it('is sent, goes on after a broken connection, and is let go once', async () => {
    const receiver = await startReceiver();
    const sender = await startEngine();
    const gate = await openGate(receiver.at);
    gate.allow(1_500_000);
    const page = new Page(tree);
    const transfer = sender.engine.send({ tree: page, to: gate.at, retryMs: 30_000 });
    await gate.whenHolding();
    await receiver.next('transfer', ({ transfer: { bytes } }) => bytes > 0);
    gate.cut();
    gate.allow(Infinity);
    await expect(transfer.done).resolves.toMatchObject({ files: 2, failed: 0 });
    const planted = temporaryFolder();
    plant(planted, tree);
    expect(harvest(receiver.dir)['folder/a.bin']?.content).toBe(harvest(planted)['folder/a.bin']?.content);
    while (page.closed === 0) await turns(1);
    expect(page.closed).toBe(1);
  });

  it('is uploaded into a share', async () => {
    const server = await startReceiver();
    const folder = temporaryFolder();
    server.engine.addShare({ path: folder, name: 'inbox', writable: true });
    const { engine } = await startEngine();
    await engine.put({ tree: new Page(tree), to: server.at, path: 'inbox' }).done;
    expect(Object.keys(harvest(folder))).toContain('folder/a.bin');
  });

  it('without entries is nothing to send, and is let go', async () => {
    const { engine } = await startEngine();
    const page = new Page({});
    const transfer = engine.send({ tree: page, to: { host: '127.0.0.1', port: 1 } });
    await expect(transfer.done).rejects.toMatchObject({ code: 'usage' });
    expect(page.closed).toBe(1);
  });

  it('that is cancelled before there is a connection is let go', async () => {
    const { engine } = await startEngine();
    const page = new Page(tree);
    const transfer = engine.send({ tree: page, to: { host: '192.0.2.1', port: 9 } });
    transfer.cancel();
    await expect(transfer.done).rejects.toMatchObject({ code: 'cancelled' });
    while (page.closed === 0) await turns(1);
    expect(page.wanted).toEqual([]);
  });
});
