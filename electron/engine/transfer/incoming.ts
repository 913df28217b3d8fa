/**
 * Receiving what a peer offers: a push that somebody decides on, or an upload into a writable share. A push whose
 * connection broke is expected back for a while, and goes on without asking again.
 */

import type { PeerView } from '../../../shared/model/peer.ts';
import type { ConflictPolicy, Decision, OfferView } from '../../../shared/model/transfer.ts';
import type { Payload } from '../../../shared/protocol/catalog.ts';
import { asHexdropError, HexdropError } from '../../../shared/errors/errors.ts';
import type { ReceivePolicy } from '../api.ts';
import type { TransferContext } from './context.ts';
import type { TransferPort, TransferWire } from '../session/transfer-wire.ts';
import { isPassing } from './attempts.ts';
import { openLane } from './lane-opening.ts';
import { isUnfinished } from './journal/partials.ts';
import { TransferRecord } from './record.ts';
import type { Outcome } from './record.ts';
import { freeBytesAt, missingBytesAt, noSpaceAt, Room } from './sink/room.ts';
import { originOf } from '../../base/origin.ts';
import { rulesAt, SafeRoot } from '../../base/safe-path.ts';
import { provenId, Sink } from './sink/sink.ts';

/** How long a sender whose connection broke is expected back: its own patience, and a little. */
const returnWithinMs = 45_000;

/** Offers that wait for a person: more would bury what he is asked, and each keeps what a preview shows of it. */
const undecidedOfOne = 8;
const undecidedInAll = 50;

/** Nobody looks any more: the place is for others. */
const undecidedMs = 600_000;

type Accepted = Extract<Decision, { accept: true }>;

/** A transfer that was accepted and is not over. */
interface Visit {
  readonly record: TransferRecord;
  /** The transfer id of the latest offer. */
  readonly transfer: string;
  readonly deviceId: string;
  /** Where it came from. */
  readonly origin: string;
  /** What is offered, by its top-level names and their kinds. */
  readonly roots: string;
  /** Set once accepted. */
  decision: Accepted | undefined;
  /** Set once accepted, where it must fit and may not. */
  room: Room | undefined;
  sink: Sink;
  timer: NodeJS.Timeout | undefined;
}

export class Incoming {
  readonly #context: TransferContext;
  readonly #visits = new Map<string, Visit>();

  constructor(context: TransferContext) {
    this.#context = context;
  }

