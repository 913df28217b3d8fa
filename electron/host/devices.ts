/**
 * The list of devices: those announced now, in a session now, recently used, favourite. One card for a device id,
 * whatever it is known from. What an announcement says is a claim: it can put a card into the list, never change how far
 * a device is trusted.
 */

import type { DeviceCard, Presence } from '../../shared/model/device.ts';
import type { Endpoint, PeerView, Trust } from '../../shared/model/peer.ts';
import type { Discovery, EngineEvent } from '../engine/api.ts';
import { formatAddress, parseAddress } from '../base/address.ts';
import type { KnownDevice } from '../engine/api.ts';
import { errorTable, HexdropError, isErrorCode } from '../../shared/errors/errors.ts';
import type { HostContext } from './context.ts';
import type { DeviceNote, DeviceNotes } from './device-notes.ts';
import { hueOf } from './settings-store.ts';

/** A device that nobody has met for longer is listed only when it is a favourite or announced. */
const recentMs = 90 * 24 * 60 * 60 * 1000;
const mostRecent = 100;
const mostAddresses = 16;
/** Dialed without proof of who answers; forgotten with the program. */
const mostPlain = 50;
/** Many announcements come at once when a network is joined. */
const refreshAfterMs = 50;

/** A device as far as it is known without an announcement. */
interface Met {
  readonly alias: string;
  readonly endpoint: Endpoint;
  readonly atMs: number;
}

