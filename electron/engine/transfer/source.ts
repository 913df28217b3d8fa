/**
 * The side of a transfer that has the files (docs/PROTOCOL.md, "Transfers"): offers, tells the manifest, hands what
 * the sink wants to the bulk sender, and finishes. One file that cannot be read is a FAULT; the others go on.
 */

import type { RootView } from '../../../shared/model/transfer.ts';
import type { Payload } from '../../../shared/protocol/catalog.ts';
import { asHexdropError, codeFromWire, HexdropError } from '../../../shared/protocol/errors.ts';
import type { ErrorCode } from '../../../shared/protocol/errors.ts';
import { limits } from '../../../shared/protocol/limits.ts';
import { refusalPayload } from '../../../shared/protocol/wire-errors.ts';
import type { ControlFrame, FrameStream } from '../session/frame-stream.ts';
import type { TransferPort, TransferWire } from '../session/transfer-wire.ts';
import { BulkSender } from './bulk-sender.ts';
import { ManifestSender } from './manifest-sender.ts';
import { Outbox } from './outbox.ts';
import type { Progress, Summary, TransferReports } from './reports.ts';
import { TreeWalk } from './walk.ts';
import type { SourceEntry, SourceRoot } from './walk.ts';

/** How long the tree is walked before the offer leaves: small trees are offered with their totals complete. */
const firstLookMs = 8;

/** Files that failed before they were in the manifest, to be told with the offer accepted. */
interface EarlyFault {
  readonly entry: SourceEntry;
  readonly error: HexdropError;
}

export class Source implements TransferPort {
  readonly #reports: TransferReports;
  readonly #walk: TreeWalk;
  readonly #outbox = new Outbox();
  /** Folders that could not be listed, until their page has been sent. */
  #folderFaults: EarlyFault[] = [];
  #wire: TransferWire | undefined;
  #manifest: ManifestSender | undefined;
  #bulk: BulkSender | undefined;
  #lane: FrameStream | undefined;
  #isAccepted = false;
  #isFinishing = false;
  #isOver = false;
  #isWorkScheduled = false;
  #omitted = 0;
  #walkFaults = 0;
  #sinkFaults = 0;
  #sinkFaultBytes = 0;
  /** As the sink tells; until it does, as it was when the last connection broke. */
  #committedBytes: number;
  #resumedBytes: number | undefined;
  #summary: Summary | undefined;

