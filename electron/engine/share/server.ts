/**
 * What this device does when a peer asks: browse shares, unlock them, hand out files, take texts and what is offered
 * (docs/PROTOCOL.md, "Browsing", "Texts", "Transfers"). The same whoever dialed. Notes who uses which share.
 */

import type { PeerView } from '../../../shared/model/peer.ts';
import type { ShareView } from '../../../shared/model/share.ts';
import type { Payload } from '../../../shared/protocol/catalog.ts';
import { HexdropError } from '../../../shared/errors/errors.ts';
import type { ReceivePolicy, ShareRequest } from '../api.ts';
import type { TransferContext } from '../transfer/context.ts';
import { isOneMachine } from '../net/connection-info.ts';
import type { Session, SessionServer } from '../session/session.ts';
import { TextGate } from '../session/text-gate.ts';
import type { SessionFacts, TransferPort, TransferWire } from '../session/transfer-wire.ts';
import type { PinGuard } from './pin-guard.ts';
import { ServeQueue } from './serve-queue.ts';
import type { Asker } from './serve-queue.ts';
import { Shares } from './shares.ts';
import type { ShareChange } from './shares.ts';
import { Visitors } from './visitors.ts';
import { isPassing } from '../transfer/attempts.ts';
import { Incoming } from '../transfer/incoming.ts';
import { localTree } from '../transfer/source/local-tree.ts';
import { randomId } from '../transfer/outgoing.ts';
import { kindAndSize } from '../transfer/source/roots.ts';
import { TransferRecord } from '../transfer/record.ts';
import type { Outcome } from '../transfer/record.ts';
import { splitPeerPath } from '../../base/safe-path.ts';
import { provenId } from '../transfer/sink/sink.ts';
import { Source } from '../transfer/source/source.ts';
import type { SourceRoot } from '../transfer/source/walk.ts';

export class Server implements SessionServer {
  readonly #context: () => TransferContext;
  readonly #shares = new Shares();
  /** Who uses the shares. */
  readonly visitors: Visitors;
  readonly #texts = new TextGate();
  readonly #serveQueue = new ServeQueue();
  readonly #unlocked = new WeakMap<SessionFacts, Set<PinGuard>>();
  /** What happens to offers and texts; without it they are refused. */
  policy: ReceivePolicy | undefined;
  #incoming: Incoming | undefined;
  /** What others fetch, by transfer; what was paused when its connection broke is remembered. */
  readonly #serves = new Map<string, { readonly record: TransferRecord; readonly deviceId: string }>();

  /** The context, which holds the server, is asked for once there is a session. */
  constructor(context: () => TransferContext) {
    this.#context = context;
    this.visitors = new Visitors(() => context().emit({ kind: 'shares' }));
  }

  // Shares, as this side changes them

  get shares(): readonly ShareView[] {
    return this.#shares.views();
  }

  addShare(request: ShareRequest): ShareView {
    const view = this.#shares.add(request);
    this.visitors.changed();
    return view;
  }

  updateShare(name: string, change: ShareChange): ShareView {
    const view = this.#shares.update(name, change);
    if (!view.writable) {
      const why = new HexdropError('read-only', `The share "${name}" does not take uploads any more.`);
      this.#endTransfers(name, why, 'receive');
    }
    this.visitors.changed();
    return view;
  }

  removeShare(name: string): void {
    this.#shares.remove(name);
    this.#endTransfers(name, new HexdropError('share-removed', `The share "${name}" was removed.`));
    this.visitors.removed(name);
  }

