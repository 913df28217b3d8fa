/**
 * Both ends of a connection in memory, with faults on request: deliveries of any size, delays, a cut after so many
 * bytes, corruption, silence. Stands in for net/connection.ts and keeps its promises, so that what is written on top of
 * it can be tried without sockets and without time.
 *
 * Bytes are taken from the writer's buffer as late as possible: a buffer that is filled again too early shows.
 */

import { HexdropError } from '../../../shared/protocol/errors.ts';
import type { Connection, ConnectionInfo, ConnectionReader } from '../net/connection.ts';

/** What happens to the bytes of one direction. */
export interface RoadFaults {
  /** Size of the next delivery, at least 1; all there is when absent. */
  readonly deliveryBytes?: (() => number) | undefined;
  /** The connection breaks when so many bytes have been delivered. */
  readonly cutAfterBytes?: number | undefined;
  /** Offset of a byte of which one bit is turned over. */
  readonly corruptAt?: number | undefined;
  /** Turns of the event loop between two deliveries. */
  readonly turnsBetween?: number | undefined;
}

export interface LinkOptions {
  readonly toListener?: RoadFaults | undefined;
  readonly toDialer?: RoadFaults | undefined;
  /** The dialer reads straight into the targets of its reader. */
  readonly directRead?: boolean | undefined;
  /** The device ids that both sides prove; absent on a plain connection. */
  readonly devices?: { readonly dialer: string; readonly listener: string } | undefined;
  /** How work is put off; a turn of the event loop when absent. `queueMicrotask` goes well with fake timers. */
  readonly later?: ((work: () => void) => void) | undefined;
}

/** Taken before a test puts fake timers in place. */
const inATurn = setImmediate;

interface Write {
  readonly bytes: Uint8Array;
  readonly written: ((error?: Error) => void) | undefined;
  at: number;
}

/** One direction: what was written and not yet delivered. */
export class Road {
  readonly #faults: RoadFaults;
  readonly #later: (work: () => void) => void;
  readonly #receive: (bytes: Uint8Array) => void;
  readonly #arrived: () => void;
  readonly #cut: () => void;
  #writes: Write[] = [];
  #isPumping = false;
  #isHeld = false;
  #isSilent = false;
  #hasEnd = false;
  #isClosed = false;
  /** Bytes that were delivered. */
  delivered = 0;
  /** Sees the bytes of each delivery before the reader does. */
  tap: (delivery: Uint8Array) => void = () => {};

  constructor(
    faults: RoadFaults,
    later: (work: () => void) => void,
    receive: (bytes: Uint8Array) => void,
    arrived: () => void,
    cut: () => void,
  ) {
    this.#faults = faults;
    this.#later = later;
    this.#receive = receive;
    this.#arrived = arrived;
    this.#cut = cut;
  }

  get queuedBytes(): number {
    return this.#writes.reduce((sum, { bytes, at }) => sum + bytes.length - at, 0);
  }

  /** Nothing is delivered until `release`. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    this.#pump();
  }

  /** What is written from now on is lost without a word: a peer whose power was cut. */
  silence(): void {
    this.#isSilent = true;
  }

  write(bytes: Uint8Array, written?: (error?: Error) => void): void {
    if (this.#isClosed || this.#hasEnd || this.#isSilent) {
      this.#later(() => written?.(this.#isSilent ? undefined : new Error('The connection is closed.')));
      return;
    }
    this.#writes.push({ bytes, written, at: 0 });
    this.#pump();
  }

  end(): void {
    this.#hasEnd = true;
    this.#pump();
  }

  /** Nothing more is delivered; lent buffers go back. */
  close(): void {
    this.#isClosed = true;
    const lost = this.#writes;
    this.#writes = [];
    for (const { written } of lost) this.#later(() => written?.(new Error('The connection is closed.')));
  }

  #pump(): void {
    if (this.#isPumping || this.#isHeld || this.#isClosed) return;
    this.#isPumping = true;
    let turns = this.#faults.turnsBetween ?? 0;
    const turn = (): void => {
      if (turns-- > 0) return this.#later(turn);
      this.#isPumping = false;
      this.#deliver();
    };
    this.#later(turn);
  }

