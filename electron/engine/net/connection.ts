/**
 * One connection, plain or TLS, dialed or accepted, as everything above sees it: bytes in, bytes out, backpressure
 * both ways, one end. Bytes mean nothing here, except that whoever answers a dialer must open with the frame magic.
 *
 * Reading has two modes. Ordinary: deliveries are buffers of Node. Direct (dialed connections only): deliveries are
 * prefixes of the reader's own targets, so bulk data is never copied. Both pause without losing or reordering.
 */

import type { Socket } from 'node:net';
import { HexdropError, asHexdropError } from '../../../shared/errors/errors.ts';
import type { ConnectionInfo, Side } from './connection-info.ts';
import type { DirectInlet } from './direct-inlet.ts';
import { lossOf } from '../../base/failures.ts';
import { OpeningCheck } from './opening-check.ts';
import { Outlet } from './outlet.ts';
import type { ConnectionTap, TapMaker } from './tap.ts';

export interface ConnectionReader {
  /**
   * Only on connections dialed with `directRead`: where the next bytes shall go, at least one byte long. May be asked
   * several times without a delivery between; the last answer may be written into until the next delivery, the next
   * question, or `closed`. Not asked while reading is paused.
   */
  target?(): Uint8Array;
  /** The bytes are valid only during the call. With `target` they are a prefix of the last target. */
  received(delivery: Uint8Array): void;
  /** The peer's FIN, or loss. Called exactly once, last. Without an error: a clean FIN, or our own destroy(). */
  closed(error?: HexdropError): void;
}

export interface ConnectionOptions {
  readonly socket: Socket;
  readonly side: Side;
  readonly secure?: { readonly protocol: 'TLSv1.3'; readonly cipher: string } | undefined;
  readonly peerDeviceId?: string | undefined;
  readonly inlet?: DirectInlet | undefined;
  /** How people know the other side, for messages: `name:port`. */
  readonly peerName?: string | undefined;
  readonly tap?: TapMaker | undefined;
  /** When TCP was connected, on the clock of `performance`; now, when absent. */
  readonly connectedAtMs?: number | undefined;
}

/** How long a connection that is ending may stand still before it is cut. */
const lingerMs = 5_000;

let connectionCount = 0;

/** `::ffff:192.0.2.1` is how a dual-stack socket tells an IPv4 address. */
export const plainAddress = (address: string | undefined): string =>
  (address ?? '').replace(/^::ffff:(?=\d+\.)/i, '');

export class Connection {
  readonly info: ConnectionInfo;
  /** Looks at what passes; mostly there is none. */
  readonly tap: ConnectionTap | undefined;
  readonly #socket: Socket;
  readonly #inlet: DirectInlet | undefined;
  readonly #outlet: Outlet;
  readonly #peerName: string;
  #opening: OpeningCheck | undefined;
  #reader: ConnectionReader | undefined;
  #isPaused = false;
  #isDraining = false;
  /** The peer's FIN has come; `closed` follows when everything before it was delivered. */
  #hasEnded = false;
  #isGone = false;
  /** Closed by ourselves, so that no error is no loss. */
  #wasCut = false;
  #wasTold = false;
  #error: HexdropError | undefined;
  #hasSaidEnd = false;
  #receivedBytes = 0;
  #linger: NodeJS.Timeout | undefined;