  #endTransfers(share: string, why: HexdropError, direction?: 'receive'): void {
    for (const transfer of this.visitors.running(share)) {
      if (direction === undefined || transfer.direction === direction) transfer.cancel(why);
    }
  }

  // Questions

  list(session: Session, request: Payload<'LIST'>): Payload<'LISTING'> {
    const listing = this.#shares.list(request, this.#unlockedBy(session));
    this.#saw(session, request.path);
    return listing;
  }

  stat(session: Session, request: Payload<'STAT'>): Payload<'ENTRY'> {
    const found = this.#shares.stat(request, this.#unlockedBy(session));
    // Nothing was shown of a locked share but that it is there.
    if (found.entry.locked !== true) this.#saw(session, request.path);
    return found;
  }

  unlock(session: Session, request: Payload<'UNLOCK'>): Payload<'UNLOCKED'> {
    const opened = this.#shares.unlock(request.share, request.pin, session.peer.address, Date.now());
    if (opened !== undefined) this.#unlockedBy(session).add(opened);
    return { share: request.share };
  }

  read(session: Session, request: Payload<'READ'>): Payload<'CONTENT'> {
    const content = this.#shares.read(request, this.#unlockedBy(session));
    this.#saw(session, request.path);
    return content;
  }

  text(session: Session, { text }: Payload<'TEXT'>): Payload<'TAKEN'> {
    if (this.policy === undefined) throw new HexdropError('not-receiving');
    const atMs = Date.now();
    this.#texts.pass(session.peer.address, atMs);
    this.#context().emit({ kind: 'text', peer: session.peer, text, id: randomId(), atMs });
    return {};
  }

  // Transfers

  offered(wire: TransferWire, offer: Payload<'OFFER'>): TransferPort {
    this.#incoming ??= new Incoming(this.#context());
    if (offer.target !== undefined) {
      const { path } = offer.target;
      const root = this.#shares.writableRoot(path, this.#unlockedBy(wire.session));
      const components = splitPeerPath(path);
      return this.#incoming.upload(wire, offer, { root, share: components[0] as string }, (record) =>
        this.visitors.transfers(wire.session, [components], record, Date.now()),
      );
    }
    if (this.policy === undefined) throw new HexdropError('not-receiving');
    return this.#incoming.push(wire, offer, this.policy);
  }

  asked(wire: TransferWire, request: Payload<'GET'>): TransferPort {
    const context = this.#context();
    const unlocked = this.#unlockedBy(wire.session);
    const found = request.paths.map((path) => this.#shares.find(path, unlocked));
    const roots = found.map(({ components, path: local, stats }): SourceRoot => {
      return { name: components.at(-1) as string, path: local, ...kindAndSize(stats) };
    });
    requireDistinct(roots);
    const record = new TransferRecord(request.transfer, 'send', 'serve', (event) => context.emit(event));
    record.share = found[0]?.share.name;
    context.track(record);
    this.visitors.transfers(
      wire.session,
      found.map(({ components }) => components),
      record,
      Date.now(),
    );
    record.connected(wire.session.peer);
    this.#serveBegins(request.transfer, record, provenId(wire.session.peer));
    const token = randomId();
    const source = new Source({
      tree: localTree(roots),
      reports: record.reportsTo((outcome) => {
        forget();
        leave();
        this.#serveEnded(request.transfer, record, outcome);
      }),
      uploads: context.uploads,
      isSinkHere: isOneMachine(wire.session.connection),
    });
    const forget = context.laneRegistry.expect(token, wire.session.laneOwner, (lane) =>
      source.laneJoined(lane),
    );
    record.run(source);
    source.attach(wire);
    // Not before its turn: what an offer says of a tree may take a walk. Nor before the session knows the port.
    const leave = this.#serveQueue.enter(askerOf(wire.session.peer), () => {
      if (record.isOver) return;
      wire.send('OFFER', source.offer(request.transfer, wire.session.can('lane') ? { lane: { token } } : {}));
      source.start();
    });
    return source;
  }

  /** Asked for again after its connection broke, it is as paused as it was. */
  #serveBegins(transfer: string, record: TransferRecord, deviceId: string): void {
    const before = this.#serves.get(transfer);
    if (before?.deviceId === deviceId && before.record.isPausedHere) record.pause();
    this.#serves.set(transfer, { record, deviceId });
  }

  #serveEnded(transfer: string, record: TransferRecord, outcome: Outcome): void {
    const isExpectedBack = outcome.kind === 'failed' && isPassing(outcome.error) && record.isPausedHere;
    if (!isExpectedBack && this.#serves.get(transfer)?.record === record) this.#serves.delete(transfer);
    record.finish(outcome);
  }

  #saw(session: Session, path: string): void {
    this.visitors.saw(session, splitPeerPath(path), Date.now());
  }

  #unlockedBy(session: SessionFacts): Set<PinGuard> {
    const known = this.#unlocked.get(session);
    if (known !== undefined) return known;
    const none = new Set<PinGuard>();
    this.#unlocked.set(session, none);
    return none;
  }
}

/** Two paths that end in the same name would become one file at the other side. */
function requireDistinct(roots: readonly SourceRoot[]): void {
  const names = new Set<string>();
  for (const { name } of roots) {
    if (names.has(name)) {
      const message = `Two of the paths end in "${name}"; ask for them one after the other.`;
      throw new HexdropError('file-exists', message, {
        seen: name,
        allowed: 'paths with distinct last names',
      });
    }
    names.add(name);
  }
}

const askerOf = (peer: PeerView): Asker => ({ address: peer.address, deviceId: provenId(peer) });