  /** @param earlier what the sink had told of the same transfer before its connection broke */
  constructor(
    roots: readonly SourceRoot[],
    reports: TransferReports,
    earlier: Pick<Progress, 'bytes' | 'resumedBytes'> = { bytes: 0, resumedBytes: 0 },
  ) {
    this.#reports = reports;
    this.#committedBytes = earlier.bytes;
    if (earlier.bytes > 0) this.#resumedBytes = earlier.resumedBytes;
    this.#walk = new TreeWalk(roots, {
      omitted: (relative, reason) => {
        this.#omitted += 1;
        reports.omitted(relative, reason);
      },
      fault: (relative, error, entry) => {
        this.#walkFaults += 1;
        reports.fault(relative, error.code, error.message, 'here');
        if (entry !== undefined) this.#folderFaults.push({ entry, error });
      },
    });
  }

  /** The payload of OFFER. Walks a first part of the tree. */
  offer(transfer: string, extras: Pick<Payload<'OFFER'>, 'target' | 'lane'>): Payload<'OFFER'> {
    this.#walk.advance(firstLookMs, limits.previewEntries, (entry) => this.#outbox.add(entry));
    return {
      transfer,
      roots: this.#walk.roots
        .slice(0, limits.offerRoots)
        .map(({ name, kind, size }): RootView => ({ name, kind, size })),
      rootCount: this.#walk.roots.length,
      totals: this.#walk.totals,
      ...extras,
    };
  }

  /** The wire that OFFER travels on. */
  attach(wire: TransferWire): void {
    this.#wire = wire;
  }

  /** OFFER has been sent: the manifest follows. */
  start(): void {
    const wire = this.#wire as TransferWire;
    this.#manifest = new ManifestSender(this.#walk, this.#outbox, wire, this.#walk.totals);
    this.#bulk = new BulkSender(wire, wire.session.digest, this.#outbox, {
      idle: () => this.#finishWhenIdle(),
      fault: (relative, error) => this.#reports.fault(relative, error.code, error.message, 'here'),
    });
    this.#scheduleWork();
  }

  /** The sink has joined a lane; it is used if ACCEPT says so. */
  laneJoined(lane: FrameStream): void {
    if (this.#isOver || this.#isAccepted) return lane.close();
    this.#lane = lane;
    lane.handTo({
      // The sink has nothing to say on a lane, and before ACCEPT nobody has.
      admit: (type) => {
        if (type !== 'ERROR')
          throw new HexdropError('unexpected-frame', `${type} came on a lane before ACCEPT.`);
      },
      control: () => lane.close(),
      bulk: () => {},
      // Once ACCEPT has come the session watches it; should it be gone by then, CANCEL may explain it.
      closed: () => {},
    });
  }

  get progress(): Progress {
    if (this.#summary !== undefined) {
      return {
        ...this.#summary,
        totals: this.#walk.totals,
        passedBytes: this.#passedBytes,
        omitted: this.#omitted,
        currentPath: undefined,
      };
    }
    return {
      totals: this.#walk.totals,
      files: Math.max(
        0,
        this.#outbox.settledFiles + this.#outbox.keptFiles - this.#sinkFaults - (this.#bulk?.failed ?? 0),
      ),
      bytes: this.#committedBytes,
      skipped: 0,
      failed: this.#failed,
      resumedBytes: this.#resumedBytes ?? this.#outbox.keptBytes,
      passedBytes: this.#passedBytes,
      omitted: this.#omitted,
      currentPath: this.#bulk?.currentPath,
    };
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
        this.#committedBytes = frame.payload.bytes;
        this.#resumedBytes = frame.payload.resumedBytes ?? this.#resumedBytes;
        this.#reports.changed();
        return this.#scheduleWork();
      case 'FAULT':
        return this.#sinkFault(frame.payload);
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
    this.#scheduleWork();
    this.#bulk?.schedule();
  }

  #sinkFault(fault: Payload<'FAULT'>): void {
    const entry = this.#outbox.entry(fault.file);
    if (entry === undefined) return; // Settled already: nothing is left to stop.
    this.#sinkFaults += entry.kind === 'file' ? 1 : 0;
    this.#sinkFaultBytes += entry.size;
    this.#bulk?.abandon(fault.file);
    this.#reports.fault(this.#outbox.relativePath(entry), codeFromWire(fault.code), fault.message, 'there');
  }

  #scheduleWork(): void {
    if (this.#isWorkScheduled || this.#isOver || this.#manifest === undefined) return;
    this.#isWorkScheduled = true;
    setImmediate(() => this.#work());
  }

  #work(): void {
    this.#isWorkScheduled = false;
    if (this.#isOver) return;
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
    if (this.#folderFaults.length === 0 || !this.#isAccepted) return;
    const told = this.#folderFaults.filter(({ entry }) => entry.index < this.#outbox.sent);
    if (told.length === 0) return;
    this.#folderFaults = this.#folderFaults.filter(({ entry }) => entry.index >= this.#outbox.sent);
    for (const { entry, error } of told) {
      this.#wire?.sendInOrder('FAULT', { file: entry.index, ...refusalPayload(error) });
    }
  }

  #finishWhenIdle(): void {
    if (this.#isOver || this.#isFinishing || !this.#isAccepted) return;
    if (this.#manifest?.isLastSent !== true || !this.#outbox.isIdle || this.#bulk?.isIdle !== true) return;
    this.#tellFolderFaults();
    this.#isFinishing = true;
    const { files, bytes } = this.#bulk;
    this.#wire?.sendInOrder('FINISH', {
      files,
      bytes,
      failed: this.#bulk.failed + this.#walkFaults,
      omitted: this.#omitted,
    });
  }

  #done(done: Payload<'DONE'>): void {
    this.#committedBytes = done.bytes;
    this.#end();
    this.#summary = { ...done, failed: Math.max(done.failed, this.#failed) };
    this.#reports.done(this.#summary);
  }

  get #passedBytes(): number {
    return this.#sinkFaultBytes + (this.#bulk?.passedBytes ?? 0);
  }

  get #failed(): number {
    return this.#walkFaults + this.#sinkFaults + (this.#bulk?.failed ?? 0);
  }

  #end(): void {
    this.#isOver = true;
    this.#bulk?.stop();
    this.#wire?.release();
    this.#lane?.close();
  }
}
