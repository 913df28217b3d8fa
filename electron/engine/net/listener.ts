/**
 * Accepts connections: one port, two transport modes, told apart by the first byte (docs/PROTOCOL.md, "One port, two
 * transport modes"). What comes out is a Connection whose peer has proven its key, or a plain one where that is allowed.
 * Whatever else comes in gets a typed answer, and never disturbs the others. Knows no frame but ERROR.
 */

import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Server as TlsServer, TLSSocket } from 'node:tls';
import { HexdropError, asHexdropError } from '../../../shared/errors/errors.ts';
import { limits } from '../../../shared/protocol/limits.ts';
import { AddressCounter } from '../../base/address-counter.ts';
import { Connection, plainAddress } from './connection.ts';
import type { SocketAddress } from './connection-info.ts';
import { lossOf } from '../../base/failures.ts';
import { transportModeOf } from './first-bytes.ts';
import type { Identity } from './identity.ts';
import type { KeyLog } from './key-log.ts';
import { TokenBuckets } from '../../base/token-buckets.ts';
import { bindServer } from '../../base/port-binding.ts';
import { errorFrame, httpAnswer, refuse } from './refusal.ts';
import type { TapMaker } from './tap.ts';
import { secureContextOptions, secureFactsOf } from './tls.ts';
import type { SecureFacts } from './tls.ts';

export interface ListenOptions {
  /** All addresses of the device when absent: IPv6 and IPv4 where the system has both. */
  readonly host?: string | undefined;
  /** 0 for any that is free. */
  readonly port: number;
  /** When the port is taken, one of the next twenty. */
  readonly portFallback?: boolean | undefined;
  readonly identity: Identity;
  readonly allowPlain: boolean;
  /** For the first byte and the TLS handshake together. */
  readonly handshakeTimeoutMs?: number | undefined;
  /** Connections from one address at a time. */
  readonly maxPerAddress?: number | undefined;
  /** Reading has not begun: bytes wait until `read`. `openForMs` of the handshake's time are spent. */
  readonly onConnection: (connection: Connection, openForMs: number) => void;
  /** A connection that came to nothing, and why. */
  readonly onReject?: ((remote: SocketAddress, error: HexdropError) => void) | undefined;
  readonly tap?: TapMaker | undefined;
  /** Takes the secrets of TLS sessions, a line each. */
  readonly keyLog?: KeyLog | undefined;
}

export interface Listener {
  readonly host: string;
  readonly port: number;
  /** For connections that come from now on. */
  setAllowPlain(on: boolean): void;
  /** Stops accepting and cuts what is still in its handshake. Connections handed over live on. */
  close(): Promise<void>;
}

/** Connections at a time from everywhere: bounds memory and descriptors whatever addresses they come from. */
const maxConnections = 512;

/** Rejects with permission-denied, usage, host-unknown or the code for a port that is taken. */
export const listen = async (options: ListenOptions): Promise<Listener> => {
  const acceptor = new ConnectionAcceptor(options);
  const { host, port } = await bindServer(acceptor.server, options);
  acceptor.port = port;
  return {
    host,
    port,
    setAllowPlain: (on) => {
      acceptor.allowsPlain = on;
    },
    close: () => acceptor.close(),
  };
};

/** Handshakes of one origin: so many when all its devices connect at once, and then what people cause. */
const handshakesOfOne = { stock: 64, perSecond: 20 } as const;

/** A connection between accept and hand-over. */
interface PendingConnection {
  readonly socket: Socket;
  readonly remote: SocketAddress;
  /** Over the limit: it is told so in its own transport mode, and goes. */
  readonly isSurplus: boolean;
  readonly arrivedAtMs: number;
  readonly timer: NodeJS.Timeout;
  isDone: boolean;
}

class ConnectionAcceptor {
  port = 0;
  allowsPlain: boolean;
  readonly server: Server;
  readonly #options: ListenOptions;
  readonly #tlsServer: TlsServer;
  readonly #pending = new Map<string, PendingConnection>();
  readonly #counter: AddressCounter;
  readonly #handshakes = new TokenBuckets(handshakesOfOne);
  readonly #handshakeTimeoutMs: number;

