import { describe, expect, it } from 'vitest';

import type { PeerView, Trust } from '../../shared/model/peer.ts';
import type { DiscoveredPeer, Discovery } from '../engine/api.ts';
import type { KnownDevice } from '../engine/api.ts';
import { DeviceNotes } from './device-notes.ts';
import { Devices } from './devices.ts';
import { fakeContext, ownId } from './testing/context.ts';

const a = 'a'.repeat(64);
const b = 'b'.repeat(64);
const at = (host: string, port = 18_520) => ({ host, port });

const announced = (deviceId: string, more: Partial<DiscoveredPeer> = {}): DiscoveredPeer => ({
  deviceId,
  alias: 'announced',
  kind: 'laptop',
  platform: 'linux',
  addresses: [at('192.168.1.5')],
  lastSeenMs: 5,
  ...more,
});

const known = (deviceId: string, more: Partial<KnownDevice> = {}): KnownDevice => ({
  deviceId,
  alias: 'known',
  targets: ['192.168.1.9:18520'],
  firstSeenMs: 1,
  lastSeenMs: Date.now() - 1_000,
  ...more,
});

const peer = (deviceId: string, trust: Trust = 'known'): PeerView => ({
  deviceId,
  alias: 'in session',
  address: '192.168.1.7',
  port: 1,
  secure: trust !== 'unauthenticated',
  trust,
});

const desk = ({ devices: list = [] as KnownDevice[], peers = [] as DiscoveredPeer[] } = {}) => {
  const state = { list, peers };
  const verified: [string, boolean][] = [];
  const context = fakeContext({
    knownDevices: () => state.list,
    verifyDevice: (deviceId, on) => {
      verified.push([deviceId, on]);
      state.list = state.list.map((device) => {
        if (device.deviceId !== deviceId) return device;
        const { verified: _before, ...rest } = device;
        return on ? { ...rest, verified: true } : rest;
      });
    },
    forgetDevice: (deviceId) => {
      state.list = state.list.filter((device) => device.deviceId !== deviceId);
    },
  });
  const notes = new DeviceNotes(context.home, context.trouble);
  const devices = new Devices(context, notes);
  devices.discovery = {
    get peers() {
      return state.peers;
    },
  } as unknown as Discovery;
  devices.refreshNow();
  return { ...context, devices, notes, known: state, verified, cards: () => context.state.list('devices') };
};

