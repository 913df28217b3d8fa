/**
 * The side of a transfer that receives (docs/PROTOCOL.md, "Transfers"): previews, lets somebody decide, says what it
 * wants, and settles every entry. Nothing touches the disk before it has accepted.
 *
 * Owns the life of the transfer and the decisions; bookkeeping is the inbox, files are the bulk sink, what earlier
 * runs left is the journal, how fast it may come is told by the pace.
 */

import { displayName } from '../../../../shared/model/display-name.ts';
import type { PeerView } from '../../../../shared/model/peer.ts';
import type {
  ConflictPolicy,
  EntryKind,
  OfferView,
  PreviewEntry,
  Totals,
} from '../../../../shared/model/transfer.ts';
import type { BulkType, Payload } from '../../../../shared/protocol/catalog.ts';
import { asHexdropError, codeFromWire, errorTable, HexdropError } from '../../../../shared/errors/errors.ts';
import type { ErrorCode } from '../../../../shared/errors/errors.ts';
import { flagOptional } from '../../../../shared/protocol/header.ts';
import type { FrameHeader } from '../../../../shared/protocol/header.ts';
import { refusalPayload } from '../../../../shared/protocol/wire-errors.ts';
import type { ControlFrame, FrameStream } from '../../session/frame-stream.ts';
import type { TransferPort, TransferWire } from '../../session/transfer-wire.ts';
import { Acknowledger } from './acknowledger.ts';
import type { Standing } from './acknowledger.ts';
import { AgreedOffer } from './agreed-offer.ts';
import { BulkSink } from './bulk-sink.ts';
import type { HomeFaults } from '../../../base/home-faults.ts';
import type { DownloadLimit } from '../pace/download-limit.ts';
import { EarlyFaults } from './early-faults.ts';
import { CompletionGrace } from './completion-grace.ts';
import { restoreFolderTimes } from './folder-times.ts';
import { Inbox } from './inbox.ts';
import type { Slot } from './inbox.ts';
import { isUntouched } from '../../files/existing-file.ts';
import { Journal } from '../journal/journal.ts';
import { Notices } from '../progress/notices.ts';
import { Placer } from './placer.ts';
import { previewEntries, previewOf, renamedOf } from './preview.ts';
import type { Progress, Summary, TransferReports } from '../progress/reports.ts';
import type { SafeRoot } from '../../../base/safe-path.ts';
import { SinkPace } from '../pace/sink-pace.ts';
import { targetIdAt } from '../../files/target-id.ts';
import { WantPlanner } from './want-planner.ts';

/** How long an offer waits for its manifest before somebody is asked: most are complete within a blink. */
const previewWaitMs = 120;

export interface SinkTarget {
  readonly home: string;
  readonly homeFaults?: HomeFaults;
  readonly root: SafeRoot;
  readonly bootId: string;
  readonly onConflict: ConflictPolicy;
  readonly wants?: ((path: string, kind: EntryKind) => boolean) | undefined;
}

export interface SinkOptions {
  readonly wire: TransferWire;
  readonly reports: TransferReports;
  /** The limit of everything that is received here. */
  readonly downloads: DownloadLimit;
  /** Bytes that the same transfer had committed before its connection broke: they count as this run's. */
  readonly earlierBytes: number;
  /** The names that may stand at the top of the tree, where they were asked for; else those of the offer may. */
  readonly askedNames?: ReadonlySet<string>;
  /** Wait for the first entries of the manifest before deciding. */
  readonly needsPreview: boolean;
  /** Called once, when there is enough to decide on; answer with `accept` or `decline`. */
  decide(sink: Sink): void;
  /** Called when the source has counted on. */
  recounted?(sink: Sink): void;
  /** Opens the lane that the offer speaks of; undefined when it is not worth it or cannot be had. */
  openLane(offer: Payload<'OFFER'>): Promise<FrameStream | undefined>;
}

/** What belongs together goes by the key that was proven; an id that is only claimed must not reach into that. */
export const provenId = ({ deviceId, secure }: PeerView): string =>
  secure ? deviceId : `claimed-${deviceId}`;

const noTotals: Totals = { files: 0, folders: 0, bytes: 0, complete: false };

