/**
 * Both ends of a connection in memory, with faults on request: deliveries of any size, delays, a cut after so many
 * bytes, corruption, silence. Stands in for net/connection.ts and keeps its promises, so that what is written on top of
 * it can be tried without sockets and without time.
 */

import { HexdropError } from '../../../shared/errors/errors.ts';
import type { Connection, ConnectionReader } from '../net/connection.ts';
import type { ConnectionInfo } from '../net/connection-info.ts';
import { MemoryPath } from './memory-path.ts';
import type { PathFaults } from './memory-path.ts';

export interface LinkOptions {
  readonly toListener?: PathFaults | undefined;
  readonly toDialer?: PathFaults | undefined;
  /** The dialer reads straight into the targets of its reader. */
  readonly directRead?: boolean | undefined;
  /** The device ids that both sides prove; absent on a plain connection. */
  readonly devices?: { readonly dialer: string; readonly listener: string } | undefined;
  /** How work is put off; a turn of the event loop when absent. `queueMicrotask` goes well with fake timers. */
  readonly later?: ((work: () => void) => void) | undefined;
}

/** Taken before a test puts fake timers in place. */
const inATurn = setImmediate;

class MemoryEnd {
  readonly info: ConnectionInfo;
  /** What this end writes to. */
  out!: MemoryPath;
  /** What it reads from. */
  inbound!: MemoryPath;
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

  get bytesOut(): number {
    return this.out.delivered;
  }

  pauseReading(): void {
    this.inbound.hold();
  }

  resumeReading(): void {
    this.inbound.release();
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
  readonly toListener: MemoryPath;
  readonly toDialer: MemoryPath;
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
  const road = (faults: PathFaults | undefined, to: MemoryEnd): MemoryPath =>
    new MemoryPath(
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
