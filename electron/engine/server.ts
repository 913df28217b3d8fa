/**
 * What this device does when a peer asks: browse shares, unlock them, hand out files, take what is offered
 * (docs/PROTOCOL.md, "Browsing", "Transfers"). The same whoever dialed.
 */

import type { Payload } from '../../shared/protocol/catalog.ts';
import { HexdropError } from '../../shared/protocol/errors.ts';
import type { ReceivePolicy } from './api.ts';
import type { EngineContext } from './context.ts';
import type { Session, SessionServer } from './session/session.ts';
import type { TransferPort, TransferWire } from './session/transfer-wire.ts';
import type { Shares } from './share/shares.ts';
import { Incoming } from './transfer/incoming.ts';
import { newLaneToken } from './transfer/outgoing.ts';
import { kindAndSize } from './transfer/roots.ts';
import { TransferRecord } from './transfer/record.ts';
import { Source } from './transfer/source.ts';
import type { SourceRoot } from './transfer/walk.ts';

export class Server implements SessionServer {
  readonly #context: () => EngineContext;
  readonly #shares: Shares;
  readonly #policy: () => ReceivePolicy | undefined;
  readonly #unlocked = new WeakMap<Session, Set<string>>();
  #incoming: Incoming | undefined;

  constructor(context: () => EngineContext, shares: Shares, policy: () => ReceivePolicy | undefined) {
    this.#context = context;
    this.#shares = shares;
    this.#policy = policy;
  }

  list(session: Session, request: Payload<'LIST'>): Payload<'LISTING'> {
    return this.#shares.list(request, this.#unlockedBy(session));
  }

  stat(session: Session, request: Payload<'STAT'>): Payload<'ENTRY'> {
    return this.#shares.stat(request, this.#unlockedBy(session));
  }

  unlock(session: Session, request: Payload<'UNLOCK'>): Payload<'UNLOCKED'> {
    this.#shares.unlock(request.share, request.pin, session.peer.address, Date.now());
    this.#unlockedBy(session).add(request.share);
    return { share: request.share };
  }

  offered(wire: TransferWire, offer: Payload<'OFFER'>): TransferPort {
    this.#incoming ??= new Incoming(this.#context());
    if (offer.target !== undefined) {
      const root = this.#shares.writableRoot(offer.target.path, this.#unlockedBy(wire.session));
      return this.#incoming.upload(wire, offer, root);
    }
    const policy = this.#policy();
    if (policy === undefined) throw new HexdropError('not-receiving');
    return this.#incoming.push(wire, offer, policy);
  }

  asked(wire: TransferWire, request: Payload<'GET'>): TransferPort {
    const context = this.#context();
    const unlocked = this.#unlockedBy(wire.session);
    const roots = request.paths.map((path): SourceRoot => {
      const { components, path: local, stats } = this.#shares.find(path, unlocked);
      return { name: components.at(-1) as string, path: local, ...kindAndSize(stats) };
    });
    requireDistinct(roots);
    const record = new TransferRecord(request.transfer, 'send', 'serve', (event) => context.emit(event));
    context.track(record);
    record.connected(wire.session.peer);
    const token = newLaneToken();
    const { peerDeviceId } = wire.session.stream.connection.info;
    const source = new Source(
      roots,
      record.reportsTo((outcome) => {
        forget();
        record.finish(outcome);
      }),
    );
    const forget = context.desk.expect(token, peerDeviceId, (lane) => source.laneJoined(lane));
    record.cancelAttempt = (error) => source.cancel(error);
    record.follow(() => source.progress);
    source.attach(wire);
    const offer = source.offer(request.transfer, wire.session.can('lane') ? { lane: { token } } : {});
    // The port must be known to the session before its first frame leaves.
    queueMicrotask(() => {
      if (record.isOver) return;
      wire.send('OFFER', offer);
      source.start();
    });
    return source;
  }

  #unlockedBy(session: Session): Set<string> {
    const known = this.#unlocked.get(session);
    if (known !== undefined) return known;
    const none = new Set<string>();
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
