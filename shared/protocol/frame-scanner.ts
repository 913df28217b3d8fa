/**
 * Frames out of a stream that was captured: like the parser of framing.ts, but it refuses nothing. Bytes may be missing,
 * may belong to no frame, the beginning may be anywhere. A gap inside a payload costs what is missing and no more, because
 * the length tells where the next frame starts; where it covers a header, the next one is looked for by its magic.
 *
 * docs/PROTOCOL.md, "Frames".
 */

import type { LooseReason } from '../model/capture.ts';
import type { Gap } from '../model/capture-gaps.ts';
import { HexdropError } from '../errors/errors.ts';
import { decodeHeader, type FrameHeader, magicBytes } from './header.ts';
import { headerBytes } from './limits.ts';

export interface ScannedFrame {
  readonly header: FrameHeader;
  /** Header and payload without the gaps in it, as much as is kept. Its own copy. */
  readonly bytes: Uint8Array;
  /** What of the payload did not come, ascending; of a frame that was cut off its rest is the last one. */
  readonly gaps: readonly Gap[];
  /** Where the header starts in the stream. */
  readonly offset: number;
  /** When the last of its bytes came. */
  readonly timeMs: number;
  /** The stream ended, or lost its way, before the frame was complete. */
  readonly isCutOff: boolean;
}

export interface Loose {
  /** The first of them, as far as they are kept. Its own copy. */
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly length: number;
  readonly timeMs: number;
  readonly reason: LooseReason;
}

export interface ScannerHandler {
  /** Bytes of the next payload that are kept. */
  keepBytes(): number;
  frame(frame: ScannedFrame): void;
  /** Bytes that belong to no frame: told with the push that brought them, but for what may still become a header. */
  loose(loose: Loose): void;
  /** Bytes that are missing and are not part of a frame. */
  gap(offset: number, length: number, timeMs: number): void;
}

/** Kept of a run of loose bytes. */
const looseKept = 256;

interface Open {
  readonly header: FrameHeader;
  readonly offset: number;
  readonly kept: Uint8Array;
  filled: number;
  readonly gaps: { readonly offset: number; length: number }[];
  missing: number;
  timeMs: number;
}

export class FrameScanner {
  readonly #handler: ScannerHandler;
  /** The offset of the next byte in the stream. */
  #at = 0;
  #open: Open | undefined;
  /** What may be the beginning of a header. */
  readonly #head = new Uint8Array(headerBytes);
  #headFilled = 0;
  /** Time of the push that brought the last byte of `#head`. */
  #headMs = 0;
  #loose: Uint8Array | undefined;
  #looseLength = 0;
  /** Why bytes that come now would be loose. */
  #reason: LooseReason;

  /** @param reason why bytes in front of the first frame belong to none */
  constructor(handler: ScannerHandler, reason: LooseReason = 'bad-magic') {
    this.#handler = handler;
    this.#reason = reason;
  }

  /** Offset of the next byte. */
  get offset(): number {
    return this.#at;
  }

