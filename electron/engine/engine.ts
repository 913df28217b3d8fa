/**
 * The engine: everything the program really does, behind one facade. Commands come in as calls, what happens goes out
 * as events and a snapshot. Free of Electron; the command line, the headless shell and the desktop each make one.
 */

import { hostname, platform } from 'node:os';

import type { Endpoint, Trust } from '../../shared/model/peer.ts';
import type { ListedEntry, ShareView } from '../../shared/model/share.ts';
import { HexdropError } from '../../shared/protocol/errors.ts';
import { defaultPort, limits } from '../../shared/protocol/limits.ts';
import { clip } from '../../shared/protocol/text.ts';
import type {
  Engine,
  EngineEvent,
  EngineOptions,
  EngineSnapshot,
  GetRequest,
  ListenRequest,
  ListRequest,
  PutRequest,
  ReachOptions,
  ReceivePolicy,
  SendRequest,
  ShareRequest,
  TransferHandle,
} from './api.ts';
import { listRemote, unlockFor } from './browse.ts';
import type { EngineContext } from './context.ts';
import type { Connection } from './net/connection.ts';
import { loadIdentity } from './net/identity.ts';
import type { Identity } from './net/identity.ts';
import { KnownDevices } from './net/known-devices.ts';
import type { KnownDevice } from './net/known-devices.ts';
import { listen } from './net/listener.ts';
import type { Listener } from './net/listener.ts';
import { Server } from './server.ts';
import { LaneDesk } from './session/lanes.ts';
import { receiveFirstFrame } from './session/reception.ts';
import type { Reach } from './session/reach.ts';
import { SessionRegistry } from './session/registry.ts';
import { protocolTimings, Session } from './session/session.ts';
import type { SessionTimings } from './session/session.ts';
import { Shares } from './share/shares.ts';
import { currentBootId } from './transfer/journal.ts';
import { newTransferId, runPush } from './transfer/outgoing.ts';
import { cleanPartials, listPartials } from './transfer/partials.ts';
import type { PartialSummary } from './transfer/partials.ts';
import { TransferRecord } from './transfer/record.ts';
import { runFetch } from './transfer/fetch.ts';
import { version } from './version.ts';

/** How long a transfer that is over stays in the snapshot. */
const keptRecords = 200;

/** Time for a cancelled transfer's last words to leave. */
const closeWithinMs = 600;

/** @param timings for tests; the protocol's own when absent */
export async function createEngine(
  options: EngineOptions,
  timings: SessionTimings = protocolTimings,
): Promise<Engine> {
  const identity = await loadIdentity(options.home);
  return new LocalEngine(options, identity, timings);
}

class LocalEngine implements Engine {
  readonly deviceId: string;
  readonly alias: string;
  readonly #options: EngineOptions;
  readonly #context: EngineContext;
  readonly #shares = new Shares();
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  readonly #records = new Map<string, TransferRecord>();
  #listener: Listener | undefined;
  #policy: ReceivePolicy | undefined;
  #isListening = false;
  #isClosed = false;

  constructor(options: EngineOptions, identity: Identity, timings: SessionTimings) {
    this.#options = options;
    this.deviceId = identity.deviceId;
    this.alias = clip(options.alias?.trim() || hostname() || 'Hexdrop', limits.aliasCharacters);
    this.#context = {
      home: options.home,
      identity,
      self: {
        deviceId: identity.deviceId,
        alias: this.alias,
        app: `hexdrop/${version}`,
        platform: platform(),
      },
      knownDevices: KnownDevices.load(options.home),
      desk: new LaneDesk(),
      timings,
      bootId: currentBootId(),
      server: new Server(
        () => this.#context,
        this.#shares,
        () => this.#policy,
      ),
      sessions: new SessionRegistry(),
      listening: () =>
        this.#listener === undefined
          ? undefined
          : { host: this.#listener.host, port: this.#listener.port, allowPlain: this.#allowsPlain },
      emit: (event) => this.#emit(event),
      track: (record) => this.#track(record),
    };
  }

  async listen(request: ListenRequest): Promise<Endpoint & { readonly deviceId: string }> {
    if (this.#isListening) throw new HexdropError('usage', 'The engine listens already.');
    this.#isListening = true;
    try {
      this.#policy = request.receive;
      this.#listener = await this.#open(request);
    } catch (thrown) {
      this.#isListening = false;
      throw thrown;
    }
    const { host, port } = this.#listener;
    return { host, port, deviceId: this.deviceId };
  }

  #open(request: ListenRequest): Promise<Listener> {
    return listen({
      host: request.host,
      port: request.port ?? defaultPort,
      portFallback: request.port === undefined,
      identity: this.#context.identity,
      allowPlain: this.#allowsPlain,
      handshakeTimeoutMs: this.#context.timings.handshakeMs,
      maxPerAddress: limits.connectionsPerAddress,
      onConnection: (connection, openForMs) => this.#greetGuest(connection, openForMs),
      onReject: (remote, error) => this.#emit({ kind: 'rejected', address: remote.address, error }),
    });
  }

  addShare(request: ShareRequest): ShareView {
    return this.#shares.add(request);
  }

