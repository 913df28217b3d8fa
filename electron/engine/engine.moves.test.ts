/** Devices whose addresses change: between two runs, and in the middle of a transfer. */

import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

import type { Endpoint } from '../../shared/model/peer.ts';
import type { Whereabouts } from './api.ts';
import { protocolTimings } from './session/session.ts';
import { startEngine, startReceiver, takeAll } from './testing/engines.ts';
import type { Receiver } from './testing/engines.ts';
import { openGate } from './testing/gate.ts';
import { harvest, plant, temporaryFolder } from '../base/testing/trees.ts';

const size = 3_000_000;

/** Nothing listens there. */
const nowhere: Endpoint = { host: '127.0.0.1', port: 1 };

const file = (): string => {
  const from = temporaryFolder();
  plant(from, { 'a.bin': { size, seed: 1 } });
  return join(from, 'a.bin');
};

/** Takes connections and says nothing, as an address does that packets are lost on the way to. */
const silentAddress = async (): Promise<Endpoint> => {
  const server = createServer((socket) => void socket.on('error', () => {}));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.close();
  });
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
};

/** What is announced; anybody may announce anything. */
class Announcements {
  readonly asked: string[] = [];
  #at: readonly Endpoint[] = [];

  say(...at: readonly Endpoint[]): void {
    this.#at = at;
  }

  readonly find: Whereabouts = async (deviceId) => {
    this.asked.push(deviceId);
    return this.#at;
  };
}

const startSender = async (timings = protocolTimings) => {
  const announcements = new Announcements();
  const started = await startEngine({ alias: 'sender', whereabouts: announcements.find }, timings);
  return { announcements, ...started };
};

/** The same device, started again, at another port. */
const restarted = async (receiver: Receiver): Promise<Endpoint> => {
  await receiver.engine.close();
  const again = await startEngine({ home: receiver.home });
  return again.engine.listen({ host: '127.0.0.1', port: 0, receive: takeAll(receiver.dir) });
};

describe('a device that is announced at another address', () => {
  it('is gone on with there in the same run, after its connection broke in the middle', async () => {
    const receiver = await startReceiver();
    const { announcements, engine, events } = await startSender();
    const gate = await openGate(receiver.at);
    gate.allow(1_500_000);
    const transfer = engine.send({ paths: [file()], to: gate.at, retryMs: 60_000 });
    await gate.whenHolding();
    await receiver.next('transfer', ({ transfer: { bytes } }) => bytes > 750_000);
    gate.leadTo(nowhere);
    gate.cut();
    announcements.say(await restarted(receiver));
    const { bytes, resumedBytes } = await transfer.done;
    expect(bytes + resumedBytes).toBe(size);
    expect(resumedBytes).toBeGreaterThan(500_000);
    expect(Object.keys(harvest(receiver.dir))).toEqual(['a.bin']);
    expect(announcements.asked[0]).toBe(receiver.engine.deviceId);
    expect(events.filter(({ kind }) => kind === 'retrying').length).toBeGreaterThan(0);
  });

  it('is found when its address was given that it was known at, or with its key', async () => {
    const receiver = await startReceiver();
    const { announcements, engine } = await startSender();
    await engine.probe({ to: receiver.at });
    const now = await restarted(receiver);
    announcements.say(now);
    expect((await engine.probe({ to: receiver.at })).peer.port).toBe(now.port);
    const { deviceId } = receiver.engine;
    expect((await engine.probe({ to: nowhere, expectDeviceId: deviceId })).peer.port).toBe(now.port);
  });

  it('is not waited for at an address that does not answer, when it is announced elsewhere alone', async () => {
    const receiver = await startReceiver();
    // The handshake has more time than the test.
    const { announcements, engine } = await startSender({ ...protocolTimings, handshakeMs: 120_000 });
    announcements.say(receiver.at);
    const to = await silentAddress();
    const { peer } = await engine.probe({ to, expectDeviceId: receiver.engine.deviceId });
    expect(peer.port).toBe(receiver.at.port);
  });

  it('is somebody else when another key answers there: what is told is what was wrong at its own address', async () => {
    const receiver = await startReceiver();
    const impostor = await startReceiver();
    const { announcements, engine } = await startSender();
    announcements.say(impostor.at);
    const asked = engine.probe({ to: nowhere, expectDeviceId: receiver.engine.deviceId });
    await expect(asked).rejects.toMatchObject({ code: 'connection-refused' });
    expect(impostor.offers).toEqual([]);
  });

  it('is not looked for where nobody is meant, on a plain connection, for a new key, or when only the address counts', async () => {
    const receiver = await startReceiver();
    const { announcements, engine } = await startSender();
    announcements.say(receiver.at);
    const expectDeviceId = receiver.engine.deviceId;
    for (const request of [
      { to: nowhere },
      { to: nowhere, expectDeviceId, plain: true },
      { to: nowhere, expectDeviceId, acceptNewKey: true },
      { to: nowhere, expectDeviceId, onlyThere: true },
    ])
      await expect(engine.probe(request)).rejects.toMatchObject({ code: 'connection-refused' });
    expect(announcements.asked).toEqual([]);
  });
});

describe('a device with several addresses', () => {
  it('is reached at any of them that leads to it', async () => {
    const receiver = await startReceiver();
    const other = await startReceiver();
    const { engine } = await startEngine();
    const expectDeviceId = receiver.engine.deviceId;
    // Nobody there, somebody else there, the device itself.
    const others = [other.at, receiver.at];
    const { peer } = await engine.probe({ to: nowhere, others, expectDeviceId });
    expect(peer.deviceId).toBe(expectDeviceId);
    const { files } = await engine.send({ paths: [file()], to: nowhere, others, expectDeviceId }).done;
    expect(files).toBe(1);
    expect(other.offers).toEqual([]);
  });

  it('is out of reach for the reason of its first address when none leads to it', async () => {
    const { engine } = await startEngine();
    const asked = engine.probe({ to: nowhere, others: [{ host: '127.0.0.1', port: 2 }] });
    await expect(asked).rejects.toMatchObject({ message: expect.stringContaining('127.0.0.1:1') });
  });
});