describe('the list of devices', () => {
  it('has one card for a device that is announced and known, the announced addresses first', () => {
    const { cards } = desk({ devices: [known(a)], peers: [announced(a)] });
    expect([...cards().values()]).toMatchObject([
      {
        id: a,
        deviceId: a,
        alias: 'announced',
        kind: 'laptop',
        presence: 'online',
        isAnnounced: true,
        trust: 'known',
        addresses: [at('192.168.1.5'), at('192.168.1.9')],
      },
    ]);
  });

  it('does not list this device, nor one that nobody has met for months', () => {
    const { cards } = desk({ devices: [known(a, { lastSeenMs: 0 })], peers: [announced(ownId)] });
    expect(cards().size).toBe(0);
  });

  it('trusts nobody because of an announcement', () => {
    const { cards, devices } = desk({ peers: [announced(a)] });
    expect(cards().get(a)?.trust).toBe('new');
    expect(() => devices.autoAccept(a, true)).toThrow(expect.objectContaining({ code: 'not-verified' }));
    expect(devices.takesAll(peer(a, 'known'))).toBe(false);
  });

  it('does not let an announcement rename a device that a person verified', () => {
    const { cards } = desk({
      devices: [known(a, { alias: 'Ada', verified: true }), known(b, { alias: '', verified: true })],
      peers: [announced(a), announced(b)],
    });
    expect(cards().get(a)?.alias).toBe('Ada');
    // It was compared before it was ever met.
    expect(cards().get(b)?.alias).toBe('announced');
  });

  it('keeps a known device in the list when it is no longer announced', () => {
    const {
      cards,
      devices,
      known: state,
    } = desk({ devices: [known(a)], peers: [announced(a), announced(b)] });
    state.peers = [];
    devices.refreshNow();
    expect([...cards().values()]).toMatchObject([{ id: a, presence: 'offline', isAnnounced: false }]);
  });

  it('shows a device as online while it is in a session', () => {
    const { cards, devices } = desk({ devices: [known(a)] });
    devices.heard({ kind: 'session-opened', peer: peer(a) });
    devices.heard({ kind: 'session-opened', peer: peer(a) });
    devices.heard({ kind: 'session-closed', peer: peer(a) });
    devices.refreshNow();
    expect(cards().get(a)).toMatchObject({ presence: 'online', alias: 'in session' });
    devices.heard({ kind: 'session-closed', peer: peer(a) });
    devices.refreshNow();
    expect(cards().get(a)?.presence).toBe('offline');
  });

  it('takes a claim on a plain connection for none', () => {
    const { cards, devices } = desk({ devices: [known(a)] });
    devices.heard({ kind: 'session-opened', peer: peer(a, 'unauthenticated') });
    devices.refreshNow();
    expect(cards().get(a)?.presence).toBe('offline');
    expect(devices.reached(peer(a, 'unauthenticated'), at('10.0.0.1', 7))).toBe('10.0.0.1:7');
    expect(cards().get('10.0.0.1:7')).toMatchObject({
      trust: 'unauthenticated',
      addresses: [at('10.0.0.1', 7)],
    });
    expect(cards().get('10.0.0.1:7')?.deviceId).toBeUndefined();
    expect(() => devices.verify('10.0.0.1:7', true)).toThrow(
      expect.objectContaining({ code: 'not-verified' }),
    );
  });

  it('says that an announced device is out of reach, until it answers', () => {
    const { cards, devices } = desk({ peers: [announced(a)] });
    devices.missed(a, 'pin-wrong');
    devices.refreshNow();
    expect(cards().get(a)?.presence).toBe('online');
    devices.missed(a, 'connection-refused');
    devices.refreshNow();
    expect(cards().get(a)).toMatchObject({ presence: 'unreachable', lastError: 'connection-refused' });
    devices.heard({ kind: 'session-opened', peer: peer(a) });
    devices.heard({ kind: 'session-closed', peer: peer(a) });
    devices.refreshNow();
    expect(cards().get(a)?.presence).toBe('online');
  });

  it('takes offers without asking only on a proven and verified key, and not after that is taken back', () => {
    const { devices } = desk({ devices: [known(a, { verified: true })] });
    devices.autoAccept(a, true);
    expect(devices.takesAll(peer(a, 'verified'))).toBe(true);
    expect(devices.takesAll(peer(a, 'known'))).toBe(false);
    expect(devices.takesAll({ ...peer(a, 'verified'), secure: false })).toBe(false);
    expect(devices.takesAll(peer(b, 'verified'))).toBe(false);
    devices.verify(a, false);
    devices.verify(a, true);
    expect(devices.takesAll(peer(a, 'verified'))).toBe(false);
  });

  it('keeps favourites for the next run, and forgets what is to be forgotten', () => {
    const { home, devices, cards, known: state } = desk({ peers: [announced(a)] });
    devices.favourite(a, true);
    state.peers = [];
    devices.refreshNow();
    expect(cards().get(a)).toMatchObject({
      isFavourite: true,
      alias: 'announced',
      addresses: [at('192.168.1.5')],
    });
    expect(new DeviceNotes(home, () => {}).get(a)).toMatchObject({ isFavourite: true });
    devices.forget(a);
    expect(cards().size).toBe(0);
    expect(new DeviceNotes(home, () => {}).get(a)).toBeUndefined();
    expect(() => devices.card(a)).toThrow(expect.objectContaining({ code: 'device-unknown' }));
  });

  it('goes on without the list of known devices when that cannot be read', () => {
    const context = fakeContext({
      knownDevices: () => {
        throw new Error('damaged');
      },
    });
    const devices = new Devices(context, new DeviceNotes(context.home, context.trouble));
    devices.discovery = { peers: [announced(a)] } as unknown as Discovery;
    devices.refreshNow();
    expect(context.state.list('devices').has(a)).toBe(true);
    expect(context.troubles.length).toBeGreaterThan(0);
  });
});