  constructor(options: ListenOptions) {
    this.#options = options;
    this.allowsPlain = options.allowPlain;
    this.#handshakeTimeoutMs = options.handshakeTimeoutMs ?? limits.handshakeMs;
    this.#counter = new AddressCounter(options.maxPerAddress ?? limits.connectionsPerAddress, maxConnections);
    this.server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 15_000 }, (socket) =>
      this.#welcome(socket),
    );
    // Never listens itself: it is given sockets whose first byte says TLS.
    this.#tlsServer = createTlsServer({
      ...secureContextOptions(options.identity),
      requestCert: true,
      // No authority vouches for a device: the key itself is the identity.
      rejectUnauthorized: false,
      handshakeTimeout: this.#handshakeTimeoutMs,
    });
    this.#tlsServer.on('secureConnection', (socket) => this.#secured(socket));
    this.#tlsServer.on('tlsClientError', (error, socket) => this.#handshakeFailed(error, socket));
    if (options.keyLog !== undefined) this.#tlsServer.on('keylog', options.keyLog.write);
  }

  close(): Promise<void> {
    for (const pending of this.#pending.values()) {
      this.#finish(pending);
      pending.socket.destroy();
    }
    return new Promise((resolve) => {
      // The port is free at once; the callback would wait for the connections that were handed over.
      this.server.close();
      setImmediate(resolve);
    });
  }

  #welcome(socket: Socket): void {
    // Without a listener an error of a bad client would end the process.
    socket.on('error', () => undefined);
    const { remoteAddress, remotePort } = socket;
    if (remoteAddress === undefined || remotePort === undefined) {
      socket.destroy();
      return;
    }
    const remote = { address: plainAddress(remoteAddress), port: remotePort };
    const admission = this.#counter.enter(remote.address);
    if (admission === 'turned-away') {
      this.#options.onReject?.(remote, tooMany(remote.address));
      socket.destroy();
      return;
    }
    socket.once('close', () => this.#counter.leave(remote.address));
    const pending: PendingConnection = {
      socket,
      remote,
      isSurplus: admission === 'surplus',
      arrivedAtMs: performance.now(),
      timer: setTimeout(() => this.#timedOut(pending), this.#handshakeTimeoutMs),
      isDone: false,
    };
    this.#pending.set(keyOf(remote), pending);
    socket.once('close', () => this.#left(pending));
    socket.once('data', (first: Uint8Array) => this.#looked(pending, first));
  }

  /** A handshake takes a millisecond or more of the only thread: whoever begins many waits for its turn. */
  #startHandshake(pending: PendingConnection): void {
    const start = (): void => {
      if (!pending.isDone && !pending.socket.destroyed) this.#tlsServer.emit('connection', pending.socket);
    };
    const turnInMs = this.#handshakes.turnIn(pending.remote.address, performance.now());
    if (turnInMs === 0) start();
    else setTimeout(start, turnInMs).unref();
  }

  /** The first bytes are here; they go back before anybody else reads. */
  #looked(pending: PendingConnection, first: Uint8Array): void {
    const { socket } = pending;
    if (pending.isDone) return;
    socket.pause();
    const mode = transportModeOf(first);
    if (mode === 'tls') {
      socket.unshift(first);
      this.#startHandshake(pending);
    } else if (mode === 'http') {
      this.#refuse(pending, notFrames('an HTTP request'), httpAnswer(this.port));
    } else if (mode === 'unknown') {
      this.#refuse(pending, notFrames(hexOf(first.subarray(0, 4))));
    } else if (pending.isSurplus) {
      this.#refuse(pending, tooMany(pending.remote.address));
    } else if (!this.allowsPlain) {
      this.#refuse(pending, plainNotAllowed());
    } else {
      socket.unshift(first);
      this.#handOver(pending, this.#connectionOf(pending, socket));
    }
  }

  #secured(socket: TLSSocket): void {
    socket.on('error', () => undefined);
    const pending = this.#pendingOf(socket);
    if (pending === undefined) {
      socket.destroy();
      return;
    }
    try {
      const { secure, peerDeviceId } = secureFactsOf(socket);
      if (pending.isSurplus) {
        this.#refuse(pending, tooMany(pending.remote.address), undefined, socket);
      } else if (peerDeviceId === undefined) {
        this.#refuse(pending, certificateRequired(), undefined, socket);
      } else {
        this.#handOver(pending, this.#connectionOf(pending, socket, { secure, peerDeviceId }));
      }
    } catch (thrown) {
      // A key that this system cannot read is as good as none.
      const error = thrown instanceof HexdropError ? thrown : certificateRequired(thrown);
      this.#refuse(pending, error, undefined, socket);
    }
  }

  #handshakeFailed(error: NodeJS.ErrnoException, socket: TLSSocket): void {
    const pending = this.#pendingOf(socket);
    if (pending !== undefined && this.#finish(pending)) {
      this.#options.onReject?.(pending.remote, handshakeFailure(error, pending.remote));
    }
    socket.destroy();
  }

  #timedOut(pending: PendingConnection): void {
    const { socket } = pending;
    const error = new HexdropError(
      'handshake-timeout',
      `The handshake was not complete after ${this.#handshakeTimeoutMs} ms.`,
    );
    // In the middle of a TLS handshake there is no place for a frame.
    if (socket.bytesRead > 0) {
      if (this.#finish(pending)) this.#options.onReject?.(pending.remote, error);
      socket.destroy();
    } else {
      this.#refuse(pending, error);
    }
  }

  #left(pending: PendingConnection): void {
    if (!this.#finish(pending)) return;
    this.#options.onReject?.(
      pending.remote,
      new HexdropError('connection-lost', 'The peer hung up before the handshake was complete.'),
    );
  }

  #connectionOf(pending: PendingConnection, socket: Socket, facts: Partial<SecureFacts> = {}): Connection {
    const { arrivedAtMs: connectedAtMs } = pending;
    return new Connection({ socket, side: 'listener', tap: this.#options.tap, connectedAtMs, ...facts });
  }

  #handOver(pending: PendingConnection, connection: Connection): void {
    if (!this.#finish(pending)) return;
    try {
      this.#options.onConnection(connection, performance.now() - pending.arrivedAtMs);
    } catch (thrown) {
      const error = asHexdropError(thrown);
      connection.destroy(error);
      this.#options.onReject?.(pending.remote, error);
    }
  }

  #refuse(
    pending: PendingConnection,
    error: HexdropError,
    answer?: Uint8Array,
    socket: Socket = pending.socket,
  ): void {
    if (!this.#finish(pending)) return;
    this.#options.onReject?.(pending.remote, error);
    refuse(socket, answer ?? errorFrame(error));
  }

  /** Returns false when the pending's fate was decided before. */
  #finish(pending: PendingConnection): boolean {
    if (pending.isDone) return false;
    pending.isDone = true;
    clearTimeout(pending.timer);
    this.#pending.delete(keyOf(pending.remote));
    return true;
  }

  #pendingOf(socket: TLSSocket): PendingConnection | undefined {
    const { remoteAddress, remotePort } = socket;
    if (remoteAddress === undefined || remotePort === undefined) return undefined;
    return this.#pending.get(keyOf({ address: plainAddress(remoteAddress), port: remotePort }));
  }
}

