/**
 * The tap of one connection: turns what passes into records and chunks of the live capture, and hands the bytes on to
 * the file that is written meanwhile, if there is one. It follows the stream also while nothing is kept, so that
 * offsets are right when the capture goes on.
 */

import type { CaptureEventKind } from '../../../shared/model/capture.ts';
import { captureEventKinds, looseReasons } from '../../../shared/model/capture.ts';
import { bitBlanked } from '../../../shared/model/capture-rows.ts';
import type { RecordDraft } from '../../../shared/model/capture-rows.ts';
import type { HexdropError } from '../../../shared/errors/errors.ts';
import type { FrameHeader } from '../../../shared/protocol/header.ts';
import { hasMagic, readHeader } from '../../../shared/protocol/header.ts';
import { headerBytes } from '../../../shared/protocol/limits.ts';
import type { ConnectionTap } from '../net/tap.ts';
import type { BookEntry } from './connection-table.ts';
import { ConnectionTable, tellsBook } from './connection-table.ts';
import { blankSecrets, hasSecrets } from './secrets.ts';
import type { CaptureStore } from './store.ts';
import { kindEvent, kindFrame, kindLoose } from './store.ts';
import { StreamDirection } from './stream-direction.ts';

/** What the taps of all connections write to. */
export interface TapContext {
  readonly store: CaptureStore;
  readonly book: ConnectionTable;
  readonly isRunning: boolean;
  /** What passes uncaptured counts as missed; false when the capture is off. */
  readonly countsMissed: boolean;
  readonly file: WireFile | undefined;
  /** Milliseconds since the capture's origin. */
  now(): number;
  missed(): void;
  count(direction: 'in' | 'out', bytes: number): void;
  /** The connection of this number is closed: its tap is used no more. */
  closed(connection: number): void;
}

/** What is written while it passes, whole. */
export interface WireFile {
  chunk(way: StreamDirection, connection: number, timeMs: number, bytes: Uint8Array): void;
  ended(connection: number, direction: 'in' | 'out', timeMs: number, offset: number): void;
  closed(connection: number, by: 'near' | 'far' | undefined, timeMs: number): void;
}

/** Place in `looseReasons`; what is no reason of its own is told by the event. */
const looseReasonOf = (code: string): number =>
  Math.max(
    looseReasons.findIndex((reason) => reason === code),
    looseReasons.indexOf('refused'),
  );

/** Only the header of a refused frame is kept: what follows could be a secret that nobody has parsed. */
const looseBytes = 256;

const noBytes = new Uint8Array(0);

export class WireTap implements ConnectionTap {
  readonly #context: TapContext;
  readonly #entry: BookEntry;
  readonly #in: StreamDirection;
  readonly #out: StreamDirection;
  readonly #draft: RecordDraft;
  #scratch: Uint8Array | undefined;