  #deliver(): void {
    if (this.#isHeld || this.#isClosed) return;
    const delivery = this.#take();
    if (delivery.length > 0) {
      this.delivered += delivery.length;
      this.tap(delivery);
      this.#receive(delivery);
    }
    if (this.delivered >= (this.#faults.cutAfterBytes ?? Infinity)) return this.#cut();
    if (this.#writes.length > 0) this.#pump();
    else if (this.#hasEnd && !this.#isClosed && !this.#isSilent) this.#arrived();
  }

  #take(): Uint8Array {
    const room = (this.#faults.cutAfterBytes ?? Infinity) - this.delivered;
    const bytes = new Uint8Array(
      Math.min(this.queuedBytes, this.#faults.deliveryBytes?.() ?? Infinity, room),
    );
    let filled = 0;
    while (filled < bytes.length) {
      const write = this.#writes[0] as Write;
      const part = write.bytes.subarray(write.at, write.at + bytes.length - filled);
      bytes.set(part, filled);
      filled += part.length;
      write.at += part.length;
      if (write.at === write.bytes.length) this.#taken(this.#writes.shift() as Write);
    }
    const corrupt = (this.#faults.corruptAt ?? -1) - this.delivered;
    if (corrupt >= 0 && corrupt < bytes.length) bytes[corrupt] = (bytes[corrupt] as number) ^ 0x10;
    return bytes;
  }

  #taken({ written }: Write): void {
    if (written !== undefined) this.#later(() => written());
  }
}

class MemoryEnd {
  readonly info: ConnectionInfo;
  /** What this end writes to. */
  out!: Road;
  /** What it reads from. */
  inbound!: Road;
  partner!: MemoryEnd;
  readonly #isDirect: boolean;
  readonly #later: (work: () => void) => void;
  #reader: ConnectionReader | undefined;
  #wasTold = false;
  #hasEnded = false;
  isDestroyed = false;

  constructor(info: ConnectionInfo, isDirect: boolean, later: (work: () => void) => void) {
    this.info = info;
    this.#isDirect = isDirect;
    this.#later = later;
  }

  get queuedBytes(): number {
    return this.out.queuedBytes;
  }

  read(reader: ConnectionReader): void {
    this.#reader = reader;
    this.inbound.release();
  }

  write(bytes: Uint8Array, written?: (error?: Error) => void): boolean {
    this.out.write(bytes, written);
    return this.out.queuedBytes < 1_048_576;
  }

  end(): void {
    if (this.#hasEnded || this.isDestroyed) return;
    this.#hasEnded = true;
    this.out.end();
  }

  destroy(error?: HexdropError): void {
    if (this.isDestroyed) return;
    this.isDestroyed = true;
    this.out.close();
    this.inbound.close();
    this.#later(() => this.#tell(error));
    this.partner.#lose();
  }

  receive(bytes: Uint8Array): void {
    if (this.#wasTold || this.isDestroyed || this.#reader === undefined) return;
    if (!this.#isDirect || this.#reader.target === undefined) return this.#reader.received(bytes);
    for (let at = 0; at < bytes.length && !this.isDestroyed;) {
      const target = this.#reader.target();
      const part = bytes.subarray(at, at + target.length);
      target.set(part);
      this.#reader.received(target.subarray(0, part.length));
      at += part.length;
    }
  }

  /** The partner's FIN, behind all its bytes. */
  finArrived(): void {
    this.#tell();
    if (this.#hasEnded && this.out.queuedBytes === 0) this.isDestroyed = true;
  }

  /** The cable is cut, or the partner is gone. */
  lose(): void {
    this.#lose();
  }

  #lose(): void {
    if (this.isDestroyed) return;
    this.isDestroyed = true;
    this.out.close();
    this.inbound.close();
    this.#later(() => this.#tell(new HexdropError('connection-lost', 'The connection broke.')));
  }

  #tell(error?: HexdropError): void {
    if (this.#wasTold) return;
    this.#wasTold = true;
    this.#reader?.closed(error);
  }
}

export interface MemoryLink {
  readonly dialer: Connection;
  readonly listener: Connection;
  readonly toListener: Road;
  readonly toDialer: Road;
  /** Breaks it for both at once. */
  cut(): void;
}

let linkCount = 0;

export function memoryLink(options: LinkOptions = {}): MemoryLink {
  const later = options.later ?? ((work: () => void) => void inATurn(work));
  linkCount += 2;
  const at = (port: number): { address: string; port: number } => ({ address: '127.0.0.1', port });
  const [dialerAt, listenerAt] = [at(40_000 + (linkCount % 10_000)), at(18_520)];
  const { devices } = options;
  const secure =
    devices === undefined ? {} : { secure: { protocol: 'TLSv1.3', cipher: 'in memory' } as const };
  const dialer = new MemoryEnd(
    {
      number: linkCount - 1,
      side: 'dialer',
      local: dialerAt,
      remote: listenerAt,
      ...secure,
      ...(devices === undefined ? {} : { peerDeviceId: devices.listener }),
    },
    options.directRead ?? false,
    later,
  );
  const listener = new MemoryEnd(
    {
      number: linkCount,
      side: 'listener',
      local: listenerAt,
      remote: dialerAt,
      ...secure,
      ...(devices === undefined ? {} : { peerDeviceId: devices.dialer }),
    },
    false,
    later,
  );
  const cut = (): void => {
    dialer.lose();
    listener.lose();
  };
  const road = (faults: RoadFaults | undefined, to: MemoryEnd): Road =>
    new Road(
      faults ?? {},
      later,
      (bytes) => to.receive(bytes),
      () => to.finArrived(),
      cut,
    );
  const toListener = road(options.toListener, listener);
  const toDialer = road(options.toDialer, dialer);
  Object.assign(dialer, { out: toListener, inbound: toDialer, partner: listener });
  Object.assign(listener, { out: toDialer, inbound: toListener, partner: dialer });
  // What comes before there is a reader waits.
  toListener.hold();
  toDialer.hold();
  return {
    dialer: dialer as unknown as Connection,
    listener: listener as unknown as Connection,
    toListener,
    toDialer,
    cut,
  };
}