const keyOf = ({ address, port }: SocketAddress): string => `${address} ${port}`;

const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');

const notFrames = (seen: string): HexdropError =>
  new HexdropError(
    'bad-magic',
    `A connection must open with TLS or with the frame magic "HXD1", not with ${seen}.`,
    {
      seen,
      allowed: '16 (TLS) or 48 58 44 31 ("HXD1")',
    },
  );

const plainNotAllowed = (): HexdropError =>
  new HexdropError(
    'plain-not-allowed',
    'This device does not take unencrypted connections. Connect with TLS 1.3.',
    {
      seen: 'plain',
      allowed: 'TLS 1.3',
    },
  );

const certificateRequired = (cause?: unknown): HexdropError =>
  new HexdropError(
    'certificate-required',
    'A certificate with a public key must be presented in the TLS handshake.',
    {
      seen: cause === undefined ? 'no certificate' : 'an unreadable certificate',
      cause,
    },
  );

const tooMany = (address: string): HexdropError =>
  new HexdropError('too-many-sessions', `There are too many connections from ${address}.`, {
    retryAfterMs: 5_000,
  });

const handshakeFailure = (error: NodeJS.ErrnoException, remote: SocketAddress): HexdropError => {
  if (error.code === 'ERR_TLS_HANDSHAKE_TIMEOUT') return new HexdropError('handshake-timeout');
  return lossOf(error, `${remote.address}:${remote.port}`);
};