  /** Takes over a connected socket: nothing else may read it, write it or listen to it. */
  constructor(options: ConnectionOptions) {
    const { socket, side, inlet } = options;
    this.#socket = socket;
    this.#inlet = inlet;
    this.#outlet = new Outlet(socket, () => this.#lossForWriter());
    const remote = { address: plainAddress(socket.remoteAddress), port: socket.remotePort ?? 0 };
    this.info = {
      number: ++connectionCount,
      side,
      local: { address: plainAddress(socket.localAddress), port: socket.localPort ?? 0 },
      remote,
      ...(options.secure === undefined ? {} : { secure: options.secure }),
      ...(options.peerDeviceId === undefined ? {} : { peerDeviceId: options.peerDeviceId }),
    };
    this.#peerName = options.peerName ?? `${remote.address}:${remote.port}`;
    // A listener's first bytes were looked at when it was chosen between plain and TLS.
    this.#opening = side === 'dialer' ? new OpeningCheck(this.#peerName) : undefined;
    this.tap = options.tap?.(this.info, options.connectedAtMs ?? performance.now());

    socket.pause();
    socket.setNoDelay(true);
    if (inlet === undefined) socket.on('data', (delivery: Uint8Array) => this.#deliver(delivery));
    // Listening to 'data' sets the socket flowing unless it was paused on purpose.
    socket.pause();
    socket.on('end', () => this.#ended());
    socket.on('error', (error) => this.#failed(error));
    socket.on('close', () => this.#gone());
    if (socket.destroyed) process.nextTick(() => this.#gone());
  }

  /** Starts reading. Once only. */
  read(reader: ConnectionReader): void {
    if (this.#reader !== undefined) throw new Error('a connection has one reader');
    this.#reader = reader;
    this.#inlet?.attach({
      isTaking: () => this.#isTaking(),
      target: () => this.#target(),
      take: (bytes) => this.#deliver(bytes),
    });
    this.#goOn();
  }

  /**
   * Queues bytes, which must stay as they are until `written` was called: once, later, with an error when the
   * connection went first. Returns false when enough is queued: wait with `whenDrained`.
   */
  write(bytes: Uint8Array, written?: (error?: Error) => void): boolean {
    if (this.tap !== undefined && !this.#socket.destroyed && !this.#socket.writableEnded) {
      this.tap.written(bytes);
    }
    return this.#outlet.write(bytes, written);
  }

  /** Bytes written here and not yet taken by the system. */
  get queuedBytes(): number {
    return this.#outlet.queuedBytes;
  }

  /** Calls back once, later, when the queue is short again; never once the connection is closed. */
  whenDrained(callback: () => void): void {
    this.#outlet.whenDrained(callback);
  }

  /** No delivery after this returns, until `resumeReading`. */
  pauseReading(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#socket.pause();
  }

  /** Deliveries go on, not from within this call. */
  resumeReading(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#goOn();
  }

  get isReadingPaused(): boolean {
    return this.#isPaused;
  }

  /** Sends what is queued, then FIN. Reading goes on until the peer's FIN. */
  end(): void {
    if (this.#socket.destroyed || this.#socket.writableEnded) return;
    this.#hasSaidEnd = true;
    this.tap?.ended('out');
    this.#socket.end();
    this.#startLinger();
  }

  /** Cuts at once; what is queued is lost, and `closed` follows with this error. */
  destroy(error?: HexdropError): void {
    if (this.#socket.destroyed) return;
    this.#error ??= error;
    this.#wasCut = true;
    this.#inlet?.dropWaiting();
    this.#hasEnded = false;
    this.#isPaused = true;
    this.#socket.destroy();
  }

  get isDestroyed(): boolean {
    return this.#socket.destroyed;
  }

  /** Bytes delivered to the reader. */
  get bytesIn(): number {
    return this.#receivedBytes;
  }

  /** Bytes written and taken by the system. */
  get bytesOut(): number {
    return this.#outlet.takenBytes;
  }

  /** Not whether the socket is there: Node 24 ends and closes it while what came before its end still waits here. */
  #isTaking(): boolean {
    return !this.#isPaused && !this.#wasTold && this.#reader !== undefined && !this.#wasCut;
  }

  #target(): Uint8Array {
    try {
      const target = this.#reader?.target?.() ?? new Uint8Array(0);
      if (target.length > 0) return target;
      this.destroy(new HexdropError('internal', 'A reader offered no room for the next bytes.'));
      return target;
    } catch (thrown) {
      this.destroy(asHexdropError(thrown));
      return new Uint8Array(0);
    }
  }

  #deliver(delivery: Uint8Array): void {
    if (this.#wasTold || this.#reader === undefined || this.#wasCut) return;
    this.#receivedBytes += delivery.length;
    this.tap?.received(delivery);
    try {
      if (this.#opening?.accept(delivery) === true) this.#opening = undefined;
      this.#reader.received(delivery);
    } catch (thrown) {
      this.destroy(asHexdropError(thrown));
    }
  }

  /** Reading may have become possible: what waits first, then the socket. */
  #goOn(): void {
    if (this.#isDraining || this.#reader === undefined) return;
    if (this.#isGone || this.#hasEnded || this.#inlet?.hasWaiting === true) {
      this.#isDraining = true;
      process.nextTick(() => {
        this.#isDraining = false;
        this.#giveWaiting();
      });
    } else if (!this.#isPaused) {
      this.#socket.resume();
    }
  }

  #giveWaiting(): void {
    this.#inlet?.giveWaiting();
    if (this.#inlet?.hasWaiting === true) return;
    if (this.#hasEnded) this.#tellEnded();
    else if (this.#isGone) this.#tellClosed(this.#error);
    else if (!this.#isPaused) this.#socket.resume();
  }

  #ended(): void {
    this.#hasEnded = true;
    this.#startLinger();
    this.#goOn();
  }

  #failed(error: NodeJS.ErrnoException): void {
    this.#error ??= lossOf(error, this.#peerName);
  }

  #gone(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    if (!this.#hasEnded && !this.#wasCut) {
      this.#error ??= new HexdropError('connection-lost', `The connection to ${this.#peerName} broke.`);
    }
    clearInterval(this.#linger);
    this.#outlet.close();
    this.tap?.closed(this.#closedBy(), this.#error);
    // After a clean FIN what waits is still delivered; after a loss it is not worth its memory.
    if (!this.#hasEnded) this.#inlet?.dropWaiting();
    this.#goOn();
  }

  /** The peer's FIN, behind all that it sent. */
  #tellEnded(): void {
    if (!this.#wasTold) this.tap?.ended('in');
    this.#tellClosed(this.#wordlessEnd());
  }

  #closedBy(): 'near' | 'far' | undefined {
    if (this.#wasCut) return 'near';
    return this.#hasEnded ? undefined : 'far';
  }

  #tellClosed(error: HexdropError | undefined): void {
    if (this.#wasTold) return;
    this.#wasTold = true;
    this.#reader?.closed(error);
  }

  /** Who is dialed always answers, if only with ERROR. */
  #wordlessEnd(): HexdropError | undefined {
    if (this.info.side === 'listener' || this.#receivedBytes > 0 || this.#hasSaidEnd) return undefined;
    return new HexdropError(
      'connection-lost',
      `${this.#peerName} closed the connection without a word. Is it Hexdrop, and is the port right?`,
    );
  }

  #lossForWriter(): HexdropError {
    return (
      this.#error ?? new HexdropError('connection-lost', `The connection to ${this.#peerName} is closed.`)
    );
  }

  /** Half-open peers: an end that makes no progress is cut. */
  #startLinger(): void {
    if (this.#linger !== undefined || this.#isGone) return;
    let progress = this.bytesIn + this.bytesOut;
    this.#linger = setInterval(() => {
      const now = this.bytesIn + this.bytesOut;
      if (now === progress) this.#cutLingering();
      progress = now;
    }, lingerMs);
    this.#linger.unref();
  }

  #cutLingering(): void {
    // With the peer's FIN at hand all it sent is here: what was not flushed to it is its own loss.
    if (this.#hasEnded) this.#socket.destroy();
    else
      this.destroy(
        new HexdropError('peer-silent', `${this.#peerName} did not close its side of the connection.`),
      );
  }
}
