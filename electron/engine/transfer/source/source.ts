/**
 * The side of a transfer that has the files (docs/PROTOCOL.md, "Transfers"): offers, tells the manifest, hands what
 * the sink wants to the bulk sender, and finishes. One file that cannot be read is a FAULT; the others go on.
 * Where the files are is the tree's business, how fast they may go that of the pace.
 */

import { displayName } from '../../../../shared/model/display-name.ts';
import type { RootView } from '../../../../shared/model/transfer.ts';
import type { Payload } from '../../../../shared/protocol/catalog.ts';
import { asHexdropError, codeFromWire, HexdropError } from '../../../../shared/errors/errors.ts';
import type { ErrorCode } from '../../../../shared/errors/errors.ts';
import { flagOptional } from '../../../../shared/protocol/header.ts';
import { limits } from '../../../../shared/protocol/limits.ts';
import { refusalPayload } from '../../../../shared/protocol/wire-errors.ts';
import type { ControlFrame, FrameStream } from '../../session/frame-stream.ts';
import type { TransferPort, TransferWire } from '../../session/transfer-wire.ts';
import { BulkSender } from './bulk-sender.ts';
import { FolderFaults } from './folder-faults.ts';
import { holdLane } from './held-lane.ts';
import { ManifestSender } from './manifest-sender.ts';
import { Notices } from '../progress/notices.ts';
import { Outbox } from './outbox.ts';
import { RateAnnouncer } from '../pace/rate-announcer.ts';
import { SourcePace } from '../pace/pace.ts';
import type { PaceClock, RateLimit } from '../pace/pace.ts';
import type { Progress, TransferReports } from '../progress/reports.ts';
import { SourceCounters } from './source-counters.ts';
import type { EarlierProgress } from './source-counters.ts';
import type { SinceTold, SourceEntry, SourceTree, TreeMaker } from './source-tree.ts';
import { targetIdOf } from '../../files/target-id.ts';

/** How long the tree is walked before the offer leaves. */
const firstLookMs = 8;

/** A small tree is offered with its totals complete, also by a busy machine: so many entries are given longer. */
const smallTreeEntries = 512;
const smallTreeMs = 100;

export interface SourceOptions {
  readonly tree: TreeMaker;
  readonly reports: TransferReports;
  /** The limit of everything that is sent from here. */
  readonly uploads: RateLimit;
  /** The sink may be on this machine, and what is sent may hold the folder that it goes to. */
  readonly isSinkHere?: boolean;
  /** What the sink had told of the same transfer before its connection broke. */
  readonly earlier?: EarlierProgress;
  /** For tests; the system's when absent. */
  readonly clock?: PaceClock;
}

export class Source implements TransferPort {
  readonly #reports: TransferReports;
  readonly #tree: SourceTree;
  readonly #pace: SourcePace;
  readonly #counters: SourceCounters;
  /** A source says when it pauses; what it keeps to besides is its own business. */
  readonly #paceTeller = new RateAnnouncer((pace) => this.#wire?.sendInOrder('PACE', pace));
  readonly #outbox = new Outbox();
  readonly #folderFaults = new FolderFaults();
  readonly #notices = new Notices((notice) => this.#wire?.sendInOrder('NOTICE', notice, flagOptional));
  #wire: TransferWire | undefined;
  #manifest: ManifestSender | undefined;
  #bulk: BulkSender | undefined;
  #lane: FrameStream | undefined;
  #transfer = '';
  #isAccepted = false;
  #isFinishing = false;
  #isOver = false;
  #isWorkScheduled = false;

