/**
 * One TCP connection of a loaded capture: how it began and ended, its two directions, and its place in the book. It
 * enters the book when it is known to be ours: by the magic at its beginning, or by the first frame that is found.
 * Until bytes come it is a few numbers, so that a capture of a hundred thousand SYNs costs little.
 */

import { captureEventKinds } from '../../../../shared/model/capture.ts';
import type { CaptureEventKind } from '../../../../shared/model/capture.ts';
import { bitBlanked, bitCutOff, bitHalf } from '../../../../shared/model/capture-rows.ts';
import type { RecordDraft } from '../../../../shared/model/capture-rows.ts';
import { gapBytes } from '../../../../shared/model/capture-gaps.ts';
import type { Gap } from '../../../../shared/model/capture-gaps.ts';
import { typeNumber } from '../../../../shared/protocol/catalog.ts';
import type { ScannedFrame } from '../../../../shared/protocol/frame-scanner.ts';
import { magicBytes } from '../../../../shared/protocol/header.ts';
import { headerBytes } from '../../../../shared/protocol/limits.ts';
import type { BookEntry, ConnectionTable } from '../connection-table.ts';
import { tellsBook } from '../connection-table.ts';
import { byteSearch } from '../find-bytes.ts';
import { blankSecrets, hasSecrets } from '../secrets.ts';
import type { CaptureStore } from '../store.ts';
import { kindEvent, kindFrame, kindGap } from '../store.ts';
import type { HeldBudget } from './assembler.ts';
import type { CaptureCounters } from './capture-counters.ts';
import type { FlowEnds } from './flow-ends.ts';
import type { Segment } from './layers.ts';
import { LoadedSide } from './loaded-side.ts';
import type { SideHandler } from './loaded-side.ts';
import type { RowOrder } from './row-order.ts';
import type { Stretch } from './unread.ts';

const finFlag = 0x01;
const synFlag = 0x02;
const rstFlag = 0x04;
const pshFlag = 0x08;
const ackFlag = 0x10;

const holdsMagic = byteSearch(magicBytes, false);

export interface FlowContext {
  readonly store: CaptureStore;
  readonly book: ConnectionTable;
  readonly order: RowOrder;
  readonly budget: HeldBudget;
  readonly counters: CaptureCounters;
  /** Written by this program: PSH ends a chunk. */
  readonly isOurs: boolean;
  nextNumber(): number;
}

/** Ciphertext of a record (RFC 8446, RFC 5246). */
const mostTlsRecordBytes = 18_432;

type Direction = 'in' | 'out';

const opposite = (direction: Direction): Direction => (direction === 'in' ? 'out' : 'in');

export class LoadedFlow implements SideHandler {
  readonly ends: FlowEnds;
  readonly #context: FlowContext;
  /** Absent until bytes come. */
  #sides: Readonly<Record<Direction, LoadedSide>> | undefined;
  /** Sequence numbers of the SYNs. */
  readonly #syn: { in?: number; out?: number } = {};
  #firstSyn: number | undefined;
  #entry: BookEntry | undefined;
  #openedMs: number | undefined;
  #isClosed = false;
  /** What the first bytes say: TLS cannot be read. */
  isEncrypted = false;
  /** The first bytes that came, for whoever wants to know what this is if it is not ours. */
  start: Uint8Array | undefined;

  constructor(context: FlowContext, ends: FlowEnds) {
    this.#context = context;
    this.ends = ends;
  }

  get isOurs(): boolean {
    return this.#entry !== undefined;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get isIgnored(): boolean {
    return this.isEncrypted;
  }