  constructor(context: TapContext, entry: BookEntry) {
    this.#context = context;
    this.#entry = entry;
    const isSecure = entry.secure !== undefined;
    this.#in = new StreamDirection('in', isSecure);
    this.#out = new StreamDirection('out', isSecure);
    this.#draft = {
      kind: kindFrame,
      type: 0,
      flags: 0,
      bits: 0,
      timeMs: 0,
      connection: entry.number,
      id: 0,
      length: 0,
      offset: 0,
      chunk: 0,
      channel: 0,
    };
  }

  received(delivery: Uint8Array): void {
    this.#chunk(this.#in, this.#entry.in, delivery);
  }

  written(bytes: Uint8Array): void {
    this.#chunk(this.#out, this.#entry.out, bytes);
  }

  frameReceived(header: FrameHeader, payload: Uint8Array | undefined): void {
    const { type, flags, channel, id, length } = header;
    this.#frame(this.#in, type, flags, channel, id, length, payload ?? noBytes);
  }

  frameSent(frame: Uint8Array): void {
    // A write that the connection did not take any more never passed.
    if (this.#out.framed + frame.length > this.#out.bytes) return;
    const { type, flags, channel, id } = readHeader(frame);
    const payload = frame.subarray(headerBytes);
    this.#frame(this.#out, type, flags, channel, id, payload.length, payload);
  }

  refused(delivery: Uint8Array, error: HexdropError): void {
    this.event('refused', 'in', error.message, error.code);
    const way = this.#in;
    const length = way.bytes - way.framed;
    if (length <= 0) return;
    const start = Math.max(0, way.framed - way.chunkStart);
    const bytes = way.framed < way.chunkStart ? noBytes : delivery.subarray(start);
    const isFrame = hasMagic(bytes);
    const draft = this.#draft;
    draft.kind = kindLoose;
    draft.type = looseReasonOf(error.code);
    draft.flags = 0;
    draft.id = 0;
    draft.channel = this.#entry.channel ?? 0;
    draft.length = length;
    draft.offset = way.framed;
    draft.timeMs = way.chunkTimeMs;
    draft.chunk = way.chunk;
    draft.bits = way.bits | way.framePassed(length);
    if (this.#context.isRunning) {
      this.#context.store.add(draft, bytes, Math.min(bytes.length, isFrame ? headerBytes : looseBytes));
    }
  }

  ended(direction: 'in' | 'out'): void {
    const { bytes } = direction === 'in' ? this.#in : this.#out;
    this.#context.file?.ended(this.#entry.number, direction, this.#context.now(), bytes);
    this.event('fin', direction, '');
  }

  closed(by: 'near' | 'far' | undefined, error: HexdropError | undefined): void {
    const timeMs = this.#context.now();
    const entry = this.#entry;
    this.#context.book.closed(entry, timeMs);
    const isReset = by === 'far' && error !== undefined;
    this.#context.file?.closed(entry.number, by, timeMs);
    const who = by === undefined ? 'Both sides had ended.' : by === 'near' ? 'Closed here.' : 'Closed there.';
    if (isReset) this.event('reset', 'in', error.message, error.code);
    this.event(
      'close',
      by === 'far' ? 'in' : 'out',
      error === undefined ? who : `${who} ${error.message}`,
      error?.code,
    );
    this.#context.closed(entry.number);
  }

  /** Into the record and into the connection's own list. */
  event(kind: CaptureEventKind, direction: 'in' | 'out', text: string, code?: string, atMs?: number): void {
    const context = this.#context;
    if (!context.isRunning) return;
    const way = direction === 'in' ? this.#in : this.#out;
    const draft = this.#draft;
    draft.kind = kindEvent;
    draft.type = captureEventKinds.indexOf(kind);
    draft.flags = 0;
    draft.id = 0;
    draft.length = 0;
    draft.channel = this.#entry.channel ?? 0;
    draft.offset = way.bytes;
    draft.timeMs = atMs ?? context.now();
    draft.chunk = 0;
    draft.bits = way.bits;
    const number = context.store.add(draft);
    context.book.happened(this.#entry, {
      number,
      kind,
      timeMs: draft.timeMs,
      direction,
      text,
      ...(code === undefined ? {} : { code }),
    });
  }

  #chunk(way: StreamDirection, flow: BookEntry['in'], bytes: Uint8Array): void {
    const context = this.#context;
    const timeMs = context.now();
    flow.bytes += bytes.length;
    flow.chunks += 1;
    context.count(way.direction, bytes.length);
    const number = context.isRunning
      ? context.store.addChunk(way.bits, timeMs, this.#entry.number, way.bytes, bytes.length)
      : 0;
    way.chunkPassed(bytes.length, timeMs, number);
    context.file?.chunk(way, this.#entry.number, timeMs, bytes);
  }

  #frame(
    way: StreamDirection,
    type: number,
    flags: number,
    channel: number,
    id: number,
    length: number,
    payload: Uint8Array,
  ): void {
    const context = this.#context;
    const entry = this.#entry;
    const offset = way.framed;
    const chunkBits = way.framePassed(headerBytes + length);
    (way === this.#in ? entry.in : entry.out).frames += 1;
    if (entry.channel !== channel) {
      entry.channel = channel;
      context.book.changed();
    }
    if (tellsBook(type)) context.book.learn(entry, way.direction, type, id, payload);
    if (!context.isRunning) {
      if (context.countsMissed) context.missed();
      return;
    }
    const draft = this.#draft;
    draft.kind = kindFrame;
    draft.type = type;
    draft.flags = flags;
    draft.channel = channel;
    draft.id = id;
    draft.length = length;
    draft.offset = offset;
    draft.timeMs = way.chunkTimeMs;
    draft.chunk = way.chunk;
    draft.bits = way.bits | chunkBits;
    const kept = payload.length === 0 ? 0 : context.store.keptOf(length);
    if (hasSecrets(type)) context.store.add(draft, this.#blanked(draft, payload), kept);
    else context.store.add(draft, payload, kept);
  }

  #blanked(draft: RecordDraft, payload: Uint8Array): Uint8Array {
    this.#scratch ??= new Uint8Array(8_192);
    const copy =
      payload.length <= this.#scratch.length
        ? this.#scratch.subarray(0, payload.length)
        : new Uint8Array(payload.length);
    copy.set(payload);
    if (blankSecrets(draft.type, copy)) draft.bits |= bitBlanked;
    return copy;
  }
}