export class Devices {
  readonly #context: HostContext;
  readonly #notes: DeviceNotes;
  /** Open sessions by device id; a device may have several. */
  readonly #sessions = new Map<string, { count: number; alias: string }>();
  /** Devices that were reached without encryption, by `host:port`. */
  readonly #plain = new Map<string, Met>();
  /** Why the last dial failed, by card. */
  readonly #errors = new Map<string, string>();
  #discovery: Discovery | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(context: HostContext, notes: DeviceNotes) {
    this.#context = context;
    this.#notes = notes;
    this.refreshNow();
  }

  /** Where it is announced now, the best address first. */
  announcedAt(deviceId: string): readonly Endpoint[] {
    return this.#discovery?.peers.find((peer) => peer.deviceId === deviceId)?.addresses ?? [];
  }

  /** Another source of announcements, or none. */
  set discovery(discovery: Discovery | undefined) {
    this.#discovery = discovery;
    this.refresh();
  }

  heard(event: EngineEvent): void {
    if (event.kind === 'session-opened') {
      const { deviceId, alias, trust } = event.peer;
      if (trust === 'unauthenticated') return;
      this.#sessions.set(deviceId, { count: (this.#sessions.get(deviceId)?.count ?? 0) + 1, alias });
      this.#errors.delete(deviceId);
      this.refresh();
    } else if (event.kind === 'session-closed') {
      const session = this.#sessions.get(event.peer.deviceId);
      if (session === undefined || event.peer.trust === 'unauthenticated') return;
      session.count -= 1;
      if (session.count <= 0) this.#sessions.delete(event.peer.deviceId);
      this.refresh();
    } else if (event.kind === 'trusted') {
      this.refresh();
    }
  }

  /** Somebody was reached there: the card of the device, which may be new. */
  reached(peer: PeerView, endpoint: Endpoint): string {
    if (peer.trust !== 'unauthenticated') {
      this.refreshNow();
      return peer.deviceId;
    }
    const id = formatAddress(endpoint);
    this.#plain.delete(id);
    this.#plain.set(id, { alias: peer.alias, endpoint, atMs: Date.now() });
    const [oldest] = this.#plain.keys();
    if (this.#plain.size > mostPlain && oldest !== undefined) this.#plain.delete(oldest);
    this.#errors.delete(id);
    this.refreshNow();
    return id;
  }

  /** A dial ended so; only what says that it is out of reach is noted. */
  missed(cardId: string, code: string): void {
    if (!isErrorCode(code) || errorTable[code].exit !== 'unreachable') return;
    if (!this.#context.state.list('devices').has(cardId)) return;
    this.#errors.set(cardId, code);
    this.refresh();
  }

  /** @throws HexdropError device-unknown */
  card(id: string): DeviceCard {
    this.#flush();
    const card = this.#context.state.list('devices').get(id);
    if (card === undefined) throw new HexdropError('device-unknown');
    return card;
  }

  /** Whether offers of this peer are taken without asking: only of one whose key a person compared. */
  takesAll(peer: PeerView): boolean {
    return peer.trust === 'verified' && peer.secure && this.#notes.get(peer.deviceId)?.autoAccept === true;
  }

  favourite(id: string, on: boolean): void {
    this.#note(id, { isFavourite: on });
  }

  /** @throws HexdropError not-verified */
  autoAccept(id: string, on: boolean): void {
    if (on && this.card(id).trust !== 'verified') {
      throw new HexdropError(
        'not-verified',
        'Offers are taken without asking only from a device whose words were compared.',
      );
    }
    this.#note(id, { autoAccept: on });
  }

  verify(id: string, on: boolean): void {
    const { deviceId } = this.card(id);
    if (deviceId === undefined) {
      throw new HexdropError('not-verified', 'Without encryption nobody can prove to be this device.');
    }
    this.#context.engine.verifyDevice(deviceId, on);
    if (!on && this.#notes.get(id)?.autoAccept === true) this.#note(id, { autoAccept: false });
    this.refreshNow();
  }

  forget(id: string): void {
    const { deviceId } = this.card(id);
    this.#notes.forget(id);
    this.#plain.delete(id);
    this.#errors.delete(id);
    if (deviceId !== undefined) this.#context.engine.forgetDevice(deviceId);
    this.refreshNow();
  }

  refresh(): void {
    this.#timer ??= setTimeout(() => this.refreshNow(), refreshAfterMs);
  }

  refreshNow(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { state } = this.#context;
    const cards = this.#cards();
    for (const card of cards.values()) state.put('devices', card.id, card);
    for (const id of state.list('devices').keys()) if (!cards.has(id)) state.drop('devices', id);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #flush(): void {
    if (this.#timer !== undefined) this.refreshNow();
  }

  #note(id: string, change: Partial<Pick<DeviceNote, 'isFavourite' | 'autoAccept'>>): void {
    const { alias, kind, addresses } = this.card(id);
    const { isFavourite = false, autoAccept = false } = this.#notes.get(id) ?? {};
    this.#notes.set({ id, alias, kind, addresses, isFavourite, autoAccept, ...change });
    this.refreshNow();
  }

  #known(): readonly KnownDevice[] {
    try {
      return this.#context.engine.knownDevices();
    } catch (thrown) {
      this.#context.trouble(thrown);
      return [];
    }
  }

  #cards(): ReadonlyMap<string, DeviceCard> {
    const known = new Map(this.#known().map((device) => [device.deviceId, device]));
    const announced = new Map((this.#discovery?.peers ?? []).map((peer) => [peer.deviceId, peer]));
    const now = Date.now();
    const ids = new Set<string>([
      ...announced.keys(),
      ...this.#sessions.keys(),
      ...[...known.values()]
        .filter((device) => now - device.lastSeenMs < recentMs)
        .slice(0, mostRecent)
        .map(({ deviceId }) => deviceId),
    ]);
    for (const { id } of this.#notes.all()) ids.add(id);
    for (const id of this.#plain.keys()) ids.add(id);
    ids.delete(this.#context.engine.deviceId);

    const cards = new Map<string, DeviceCard>();
    for (const id of ids) {
      const peer = announced.get(id);
      const device = known.get(id);
      const session = this.#sessions.get(id);
      const plain = this.#plain.get(id);
      const note = this.#notes.get(id);
      const isDeviceId = /^[0-9a-f]{64}$/u.test(id);
      const trust: Trust = isDeviceId ? trustOf(device) : 'unauthenticated';
      const lastError = this.#errors.get(id);
      const lastSeenMs = Math.max(
        peer?.lastSeenMs ?? 0,
        device?.lastSeenMs ?? 0,
        plain?.atMs ?? 0,
        session === undefined ? 0 : now - (now % 60_000),
      );
      cards.set(id, {
        id,
        // Anybody can announce this key under another name: a device that was verified is called as it said itself.
        alias:
          (trust === 'verified' ? session?.alias || device?.alias : undefined) ||
          (peer?.alias ?? session?.alias ?? device?.alias ?? plain?.alias ?? note?.alias ?? ''),
        kind: peer?.kind ?? note?.kind ?? 'unknown',
        hue: hueOf(id),
        addresses: addressesOf([
          ...(peer?.addresses ?? []),
          ...targetsOf(device),
          ...(plain === undefined ? [] : [plain.endpoint]),
          ...(note?.addresses ?? []),
        ]),
        presence: presenceOf(peer !== undefined, session !== undefined, lastError !== undefined),
        isAnnounced: peer !== undefined,
        trust,
        isFavourite: note?.isFavourite ?? false,
        autoAccept: trust === 'verified' && (note?.autoAccept ?? false),
        ...(isDeviceId ? { deviceId: id } : {}),
        ...(peer === undefined ? {} : { platform: peer.platform }),
        ...(lastSeenMs === 0 ? {} : { lastSeenMs }),
        ...(lastError === undefined ? {} : { lastError }),
      });
    }
    return cards;
  }
}

const trustOf = (device: KnownDevice | undefined): Trust => {
  if (device === undefined) return 'new';
  return device.verified === true ? 'verified' : 'known';
};

const presenceOf = (isAnnounced: boolean, isInSession: boolean, hasFailed: boolean): Presence => {
  if (isInSession) return 'online';
  if (!isAnnounced) return 'offline';
  return hasFailed ? 'unreachable' : 'online';
};

const targetsOf = (device: KnownDevice | undefined): readonly Endpoint[] =>
  (device?.targets ?? []).flatMap((target) => {
    try {
      return [parseAddress(target)];
    } catch {
      return [];
    }
  });

const addressesOf = (addresses: readonly Endpoint[]): readonly Endpoint[] => {
  const byName = new Map(addresses.map((endpoint) => [formatAddress(endpoint), endpoint]));
  return [...byName.values()].slice(0, mostAddresses);
};
