/**
 * The engine: everything the program really does, behind one facade. Commands come in as calls, what happens goes out
 * as events and a snapshot. Free of Electron; the command line, the headless shell and the desktop each make one.
 */

import { hostname, platform } from 'node:os';

import type { Endpoint, PeerView } from '../../shared/model/peer.ts';
import type { ListedEntry, ShareView, ShareVisitor } from '../../shared/model/share.ts';
import { HexdropError } from '../../shared/errors/errors.ts';
import { limits } from '../../shared/protocol/limits.ts';
import { defaultPort } from '../../shared/model/peer.ts';
import { clip } from '../../shared/base/text.ts';
import type {
  Engine,
  EngineChange,
  EngineEvent,
  EngineOptions,
  EngineSnapshot,
  FileRange,
  GetRequest,
  ListenRequest,
  ListPage,
  ListPageRequest,
  ListRequest,
  Probed,
  ProbeRequest,
  PutRequest,
  ReadRequest,
  ReceivePolicy,
  SendRequest,
  ShareChange,
  ShareRequest,
  TextRequest,
  TransferHandle,
} from './api.ts';
import { listPage, listRemote, probe, readRemote, sendText, unlockFor } from './peers/browse.ts';
import { Captures } from './capture/captures.ts';
import type { TransferContext } from './transfer/context.ts';
import { acceptSession } from './peers/inbound-sessions.ts';
import { loadIdentity } from './net/identity.ts';
import type { Identity } from './net/identity.ts';
import { HomeFaults } from '../base/home-faults.ts';
import { KeyLog } from './net/key-log.ts';
import { KnownDevices } from './peers/known-devices.ts';
import type { KnownDevice } from './api.ts';
import { listen } from './net/listener.ts';
import type { Listener } from './net/listener.ts';
import { Server } from './share/server.ts';
import type { SelfDescription } from './session/handshake.ts';
import { KeptSessions } from './peers/kept-sessions.ts';
import { LaneRegistry } from './session/lanes.ts';
import { reachOf, reachSession } from './peers/reach.ts';
import { SessionRegistry } from './peers/registry.ts';
import { protocolTimings } from './session/session.ts';
import type { Session, SessionTimings } from './session/session.ts';
import { TransferRegistry } from './transfer/transfer-registry.ts';
import { runFetch } from './transfer/fetch.ts';
import { currentBootId } from '../base/boot-id.ts';
import { runPush } from './transfer/outgoing.ts';
import { cleanPartials, listPartials } from './transfer/journal/partials.ts';
import type { PartialSummary } from './api.ts';
import type { TransferRecord } from './transfer/record.ts';
import { availableDigests } from './digest/digest.ts';
import { DownloadLimit } from './transfer/pace/download-limit.ts';
import { RateLimit } from './transfer/pace/pace.ts';
import { splitPeerPath } from '../base/safe-path.ts';
import { version } from '../base/version.ts';

/** Time for a cancelled transfer's last words to leave. */
const closeWithinMs = 600;

/** @param timings for tests; the protocol's own when absent */
export async function createEngine(
  options: EngineOptions,
  timings: SessionTimings = protocolTimings,
): Promise<Engine> {
  availableDigests();
  const identity = await loadIdentity(options.home);
  const keyLog = options.keyLog === undefined ? undefined : await KeyLog.open(options.keyLog);
  return new LocalEngine(options, identity, timings, keyLog);
}

class LocalEngine implements Engine {
  readonly deviceId: string;
  readonly capture: Captures;
  readonly #home: string;
  readonly #context: TransferContext;
  readonly #self: SelfDescription & { alias: string };
  readonly #server: Server;
  readonly #sessions: KeptSessions;
  readonly #transfers = new TransferRegistry((event) => this.#emit(event));
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  #allowsPlain: boolean;
  /** From the call of `listen` on; `#listener` once it listens. */
  #opening: Promise<Listener> | undefined;
  #listener: Listener | undefined;
  #isClosed = false;

