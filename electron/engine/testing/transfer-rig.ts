/**
 * A real source and a real sink over sessions in memory: real files, no sockets, faults on request. Keeps a log of every
 * whole frame that was delivered.
 */

import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

import type { ConflictPolicy, EntryKind } from '../../../shared/model/transfer.ts';
import type { Payload, TypeName } from '../../../shared/protocol/catalog.ts';
import { HexdropError as Failure } from '../../../shared/errors/errors.ts';
import type { HexdropError } from '../../../shared/errors/errors.ts';
import { FrameStream } from '../session/frame-stream.ts';
import { protocolTimings } from '../session/session.ts';
import type { SessionTimings } from '../session/session.ts';
import type { StreamedTree } from '../api.ts';
import type { TransferPort, TransferWire } from '../session/transfer-wire.ts';
import { DownloadLimit } from '../transfer/pace/download-limit.ts';
import { localTree } from '../transfer/source/local-tree.ts';
import { RateLimit } from '../transfer/pace/pace.ts';
import type { PaceClock } from '../transfer/pace/pace.ts';
import { rootsOf } from '../transfer/source/roots.ts';
import { isReservedName, SafeRoot } from '../../base/safe-path.ts';
import { Sink } from '../transfer/sink/sink.ts';
import type { SinkTarget } from '../transfer/sink/sink.ts';
import { Source } from '../transfer/source/source.ts';
import { streamedTree } from '../transfer/source/streamed-tree.ts';
import type { Outcome } from '../transfer/record.ts';
import { foldCase } from './folding-root.ts';
import { logFrames } from './frame-log.ts';
import type { LoggedFrame } from './frame-log.ts';
import { memoryLink } from './memory-link.ts';
import type { LinkOptions, MemoryLink } from './memory-link.ts';
import { Reported } from './reported.ts';
import type { MemoryPath } from './memory-path.ts';
import { serverWith, sessionPair } from './session-pair.ts';
import type { SessionPair } from './session-pair.ts';

export interface RigOptions {
  readonly paths?: readonly string[] | undefined;
  /** In place of paths. */
  readonly tree?: StreamedTree;
  /** That the pace goes by. */
  readonly clock?: PaceClock;
  readonly dir: string;
  readonly home: string;
  readonly onConflict?: ConflictPolicy;
  /** Whose rules for names hold on the two sides; those of this system when absent. */
  readonly sourceRules?: NodeJS.Platform;
  readonly sinkRules?: NodeJS.Platform;
  /** The target takes names for one that differ in case alone, as far as it is asked: as NTFS does. */
  readonly foldsNames?: boolean;
  readonly wants?: (path: string, kind: EntryKind) => boolean;
  /** Who opens the transfer; push when absent. */
  readonly opening?: 'push' | 'pull';
  readonly link?: LinkOptions;
  /** Bulk goes over a lane of its own, which this describes. */
  readonly lane?: LinkOptions;
  readonly needsPreview?: boolean;
  readonly bootId?: string;
  readonly timings?: SessionTimings;
  /** The session does not end with the transfer. */
  readonly staysOpen?: boolean;
  /** In place of accepting. */
  decide?(rig: Rig): void;
  /** Sees each frame as soon as it was delivered, before its receiver acts on it when it is control. */
  onFrame?(frame: LoggedFrame, rig: Rig): void;
}

export class Rig {
  readonly log: LoggedFrame[] = [];
  readonly source = new Reported();
  readonly sink = new Reported();
  readonly pair: SessionPair;
  /** The limits of the two sides. */
  uploads = new RateLimit();
  readonly downloads = new DownloadLimit();
  laneLink: MemoryLink | undefined;
  sending: Source | undefined;
  receiving: Sink | undefined;
  readonly #options: RigOptions;
  static #transfers = 0;
  /** What `onFrame` threw first. */
  #objection: unknown;

  private constructor(options: RigOptions, pair: SessionPair) {
    this.#options = options;
    this.pair = pair;
  }

