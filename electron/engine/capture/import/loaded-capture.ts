/**
 * A capture file, opened: read in slices, its TCP connections put together, the frames in them kept like those of the
 * live capture. Takes what this program wrote and what others captured of plain sessions. Memory is bounded whatever the
 * file holds.
 */

import type { CaptureStatus } from '../../../../shared/model/capture.ts';
import type { CaptureNote } from '../../../../shared/model/capture-notes.ts';
import { isInCalendar } from '../../../../shared/model/calendar.ts';
import { defaultBudgetBytes, defaultKeepBytes } from '../../../../shared/model/capture.ts';
import { asHexdropError, HexdropError } from '../../../../shared/errors/errors.ts';
import type { LoadedCapture, LoadOptions } from '../../capture-api.ts';
import { ConnectionTable } from '../connection-table.ts';
import { linkTypeExportedPdu } from '../pcapng/blocks.ts';
import { applicationName } from '../pcapng/writer.ts';
import { StoreSource } from '../source.ts';
import { CaptureStore } from '../store.ts';
import { HeldBudget } from './assembler.ts';
import { CaptureCounters } from './capture-counters.ts';
import { readPackets } from './container.ts';
import type { ByteSource } from './byte-source.ts';
import type { ByteWindow } from './byte-window.ts';
import type { ContainerFacts, Packet } from './container.ts';
import { exportedFrameOf } from './exported-pdu.ts';
import { FlowTable } from './flow-table.ts';
import { isDialersSyn, SegmentReader } from './layers.ts';
import type { FlowContext } from './loaded-flow.ts';
import { RowOrder } from './row-order.ts';
import { unpackedWindow } from './unpack.ts';

/** Captures up to this size are kept with whole payloads; of larger ones what comes behind it is not. */
const keepAllUpTo = 268_435_456;
const mostBudget = 805_306_368;
/** Gives the thread back after this. */
const sliceMs = 8;
/** Connections that are told of. */
const mostConnections = 65_536;

/** How long rows of a stream wait for a segment that is missing. */
const patienceMs = 1_000;

const nsPerMs = 1_000_000n;

/** Whether a promise has not settled by then. Rejects as it does. */
async function isLaterThan(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(true), ms);
  });
  try {
    return await Promise.race([promise.then(() => false), late]);
  } finally {
    clearTimeout(timer);
  }
}

const interrupted = (): HexdropError => new HexdropError('cancelled', 'Interrupted.');

const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class LoadedFile extends StoreSource implements LoadedCapture, FlowContext {
  readonly done: Promise<void>;
  readonly #source: ByteSource;
  readonly #options: LoadOptions;
  readonly #name: string;
  readonly #facts: ContainerFacts = { notes: new Set(), application: '', timeDigits: 0, packets: 0 };
  readonly order = new RowOrder();
  readonly budget = new HeldBudget();
  readonly counters = new CaptureCounters();
  readonly #segments = new SegmentReader();
  readonly #flows = new FlowTable(this);
  #firstNs: bigint | undefined;
  #lastMs = 0;
  #connections = 0;
  #state: 'loading' | 'loaded' | 'failed' = 'loading';
  #error: HexdropError | undefined;
  #isClosed = false;
  /** On this machine's clock: since when rows wait for a segment. */
  #waitsSince: number | undefined;

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
      new ConnectionTable(mostConnections),
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
      const window = await unpackedWindow(this.#source, (note) => {
        // What somebody ended here is not the file's fault.
        if (!this.#isClosed && signal?.aborted !== true) this.#facts.notes.add(note);
      });
      let sliceEndsAt = performance.now() + sliceMs;
      for (const packet of readPackets(window, this.#facts)) {
        if (packet !== undefined) this.#packet(packet);
        const isStarving = packet === undefined;
        if (!isStarving && performance.now() < sliceEndsAt) continue;
        if (this.isStreamed) this.#passOldGaps();
        await onRead?.();
        await (isStarving ? this.#fill(window) : pause());
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

  /** Waits for more. What waits for a segment that does not come is told meanwhile. */
  async #fill(window: ByteWindow): Promise<void> {
    const filling = window.fill();
    if (this.isStreamed && this.order.isWaiting) {
      const isLate = await isLaterThan(filling, patienceMs);
      if (isLate) {
        this.#passOldGaps();
        await this.#options.onRead?.();
      }
    }
    await filling;
  }

  /** Somebody looks at a stream while it comes: what is missing is given up after a while. In a file it may still come. */
  #passOldGaps(): void {
    const now = performance.now();
    if (!this.order.isWaiting) this.#waitsSince = undefined;
    else this.#waitsSince ??= now;
    if (this.#waitsSince === undefined || now - this.#waitsSince < patienceMs) return;
    this.#waitsSince = undefined;
    this.#flows.passGaps();
    this.order.settle();
  }

  #finish(): void {
    this.#flows.forgetAll();
    this.order.settle();
  }

  #packet(packet: Packet): void {
    const timeMs = this.#timeOf(packet.timeNs);
    if (packet.linkType === linkTypeExportedPdu) {
      const frame = exportedFrameOf(packet);
      if (frame === undefined) return this.counters.leftOut('not-tcp');
      const { known, flow, direction } = this.#flows.find(frame, packet, frame.direction, false);
      flow.exported(direction, frame.bytes, frame.wholeBytes, timeMs);
      this.#flows.settle(known);
      return;
    }
    const segment = this.#segments.segmentOf(packet);
    if (typeof segment === 'string') {
      if (segment === 'unknown-link') this.counters.unknownLink(packet.linkType);
      else if (segment !== 'fragment') this.counters.leftOut(segment === 'broken' ? segment : 'not-tcp');
      return;
    }
    this.counters.keptBytes += segment.payload.length;
    this.counters.cutBytes += segment.wholeBytes - segment.payload.length;
    const isSyn = isDialersSyn(segment);
    let found = this.#flows.find(segment, packet, packet.direction, isSyn);
    if (isSyn && found.flow.isOther(found.direction, segment)) {
      this.#flows.forget(found.known);
      found = this.#flows.find(segment, packet, packet.direction, isSyn);
    }
    found.flow.segment(found.direction, segment, timeMs);
    this.#flows.settle(found.known);
    this.order.settle();
  }

  /** Milliseconds since the first packet; what has no time takes that of the packet before. */
  #timeOf(timeNs: bigint | undefined): number {
    if (timeNs === undefined) return this.#lastMs;
    this.#firstNs ??= timeNs;
    const timeMs = Number(timeNs - this.#firstNs) / 1e6;
    if (timeMs > this.#lastMs) this.#lastMs = timeMs;
    return timeMs;
  }

  #notes(): readonly CaptureNote[] {
    const once = Array.from(this.#facts.notes, (kind): CaptureNote => ({ kind, count: 1 }));
    const notes = [...once, ...this.counters.notes(this.#segments.leftFragments)];
    if (!isInCalendar(this.originMs) || !isInCalendar(this.originMs + this.#lastMs)) {
      notes.push({ kind: 'beyond-calendar', count: 1 });
    }
    return notes;
  }
}