  constructor(
    options: EngineOptions,
    identity: Identity,
    timings: SessionTimings,
    keyLog: KeyLog | undefined,
  ) {
    this.#home = options.home;
    this.capture = new Captures(options.capture ?? false);
    this.#allowsPlain = options.allowPlain ?? false;
    this.deviceId = identity.deviceId;
    this.#self = {
      deviceId: identity.deviceId,
      alias: aliasFrom(options.alias),
      app: `hexdrop/${version}`,
      platform: platform(),
    };
    this.#server = new Server(() => this.#context);
    const faults = new HomeFaults((error) => this.#emit({ kind: 'trouble', error }));
    keyLog?.onFailure((error) => this.#emit({ kind: 'trouble', error }));
    this.#context = {
      home: options.home,
      identity,
      self: this.#self,
      knownDevices: KnownDevices.load(options.home, { faults }),
      homeFaults: faults,
      whereabouts: options.whereabouts,
      laneRegistry: new LaneRegistry(),
      timings,
      bootId: currentBootId(),
      server: this.#server,
      sessions: new SessionRegistry((session) => this.#server.visitors.left(session)),
      listening: () =>
        this.#listener === undefined
          ? undefined
          : { host: this.#listener.host, port: this.#listener.port, allowPlain: this.#allowsPlain },
      uploads: new RateLimit(),
      downloads: new DownloadLimit(),
      tap: this.capture.tap,
      keyLog,
      emit: (event) => this.#emit(event),
      track: (record) => this.#transfers.track(record),
    };
    this.#sessions = new KeptSessions((reach, signal) => reachSession(this.#context, reach, signal));
  }

  get alias(): string {
    return this.#self.alias;
  }

  configure({ alias, allowPlain, uploadLimit, downloadLimit }: EngineChange): void {
    const [uploads, downloads] = [rateOf(uploadLimit), rateOf(downloadLimit)];
    if (alias !== undefined) this.#self.alias = aliasFrom(alias);
    if (allowPlain !== undefined) {
      this.#allowsPlain = allowPlain;
      this.#listener?.setAllowPlain(allowPlain);
    }
    if (uploadLimit !== undefined) this.#context.uploads.set(uploads);
    if (downloadLimit !== undefined) this.#context.downloads.set(downloads);
  }

  async listen(request: ListenRequest): Promise<Endpoint & { readonly deviceId: string }> {
    if (this.#isClosed) throw ended();
    if (this.#opening !== undefined) throw new HexdropError('usage', 'The engine listens already.');
    if (request.receive !== undefined) this.setReceivePolicy(request.receive);
    const opening = this.#open(request);
    this.#opening = opening;
    try {
      this.#listener = await opening;
    } catch (thrown) {
      this.#opening = undefined;
      throw thrown;
    }
    // What was configured meanwhile holds too.
    this.#listener.setAllowPlain(this.#allowsPlain);
    const { host, port } = this.#listener;
    this.capture.listening({ address: host, port });
    return { host, port, deviceId: this.deviceId };
  }

  async stopListening(): Promise<void> {
    const opening = this.#opening;
    const listener = await opening?.catch(() => undefined);
    if (this.#opening !== opening) return; // Somebody else stopped it.
    this.#opening = undefined;
    this.#listener = undefined;
    await listener?.close();
    this.capture.stoppedListening();
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
      onConnection: (connection, openForMs) => acceptSession(this.#context, connection, openForMs),
      onReject: (remote, error) => {
        this.capture.turnedAway(remote, error);
        this.#emit({ kind: 'rejected', address: remote.address, error });
      },
      tap: this.capture.tap,
      keyLog: this.#context.keyLog,
    });
  }

  setReceivePolicy(policy: ReceivePolicy | undefined): void {
    this.#server.policy = policy;
  }

  addShare(request: ShareRequest): ShareView {
    return this.#server.addShare(request);
  }

  updateShare(name: string, change: ShareChange): ShareView {
    return this.#server.updateShare(name, change);
  }

  removeShare(name: string): void {
    this.#server.removeShare(name);
  }

  shareVisitors(): ReadonlyMap<string, readonly ShareVisitor[]> {
    return this.#server.visitors.byShare();
  }

  send(request: SendRequest): TransferHandle {
    const record = this.#begin('send', 'push');
    const { retryMs = 0 } = request;
    return this.#start(
      record,
      runPush(this.#context, record, { what: request, reach: reachOf(request.to, request), retryMs }),
    );
  }

  put(request: PutRequest): TransferHandle {
    const record = this.#begin('send', 'put', shareIn(request.path));
    const { retryMs = 0, path, pin } = request;
    const reach = reachOf(request.to, request);
    const prepare = (session: Session): Promise<void> => unlockFor(session, path, pin);
    return this.#start(
      record,
      runPush(this.#context, record, { what: request, reach, retryMs, target: path, prepare }),
    );
  }

  get(request: GetRequest): TransferHandle {
    const record = this.#begin('receive', 'get', shareIn(request.paths[0]));
    const { paths, retryMs = 0, dir, onConflict, wants, takesTooMuch = false, pin } = request;
    const prepare = async (session: Session): Promise<void> => {
      for (const path of paths) await unlockFor(session, path, pin);
    };
    const reach = reachOf(request.from, request);
    return this.#start(
      record,
      runFetch(this.#context, record, {
        paths,
        reach,
        retryMs,
        dir,
        onConflict,
        wants,
        takesTooMuch,
        prepare,
      }),
    );
  }

  transfer(id: string): TransferHandle | undefined {
    return this.#transfers.handle(id);
  }

  list(request: ListRequest): AsyncIterable<ListedEntry> {
    return listRemote(this.#context, request);
  }

  listPage(request: ListPageRequest): Promise<ListPage> {
    return listPage(this.#sessions, request);
  }

  read(request: ReadRequest): Promise<FileRange> {
    return readRemote(this.#sessions, request);
  }

  sendText(request: TextRequest): Promise<PeerView> {
    return sendText(this.#context, request);
  }

  probe(request: ProbeRequest): Promise<Probed> {
    return probe(this.#context, request);
  }

  partials(): Promise<readonly PartialSummary[]> {
    return Promise.resolve(listPartials(this.#home));
  }

  cleanPartials(): Promise<readonly PartialSummary[]> {
    return Promise.resolve(cleanPartials(this.#home).cleaned);
  }

  knownDevices(): readonly KnownDevice[] {
    return this.#context.knownDevices.list();
  }

  verifyDevice(deviceId: string, on: boolean): void {
    this.#context.knownDevices.verify(deviceId, on);
    this.#sessions.leave(deviceId);
  }

  forgetDevice(deviceId: string): void {
    this.#context.knownDevices.forget(deviceId);
    this.#sessions.leave(deviceId);
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
      shares: this.#server.shares,
      transfers: this.#transfers.views(),
      ...(listening === undefined ? {} : { listening: { host: listening.host, port: listening.port } }),
    };
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#transfers.cancelAll(
      new HexdropError('shutting-down', 'The program is ending; the transfer can be continued.'),
    );
    const timeUp = new Promise<void>((resolve) => {
      setTimeout(resolve, closeWithinMs).unref();
    });
    this.#sessions.close();
    const sessions = this.#context.sessions.closeAll('shutting down');
    await Promise.race([Promise.all([sessions, this.stopListening()]), timeUp]);
    await this.#context.keyLog?.close();
    this.capture.closeAll();
  }

  /** @throws HexdropError shutting-down: nobody would end it any more */
  #begin(...what: Parameters<TransferRegistry['begin']>): TransferRecord {
    if (this.#isClosed) throw ended();
    return this.#transfers.begin(...what);
  }

  #start(record: TransferRecord, run: Promise<void>): TransferHandle {
    void run;
    return this.#transfers.handleOf(record);
  }

  #emit(event: EngineEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

const aliasFrom = (wanted: string | undefined): string =>
  clip(wanted?.trim() || hostname() || 'Hexdrop', limits.aliasCharacters);

const ended = (): HexdropError => new HexdropError('shutting-down', 'This program is ending.');

/** The share that a peer's path leads into; a path that is none is refused when the transfer runs. */
function shareIn(path: string | undefined): string | undefined {
  try {
    return splitPeerPath(path ?? '')[0];
  } catch {
    return undefined;
  }
}

/** @throws HexdropError usage */
function rateOf(limit: number | null | undefined): number | undefined {
  if (limit === null || limit === undefined) return undefined;
  if (Number.isSafeInteger(limit) && limit >= 1) return limit;
  throw new HexdropError('usage', `A limit is a number of bytes a second from 1 on, not ${limit}.`);
}