  /** Opens the transfer. Its end is in `source.outcome` and `sink.outcome`. */
  static async start(options: RigOptions): Promise<Rig> {
    let rig: Rig | undefined;
    const server = serverWith({
      offered: (wire, offer) => (rig as Rig).#sinkFor(wire, offer),
      asked: (wire, request) => (rig as Rig).#sourceFor(wire, request.transfer),
    });
    const timings = options.timings ?? protocolTimings;
    const pair = await sessionPair({ ...options.link, dialer: { timings }, listener: { server, timings } });
    const isPush = options.opening !== 'pull';
    rig = new Rig(options, pair);
    rig.#listen(pair.link.toListener, isPush ? 'source' : 'sink');
    rig.#listen(pair.link.toDialer, isPush ? 'sink' : 'source');
    rig.#open();
    const made = rig;
    for (const end of [pair.dialer, pair.listener]) void end.ended.then((error) => made.#neverMet(error));
    // Who dialed says BYE when its side is over, as the engine does.
    if (options.staysOpen !== true)
      void (isPush ? rig.source : rig.sink).outcome.then(() => pair.dialer.session.close('done'));
    return rig;
  }

  /** Starts it and waits for both ends. */
  static async run(options: RigOptions): Promise<Rig> {
    const rig = await Rig.start(options);
    await rig.over();
    return rig;
  }

  async over(): Promise<{ source: Outcome; sink: Outcome }> {
    const [source, sink] = await Promise.all([this.source.outcome, this.sink.outcome]);
    if (this.#objection !== undefined) throw this.#objection;
    return { source, sink };
  }

  framesOf<Type extends TypeName>(type: Type): Payload<Type>[] {
    return this.log.filter((frame) => frame.type === type).map(({ payload }) => payload as Payload<Type>);
  }

  /** Bytes of content that were delivered in whole frames. */
  get contentBytes(): number {
    return this.log.reduce(
      (sum, { content }) => sum + content.reduce((all, [, , bytes]) => all + bytes, 0),
      0,
    );
  }

  target(): SinkTarget {
    const {
      home,
      dir,
      onConflict = 'rename',
      wants,
      bootId = 'boot-1',
      sinkRules,
      foldsNames,
    } = this.#options;
    const root = SafeRoot.open(dir, sinkRules);
    if (foldsNames === true) foldCase(root);
    return { home, root, bootId, onConflict, wants };
  }

  close(): void {
    this.pair.dialer.session.close('done');
    this.pair.listener.session.close('done');
  }

  #open(): void {
    Rig.#transfers += 1;
    const transfer = Rig.#transfers.toString(16).padStart(32, '0');
    const { session } = this.pair.dialer;
    if (this.#options.opening === 'pull') {
      session.openTransfer('GET', { transfer, paths: ['share'] }, (wire) => this.#sinkFor(wire));
      return;
    }
    const source = this.#makeSource();
    session.openTransfer('OFFER', source.offer(transfer, this.#lane), (wire) => {
      source.attach(wire);
      return source;
    });
    source.start();
  }

  /** The connection ended before the other side had even heard of the transfer. */
  #neverMet(error: HexdropError | undefined): void {
    const reason = error ?? new Failure('connection-lost');
    if (this.receiving === undefined && this.sink.ends === 0) this.sink.failed(reason);
    if (this.sending === undefined && this.source.ends === 0) this.source.failed(reason);
  }

  #makeSource(): Source {
    const { paths = [], tree, clock, sourceRules } = this.#options;
    this.uploads = new RateLimit(clock);
    const source = new Source({
      tree: tree === undefined ? localTree(rootsOf(paths, sourceRules), sourceRules) : streamedTree(tree),
      reports: this.source,
      uploads: this.uploads,
      ...(clock === undefined ? {} : { clock }),
    });
    this.sending = source;
    return source;
  }

  get #lane(): Pick<Payload<'OFFER'>, 'lane'> {
    return this.#options.lane === undefined ? {} : { lane: { token: '0'.repeat(32) } };
  }

  #sourceFor(wire: TransferWire, transfer: string): TransferPort {
    const source = this.#makeSource();
    source.attach(wire);
    const offer = source.offer(transfer, this.#lane);
    queueMicrotask(() => {
      wire.send('OFFER', offer);
      source.start();
    });
    return source;
  }

  #sinkFor(wire: TransferWire, offer?: Payload<'OFFER'>): TransferPort {
    const receiving = new Sink({
      wire,
      reports: this.sink,
      downloads: this.downloads,
      earlierBytes: 0,
      needsPreview: this.#options.needsPreview ?? false,
      decide: (sink) => {
        if (this.#options.decide === undefined) void sink.accept(this.target());
        else this.#options.decide(this);
      },
      openLane: () => Promise.resolve(this.#openLane()),
    });
    this.receiving = receiving;
    if (offer !== undefined) receiving.offered(offer);
    return receiving;
  }

  #openLane(): FrameStream | undefined {
    const { lane } = this.#options;
    if (lane === undefined) return undefined;
    const link = memoryLink({ directRead: true, ...lane });
    this.laneLink = link;
    this.#listen(link.toDialer, 'source');
    const silent = { admit: () => {}, control: () => {}, bulk: () => {}, closed: () => {} };
    const atSource = new FrameStream(link.listener, silent, 1);
    atSource.start();
    atSource.established();
    this.sending?.laneJoined(atSource);
    const atSink = new FrameStream(link.dialer, silent, 1);
    atSink.start();
    atSink.established();
    return atSink;
  }

  #listen(road: MemoryPath, by: LoggedFrame['by']): void {
    logFrames(road, by, (frame) => this.#take(frame));
  }

  #take(frame: LoggedFrame): void {
    this.log.push(frame);
    try {
      this.#options.onFrame?.(frame, this);
    } catch (thrown) {
      this.#objection ??= thrown;
    }
  }
}

/** Names of what earlier runs left: journals in the home, partials in the target. */
export const leftovers = (home: string, dir: string): string[] =>
  [...namesIn(join(home, 'journal')), ...unfinishedIn(dir)].toSorted();

/** Paths of the unfinished files below a folder, relative. */
export const unfinishedIn = (dir: string): string[] =>
  existsSync(dir)
    ? readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((path) =>
        isReservedName(basename(path), process.platform),
      )
    : [];

const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);
