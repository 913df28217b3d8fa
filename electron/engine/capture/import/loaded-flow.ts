/**
 * One TCP connection of a loaded capture: two assembled streams, the frames in them, and its place in the book. It
 * enters the book when it is known to be ours: by the magic at its beginning, or by the first frame that is found.
 */

import { captureEventKinds } from '../../../../shared/model/capture.ts';
import type { CaptureEventKind } from '../../../../shared/model/capture.ts';
import { typeNumber } from '../../../../shared/protocol/catalog.ts';
import { FrameScanner } from '../../../../shared/protocol/frame-scanner.ts';
import type { Loose, ScannedFrame } from '../../../../shared/protocol/frame-scanner.ts';
import { headerBytes } from '../../../../shared/protocol/limits.ts';
import { bitBlanked } from '../../../../shared/model/capture-rows.ts';
import { byteSearch } from '../find-bytes.ts';
import type { BookEntry, ConnectionBook } from '../book.ts';
import { tellsBook } from '../book.ts';
import { blankSecrets, hasSecrets } from '../secrets.ts';
import type { CaptureStore, RecordDraft } from '../store.ts';
import { kindEvent, kindFrame, kindGap, kindLoose } from '../store.ts';
import { Way } from '../way.ts';
import { StreamAssembler } from './assembler.ts';
import type { Segment } from './layers.ts';

const finFlag = 0x01;
const synFlag = 0x02;
const rstFlag = 0x04;
const pshFlag = 0x08;
const ackFlag = 0x10;

const magicBytes = Uint8Array.of(0x48, 0x58, 0x44, 0x31);
const holdsMagic = byteSearch(magicBytes, false);

/** Of one of our own files a chunk is put together again up to here. */
const mostPendingBytes = 1_048_576;

export interface FlowDesk {
  readonly store: CaptureStore;
  readonly book: ConnectionBook;
  /** Written by this program: PSH ends a chunk. */
  readonly isOurs: boolean;
  nextNumber(): number;
}

export interface FlowEnds {
  readonly near: { readonly address: string; readonly port: number };
  readonly far: { readonly address: string; readonly port: number };
  dialer: 'near' | 'far' | 'unknown';
  readonly secure?: { readonly protocol: string; readonly cipher: string };
}

interface Side {
  readonly way: Way;
  readonly assembler: StreamAssembler;
  readonly scanner: FrameScanner;
  pending: Uint8Array[];
  pendingBytes: number;
  pendingMs: number;
  wasEnded: boolean;
}

export class LoadedFlow {
  readonly #desk: FlowDesk;
  readonly #ends: FlowEnds;
  readonly #in: Side;
  readonly #out: Side;
  #entry: BookEntry | undefined;
  #openedMs: number | undefined;
  /** The capture has its handshake. */
  #isWhole = false;
  #isClosed = false;
  #firstSyn: number | undefined;
  /** What the dialer says first: TLS cannot be read. */
  isEncrypted = false;

  constructor(desk: FlowDesk, ends: FlowEnds) {
    this.#desk = desk;
    this.#ends = ends;
    this.#in = this.#side('in');
    this.#out = this.#side('out');
  }

  get isOurs(): boolean {
    return this.#entry !== undefined;
  }

