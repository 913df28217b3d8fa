/**
 * A capture file, opened: read in slices, its TCP connections put together, the frames in them kept like those of the
 * live capture. Takes what this program wrote and what others captured of plain sessions. Memory is bounded whatever the
 * file holds.
 */

import type { CaptureStatus } from '../../../../shared/model/capture.ts';
import { isInCalendar } from '../../../../shared/model/calendar.ts';
import { defaultBudgetBytes, defaultKeepBytes } from '../../../../shared/model/capture.ts';
import { asHexdropError, HexdropError } from '../../../../shared/protocol/errors.ts';
import type { LoadedCapture, LoadOptions } from '../api.ts';
import { ConnectionBook } from '../book.ts';
import { linkTypeExportedPdu } from '../pcapng/blocks.ts';
import { applicationName, tlsComment } from '../pcapng/writer.ts';
import { StoreSource } from '../source.ts';
import { CaptureStore } from '../store.ts';
import { readPackets } from './container.ts';
import type { ByteSource } from './byte-source.ts';
import type { ContainerFacts, Packet } from './container.ts';
import { exportedFrameOf } from './exported-pdu.ts';
import { SegmentReader } from './layers.ts';
import type { NoSegment } from './layers.ts';
import { LoadedFlow } from './loaded-flow.ts';
import type { FlowDesk, FlowEnds } from './loaded-flow.ts';
import { unpackedWindow } from './unpack.ts';

/** Captures up to this size are kept with whole payloads; of larger ones what comes behind it is not. */
const keepAllUpTo = 268_435_456;
const mostBudget = 805_306_368;
/** Gives the thread back after this. */
const sliceMs = 8;
/** Connections that are put together at a time; beyond it those that are not ours go first. */
const mostFlows = 4_096;

const nsPerMs = 1_000_000n;

const interrupted = (): HexdropError => new HexdropError('cancelled', 'Interrupted.');

const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Ends {
  readonly from: string;
  readonly to: string;
  readonly fromPort: number;
  readonly toPort: number;
}

interface Known {
  readonly flow: LoadedFlow;
  readonly near: string;
}

export class LoadedFile extends StoreSource implements LoadedCapture, FlowDesk {
  readonly done: Promise<void>;
  readonly #source: ByteSource;
  readonly #options: LoadOptions;
  readonly #name: string;
  readonly #facts: ContainerFacts = { notes: new Set(), application: '', timeDigits: 0, packets: 0 };
  readonly #flows = new Map<string, Known>();
  readonly #counts = new Map<NoSegment | 'encrypted', number>();
  readonly #segments = new SegmentReader();
  readonly #unknownLinks = new Set<number>();
  #firstNs: bigint | undefined;
  #lastMs = 0;
  #connections = 0;
  #repeated = 0;
  #state: 'loading' | 'loaded' | 'failed' = 'loading';
  #error: HexdropError | undefined;
  #isClosed = false;