  send(request: SendRequest): TransferHandle {
    const record = this.#newRecord('send', 'push');
    const { paths, retryMs = 0 } = request;
    return this.#start(
      record,
      runPush(this.#context, record, { paths, reach: reachOf(request.to, request), retryMs }),
    );
  }

  put(request: PutRequest): TransferHandle {
    const record = this.#newRecord('send', 'put');
    const { paths, retryMs = 0, path, pin } = request;
    const reach = reachOf(request.to, request);
    const prepare = (session: Session): Promise<void> => unlockFor(session, path, pin);
    return this.#start(
      record,
      runPush(this.#context, record, { paths, reach, retryMs, target: path, prepare }),
    );
  }

  get(request: GetRequest): TransferHandle {
    const record = this.#newRecord('receive', 'get');
    const { paths, retryMs = 0, dir, onConflict, wants, pin } = request;
    const prepare = async (session: Session): Promise<void> => {
      for (const path of paths) await unlockFor(session, path, pin);
    };
    const reach = reachOf(request.from, request);
    return this.#start(
      record,
      runFetch(this.#context, record, { paths, reach, retryMs, dir, onConflict, wants, prepare }),
    );
  }

  list(request: ListRequest): AsyncIterable<ListedEntry> {
    return listRemote(this.#context, request);
  }

  partials(): Promise<readonly PartialSummary[]> {
    return Promise.resolve(listPartials(this.#options.home));
  }

  cleanPartials(): Promise<readonly PartialSummary[]> {
    return Promise.resolve(cleanPartials(this.#options.home).cleaned);
  }

  knownDevices(): readonly KnownDevice[] {
    return this.#context.knownDevices.list();
  }

  onEvent(listener: (event: EngineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  snapshot(): EngineSnapshot {
    const listening = this.#context.listening();
    return {
      deviceId: this.deviceId,
      alias: this.alias,
      shares: this.#shares.views(),
      transfers: [...this.#records.values()].map((record) => record.view()),
      ...(listening === undefined ? {} : { listening: { host: listening.host, port: listening.port } }),
    };
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const why = new HexdropError('shutting-down', 'The program is ending; the transfer can be continued.');
    for (const record of this.#records.values()) if (!record.isOver) record.cancelAttempt(why);
    const timeUp = new Promise<void>((resolve) => {
      setTimeout(resolve, closeWithinMs).unref();
    });
    const sessions = this.#context.sessions.closeAll('shutting down');
    await Promise.race([Promise.all([sessions, this.#listener?.close()]), timeUp]);
    this.#listener = undefined;
  }

  get #allowsPlain(): boolean {
    return this.#options.allowPlain ?? false;
  }

  #newRecord(direction: 'send' | 'receive', kind: 'push' | 'put' | 'get'): TransferRecord {
    const record = new TransferRecord(newTransferId(), direction, kind, (event) => this.#emit(event));
    this.#track(record);
    return record;
  }

  #start(record: TransferRecord, run: Promise<void>): TransferHandle {
    void run;
    return {
      id: record.id,
      view: () => record.view(),
      // Read on both sides.
      cancel: () =>
        record.cancelAttempt(
          new HexdropError(
            'cancelled',
            `The ${record.direction === 'send' ? 'sender' : 'receiver'} cancelled.`,
          ),
        ),
      done: record.done,
    };
  }

  #track(record: TransferRecord): void {
    this.#records.set(record.id, record);
    if (this.#records.size <= keptRecords) return;
    for (const [id, old] of this.#records) {
      if (!old.isOver) continue;
      this.#records.delete(id);
      return;
    }
  }

  /** Somebody dialed us: a session, a lane, or nothing of ours. */
  #greetGuest(connection: Connection, openForMs: number): void {
    const { timings } = this.#context;
    receiveFirstFrame(connection, {
      desk: this.#context.desk,
      handshakeMs: timings.handshakeMs - openForMs,
      session: (stream, hello) => {
        const session = new Session(stream, {
          self: this.#context.self,
          server: this.#context.server,
          timings,
          trustOf: (deviceId) => this.#trustGuest(connection, deviceId),
          opened: (opened) => {
            this.#context.sessions.opened(opened);
            const { deviceId, alias, trust } = opened.peer;
            if (trust !== 'unauthenticated') this.#context.knownDevices.record({ deviceId, alias });
            this.#emit({ kind: 'session-opened', peer: opened.peer });
          },
          closed: (closed, error) => {
            if (!this.#context.sessions.closed(closed)) {
              const reason = error ?? new HexdropError('connection-lost');
              return this.#emit({ kind: 'rejected', address: connection.info.remote.address, error: reason });
            }
            this.#emit({
              kind: 'session-closed',
              peer: closed.peer,
              ...(error === undefined ? {} : { error }),
            });
          },
        });
        session.control(hello);
      },
      rejected: (rejected, error) =>
        this.#emit({ kind: 'rejected', address: rejected.info.remote.address, error }),
    });
  }

  #trustGuest(connection: Connection, deviceId: string): Trust {
    if (connection.info.peerDeviceId === undefined) return 'unauthenticated';
    return this.#context.knownDevices.check(undefined, deviceId);
  }

  #emit(event: EngineEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

const reachOf = (to: Endpoint, { plain = false, acceptNewKey = false }: ReachOptions): Reach => ({
  to,
  plain,
  acceptNewKey,
});
