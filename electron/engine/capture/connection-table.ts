/**
 * The connections of a capture: who they join, what happened to them, and what their frames told about themselves
 * (names in HELLO and WELCOME, transfers in OFFER and GET, whose lane in LANE). Bounded: a port that strangers knock on
 * for days must not grow it.
 */

import type {
  CaptureConnection,
  CaptureDirection,
  CaptureEndpoint,
  CaptureEvent,
  CaptureTransfer,
} from '../../../shared/model/capture.ts';
import { typeNumber } from '../../../shared/protocol/catalog.ts';
import type { Payload, TypeName } from '../../../shared/protocol/catalog.ts';
import { decodePayloadOf } from '../../../shared/protocol/codec.ts';

/** A live capture may run for months: it keeps so many connections. */
const mostConnections = 4_096;
const mostEvents = 200;
const mostTransfers = 4_096;

interface Flow {
  frames: number;
  bytes: number;
  chunks: number;
}

/** A connection as it is written to; what leaves is a copy. */
export interface BookEntry {
  readonly number: number;
  near: CaptureEndpoint;
  far: CaptureEndpoint;
  dialer: 'near' | 'far' | 'unknown';
  secure?: { readonly protocol: string; readonly cipher: string };
  channel?: number;
  laneOf?: number;
  openedMs?: number;
  closedMs?: number;
  isOpen: boolean;
  /** The capture saw it from its first byte on. */
  isWhole: boolean;
  readonly in: Flow;
  readonly out: Flow;
  readonly events: CaptureEvent[];
}

interface MutableTransfer {
  readonly transferId: string;
  readonly connection: number;
  readonly id: number;
  readonly lanes: number[];
}

const telling: ReadonlySet<number> = new Set([
  typeNumber.HELLO,
  typeNumber.WELCOME,
  typeNumber.LANE,
  typeNumber.OFFER,
  typeNumber.GET,
]);

/** Whether a frame of this type tells something that the book wants to know. */
export const tellsBook = (type: number): boolean => telling.has(type);

const emptyFlow = (): Flow => ({ frames: 0, bytes: 0, chunks: 0 });

/** Lanes follow their offers at once. */
const mostLaneTokens = 1_024;

export class ConnectionTable {
  readonly #mostConnections: number;
  readonly #entries = new Map<number, BookEntry>();
  /** Those that are over, the longest first; the first `#closedGone` of them are forgotten. */
  #closed: BookEntry[] = [];
  #closedGone = 0;
  readonly #transfers: MutableTransfer[] = [];
  readonly #laneTokens = new Map<string, MutableTransfer>();
  #version = 0;

  constructor(most = mostConnections) {
    this.#mostConnections = most;
  }

  /** Rises with every change that a window shows. Counters alone do not count. */
  get version(): number {
    return this.#version;
  }

  changed(): void {
    this.#version += 1;
  }