  constructor({ tree, reports, uploads, isSinkHere = false, earlier, clock }: SourceOptions) {
    this.#reports = reports;
    this.#pace = new SourcePace(uploads, clock);
    this.#counters = new SourceCounters(earlier);
    this.#tree = tree({
      omitted: (relative, reason) => {
        this.#counters.omitted += 1;
        reports.omitted(relative, reason);
        this.#notices.omitted(relative, reason);
      },
      fault: (relative, error, entry) => {
        this.#counters.walkFaults += 1;
        reports.fault(relative, error.code, error.message, 'here');
        if (entry === undefined) this.#notices.failed(relative, error);
        else this.#folderFaults.add(entry, error);
      },
    });
    if (isSinkHere) this.#tree.awaitTarget?.();
  }

  /** The payload of OFFER. Walks a first part of the tree. */
  offer(transfer: string, extras: Pick<Payload<'OFFER'>, 'target' | 'lane'>): Payload<'OFFER'> {
    this.#transfer = transfer;
    this.#firstLook();
    return {
      transfer,
      roots: this.#tree.roots
        .slice(0, limits.offerRoots)
        .map(({ name, kind, size }): RootView => ({ name, kind, size })),
      rootCount: this.#tree.roots.length,
      totals: this.#tree.totals,
      ...extras,
    };
  }

  #firstLook(): void {
    let walked = 0;
    const take = (entry: SourceEntry): void => {
      walked += 1;
      this.#outbox.add(entry);
    };
    this.#tree.advance(firstLookMs, limits.previewEntries, take);
    const allowed = Math.min(smallTreeEntries, limits.previewEntries);
    if (!this.#tree.isDone && walked < allowed) this.#tree.advance(smallTreeMs, allowed - walked, take);
  }

  /** The wire that OFFER travels on. */
  attach(wire: TransferWire): void {
    this.#wire = wire;
  }

  /** OFFER has been sent: the manifest follows. */
  start(): void {
    const wire = this.#wire as TransferWire;
    this.#manifest = new ManifestSender(this.#tree, this.#outbox, wire, this.#tree.totals, () =>
      this.#scheduleWork(),
    );
    this.#bulk = new BulkSender({
      wire,
      outbox: this.#outbox,
      tree: this.#tree,
      pace: this.#pace,
      reports: {
        idle: () => this.#finishWhenIdle(),
        fault: (relative, error) => this.#reports.fault(relative, error.code, error.message, 'here'),
        sinceTold: (relative, how, entry) => this.#sinceTold(relative, how, entry),
      },
    });
    this.#scheduleWork();
  }

  /** The sink has joined a lane; it is used if ACCEPT says so. */
  laneJoined(lane: FrameStream): void {
    if (this.#isOver || this.#isAccepted) return lane.close();
    this.#lane = lane;
    holdLane(lane);
  }

  get progress(): Progress {
    return this.#counters.progress(this.#tree.totals, this.#outbox, this.#bulk);
  }

  /** This side pauses it, or takes that back. */
  hold(isHeld: boolean): void {
    if (this.#isOver) return;
    this.#pace.hold(isHeld);
    this.#paceTeller.pause(isHeld);
    if (!isHeld) this.#scheduleWork();
  }

  /** This side ends it. */
  cancel(error: HexdropError): void {
    if (this.#isOver) return;
    const { code, message } = refusalPayload(error);
    this.#wire?.cancel(codeFromWire(code), message);
    this.#end();
    this.#reports.cancelled(error.code, error.message);
  }

  // TransferPort

  frame(frame: ControlFrame): void {
    if (this.#isOver) return;
    switch (frame.type) {
      case 'ACCEPT':
        return this.#accepted(frame.payload);
      case 'WANT':
        this.#outbox.decide(frame.payload);
        return this.#bulk?.schedule();
      case 'ACK':
        this.#outbox.settle(frame.payload.settled);
        this.#counters.acknowledged(frame.payload);
        this.#reports.changed();
        return this.#scheduleWork();
      case 'FAULT':
        return this.#sinkFault(frame.payload);
      case 'PACE':
        return this.#paced(frame.payload);
      case 'NOTICE':
        this.#notices.heard(frame.payload, this.#reports);
        return;
      case 'DONE':
        return this.#done(frame.payload);
      default:
    }
  }

  bulk(): void {
    // The machine lets no bulk through to a source.
  }

  cancelled(code: ErrorCode, message: string): void {
    if (this.#isOver) return;
    this.#end();
    this.#reports.cancelled(code, message);
  }

  lost(error: HexdropError): void {
    if (this.#isOver) return;
    this.#end();
    this.#reports.failed(error);
  }

  #accepted(accept: Payload<'ACCEPT'>): void {
    const wire = this.#wire as TransferWire;
    const { targetId } = accept;
    this.#tree.leaveOutTarget?.(
      targetId === undefined ? undefined : (folder) => targetIdOf(this.#transfer, folder) === targetId,
    );
    if (accept.bulk === 'lane') {
      if (this.#lane === undefined) {
        throw new HexdropError('unexpected-frame', 'ACCEPT speaks of a lane, but none has been joined.', {
          seen: 'lane',
          allowed: 'inline',
        });
      }
      wire.useLane(this.#lane);
    } else {
      this.#lane?.close();
    }
    this.#isAccepted = true;
    this.#manifest?.accepted();
    this.#reports.accepted();
    this.#paceTeller.open();
    this.#notices.open();
    this.#scheduleWork();
    this.#bulk?.schedule();
  }

  #paced({ bytesPerSecond }: Payload<'PACE'>): void {
    const wasPaused = this.#pace.isPausedThere;
    this.#pace.apply(bytesPerSecond);
    const isPaused = this.#pace.isPausedThere;
    if (isPaused !== wasPaused) this.#reports.paused(isPaused);
    if (!isPaused) this.#scheduleWork();
  }

  /** Before ACCEPT there is only the preview, which somebody may be waiting for. */
  get #isHeld(): boolean {
    return this.#isAccepted && this.#pace.isPaused;
  }

  #sinkFault(fault: Payload<'FAULT'>): void {
    const entry = this.#outbox.refuse(fault.file);
    if (entry === undefined) return; // Settled already, or told before: nothing is left to stop.
    this.#counters.sinkFailed(entry);
    this.#bulk?.abandon(fault.file);
    this.#reports.fault(this.#outbox.relativePath(entry), codeFromWire(fault.code), fault.message, 'there');
  }

  #sinceTold(path: string, how: SinceTold, { size }: SourceEntry): void {
    const name = displayName(path);
    const notice =
      how === 'grown'
        ? ({
            path,
            code: 'grew',
            message: `"${name}" grew: its first ${size} bytes, as of the start, were sent.`,
          } as const)
        : ({
            path,
            code: 'newer',
            message: `"${name}" was written to after the start: it was sent as it is now.`,
          } as const);
    this.#reports.noticed({ ...notice, side: 'here' });
    this.#notices.note(notice);
  }

  #scheduleWork(): void {
    if (this.#isWorkScheduled || this.#isOver || this.#isHeld || this.#manifest === undefined) return;
    this.#isWorkScheduled = true;
    setImmediate(() => this.#work());
  }

  #work(): void {
    this.#isWorkScheduled = false;
    if (this.#isOver || this.#isHeld) return;
    let isMore: boolean;
    try {
      isMore = (this.#manifest as ManifestSender).work();
      this.#tellFolderFaults();
    } catch (thrown) {
      return this.cancel(asHexdropError(thrown));
    }
    if (isMore) this.#scheduleWork();
    else this.#finishWhenIdle();
  }

  #tellFolderFaults(): void {
    if (!this.#isAccepted) return;
    for (const { entry, error } of this.#folderFaults.take(this.#outbox.sent)) {
      this.#wire?.sendInOrder('FAULT', { file: entry.index, ...refusalPayload(error) });
    }
  }

  #finishWhenIdle(): void {
    if (this.#isOver || this.#isFinishing || !this.#isAccepted || this.#isHeld) return;
    if (this.#manifest?.isLastSent !== true || !this.#outbox.isIdle || this.#bulk?.isIdle !== true) return;
    this.#tellFolderFaults();
    this.#isFinishing = true;
    this.#paceTeller.close();
    const { files, bytes } = this.#bulk;
    this.#wire?.sendInOrder('FINISH', {
      files,
      bytes,
      failed: this.#bulk.failed + this.#counters.walkFaults,
      omitted: this.#counters.omitted,
    });
  }

  #done(done: Payload<'DONE'>): void {
    this.#end();
    this.#reports.done(this.#counters.done(done, this.#bulk));
  }

  #end(): void {
    this.#isOver = true;
    this.#bulk?.stop();
    this.#pace.stop();
    this.#paceTeller.close();
    this.#wire?.release();
    this.#lane?.close();
  }
}