export class Sink implements TransferPort {
  readonly #options: SinkOptions;
  readonly #wire: TransferWire;
  readonly #inbox = new Inbox();
  /** Pages that came before ACCEPT. */
  #waitingSlots: Slot[] = [];
  #agreed: AgreedOffer | undefined;
  #journal: Journal | undefined;
  #planner: WantPlanner | undefined;
  #bulk: BulkSink | undefined;
  #root: SafeRoot | undefined;
  #previewTimer: NodeJS.Timeout | undefined;
  readonly #completionGrace = new CompletionGrace((summary) => this.#complete(summary));
  readonly #pace: SinkPace;
  readonly #acknowledger = new Acknowledger(
    () => this.#standing(),
    (standing) => this.#wire.send('ACK', standing),
  );
  #isDecided = false;
  /** ACCEPT has been sent. */
  #isAccepted = false;
  #isOver = false;
  /** FINISH has come. */
  #isFinishing = false;
  #isFinished = false;
  readonly #earlyFaults = new EarlyFaults();
  readonly #notices = new Notices((notice) => this.#wire.send('NOTICE', notice, flagOptional));
  #sinkFaults = 0;
  #sourceFaults = 0;
  #omitted = 0;
  /** Files of which the source found that they are here already. */
  #foundSame = 0;

  constructor(options: SinkOptions) {
    this.#options = options;
    this.#wire = options.wire;
    this.#pace = new SinkPace(options.downloads, (pace) => this.#wire.send('PACE', pace));
  }

  /** OFFER has come, on its own or as the answer to GET. */
  offered(offer: Payload<'OFFER'>): void {
    this.#agreed = new AgreedOffer(offer, this.#options.askedNames);
    if (this.#options.needsPreview) this.#previewTimer = setTimeout(() => this.#askToDecide(), previewWaitMs);
    // Not from within the call that made this sink: its session does not know it yet.
    else queueMicrotask(() => this.#askToDecide());
  }

  get offer(): Payload<'OFFER'> {
    if (this.#agreed === undefined) throw new Error('There is no offer yet.');
    return this.#agreed.offer;
  }

  get totals(): Totals {
    return this.#agreed?.totals ?? noTotals;
  }

  /** The first entries of the tree, as far as they have been told. */
  get preview(): readonly PreviewEntry[] {
    return previewOf(this.#waitingSlots);
  }

  /** What of it, as far as it has been told, will have another name by the rules of its target. */
  renamed(rules: NodeJS.Platform): OfferView['renamed'] {
    return renamedOf(this.#waitingSlots, rules);
  }

  get progress(): Progress {
    const { files, folders, bytes, complete } = this.totals;
    const unwanted = this.#planner?.unwanted ?? 0;
    return {
      totals: {
        files: Math.max(0, files - unwanted),
        folders,
        bytes: Math.max(0, bytes - (this.#planner?.unwantedBytes ?? 0)),
        complete,
      },
      files: (this.#bulk?.files ?? 0) + (this.#planner?.landedBefore ?? 0),
      bytes: this.#bytes,
      skipped: this.#same + unwanted,
      same: this.#same,
      failed: this.#failed,
      resumedBytes: this.#resumedBytes,
      passedBytes: this.#inbox.passedBytes,
      omitted: this.#omitted,
      currentPath: this.#bulk?.currentPath,
    };
  }

  /** Where the files go, once accepted. */
  get targetPath(): string | undefined {
    return this.#root?.path;
  }

  /** Takes the transfer into `target`. Fails as a whole when that cannot be opened. */
  async accept(target: SinkTarget): Promise<void> {
    if (this.#isOver || this.#agreed === undefined) return;
    try {
      this.#open(target, this.#agreed.offer);
    } catch (thrown) {
      return this.decline(asHexdropError(thrown));
    }
    const lane = await this.#options.openLane(this.#agreed.offer);
    if (this.#isOver) return lane?.close();
    if (lane !== undefined) this.#wire.useLane(lane);
    const targetId = targetIdAt(this.#agreed.offer.transfer, target.root.path);
    this.#wire.send('ACCEPT', {
      bulk: lane === undefined ? 'inline' : 'lane',
      ...(targetId === undefined ? {} : { targetId }),
    });
    this.#isAccepted = true;
    this.#options.reports.accepted();
    this.#pace.open();
    this.#notices.open();
    const waiting = this.#waitingSlots;
    this.#waitingSlots = [];
    this.#guard(() => {
      this.#planner?.plan(waiting);
      this.#tellEarlyFaults();
      this.#settledSome();
      this.#finishWhenSettled();
    });
  }

  decline(error: HexdropError): void {
    if (this.#isOver) return;
    this.#wire.send('DECLINE', refusalPayload(error));
    this.#end();
    if (errorTable[error.code].exit === 'declined')
      this.#options.reports.cancelled(error.code, error.message);
    else this.#options.reports.failed(error);
  }

  /** This side pauses it, or takes that back. */
  hold(isHeld: boolean): void {
    if (!this.#isOver) this.#pace.hold(isHeld);
  }

  /** This side ends it; what is verified stays. */
  cancel(error: HexdropError): void {
    if (this.#isOver || this.#completionGrace.now()) return;
    const { code, message } = refusalPayload(error);
    this.#wire.cancel(codeFromWire(code), message);
    this.#end();
    this.#options.reports.cancelled(error.code, error.message);
  }

  // TransferPort

  frame(frame: ControlFrame): void {
    if (this.#isOver) return;
    switch (frame.type) {
      case 'OFFER':
        return this.offered(frame.payload);
      case 'TOTALS':
        this.#agreed?.recount(frame.payload);
        this.#options.reports.changed();
        return this.#options.recounted?.(this);
      case 'MANIFEST':
        return this.#page(frame.payload, frame.header);
      case 'END':
        this.#requireFlow('END');
        this.#bulk?.end(frame.payload);
        return this.#settledSome();
      case 'SAME':
        this.#requireFlow('SAME');
        return this.#sameFile(frame.payload.file);
      case 'FAULT':
        this.#requireFlow('FAULT');
        return this.#sourceFault(frame.payload);
      case 'PACE':
        if (this.#pace.heard(frame.payload)) this.#options.reports.paused(this.#pace.isPausedThere);
        return;
      case 'NOTICE':
        return this.#noticed(frame.payload);
      case 'FINISH':
        this.#requireFlow('FINISH');
        this.#omitted = Math.max(this.#omitted, frame.payload.omitted);
        this.#sourceFaults = Math.max(this.#sourceFaults, frame.payload.failed);
        this.#isFinishing = true;
        return this.#finishWhenSettled();
      default:
    }
  }

  bulk(type: BulkType, payload: Uint8Array): void {
    if (this.#isOver) return;
    this.#requireFlow(type);
    if (type === 'DATA') this.#bulk?.data(payload);
    else this.#bulk?.pack(payload);
    this.#settledSome();
  }

  cancelled(code: ErrorCode, message: string): void {
    if (this.#isOver) return;
    this.#end();
    this.#options.reports.cancelled(code, message);
  }

  lost(error: HexdropError, saidBye: boolean): void {
    if (this.#isOver || (saidBye && this.#completionGrace.now())) return;
    this.#end();
    this.#options.reports.failed(error);
  }

  // Before ACCEPT

  #open(target: SinkTarget, offer: Payload<'OFFER'>): void {
    const { root, onConflict } = target;
    this.#root = root;
    root.requireWritable(offer.roots.map(({ name }) => name));
    this.#journal = Journal.open({
      home: target.home,
      faults: target.homeFaults,
      peerDeviceId: provenId(this.#wire.session.peer),
      targetRoot: root.path,
      roots: offer.roots.map(({ name }) => name),
      bootId: target.bootId,
    });
    const files = {
      inbox: this.#inbox,
      journal: this.#journal,
      root,
      onConflict,
      digest: this.#wire.session.digest,
      traffic: (): number => this.#bulk?.bytes ?? 0,
    };
    const shared = {
      ...files,
      placer: new Placer(files),
      fault: (slot: Slot, error: HexdropError): void => this.#fault(slot, error),
    };
    this.#bulk = new BulkSink({
      ...shared,
      timeNotKept: (path, mtimeUs) => this.#timeNotKept(path, mtimeUs),
      settled: () =>
        this.#guard(() => {
          this.#settledSome();
          this.#finishWhenSettled();
        }),
    });
    this.#planner = new WantPlanner({
      ...shared,
      wants: target.wants,
      want: (want) => {
        if (!this.#isOver) this.#wire.send('WANT', want);
        this.#settledSome();
      },
    });
  }

  #askToDecide(): void {
    clearTimeout(this.#previewTimer);
    if (this.#isDecided || this.#isOver) return;
    this.#isDecided = true;
    this.#options.decide(this);
  }

  // Frames of the source

  /** The source's PACE travels in bulk order: behind its pause nothing of the bulk may stand. */
  #requireFlow(type: BulkType | 'END' | 'SAME' | 'FAULT' | 'FINISH'): void {
    if (!this.#pace.isPausedThere) return;
    throw new HexdropError('unexpected-frame', `${type} came although the source has paused.`, {
      seen: type,
      allowed: 'PACE without a pause',
    });
  }

  #page(page: Payload<'MANIFEST'>, header: FrameHeader): void {
    const slots = this.#inbox.takePage(page, header, this.#isAccepted);
    this.#agreed?.hold(page.entries);
    if (this.#isAccepted) {
      this.#planner?.plan(slots);
      this.#tellEarlyFaults();
      this.#settledSome();
      return this.#finishWhenSettled();
    }
    for (const slot of slots) this.#waitingSlots.push(slot);
    if (this.#inbox.isComplete || this.#waitingSlots.length >= previewEntries) this.#askToDecide();
  }

  #sameFile(file: number): void {
    const slot = this.#inbox.slot(file);
    if (this.#inbox.isRefused(file)) return;
    if (slot?.state !== 'wanted' || slot.found === undefined || this.#bulk?.isFileOpen === true) {
      throw new HexdropError(
        'unexpected-frame',
        `SAME came for entry ${file}, which was wanted without a condition, or before another file had ended.`,
        {
          seen: `entry ${file}`,
          allowed: 'entries named in `unless`',
        },
      );
    }
    if (isUntouched(slot.found.existing)) {
      this.#foundSame += 1;
      this.#inbox.pass(slot);
    } else {
      const message = 'It was the same as a file that has been changed here meanwhile. Send it again.';
      this.#fault(slot, new HexdropError('file-changed', message));
    }
    this.#settledSome();
  }

  #sourceFault(fault: Payload<'FAULT'>): void {
    // A lane may overtake the page that tells what this is about.
    if (fault.file >= this.#inbox.count) {
      const mayOvertake = this.#wire.bulkChannel !== 0 && !this.#inbox.isComplete;
      return this.#earlyFaults.keep(fault, this.#inbox.count, mayOvertake);
    }
    const slot = this.#inbox.slot(fault.file);
    const isSettled =
      slot === undefined
        ? fault.file < this.#inbox.settled
        : slot.state === 'settled' || slot.state === 'placing';
    // Given up on this side already, or over. A folder is settled once it is made; its content may fail later, once.
    if (this.#inbox.isRefused(fault.file) || (isSettled && this.#inbox.folder(fault.file) === undefined))
      return;
    this.#sourceFaults += 1;
    const code = codeFromWire(fault.code);
    const path =
      slot === undefined ? (this.#inbox.folder(fault.file)?.path ?? '') : this.#inbox.pathOf(slot.entry);
    this.#options.reports.fault(path, code, fault.message, 'there');
    if (slot === undefined || slot.entry.kind === 'folder') return;
    this.#bulk?.sourceFault(slot, code === 'file-vanished');
    this.#inbox.pass(slot);
    this.#settledSome();
  }

  /** FINISH tells how many there are, those that were not named among them. */
  #noticed(notice: Payload<'NOTICE'>): void {
    const kind = this.#notices.heard(notice, this.#options.reports);
    if (kind === 'failed') this.#sourceFaults += 1;
    if (kind === 'omitted') this.#omitted += 1;
    this.#options.reports.changed();
  }

  #timeNotKept(path: string, mtimeUs: number): void {
    const [date] = new Date(mtimeUs / 1_000).toISOString().split('T');
    const message = `"${displayName(path)}": its date, ${date}, cannot be kept here.`;
    const notice = { path, code: 'time-not-kept', message } as const;
    this.#options.reports.noticed({ ...notice, side: 'here' });
    this.#notices.note(notice);
  }

  #tellEarlyFaults(): void {
    for (const fault of this.#earlyFaults.take()) this.#sourceFault(fault);
  }

  #fault(slot: Slot, error: HexdropError): void {
    this.#sinkFaults += 1;
    this.#inbox.refuse(slot);
    this.#options.reports.fault(this.#inbox.pathOf(slot.entry), error.code, error.message, 'here');
    this.#wire.send('FAULT', { file: slot.index, ...refusalPayload(error) });
  }

  // Settlement

  #settledSome(): void {
    this.#options.reports.changed();
    this.#acknowledger.soon();
  }

  /** FINISH may overtake the last pages of the manifest on a lane, but no file that was wanted. */
  #finishWhenSettled(): void {
    if (!this.#isFinishing || !this.#inbox.isComplete || this.#isFinished) return;
    const placing = this.#bulk?.placing ?? 0;
    if (this.#inbox.openFiles > placing) {
      throw new HexdropError('unexpected-frame', 'FINISH came before every wanted file.', {
        seen: `${this.#inbox.openFiles - placing} files open`,
        allowed: 'none',
      });
    }
    if (placing > 0) return;
    this.#isFinished = true;
    if (this.#failed === 0) this.#journal?.dropPartials();
    restoreFolderTimes(this.#inbox, this.#root as SafeRoot, (path, mtimeUs) =>
      this.#timeNotKept(path, mtimeUs),
    );
    const { files, bytes, skipped, same, failed, resumedBytes } = this.progress;
    const summary: Summary = { files, bytes, skipped, same, failed, resumedBytes };
    this.#acknowledger.now();
    this.#pace.close();
    this.#wire.send('DONE', summary);
    this.#completionGrace.await(summary, this.#wire.session);
  }

  #complete(summary: Summary): void {
    if (this.#isOver) return;
    // Reported before DONE is sent: a sink that is killed in between starts again and must know what has landed.
    this.#options.reports.done(summary);
    // What failed may be sent again: then, too.
    if (summary.failed === 0) this.#journal?.complete();
    this.#end();
  }

  /** What the source is told: of an open file what the journal says of it, so that no kill makes it untrue. */
  #standing(): Standing {
    if (this.#bulk?.note() === false) this.#acknowledger.soon();
    const bytes = this.#once(this.#bulk?.notedBytes ?? 0);
    return { settled: this.#inbox.settled, bytes, resumedBytes: this.#resumedBytes };
  }

  get #bytes(): number {
    return this.#once(this.#bulk?.bytes ?? 0);
  }

  /** What a broken connection made come twice counts once. */
  #once(attemptBytes: number): number {
    const { earlierBytes } = this.#options;
    const bytes = earlierBytes + attemptBytes;
    const { bytes: total, complete } = this.totals;
    return earlierBytes > 0 && complete ? Math.min(bytes, Math.max(0, total - this.#resumedBytes)) : bytes;
  }

  get #resumedBytes(): number {
    const resumed = (this.#planner?.resumedBytes ?? 0) + (this.#bulk?.resumedBytes ?? 0);
    return Math.max(0, resumed - this.#options.earlierBytes);
  }

  get #same(): number {
    return this.#foundSame + (this.#bulk?.same ?? 0);
  }

  get #failed(): number {
    return this.#sinkFaults + this.#sourceFaults;
  }

  /** Runs work outside of a frame's call so that its failure ends the transfer, not the program. */
  #guard(work: () => void): void {
    try {
      work();
    } catch (thrown) {
      this.cancel(asHexdropError(thrown));
    }
  }

  #end(): void {
    this.#isOver = true;
    clearTimeout(this.#previewTimer);
    this.#acknowledger.stop();
    this.#completionGrace.stop();
    this.#pace.close();
    this.#planner?.stop();
    this.#bulk?.stop();
    this.#journal?.close();
    this.#wire.release();
  }
}