  constructor(id: string, name: string, source: ByteSource, options: LoadOptions = {}) {
    const { size } = source;
    super(
      id,
      new CaptureStore({
        budgetBytes:
          size === undefined
            ? (options.streamedBudgetBytes ?? mostBudget)
            : Math.min(mostBudget, Math.max(defaultBudgetBytes, size * 2)),
        keepBytes: size === undefined || size <= keepAllUpTo ? null : defaultKeepBytes,
      }),
      new ConnectionBook(),
    );
    this.#source = source;
    this.#options = options;
    this.#name = name;
    this.done = this.#read();
    options.signal?.addEventListener('abort', this.#abort, { once: true });
    // Whoever wants to know asks for the status, or awaits it.
    this.done.catch(() => {});
  }

  get isStreamed(): boolean {
    return this.#source.size === undefined;
  }

  get isOurs(): boolean {
    return this.#facts.application.startsWith(applicationName);
  }

  nextNumber(): number {
    this.#connections += 1;
    return this.#connections;
  }

  override get originMs(): number {
    return Number(((this.#firstNs ?? 0n) - BigInt(this.originNs)) / nsPerMs);
  }

  override get originNs(): number {
    const rest = (this.#firstNs ?? 0n) % nsPerMs;
    return Number(rest < 0n ? rest + nsPerMs : rest);
  }

  override status(): CaptureStatus {
    const { store } = this;
    store.looked();
    const { records, chunks } = store;
    return {
      state: this.#state,
      originMs: this.originMs,
      originNs: this.originNs,
      timeDigits: this.#facts.timeDigits,
      nowMs: this.#lastMs,
      firstRecord: records.first,
      nextRecord: records.next,
      firstChunk: chunks.first,
      nextChunk: chunks.next,
      captured: store.captured,
      dropped: store.dropped,
      missed: 0,
      cut: store.cut,
      usedBytes: store.usedBytes,
      budgetBytes: store.budgetBytes,
      keepBytes: store.keepBytes,
      rates: { framesPerSecond: 0, inBytesPerSecond: 0, outBytesPerSecond: 0 },
      connectionsVersion: this.book.version,
      file: {
        name: this.#name,
        bytes: this.#source.size ?? this.#source.position,
        readBytes: this.#source.position,
        notes: this.#notes(),
        isOurs: this.isOurs,
        ...(this.#error === undefined
          ? {}
          : { error: { code: this.#error.code, message: this.#error.message } }),
      },
    };
  }

  close(): void {
    this.#isClosed = true;
    this.#source.close();
    this.store.clear();
  }

  readonly #abort = (): void => this.#source.close();

  async #read(): Promise<void> {
    const { signal, onRead } = this.#options;
    try {
      const window = await unpackedWindow(this.#source);
      let sliceEndsAt = performance.now() + sliceMs;
      for (const packet of readPackets(window, this.#facts)) {
        if (packet !== undefined) this.#packet(packet);
        const isStarving = packet === undefined;
        if (!isStarving && performance.now() < sliceEndsAt) continue;
        await onRead?.();
        await (isStarving ? window.fill() : pause());
        if (this.#isClosed) return;
        if (signal?.aborted === true) break;
        if (window.position > keepAllUpTo) this.store.keepBytes ??= defaultKeepBytes;
        sliceEndsAt = performance.now() + sliceMs;
      }
      if (signal?.aborted === true) throw interrupted();
      this.#finish();
      this.#state = 'loaded';
    } catch (thrown) {
      this.#error = signal?.aborted === true ? interrupted() : asHexdropError(thrown);
      this.#state = 'failed';
      this.#finish();
      throw this.#error;
    } finally {
      signal?.removeEventListener('abort', this.#abort);
      this.#source.close();
    }
  }

  #finish(): void {
    for (const { flow } of this.#flows.values()) this.#forget(flow);
    this.#flows.clear();
  }

  #forget(flow: LoadedFlow): void {
    flow.finish(this.#lastMs);
    if (flow.isEncrypted) this.#count('encrypted');
    this.#repeated += flow.repeated;
  }

  #packet(packet: Packet): void {
    const timeMs = this.#timeOf(packet.timeNs);
    if (packet.linkType === linkTypeExportedPdu) {
      const frame = exportedFrameOf(packet);
      if (frame === undefined) return this.#count('other');
      const { flow, direction } = this.#flowOf(frame, packet, frame.direction);
      return flow.frame(direction, frame.bytes, frame.wholeBytes, timeMs);
    }
    const segment = this.#segments.segmentOf(packet);
    if (typeof segment === 'string') {
      if (segment === 'unknown-link') this.#unknownLinks.add(packet.linkType);
      return this.#count(segment);
    }
    const known = this.#flows.get(keyOf(segment));
    if (known?.flow.isOther(segment) === true) {
      this.#flows.delete(keyOf(segment));
      this.#forget(known.flow);
    }
    const { flow, direction } = this.#flowOf(
      segment,
      packet,
      packet.direction,
      (segment.flags & 0x12) === 0x02,
    );
    flow.segment(direction, segment, timeMs);
  }

  /** Milliseconds since the first packet; what has no time takes that of the packet before. */
  #timeOf(timeNs: bigint | undefined): number {
    if (timeNs === undefined) return this.#lastMs;
    this.#firstNs ??= timeNs;
    const timeMs = Number(timeNs - this.#firstNs) / 1e6;
    if (timeMs > this.#lastMs) this.#lastMs = timeMs;
    return timeMs;
  }

  #flowOf(
    ends: Ends,
    packet: Packet,
    told: 'in' | 'out' | undefined,
    isSyn = false,
  ): { flow: LoadedFlow; direction: 'in' | 'out' } {
    const key = keyOf(ends);
    const sender = `${ends.from} ${ends.fromPort}`;
    const known = this.#flows.get(key);
    if (known !== undefined) return { flow: known.flow, direction: known.near === sender ? 'out' : 'in' };
    // The near side: as the file says, else who dials, else who has the higher port.
    const direction = told ?? (isSyn || ends.fromPort >= ends.toPort ? 'out' : 'in');
    const sending = { address: ends.from, port: ends.fromPort };
    const taking = { address: ends.to, port: ends.toPort };
    const [near, far] = direction === 'out' ? [sending, taking] : [taking, sending];
    const secure = this.isOurs ? secureOf(packet.comment) : undefined;
    const about: FlowEnds = { near, far, dialer: 'unknown', ...(secure === undefined ? {} : { secure }) };
    const flow = new LoadedFlow(this, about);
    this.#flows.set(key, { flow, near: `${near.address} ${near.port}` });
    if (this.#flows.size > mostFlows) this.#forgetOne();
    return { flow, direction };
  }

  #forgetOne(): void {
    const entries = [...this.#flows];
    const found =
      entries.find(([, { flow }]) => flow.isClosed) ??
      entries.find(([, { flow }]) => !flow.isOurs) ??
      entries[0];
    if (found === undefined) return;
    const [key, known] = found;
    this.#flows.delete(key);
    this.#forget(known.flow);
  }

  #count(what: NoSegment | 'encrypted'): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  #notes(): readonly string[] {
    const count = (what: NoSegment | 'encrypted'): number => this.#counts.get(what) ?? 0;
    const notes = [...this.#facts.notes];
    const add = (number: number, text: string): void => {
      if (number > 0) notes.push(`${number} ${text}`);
    };
    add(count('encrypted'), 'connections are encrypted; their frames cannot be read from here.');
    add(this.#segments.leftFragments, 'fragments of IP packets never became whole; they were left out.');
    add(count('broken'), 'packets are cut too short or broken; they were left out.');
    add(count('other'), 'packets are not TCP; they were left out.');
    add(this.#repeated, 'segments were repeated; each byte counts once.');
    if (!isInCalendar(this.originMs) || !isInCalendar(this.originMs + this.#lastMs)) {
      notes.push('Times in it lie beyond the calendar; only the seconds since its first packet are told.');
    }
    if (this.#unknownLinks.size > 0) {
      notes.push(`Packets of link type ${[...this.#unknownLinks].join(', ')} cannot be read.`);
    }
    return notes;
  }
}

/** The same for both directions. */
function keyOf({ from, to, fromPort, toPort }: Ends): string {
  const one = `${from} ${fromPort}`;
  const other = `${to} ${toPort}`;
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}

function secureOf(comment: string | undefined): { protocol: string; cipher: string } | undefined {
  if (comment?.startsWith(tlsComment) !== true) return undefined;
  const [protocol = '', cipher = ''] = comment.slice(tlsComment.length).split(', ');
  return { protocol, cipher };
}
