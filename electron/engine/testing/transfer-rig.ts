/**
 * A real source and a real sink over sessions in memory: real files, no sockets, faults on request. Keeps a log of every
 * whole frame that was delivered.
 */

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import type { ConflictPolicy, EntryKind } from '../../../shared/model/transfer.ts';
import { PackReader, readDataPrefix } from '../../../shared/protocol/bulk.ts';
import { typeByNumber } from '../../../shared/protocol/catalog.ts';
import type { Payload, TypeName } from '../../../shared/protocol/catalog.ts';
import { decodePayload } from '../../../shared/protocol/codec.ts';
import { HexdropError as Failure } from '../../../shared/protocol/errors.ts';
import type { ErrorCode, HexdropError } from '../../../shared/protocol/errors.ts';
import { FrameParser } from '../../../shared/protocol/framing.ts';
import type { FrameHeader } from '../../../shared/protocol/framing.ts';
import { readManifestPage } from '../../../shared/protocol/manifest.ts';
import { FrameStream } from '../session/frame-stream.ts';
import type { TransferPort, TransferWire } from '../session/transfer-wire.ts';
import type { TransferReports } from '../transfer/reports.ts';
import { rootsOf } from '../transfer/roots.ts';
import { SafeRoot, stagingName } from '../transfer/safe-path.ts';
import { Sink } from '../transfer/sink.ts';
import type { SinkTarget } from '../transfer/sink.ts';
import { Source } from '../transfer/source.ts';
import type { Outcome } from '../transfer/record.ts';
import { memoryLink } from './memory-link.ts';
import type { LinkOptions, MemoryLink } from './memory-link.ts';
import type { Road } from './road.ts';
import { serverWith, sessionPair } from './session-pair.ts';
import type { SessionPair } from './session-pair.ts';

export interface LoggedFrame {
  readonly by: 'source' | 'sink';
  readonly type: TypeName;
  readonly flags: number;
  readonly channel: number;
  /** Decoded, for all but DATA and PACK. */
  readonly payload: unknown;
  /** Entry, offset and bytes of content, for DATA and PACK. */
  readonly content: readonly (readonly [file: number, offset: number, bytes: number])[];
}

export interface Told {
  readonly path: string;
  readonly code: ErrorCode;
  readonly side: 'here' | 'there';
}

/** What one side reported. */
export class Reported implements TransferReports {
  readonly faults: Told[] = [];
  readonly left: string[] = [];
  isAccepted = false;
  changes = 0;
  readonly outcome: Promise<Outcome>;
  ends = 0;
  #end: (outcome: Outcome) => void = () => {};

  constructor() {
    this.outcome = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  changed(): void {
    this.changes += 1;
  }

  accepted(): void {
    this.isAccepted = true;
  }

  fault(path: string, code: ErrorCode, _message: string, side: 'here' | 'there'): void {
    this.faults.push({ path, code, side });
  }

  omitted(path: string): void {
    this.left.push(path);
  }

  done(summary: Parameters<TransferReports['done']>[0]): void {
    this.#over({ kind: 'done', summary });
  }

  cancelled(code: ErrorCode, message: string): void {
    this.#over({ kind: 'cancelled', code, message });
  }

  failed(error: HexdropError): void {
    this.#over({ kind: 'failed', error });
  }

  #over(outcome: Outcome): void {
    this.ends += 1;
    this.#end(outcome);
  }
}

export interface RigOptions {
  readonly paths: readonly string[];
  readonly dir: string;
  readonly home: string;
  readonly onConflict?: ConflictPolicy;
  readonly wants?: (path: string, kind: EntryKind) => boolean;
  /** Who opens the transfer; push when absent. */
  readonly opening?: 'push' | 'pull';
  readonly link?: LinkOptions;
  /** Bulk goes over a lane of its own, which this describes. */
  readonly lane?: LinkOptions;
  readonly needsPreview?: boolean;
  readonly bootId?: string;
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
    const pair = await sessionPair({ ...options.link, listener: { server } });
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
    const { home, dir, onConflict = 'rename', wants, bootId = 'boot-1' } = this.#options;
    return { home, root: SafeRoot.open(dir), bootId, onConflict, wants };
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
    const source = new Source(rootsOf(this.#options.paths), this.source);
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

  /** Logs whole frames; a stream that was corrupted is not followed further. */
  #listen(road: Road, by: 'source' | 'sink'): void {
    let bulk: Uint8Array[] = [];
    const parser = new FrameParser({
      header: () => {
        bulk = [];
      },
      payload: (slice) => void bulk.push(slice.slice()),
      frame: (header, payload) => this.#take(by, header, payload ?? Buffer.concat(bulk)),
    });
    road.tap = (delivery) => {
      try {
        parser.push(delivery);
      } catch {
        road.tap = () => {};
      }
    };
  }

  #take(by: 'source' | 'sink', header: FrameHeader, bytes: Uint8Array): void {
    const type = typeByNumber(header.type);
    if (type === undefined) return;
    const frame: LoggedFrame = {
      by,
      type,
      flags: header.flags,
      channel: header.channel,
      payload: payloadOf(type, header, bytes),
      content: contentIn(type, bytes),
    };
    this.log.push(frame);
    try {
      this.#options.onFrame?.(frame, this);
    } catch (thrown) {
      this.#objection ??= thrown;
    }
  }
}

function payloadOf(type: TypeName, header: FrameHeader, bytes: Uint8Array): unknown {
  if (type === 'DATA' || type === 'PACK') return undefined;
  return type === 'MANIFEST' ? readManifestPage(bytes) : decodePayload(header, bytes);
}

function contentIn(type: TypeName, bytes: Uint8Array): LoggedFrame['content'] {
  if (type === 'DATA') {
    const { file, offset, contentBytes } = readDataPrefix(bytes);
    return [[file, offset, contentBytes]];
  }
  const content: [number, number, number][] = [];
  if (type !== 'PACK') return content;
  const reader = new PackReader();
  reader.open(bytes);
  while (reader.next()) content.push([reader.file, 0, reader.length]);
  return content;
}

/** Names of what earlier runs left: journals in the home, partials in the target. */
export const leftovers = (home: string, dir: string): string[] =>
  [...namesIn(join(home, 'journal')), ...namesIn(join(dir, stagingName))].toSorted();

const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);