  open(
    number: number,
    about: Pick<BookEntry, 'near' | 'far' | 'dialer'> & Partial<Pick<BookEntry, 'secure' | 'openedMs'>>,
  ): BookEntry {
    const { secure, openedMs } = about;
    const entry: BookEntry = {
      number,
      near: about.near,
      far: about.far,
      dialer: about.dialer,
      ...(secure === undefined ? {} : { secure }),
      ...(openedMs === undefined ? {} : { openedMs }),
      isOpen: true,
      isWhole: true,
      in: emptyFlow(),
      out: emptyFlow(),
      events: [],
    };
    this.#entries.set(number, entry);
    if (this.#entries.size > this.#mostConnections) this.#forgetOne();
    this.changed();
    return entry;
  }

  /** The connection is over. */
  closed(entry: BookEntry, timeMs: number): void {
    entry.isOpen = false;
    entry.closedMs = timeMs;
    this.#closed.push(entry);
    this.changed();
  }

  get(number: number): BookEntry | undefined {
    return this.#entries.get(number);
  }

  entries(): IterableIterator<BookEntry> {
    return this.#entries.values();
  }

  happened(entry: BookEntry, event: CaptureEvent): void {
    entry.events.push(event);
    if (entry.events.length > mostEvents) entry.events.shift();
    this.changed();
  }

  /** A frame for which `tellsBook` is true. Its payload may be anything. */
  learn(entry: BookEntry, direction: CaptureDirection, type: number, id: number, payload: Uint8Array): void {
    switch (type) {
      case typeNumber.HELLO:
      case typeNumber.WELCOME:
        return this.#learnName(entry, direction, type === typeNumber.HELLO ? 'HELLO' : 'WELCOME', payload);
      case typeNumber.LANE:
        return this.#learnLane(entry, payload);
      case typeNumber.GET: {
        const get = decoded('GET', payload);
        if (get !== undefined) this.#transfer(get.transfer, entry, id);
        return;
      }
      case typeNumber.OFFER: {
        const offer = decoded('OFFER', payload);
        if (offer === undefined) return;
        const transfer = this.#transfer(offer.transfer, entry, id);
        if (offer.lane !== undefined) this.#expectLane(offer.lane.token, transfer);
        return;
      }
    }
  }

  connections(): readonly CaptureConnection[] {
    return Array.from(this.#entries.values(), copyOf);
  }

  connection(number: number): CaptureConnection | undefined {
    const entry = this.#entries.get(number);
    return entry === undefined ? undefined : copyOf(entry);
  }

  transfers(): readonly CaptureTransfer[] {
    return this.#transfers.map((transfer) => ({ ...transfer, lanes: [...transfer.lanes] }));
  }

  /** Forgets what is over, and what has happened. */
  clear(): void {
    for (const [number, entry] of this.#entries) {
      if (!entry.isOpen) this.#entries.delete(number);
    }
    this.#closed = [];
    this.#closedGone = 0;
    const isKept = ({ connection }: MutableTransfer): boolean => this.#entries.has(connection);
    this.#transfers.splice(0, this.#transfers.length, ...this.#transfers.filter(isKept));
    for (const [token, transfer] of this.#laneTokens) {
      if (!isKept(transfer)) this.#laneTokens.delete(token);
    }
    this.changed();
  }

  #learnName(
    entry: BookEntry,
    direction: CaptureDirection,
    type: 'HELLO' | 'WELCOME',
    payload: Uint8Array,
  ): void {
    const hello = decoded(type, payload);
    if (hello === undefined) return;
    const { alias, deviceId } = hello;
    if (direction === 'out') entry.near = { ...entry.near, alias, deviceId };
    else entry.far = { ...entry.far, alias, deviceId };
    this.changed();
  }

  #learnLane(entry: BookEntry, payload: Uint8Array): void {
    const lane = decoded('LANE', payload);
    const transfer = lane === undefined ? undefined : this.#laneTokens.get(lane.token);
    if (lane === undefined || transfer === undefined) return;
    this.#laneTokens.delete(lane.token);
    transfer.lanes.push(entry.number);
    entry.laneOf = transfer.connection;
    const control = this.#entries.get(transfer.connection);
    if (control !== undefined) {
      entry.near = { ...control.near, address: entry.near.address, port: entry.near.port };
      entry.far = { ...control.far, address: entry.far.address, port: entry.far.port };
    }
    this.changed();
  }

  #transfer(transferId: string, { number: connection }: BookEntry, id: number): MutableTransfer {
    const known = this.#transfers.find((each) => each.connection === connection && each.id === id);
    if (known !== undefined) return known;
    const transfer: MutableTransfer = { transferId, connection, id, lanes: [] };
    this.#transfers.push(transfer);
    if (this.#transfers.length > mostTransfers) this.#transfers.shift();
    this.changed();
    return transfer;
  }

  /** A token of which no lane comes is forgotten once many others were told. */
  #expectLane(token: string, transfer: MutableTransfer): void {
    this.#laneTokens.set(token, transfer);
    const [oldest] = this.#laneTokens.keys();
    if (this.#laneTokens.size > mostLaneTokens && oldest !== undefined) this.#laneTokens.delete(oldest);
  }

  #forgetOne(): void {
    for (let isFound = false; !isFound && this.#closedGone < this.#closed.length; this.#closedGone += 1) {
      const entry = this.#closed[this.#closedGone] as BookEntry;
      isFound = this.#entries.get(entry.number) === entry && this.#entries.delete(entry.number);
    }
    if (this.#closedGone * 2 < this.#closed.length) return;
    this.#closed = this.#closed.slice(this.#closedGone);
    this.#closedGone = 0;
  }
}

function copyOf(each: BookEntry): CaptureConnection {
  const { isWhole: _, ...entry } = each;
  return { ...entry, in: { ...entry.in }, out: { ...entry.out }, events: [...entry.events] };
}

function decoded<Name extends TypeName>(name: Name, payload: Uint8Array): Payload<Name> | undefined {
  try {
    return decodePayloadOf(name, payload);
  } catch {
    return undefined;
  }
}