  /** The capture has its handshake. */
  get #isWhole(): boolean {
    return this.#firstSyn !== undefined;
  }

  /** Whether a dialer's SYN belongs to another connection that uses the same ports. */
  isOther(direction: Direction, { sequence }: Segment): boolean {
    if (this.#isClosed) return true;
    if (this.#firstSyn !== undefined) return this.#firstSyn !== sequence;
    const first = this.#sides?.[direction].assembler.firstSequence;
    // The SYN of a stream that has begun may stand behind its bytes where several queues were captured.
    return this.#sides !== undefined && first !== (sequence + 1) >>> 0;
  }

  segment(direction: Direction, segment: Segment, timeMs: number): void {
    const { flags, sequence, wholeBytes, payload } = segment;
    const isSyn = (flags & synFlag) !== 0;
    if (isSyn) this.#opened(direction, segment, timeMs);
    if (wholeBytes > 0 && this.#sides === undefined) this.#begin();
    const side = this.#sides?.[direction];
    const dataAt = isSyn ? (sequence + 1) >>> 0 : sequence;
    if (side !== undefined) {
      if (wholeBytes > 0 && !this.isEncrypted) {
        side.assembler.segment(dataAt, payload, wholeBytes, timeMs, (flags & pshFlag) !== 0);
      }
      if ((flags & finFlag) !== 0) {
        side.finMs ??= timeMs;
        side.assembler.fin((dataAt + wholeBytes) >>> 0);
      }
      this.#tellEnd(side);
      this.#tellWaiting(side);
    }
    if ((flags & rstFlag) !== 0) this.#reset(direction, timeMs);
  }

  /** One whole frame, of a capture that has one a packet. */
  exported(direction: Direction, bytes: Uint8Array, wholeBytes: number, timeMs: number): void {
    const sides = this.#sides ?? this.#begin();
    if (this.#entry === undefined) this.#open(timeMs);
    sides[direction].chunk(bytes, wholeBytes, timeMs, timeMs);
  }

  /** What is missing will not come any more: rows that wait for it are told. */
  passGaps(): void {
    if (this.#sides === undefined) return;
    for (const side of [this.#sides.in, this.#sides.out]) {
      side.assembler.passGaps();
      this.#tellEnd(side);
      this.#tellWaiting(side);
    }
  }

  /** Nothing more comes. */
  finish(): void {
    this.passGaps();
    if (this.#sides === undefined) return;
    for (const side of [this.#sides.in, this.#sides.out]) {
      if (!side.wasEnded) side.end();
      this.#context.counters.repeated += side.assembler.repeated;
    }
    if (this.#entry !== undefined && !this.#isClosed) this.#context.book.changed();
  }

  // ---- What the sides say -----------------------------------------------------------------------------------

  chunk(side: LoadedSide, bytes: Uint8Array, wholeBytes: number, timeMs: number): number {
    if (this.#entry === undefined) this.#recognise(side, bytes, timeMs);
    const entry = this.#entry;
    if (entry === undefined) return 0;
    const { direction, bits, bytes: offset } = side.way;
    entry[direction].bytes += wholeBytes;
    entry[direction].chunks += 1;
    return this.#context.store.addChunk(bits, timeMs, entry.number, offset, wholeBytes);
  }

  frame(side: LoadedSide, { header, bytes, gaps, offset, timeMs, isCutOff }: ScannedFrame): void {
    const entry = this.#entry ?? this.#open(timeMs);
    const { way } = side;
    const { type, id, length, flags, channel } = header;
    way.framed = offset;
    const bits =
      way.bits | way.framePassed(headerBytes + length - (isCutOff ? (gaps.at(-1)?.length ?? 0) : 0));
    entry[way.direction].frames += 1;
    this.#context.counters.frames += 1;
    entry.channel = channel;
    const payload = bytes.subarray(headerBytes);
    if (type === typeNumber.HELLO || type === typeNumber.LANE) {
      entry.dialer = way.direction === 'out' ? 'near' : 'far';
    }
    if (tellsBook(type) && payload.length === length) {
      this.#context.book.learn(entry, way.direction, type, id, payload);
    }
    const isBlanked = hasSecrets(type) && blankSecrets(type, payload);
    const draft = {
      ...this.#draft(side, kindFrame, offset, length, timeMs),
      type,
      flags,
      channel,
      id,
      bits: bits | (isBlanked ? bitBlanked : 0) | (isCutOff ? bitCutOff | bitHalf : 0),
    };
    this.#interrupt(side);
    this.#tell(side, timeMs, payload.length, () =>
      this.#context.store.add(draft, payload, payload.length, gaps),
    );
    const missing = isCutOff ? gaps.slice(0, -1) : gaps;
    if (missing.length > 0) this.#gaps(side, offset + headerBytes, missing, timeMs);
  }

  unread(side: LoadedSide, stretch: Stretch): void {
    if (this.#entry === undefined) return;
    const { kind, type, offset, length, span, places, timeMs, bytes } = stretch;
    if (kind === kindGap) this.#context.counters.missed(length, places);
    const draft = {
      ...this.#draft(side, kind, offset, length, timeMs),
      type,
      places,
      ...(span === length ? {} : { span }),
    };
    this.#interrupt(side);
    const { store } = this.#context;
    this.#tell(side, timeMs, bytes.length, () =>
      store.add(draft, bytes, Math.min(bytes.length, store.keptOf(length))),
    );
  }

  /** One row for what is missing inside a frame, behind it. */
  #gaps(side: LoadedSide, payloadAt: number, gaps: readonly Gap[], timeMs: number): void {
    const [first, last] = [gaps[0] as Gap, gaps.at(-1) as Gap];
    const length = gapBytes(gaps);
    const span = last.offset + last.length - first.offset;
    this.#context.counters.missed(length, gaps.length);
    const draft = {
      ...this.#draft(side, kindGap, payloadAt + first.offset, length, timeMs),
      places: gaps.length,
      ...(span === length ? {} : { span }),
    };
    this.#tell(side, timeMs, 0, () => this.#context.store.add(draft));
  }

  #tell(side: LoadedSide, timeMs: number, bytes: number, tell: () => void): void {
    side.toldMs = Math.max(side.toldMs, timeMs);
    this.#context.order.add(side.toldMs, bytes, tell);
  }

  /** Rows of the other direction come now: what waits there came before. */
  #interrupt({ way }: LoadedSide): void {
    this.#sides?.[opposite(way.direction)].unread.interrupted();
  }

  #draft(side: LoadedSide, kind: number, offset: number, length: number, timeMs: number): RecordDraft {
    return {
      kind,
      type: 0,
      flags: 0,
      bits: side.way.bits,
      timeMs,
      connection: this.#entry?.number ?? 0,
      id: 0,
      length,
      offset,
      chunk: side.way.chunk,
      channel: this.#entry?.channel ?? 0,
    };
  }

  // ---- How it begins and ends -------------------------------------------------------------------------------

  #opened(direction: Direction, { flags, sequence }: Segment, timeMs: number): void {
    this.#syn[direction] ??= sequence;
    this.#sides?.[direction].assembler.begin(sequence);
    if ((flags & ackFlag) !== 0 || this.#firstSyn !== undefined) return;
    this.#firstSyn = sequence;
    this.#openedMs = timeMs;
    this.ends.dialer = direction === 'out' ? 'near' : 'far';
  }

  #begin(): Readonly<Record<Direction, LoadedSide>> {
    const { isOurs, store, budget } = this.#context;
    const isSecure = this.ends.secure !== undefined;
    const side = (direction: Direction): LoadedSide => {
      const made = new LoadedSide(
        { direction, isSecure, isWhole: this.#isWhole, isOurs, store, budget },
        this,
      );
      const syn = this.#syn[direction];
      if (syn !== undefined) made.assembler.begin(syn);
      return made;
    };
    this.#sides = { in: side('in'), out: side('out') };
    return this.#sides;
  }

  /** Known by the first bytes where the capture has them, else by the magic anywhere. */
  #recognise(side: LoadedSide, bytes: Uint8Array, timeMs: number): void {
    const isFirst = this.start === undefined;
    this.start ??= bytes.slice(0, 16);
    if (isFirst && this.#isTls(bytes)) this.isEncrypted = true;
    else if (this.#isWhole && side.way.bytes === 0) {
      // As far as they are here: a chunk may be a single byte.
      if (bytes.subarray(0, 4).every((byte, at) => byte === magicBytes[at])) this.#open(timeMs);
    } else if (holdsMagic(bytes)) this.#open(timeMs);
  }

  /** A handshake at the beginning; in the middle any record of TLS. */
  #isTls(bytes: Uint8Array): boolean {
    const [type = 0, major, minor = 0, high = 0, low = 0] = bytes;
    if (this.#isWhole) return type === 0x16 && major === 3;
    const isRecord = type >= 0x14 && type <= 0x17 && major === 3 && minor <= 4;
    return isRecord && high * 256 + low <= mostTlsRecordBytes;
  }

  #open(timeMs: number): BookEntry {
    const { near, far, dialer, secure } = this.ends;
    const openedMs = this.#openedMs ?? timeMs;
    const entry = this.#context.book.open(this.#context.nextNumber(), {
      near,
      far,
      dialer,
      openedMs,
      ...(secure === undefined ? {} : { secure }),
    });
    this.#entry = entry;
    entry.isWhole = this.#isWhole;
    if (this.#isWhole) {
      const byNear = dialer === 'near';
      this.#event(byNear ? 'connect' : 'accept', byNear ? 'out' : 'in', '', openedMs);
    } else this.#event('midway', 'in', '', openedMs);
    if (secure !== undefined) this.#event('tls', 'in', `${secure.protocol}, ${secure.cipher}`, openedMs);
    return entry;
  }

  /** The rows of all streams wait as long as one of ours waits for a segment. */
  #tellWaiting(side: LoadedSide): void {
    if (this.#entry !== undefined) this.#context.order.waits(side, side.assembler.waitsSinceMs);
  }

  #tellEnd(side: LoadedSide): void {
    if (side.wasEnded || !side.assembler.hasEnded) return;
    side.wasEnded = true;
    side.end();
    if (this.#entry === undefined) return;
    const timeMs = side.finMs ?? 0;
    this.#event('fin', side.way.direction, '', timeMs);
    const other = this.#sides?.[opposite(side.way.direction)];
    if (other?.wasEnded === true) this.#close(Math.max(timeMs, other.finMs ?? 0), undefined);
  }

  #reset(direction: Direction, timeMs: number): void {
    if (this.#isClosed) return;
    for (const side of this.#sides === undefined ? [] : [this.#sides.in, this.#sides.out]) {
      // What came before may still stand behind it in the file.
      if (side.assembler.isWaiting || side.wasEnded) continue;
      side.wasEnded = true;
      side.end();
    }
    if (this.#entry !== undefined) this.#event('reset', direction, '', timeMs);
    this.#close(timeMs, direction);
  }

  #close(timeMs: number, by: Direction | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const entry = this.#entry;
    if (entry === undefined) return;
    this.#context.book.closed(entry, timeMs);
    const who =
      by === undefined
        ? 'Both sides had ended.'
        : by === 'out'
          ? 'Broken by the near side.'
          : 'Broken by the far side.';
    this.#event('close', by ?? 'out', who, timeMs);
  }

  #event(kind: CaptureEventKind, direction: Direction, text: string, timeMs: number): void {
    const entry = this.#entry;
    const side = this.#sides?.[direction];
    if (entry === undefined || side === undefined) return;
    const { store, book } = this.#context;
    const type = captureEventKinds.indexOf(kind);
    const draft = { ...this.#draft(side, kindEvent, side.way.bytes, 0, timeMs), type, chunk: 0 };
    this.#tell(side, timeMs, 0, () => {
      const number = store.add(draft);
      book.happened(entry, { number, kind, timeMs, direction, text });
    });
  }
}
