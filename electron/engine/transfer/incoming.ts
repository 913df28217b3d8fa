/**
 * Receiving what a peer offers: a push that somebody decides on, or an upload into a writable share. A push whose
 * connection broke is expected back for a while, and goes on without asking again.
 */

import { statfsSync } from 'node:fs';

import type { ConflictPolicy, Decision, OfferView } from '../../../shared/model/transfer.ts';
import type { Payload } from '../../../shared/protocol/catalog.ts';
import { asHexdropError, HexdropError } from '../../../shared/protocol/errors.ts';
import type { ReceivePolicy } from '../api.ts';
import type { EngineContext } from '../context.ts';
import type { TransferPort, TransferWire } from '../session/transfer-wire.ts';
import { isPassing } from './attempts.ts';
import { openLane } from './lane-opening.ts';
import { TransferRecord } from './record.ts';
import type { Outcome } from './record.ts';
import { SafeRoot } from './safe-path.ts';
import { Sink } from './sink.ts';
import type { SinkTarget } from './sink.ts';

/** How long a sender whose connection broke is expected back: its own patience, and a little. */
const returnWithinMs = 45_000;

type Accepted = Extract<Decision, { accept: true }>;

/** A transfer that was accepted and is not over. */
interface Visit {
  readonly record: TransferRecord;
  readonly deviceId: string;
  /** Set once accepted. */
  decision: Accepted | undefined;
  sink: Sink;
  timer: NodeJS.Timeout | undefined;
}

export class Incoming {
  readonly #context: EngineContext;
  readonly #visits = new Map<string, Visit>();

  constructor(context: EngineContext) {
    this.#context = context;
  }

  /** A push: `policy` decides. */
  push(wire: TransferWire, offer: Payload<'OFFER'>, policy: ReceivePolicy): TransferPort {
    return this.#receive(wire, offer, 'push', async (sink, isResumed) => {
      const decision = await policy.decide(this.#offerView(sink, wire, isResumed, policy.dir));
      const dir = decision.accept ? (decision.dir ?? policy.dir) : policy.dir;
      return { decision, root: () => SafeRoot.open(dir), onConflict: policy.onConflict };
    });
  }

  /** An upload: whoever may write to the share may. Names that are taken get a number. */
  upload(wire: TransferWire, offer: Payload<'OFFER'>, root: SafeRoot): TransferPort {
    return this.#receive(wire, offer, 'serve', async () => ({
      decision: { accept: true },
      root: () => root,
      onConflict: 'rename',
    }));
  }

  #receive(
    wire: TransferWire,
    offer: Payload<'OFFER'>,
    kind: 'push' | 'serve',
    decide: (
      sink: Sink,
      isResumed: boolean,
    ) => Promise<{ decision: Decision; root: () => SafeRoot; onConflict: ConflictPolicy }>,
  ): TransferPort {
    const { peer } = wire.session;
    const before = this.#comeBack(offer.transfer, peer.deviceId);
    const record = before?.record ?? new TransferRecord(offer.transfer, 'receive', kind, (event) => this.#context.emit(event));
    if (before === undefined) this.#context.track(record);
    record.connected(peer);
    const sink = new Sink({
      wire,
      reports: record.reportsTo((outcome) => this.#ended(visit, sink, outcome)),
      earlierBytes: before === undefined ? 0 : record.bytes,
      openLane: (offered) => openLane(this.#context, wire.session, offered),
      decide: (deciding) => {
        void answer(deciding);
      },
    });
    const answer = async (deciding: Sink): Promise<void> => {
      try {
        const { decision, root, onConflict } = await decide(deciding, visit.decision !== undefined);
        if (!decision.accept) {
          return deciding.decline(new HexdropError('declined', decision.message ?? 'The receiver declined.'));
        }
        const accepted = visit.decision ?? decision;
        visit.decision = accepted;
        await deciding.accept(this.#target(root(), onConflict, accepted));
        record.dir = deciding.targetPath;
      } catch (thrown) {
        deciding.decline(asHexdropError(thrown));
      }
    };
    const visit: Visit = { record, deviceId: peer.deviceId, decision: before?.decision, sink, timer: undefined };
    this.#visits.set(offer.transfer, visit);
    record.cancelAttempt = (error) => sink.cancel(error);
    record.follow(() => sink.progress);
    sink.offered(offer);
    return sink;
  }

  /** The visit that this offer continues. A connection that is not known to be dead yet is given up for the new one. */
  #comeBack(transfer: string, deviceId: string): Visit | undefined {
    const visit = this.#visits.get(transfer);
    if (visit === undefined || visit.deviceId !== deviceId) return undefined;
    clearTimeout(visit.timer);
    this.#visits.delete(transfer);
    visit.sink.lost(new HexdropError('connection-lost', 'The sender came back over another connection.'));
    return visit.record.isOver ? undefined : visit;
  }

  #ended(visit: Visit, sink: Sink, outcome: Outcome): void {
    if (visit.sink !== sink) return;
    const isCurrent = this.#visits.get(visit.record.id) === visit;
    if (!isCurrent) return; // Superseded: the record goes on.
    const isExpectedBack = outcome.kind === 'failed' && visit.decision !== undefined && isPassing(outcome.error);
    if (!isExpectedBack) {
      this.#visits.delete(visit.record.id);
      return visit.record.finish(outcome);
    }
    visit.record.retrying(returnWithinMs, outcome.error);
    visit.record.cancelAttempt = (error) => this.#giveUp(visit, { kind: 'cancelled', code: error.code === 'cancelled' ? 'cancelled' : 'internal', message: error.message });
    visit.timer = setTimeout(() => this.#giveUp(visit, outcome), returnWithinMs);
    visit.timer.unref();
  }

  #giveUp(visit: Visit, outcome: Outcome): void {
    clearTimeout(visit.timer);
    this.#visits.delete(visit.record.id);
    visit.record.finish(outcome);
  }

  #target(root: SafeRoot, onConflict: ConflictPolicy, decision: Accepted): SinkTarget {
    const { home, bootId } = this.#context;
    return { home, root, bootId, onConflict, wants: decision.wants };
  }

  #offerView(sink: Sink, wire: TransferWire, isResumed: boolean, dir: string): OfferView {
    const { offer } = sink;
    const freeBytes = freeBytesAt(dir);
    return {
      transferId: offer.transfer,
      peer: wire.session.peer,
      roots: offer.roots,
      rootCount: offer.rootCount,
      totals: sink.totals,
      preview: sink.preview,
      isResumed,
      ...(freeBytes === undefined ? {} : { freeBytes }),
    };
  }
}

/** Undefined where the folder is not there yet or the system does not tell. */
function freeBytesAt(dir: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(dir);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
