/**
 * For the tests of this folder: identities, a listener on a free loopback port whose connections can be awaited, a
 * reader that remembers what it was given, and raw sockets for peers that are not ours. Waits on events, never on
 * time.
 */

import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach } from 'vitest';
import type { HexdropError } from '../../../shared/protocol/errors.ts';
import { decodePayloadOf } from '../../../shared/protocol/codec.ts';
import type { Payload } from '../../../shared/protocol/catalog.ts';
import { decodeHeader } from '../../../shared/protocol/header.ts';
import { headerBytes } from '../../../shared/protocol/limits.ts';
import type { Connection, ConnectionReader, SocketAddress } from './connection.ts';
import { dial } from './dialer.ts';
import type { DialOptions } from './dialer.ts';
import { loadIdentity } from './identity.ts';
import type { Identity } from './identity.ts';
import { listen } from './listener.ts';
import type { ListenOptions, Listener } from './listener.ts';

const homes: string[] = [];
afterAll(() => Promise.all(homes.splice(0).map((home) => rm(home, { recursive: true, force: true }))));

export const temporaryHome = async (): Promise<string> => {
  const home = await mkdtemp(join(tmpdir(), 'hexdrop-net-'));
  homes.push(home);
  return home;
};

const makeIdentity = async (): Promise<Identity> => loadIdentity(await temporaryHome());
export const ours = await makeIdentity();
export const theirs = await makeIdentity();

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});
export const atEnd = (cleanup: () => void | Promise<void>): void => {
  cleanups.push(cleanup);
};

/** Values that come, in order, each awaited at most once. */
export class Arrivals<Value> {
  readonly #values: Value[] = [];
  readonly #waiting: ((value: Value) => void)[] = [];

  push(value: Value): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#values.push(value);
    else waiting(value);
  }

  next(): Promise<Value> {
    const value = this.#values.shift();
    return value === undefined
      ? new Promise((resolve) => this.#waiting.push(resolve))
      : Promise.resolve(value);
  }

  get pending(): number {
    return this.#values.length;
  }
}

export interface TestListener extends Listener {
  readonly accepted: Arrivals<Connection>;
  readonly rejected: Arrivals<{ remote: SocketAddress; error: HexdropError }>;
}

export const listening = async (options: Partial<ListenOptions> = {}): Promise<TestListener> => {
  const accepted = new Arrivals<Connection>();
  const rejected = new Arrivals<{ remote: SocketAddress; error: HexdropError }>();
  const listener = await listen({
    host: '127.0.0.1',
    port: 0,
    identity: theirs,
    allowPlain: true,
    onConnection: (connection) => {
      atEnd(() => connection.destroy());
      accepted.push(connection);
    },
    onReject: (remote, error) => rejected.push({ remote, error }),
    ...options,
  });
  atEnd(() => listener.close());
  return { ...listener, accepted, rejected };
};

export const dialing = async (
  options: Partial<DialOptions> & { readonly port: number },
): Promise<Connection> => {
  const connection = await dial({
    host: '127.0.0.1',
    identity: ours,
    plain: false,
    timeoutMs: 5_000,
    ...options,
  });
  atEnd(() => connection.destroy());
  return connection;
};

/** The first four bytes on a connection, so that both sides accept what follows. */
export const opening = Buffer.from('HXD1');

/** Both ends of one connection. The dialer has sent `HXD1`, which a plain listener waits for; it is still unread. */
export const connected = async (
  options: Partial<DialOptions> & { readonly listenerOptions?: Partial<ListenOptions> } = {},
): Promise<{ dialed: Connection; accepted: Connection; listener: TestListener }> => {
  const { listenerOptions, ...dialOptions } = options;
  const listener = await listening(listenerOptions);
  const dialed = await dialing({ port: listener.port, ...dialOptions });
  dialed.write(opening);
  return { dialed, accepted: await listener.accepted.next(), listener };
};

/** Remembers what came. With `targetBytes` it reads directly into buffers of that size. */
export class TestReader implements ConnectionReader {
  readonly closings: (HexdropError | undefined)[] = [];
  readonly deliveries: number[] = [];
  readonly target?: () => Uint8Array;
  byteCount = 0;
  /** Called for each delivery, after it was counted. */
  onDelivery: (delivery: Uint8Array) => void = () => undefined;
  readonly closing: Promise<HexdropError | undefined>;
  #settle: (error: HexdropError | undefined) => void = () => undefined;
  readonly #hash = createHash('sha256');
  readonly #parts: Uint8Array[] = [];
  readonly #keeps: boolean;
  #buffer: Uint8Array | undefined;
  #filled = 0;
  #counters: { readonly byteCount: number; readonly resolve: () => void }[] = [];