  /** Segments that the capture has more than once. */
  get repeated(): number {
    return this.#in.assembler.repeated + this.#out.assembler.repeated;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Whether a SYN belongs to another connection that uses the same ports. */
  isOther(segment: Segment): boolean {
    const isSyn = (segment.flags & (synFlag | ackFlag)) === synFlag;
    if (!isSyn) return false;
    return (
      this.#isClosed ||
      (this.#firstSyn !== undefined && this.#firstSyn !== segment.sequence) ||
      (this.#in.assembler.hasBegun && this.#firstSyn === undefined)
    );
  }

  segment(direction: 'in' | 'out', segment: Segment, timeMs: number): void {
    const side = direction === 'in' ? this.#in : this.#out;
    const other = direction === 'in' ? this.#out : this.#in;
    const { flags, sequence, wholeBytes } = segment;
    if ((flags & synFlag) !== 0) this.#syn(direction, side, segment, timeMs);
    const dataAt = (flags & synFlag) === 0 ? sequence : (sequence + 1) >>> 0;
    if (wholeBytes > 0) {
      side.assembler.segment(dataAt, segment.payload, wholeBytes, timeMs, (flags & pshFlag) !== 0);
    }
    if ((flags & ackFlag) !== 0) other.assembler.acknowledged(segment.acknowledged, timeMs);
    if ((flags & finFlag) !== 0) side.assembler.fin((dataAt + wholeBytes) >>> 0);
    this.#tellEnd(side, timeMs);
    this.#tellEnd(other, timeMs);
    if ((flags & rstFlag) !== 0) this.#reset(direction, timeMs);
  }

  /** One whole frame, of a capture that has one a packet. */
  frame(direction: 'in' | 'out', bytes: Uint8Array, wholeBytes: number, timeMs: number): void {
    const side = direction === 'in' ? this.#in : this.#out;
    this.#openMidway(timeMs);
    this.#chunk(side, bytes, wholeBytes, timeMs);
  }

  /** The file is over. */
  finish(timeMs: number): void {
    for (const side of [this.#in, this.#out]) {
      side.assembler.finish(timeMs);
      this.#flushPending(side);
      this.#tellEnd(side, timeMs);
      if (this.#entry !== undefined) side.scanner.end(timeMs);
    }
    if (this.#entry !== undefined && !this.#isClosed) this.#desk.book.changed();
  }

  #side(direction: 'in' | 'out'): Side {
    const side: Side = {
      way: new Way(direction, this.#ends.secure !== undefined),
      assembler: new StreamAssembler({
        bytes: (bytes, timeMs, isPushed) => this.#bytes(side, bytes, timeMs, isPushed),
        gap: (length, timeMs) => this.#gap(side, length, timeMs),
      }),
      scanner: new FrameScanner({
        keepBytes: () => this.#desk.store.keepBytes ?? Number.POSITIVE_INFINITY,
        frame: (frame) => this.#frame(side, frame),
        loose: (loose) => this.#loose(side, loose),
        gap: (offset, length, timeMs) => this.#gapRecord(side, offset, length, timeMs),
      }),
      pending: [],
      pendingBytes: 0,
      pendingMs: 0,
      wasEnded: false,
    };
    return side;
  }

  #syn(direction: 'in' | 'out', side: Side, { flags, sequence }: Segment, timeMs: number): void {
    if (side.assembler.hasBegun) return;
    side.assembler.begin(sequence);
    if ((flags & ackFlag) !== 0) return;
    this.#firstSyn = sequence;
    this.#isWhole = true;
    this.#openedMs = timeMs;
    this.#ends.dialer = direction === 'out' ? 'near' : 'far';
  }

  #bytes(side: Side, bytes: Uint8Array, timeMs: number, isPushed: boolean): void {
    if (!this.#desk.isOurs) return this.#chunk(side, bytes, bytes.length, timeMs);
    if (side.pending.length > 0 && side.pendingMs !== timeMs) this.#flushPending(side);
    if (isPushed && side.pending.length === 0) return this.#chunk(side, bytes, bytes.length, timeMs);
    side.pending.push(bytes.slice());
    side.pendingBytes += bytes.length;
    side.pendingMs = timeMs;
    if (isPushed || side.pendingBytes > mostPendingBytes) this.#flushPending(side);
  }

  #flushPending(side: Side): void {
    if (side.pending.length === 0) return;
    const whole = new Uint8Array(side.pendingBytes);
    let at = 0;
    for (const part of side.pending) {
      whole.set(part, at);
      at += part.length;
    }
    side.pending = [];
    side.pendingBytes = 0;
    this.#chunk(side, whole, whole.length, side.pendingMs);
  }

  /** `wholeBytes` passed, of which the first are here. */
  #chunk(side: Side, bytes: Uint8Array, wholeBytes: number, timeMs: number): void {
    const { way, scanner } = side;
    if (this.#entry === undefined) this.#recognise(side, bytes, timeMs);
    const entry = this.#entry;
    const number =
      entry === undefined
        ? 0
        : this.#desk.store.addChunk(way.bits, timeMs, entry.number, way.bytes, wholeBytes);
    if (entry !== undefined) {
      const flow = entry[way.direction];
      flow.bytes += wholeBytes;
      flow.chunks += 1;
    }
    way.chunkPassed(wholeBytes, timeMs, number);
    if (this.isEncrypted) return;
    scanner.push(bytes, timeMs);
    if (wholeBytes > bytes.length) scanner.skip(wholeBytes - bytes.length, timeMs);
  }

  #gap(side: Side, length: number, timeMs: number): void {
    this.#flushPending(side);
    side.way.gapPassed(length);
    if (!this.isEncrypted) side.scanner.skip(length, timeMs);
  }

  /** Known by the first bytes where the capture has them, else by the magic anywhere. */
  #recognise(side: Side, bytes: Uint8Array, timeMs: number): void {
    if (!this.#isWhole || side.way.bytes > 0) {
      if (!this.isEncrypted && holdsMagic(bytes)) this.#open(timeMs);
      return;
    }
    if (bytes[0] === 0x16 && bytes[1] === 0x03) this.isEncrypted = true;
    else if (bytes.subarray(0, 4).every((byte, at) => byte === magicBytes[at])) this.#open(timeMs);
  }

  #open(timeMs: number): BookEntry {
    const { near, far, dialer, secure } = this.#ends;
    const openedMs = this.#openedMs ?? timeMs;
    const entry = this.#desk.book.open(this.#desk.nextNumber(), {
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

  #openMidway(timeMs: number): BookEntry {
    return this.#entry ?? this.#open(timeMs);
  }

  #frame(side: Side, { header, bytes, offset, timeMs }: ScannedFrame): void {
    const entry = this.#openMidway(timeMs);
    const { way } = side;
    const { type, id, length, flags, channel } = header;
    way.framed = offset;
    const bits = way.bits | way.framePassed(headerBytes + length);
    entry[way.direction].frames += 1;
    entry.channel = channel;
    const payload = bytes.subarray(headerBytes);
    if (type === typeNumber.HELLO || type === typeNumber.LANE) {
      entry.dialer = way.direction === 'out' ? 'near' : 'far';
    }
    if (tellsBook(type) && payload.length === length) {
      this.#desk.book.learn(entry, way.direction, type, id, payload);
    }
    const isBlanked = hasSecrets(type) && blankSecrets(type, payload);
    const draft = this.#draft(side, kindFrame, offset, length, timeMs);
    this.#desk.store.add(
      {
        ...draft,
        type,
        flags,
        channel,
        id,
        bits: bits | (isBlanked ? bitBlanked : 0),
      },
      payload,
      payload.length,
    );
  }

  #loose(side: Side, { bytes, offset, length, timeMs }: Loose): void {
    side.way.framed = offset;
    const bits = side.way.bits | side.way.framePassed(length);
    if (this.#entry === undefined) return;
    this.#desk.store.add(
      { ...this.#draft(side, kindLoose, offset, length, timeMs), bits },
      bytes,
      Math.min(bytes.length, this.#desk.store.keptOf(length)),
    );
  }

  #gapRecord(side: Side, offset: number, length: number, timeMs: number): void {
    side.way.framed = offset + length;
    if (this.#entry !== undefined) this.#desk.store.add(this.#draft(side, kindGap, offset, length, timeMs));
  }

  #draft(side: Side, kind: number, offset: number, length: number, timeMs: number): RecordDraft {
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

  #tellEnd(side: Side, timeMs: number): void {
    if (side.wasEnded || !side.assembler.hasEnded) return;
    side.wasEnded = true;
    this.#flushPending(side);
    if (this.#entry === undefined) return;
    side.scanner.end(timeMs);
    this.#event('fin', side.way.direction, '', timeMs);
    if (this.#in.wasEnded && this.#out.wasEnded) this.#close(timeMs, undefined);
  }

  #reset(direction: 'in' | 'out', timeMs: number): void {
    if (this.#isClosed) return;
    for (const side of [this.#in, this.#out]) {
      side.assembler.finish(timeMs);
      this.#flushPending(side);
      if (this.#entry !== undefined && !side.wasEnded) side.scanner.end(timeMs);
      side.wasEnded = true;
    }
    if (this.#entry !== undefined) this.#event('reset', direction, '', timeMs);
    this.#close(timeMs, direction);
  }

  #close(timeMs: number, by: 'in' | 'out' | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const entry = this.#entry;
    if (entry === undefined) return;
    entry.isOpen = false;
    entry.closedMs = timeMs;
    const who =
      by === undefined
        ? 'Both sides had ended.'
        : by === 'out'
          ? 'Broken by the near side.'
          : 'Broken by the far side.';
    this.#event('close', by ?? 'out', who, timeMs);
  }

  #event(kind: CaptureEventKind, direction: 'in' | 'out', text: string, timeMs: number): void {
    const entry = this.#entry;
    if (entry === undefined) return;
    const side = direction === 'in' ? this.#in : this.#out;
    const draft = this.#draft(side, kindEvent, side.way.bytes, 0, timeMs);
    const number = this.#desk.store.add({ ...draft, type: captureEventKinds.indexOf(kind), chunk: 0 });
    this.#desk.book.happened(entry, { number, kind, timeMs, direction, text });
  }
}
