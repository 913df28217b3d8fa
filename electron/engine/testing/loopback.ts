/**
 * For the tests of this folder: identities, a listener on a free loopback port whose connections can be awaited, and
 * both ends of a connection. Waits on events, never on time.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect } from 'vitest';
import type { HexdropError } from '../../../shared/errors/errors.ts';
import type { Connection } from '../net/connection.ts';
import type { SocketAddress } from '../net/connection-info.ts';
import { dial } from '../net/dialer.ts';
import type { DialOptions } from '../net/dialer.ts';
import { loadIdentity } from '../net/identity.ts';
import type { Identity } from '../net/identity.ts';
import { listen } from '../net/listener.ts';
import type { ListenOptions, Listener } from '../net/listener.ts';

export const mebibyte = 1_048_576;

export const transportModes = [
  { mode: 'TLS', plain: false },
  { mode: 'plain', plain: true },
];

export const inTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

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
class Arrivals<Value> {
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

/** The listener took no harm: the next good client is served. */
export const stillServes = async (listener: TestListener): Promise<void> => {
  const dialed = await dialing({ port: listener.port });
  const accepted = await listener.accepted.next();
  expect(accepted.info.peerDeviceId).toBe(ours.deviceId);
  const heard = new Promise<string>((resolve) => {
    accepted.read({ received: (bytes) => resolve(String.fromCharCode(...bytes)), closed: () => resolve('') });
  });
  dialed.write(opening);
  expect(await heard).toBe('HXD1');
  dialed.destroy();
};