  /** A push: `policy` decides. */
  push(wire: TransferWire, offer: Payload<'OFFER'>, policy: ReceivePolicy): TransferPort {
    if (policy.decidesAtOnce !== true) this.#requirePlace(wire.session.peer.address);
    return this.#receive(wire, offer, {
      kind: 'push',
      onConflict: policy.onConflict,
      needsPreview: policy.decidesAtOnce !== true,
      decide: (sink) => policy.decide(this.#offerView(sink, wire, policy.dir)),
      refusal: (sink, { code, message }) =>
        code === 'no-space'
          ? noSpaceAt(policy.dir, sink.offer, sink.totals)
          : new HexdropError('declined', message ?? 'The receiver declined.'),
      root: (accepted) => SafeRoot.open(accepted.dir ?? policy.dir),
    });
  }

  /**
   * An upload: whoever may write to the share may, unless there is certainly no space for it. Names that are taken get a
   * number. `began` gets its record, also when it goes on after a broken connection.
   */
  upload(
    wire: TransferWire,
    offer: Payload<'OFFER'>,
    { root, share }: { readonly root: SafeRoot; readonly share: string },
    began: (record: TransferRecord) => void,
  ): TransferPort {
    return this.#receive(wire, offer, {
      kind: 'serve',
      began: (record) => {
        record.share = share;
        began(record);
      },
      onConflict: 'rename',
      needsPreview: false,
      decide: () => Promise.resolve({ accept: true, mustFit: true }),
      refusal: () => new HexdropError('declined'),
      root: () => root,
    });
  }

  #receive(wire: TransferWire, offer: Payload<'OFFER'>, terms: Terms): TransferPort {
    const { peer } = wire.session;
    const before = this.#comeBack(offer, peer);
    const record =
      before?.record ??
      new TransferRecord(offer.transfer, 'receive', terms.kind, (event) => this.#context.emit(event));
    if (before === undefined) this.#context.track(record);
    terms.began?.(record);
    record.connected(peer);
    const sink = new Sink({
      wire,
      reports: record.reportsTo((outcome) => this.#ended(visit, sink, outcome)),
      downloads: this.#context.downloads,
      // A sender that was started again counts from its own start.
      earlierBytes: before?.transfer === offer.transfer ? record.bytes : 0,
      needsPreview: terms.needsPreview && before?.decision === undefined,
      openLane: (offered) => openLane(this.#context, wire.session, offered),
      decide: (deciding) => {
        void answer(deciding);
      },
      recounted: (counting) => this.#requireRoom(visit, counting),
    });
    const answer = async (deciding: Sink): Promise<void> => {
      const expiry = setTimeout(() => deciding.decline(notAnswered()), undecidedMs);
      expiry.unref();
      try {
        const decision = visit.decision ?? (await terms.decide(deciding));
        if (!decision.accept) return deciding.decline(terms.refusal(deciding, decision));
        visit.decision = decision;
        // Nobody looked where everything is taken at once.
        if (peer.secure && terms.needsPreview) this.#context.knownDevices.accept(peer.deviceId, peer.alias);
        const { home, homeFaults, bootId } = this.#context;
        const root = terms.root(decision);
        if (decision.mustFit === true && decision.wants === undefined && before === undefined) {
          const { path } = root;
          const goesOn = isUnfinished(home, { roots: offer.roots, deviceId: provenId(peer), dir: path });
          visit.room = goesOn ? undefined : Room.for(path, offer, deciding.totals);
          const noRoom = visit.room?.faultBefore(deciding.totals);
          if (noRoom !== undefined) return deciding.decline(noRoom);
        }
        record.dir = root.path;
        const onConflict = decision.onConflict ?? terms.onConflict;
        await deciding.accept({ home, homeFaults, bootId, root, onConflict, wants: decision.wants });
      } catch (thrown) {
        deciding.decline(asHexdropError(thrown));
      } finally {
        clearTimeout(expiry);
      }
    };
    const visit: Visit = {
      record,
      transfer: offer.transfer,
      deviceId: provenId(peer),
      origin: originOf(peer.address),
      roots: rootsKey(offer),
      decision: before?.decision,
      room: before?.room,
      sink,
      timer: undefined,
    };
    this.#visits.set(offer.transfer, visit);
    record.run(sink);
    sink.offered(offer);
    return sink;
  }

  /**
   * The visit that this offer continues: the same transfer again, whose old connection is given up for the new one
   * should it not be known to be dead yet; or, of a device that proved its key, the same files offered anew by a
   * program that was started again.
   * @throws HexdropError unexpected-frame when the id belongs to something else: what was agreed to must not be replaced
   */
  #comeBack(offer: Payload<'OFFER'>, peer: PeerView): Visit | undefined {
    const id = provenId(peer);
    const again = this.#visits.get(offer.transfer);
    const roots = rootsKey(offer);
    const isSame = (visit: Visit): boolean => visit.deviceId === id && visit.roots === roots;
    if (again !== undefined && !isSame(again)) {
      throw new HexdropError('unexpected-frame', 'Something else was offered under the id of this transfer.');
    }
    const visit =
      again ??
      [...this.#visits.values()].find(
        (waiting) => peer.secure && waiting.timer !== undefined && isSame(waiting),
      );
    if (visit === undefined) return undefined;
    clearTimeout(visit.timer);
    this.#visits.delete(visit.transfer);
    visit.sink.lost(
      new HexdropError('connection-lost', 'The sender came back over another connection.'),
      false,
    );
    return visit.record.isOver ? undefined : visit;
  }

  #ended(visit: Visit, sink: Sink, outcome: Outcome): void {
    if (visit.sink !== sink) return;
    const isCurrent = this.#visits.get(visit.transfer) === visit;
    if (!isCurrent) return; // Superseded: the record goes on.
    const isExpectedBack =
      outcome.kind === 'failed' && visit.decision !== undefined && isPassing(outcome.error);
    if (!isExpectedBack) {
      this.#visits.delete(visit.transfer);
      return visit.record.finish(outcome);
    }
    visit.record.retrying(returnWithinMs, outcome.error);
    visit.record.await({
      cancel: ({ code, message }) => this.#giveUp(visit, { kind: 'cancelled', code, message }),
    });
    this.#expectBack(visit, outcome);
  }

  /** What this side paused is expected for as long as it is, and a while. */
  #expectBack(visit: Visit, outcome: Outcome): void {
    visit.timer = setTimeout(() => {
      if (visit.record.isPausedHere) this.#expectBack(visit, outcome);
      else this.#giveUp(visit, outcome);
    }, returnWithinMs);
    visit.timer.unref();
  }

  #giveUp(visit: Visit, outcome: Outcome): void {
    clearTimeout(visit.timer);
    this.#visits.delete(visit.transfer);
    visit.record.finish(outcome);
  }

  #offerView(sink: Sink, wire: TransferWire, dir: string): OfferView {
    const { offer } = sink;
    const { totals } = sink;
    const { peer } = wire.session;
    const freeBytes = freeBytesAt(dir);
    const renamed = sink.renamed(rulesAt(dir));
    const isResumed = isUnfinished(this.#context.home, {
      roots: offer.roots,
      deviceId: provenId(peer),
      dir,
    });
    const missing = isResumed ? undefined : missingBytesAt(dir, offer, totals, freeBytes);
    return {
      transferId: offer.transfer,
      peer,
      roots: offer.roots,
      rootCount: offer.rootCount,
      totals,
      preview: sink.preview,
      ...(renamed === undefined ? {} : { renamed }),
      isResumed,
      ...(freeBytes === undefined ? {} : { freeBytes }),
      ...(missing === undefined ? {} : { missingBytes: missing }),
    };
  }

  /** @throws HexdropError declined when as many offers wait for a person as one may be asked about */
  #requirePlace(address: string): void {
    const undecided = [...this.#visits.values()].filter(
      ({ decision, record }) => decision === undefined && !record.isOver,
    );
    const origin = originOf(address);
    const ofOne = undecided.filter((visit) => visit.origin === origin).length;
    if (ofOne < undecidedOfOne && undecided.length < undecidedInAll) return;
    throw new HexdropError('declined', 'Too many offers wait for an answer there.', {
      seen: String(ofOne < undecidedOfOne ? undecided.length + 1 : ofOne + 1),
      allowed: `${undecidedOfOne} of one device, ${undecidedInAll} in all`,
    });
  }

  /** The source has counted on. */
  #requireRoom(visit: Visit, sink: Sink): void {
    const { bytes, resumedBytes, totals } = sink.progress;
    const noRoom = visit.room?.faultWithin(totals, bytes + resumedBytes);
    if (noRoom !== undefined) sink.cancel(noRoom);
  }
}

/** What differs between a push and an upload. */
interface Terms {
  readonly kind: 'push' | 'serve';
  readonly onConflict: ConflictPolicy;
  readonly needsPreview: boolean;
  began?(record: TransferRecord): void;
  decide(sink: Sink): Promise<Decision>;
  refusal(sink: Sink, decision: Extract<Decision, { accept: false }>): HexdropError;
  root(decision: Accepted): SafeRoot;
}

const rootsKey = ({ roots, rootCount, target }: Payload<'OFFER'>): string =>
  JSON.stringify([target?.path, rootCount, ...roots.map(({ name, kind }) => [name, kind])]);

const notAnswered = (): HexdropError =>
  new HexdropError('declined', `Nobody answered the offer within ${undecidedMs / 60_000} minutes.`);