  push(bytes: Uint8Array, timeMs: number): void {
    for (let at = 0; at < bytes.length;) {
      at =
        this.#open === undefined
          ? this.#search(bytes, at, timeMs)
          : this.#payload(this.#open, bytes, at, timeMs);
    }
    if (this.#headFilled > 0) this.#headMs = timeMs;
    this.#tellLoose(timeMs);
  }

  /** So many bytes of the stream are missing. */
  skip(length: number, timeMs: number): void {
    let left = length;
    const open = this.#open;
    if (open !== undefined) {
      const inside = Math.min(left, open.missing);
      addGap(open.gaps, open.header.length - open.missing, inside);
      open.missing -= inside;
      this.#at += inside;
      left -= inside;
      if (open.missing === 0) this.#complete(open, false);
    }
    if (left === 0) return;
    this.#giveUpHead();
    this.#handler.gap(this.#at, left, timeMs);
    this.#at += left;
    this.#reason = 'behind-gap';
  }

  /** The stream is over. */
  end(): void {
    const open = this.#open;
    if (open !== undefined) {
      addGap(open.gaps, open.header.length - open.missing, open.missing);
      this.#complete(open, true);
    }
    this.#giveUpHead();
  }

  #search(bytes: Uint8Array, start: number, timeMs: number): number {
    let at = start;
    while (at < bytes.length) {
      if (this.#headFilled === 0) {
        // Most bytes of a foreign stream are no "H".
        const next = bytes.indexOf(magicBytes[0] as number, at);
        const end = next === -1 ? bytes.length : next;
        this.#addLoose(bytes.subarray(at, end));
        this.#at += end - at;
        if (next === -1) return bytes.length;
        at = end;
      }
      this.#head[this.#headFilled] = bytes[at] as number;
      this.#headFilled += 1;
      this.#at += 1;
      at += 1;
      if (!this.#isPlausible()) this.#shiftHead();
      else if (this.#headFilled === headerBytes) {
        const header = headerOrRefusal(this.#head);
        if (typeof header === 'string') {
          // What was loose before was so for another reason.
          this.#tellLoose(timeMs, this.#at - headerBytes);
          this.#reason = header;
          this.#shiftHead();
        } else {
          this.#begin(header, timeMs);
          return at;
        }
      }
    }
    return at;
  }

  #isPlausible(): boolean {
    const known = Math.min(this.#headFilled, magicBytes.length);
    for (let at = 0; at < known; at += 1) if (this.#head[at] !== magicBytes[at]) return false;
    return true;
  }

  /** The first byte of what might have been a header is loose; the others are looked at again. */
  #shiftHead(): void {
    do {
      this.#addLoose(this.#head.subarray(0, 1));
      this.#head.copyWithin(0, 1, this.#headFilled);
      this.#headFilled -= 1;
    } while (this.#headFilled > 0 && !this.#isPlausible());
  }

  #giveUpHead(): void {
    if (this.#headFilled === 0) return;
    this.#addLoose(this.#head.subarray(0, this.#headFilled));
    this.#headFilled = 0;
    this.#reason = 'truncated-frame';
    this.#tellLoose(this.#headMs);
  }

  #begin(header: FrameHeader, timeMs: number): void {
    const offset = this.#at - headerBytes;
    this.#headFilled = 0;
    this.#tellLoose(timeMs, offset);
    this.#reason = 'bad-magic';
    const kept = new Uint8Array(headerBytes + Math.min(header.length, this.#handler.keepBytes()));
    kept.set(this.#head);
    this.#open = {
      header,
      offset,
      kept,
      filled: headerBytes,
      gaps: [],
      missing: header.length,
      timeMs,
    };
    if (header.length === 0) this.#complete(this.#open, false);
  }

  #payload(open: Open, bytes: Uint8Array, at: number, timeMs: number): number {
    const end = Math.min(bytes.length, at + open.missing);
    if (open.filled < open.kept.length) {
      const part = bytes.subarray(at, Math.min(end, at + open.kept.length - open.filled));
      open.kept.set(part, open.filled);
      open.filled += part.length;
    }
    open.missing -= end - at;
    open.timeMs = Math.max(open.timeMs, timeMs);
    this.#at += end - at;
    if (open.missing === 0) this.#complete(open, false);
    return end;
  }

  #complete(open: Open, isCutOff: boolean): void {
    this.#open = undefined;
    const { header, offset, kept, filled, gaps, timeMs } = open;
    this.#handler.frame({ header, offset, bytes: kept.subarray(0, filled), gaps, timeMs, isCutOff });
  }

  #addLoose(bytes: Uint8Array): void {
    const room = looseKept - Math.min(this.#looseLength, looseKept);
    if (room > 0 && bytes.length > 0) {
      this.#loose ??= new Uint8Array(looseKept);
      this.#loose.set(bytes.subarray(0, room), this.#looseLength);
    }
    this.#looseLength += bytes.length;
  }

  /** @param end offset behind the last of them; what may be a header follows when absent */
  #tellLoose(timeMs: number, end: number = this.#at - this.#headFilled): void {
    const length = this.#looseLength;
    if (length === 0) return;
    this.#looseLength = 0;
    const bytes = this.#loose?.slice(0, Math.min(length, looseKept)) ?? new Uint8Array(0);
    this.#handler.loose({ bytes, length, offset: end - length, timeMs, reason: this.#reason });
  }
}

function addGap(gaps: { readonly offset: number; length: number }[], offset: number, length: number): void {
  if (length === 0) return;
  const last = gaps.at(-1);
  if (last !== undefined && last.offset + last.length === offset) last.length += length;
  else gaps.push({ offset, length });
}

type Refusal = Extract<LooseReason, 'bad-magic' | 'bad-flags' | 'unknown-type' | 'frame-too-large'>;

const refusals: ReadonlySet<string> = new Set<Refusal>([
  'bad-magic',
  'bad-flags',
  'unknown-type',
  'frame-too-large',
]);
const isRefusal = (code: string): code is Refusal => refusals.has(code);

function headerOrRefusal(bytes: Uint8Array): FrameHeader | Refusal {
  try {
    return decodeHeader(bytes);
  } catch (thrown) {
    if (thrown instanceof HexdropError && isRefusal(thrown.code)) return thrown.code;
    throw thrown;
  }
}