  constructor({ targetBytes, keeps = true }: { targetBytes?: number; keeps?: boolean } = {}) {
    this.#keeps = keeps;
    this.closing = new Promise((resolve) => {
      this.#settle = resolve;
    });
    if (targetBytes === undefined) return;
    this.target = () => {
      if (this.#buffer === undefined || this.#filled === this.#buffer.length) {
        this.#buffer = new Uint8Array(targetBytes);
        this.#filled = 0;
      }
      return this.#buffer.subarray(this.#filled);
    };
  }

  received(delivery: Uint8Array): void {
    if (this.closings.length > 0) throw new Error('a delivery after closed');
    if (this.target !== undefined) {
      const expected = this.#buffer?.subarray(this.#filled, this.#filled + delivery.length);
      if (expected?.byteOffset !== delivery.byteOffset || expected.buffer !== delivery.buffer) {
        throw new Error('a delivery that is no prefix of the target');
      }
      this.#filled += delivery.length;
    }
    this.#hash.update(delivery);
    if (this.#keeps) this.#parts.push(new Uint8Array(delivery));
    this.deliveries.push(delivery.length);
    this.byteCount += delivery.length;
    this.#counters = this.#counters.filter(({ byteCount, resolve }) => {
      if (this.byteCount < byteCount) return true;
      resolve();
      return false;
    });
    this.onDelivery(delivery);
  }

  closed(error?: HexdropError): void {
    this.closings.push(error);
    this.#settle(error);
  }

  /** Resolves once so many bytes have come. */
  has(byteCount: number): Promise<void> {
    if (this.byteCount >= byteCount) return Promise.resolve();
    return new Promise((resolve) => this.#counters.push({ byteCount, resolve }));
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  get text(): string {
    return this.bytes.toString('latin1');
  }

  digest(): string {
    return this.#hash.copy().digest('hex');
  }
}

export const reading = (
  connection: Connection,
  options?: { targetBytes?: number; keeps?: boolean },
): TestReader => {
  const reader = new TestReader(options);
  connection.read(reader);
  return reader;
};

export interface RandomStream {
  readonly bytes: Buffer;
  readonly digest: string;
}

export const randomStream = (byteCount: number): RandomStream => {
  const bytes = randomBytes(byteCount);
  opening.copy(bytes);
  return { bytes, digest: createHash('sha256').update(bytes).digest('hex') };
};

/** Writes all of it in pieces as backpressure allows, then FIN. Resolves when the last piece was taken. */
export const writeAll = async (
  connection: Connection,
  bytes: Uint8Array,
  pieceBytes = 262_144,
): Promise<void> => {
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    if (!connection.write(bytes.subarray(at, at + pieceBytes))) {
      await new Promise<void>((resolve) => connection.whenDrained(resolve));
    }
  }
  connection.end();
};

/** A raw TCP socket to the port, for peers that are not ours. */
export const rawSocket = async (port: number): Promise<Socket> => {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  socket.on('error', () => undefined);
  atEnd(() => {
    socket.destroy();
  });
  await once(socket, 'connect');
  return socket;
};

/** A server that is not ours. */
export const foreignServer = async (
  onSocket: (socket: Socket) => void,
): Promise<{ server: Server; port: number }> => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    atEnd(() => {
      socket.destroy();
    });
    onSocket(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(() => {
    server.close();
  });
  return { server, port: (server.address() as AddressInfo).port };
};

/** Everything until the other side's FIN. */
export const readToEnd = async (socket: Socket): Promise<Buffer> => {
  const parts: Buffer[] = [];
  for await (const part of socket) parts.push(part as Buffer);
  return Buffer.concat(parts);
};

export const readErrorFrame = (bytes: Uint8Array): Payload<'ERROR'> => {
  const header = decodeHeader(bytes);
  return decodePayloadOf('ERROR', bytes.subarray(headerBytes, headerBytes + header.length));
};

/** Whatever the reason: `once` would reject for an error. */
export const closingOf = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket.once('close', () => resolve());
  });
