/**
 * Frames out of a stream that was captured: like the parser of framing.ts, but it refuses nothing. Bytes may be missing,
 * may belong to no frame, the beginning may be anywhere. Inside a payload a gap does no harm, because the length tells
 * where the next frame starts; where it covers a header, the next one is looked for by its magic.
 *
 * docs/PROTOCOL.md, "Frames".
 */

import { HexdropError } from './errors.ts';
import { decodeHeader, type FrameHeader } from './header.ts';
import { headerBytes } from './limits.ts';

export interface ScannedFrame {
  readonly header: FrameHeader;
  /** Header and payload from its beginning to the first gap in it, or as much as is kept. Its own copy. */
  readonly bytes: Uint8Array;
  /** Where the header starts in the stream. */
  readonly offset: number;
  /** Time of the push that completed it. */
  readonly timeMs: number;
  /** The stream ended, or lost its way, before the frame was complete. */
  readonly isCut: boolean;
}

export interface Loose {
  /** The first of them, as far as they are kept. Its own copy. */
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly length: number;
  readonly timeMs: number;
}

export interface ScannerHandler {
  /** Bytes of the next payload that are kept. */
  keepBytes(): number;
  frame(frame: ScannedFrame): void;
  /** Bytes that belong to no frame. */
  loose(loose: Loose): void;
  /** Bytes that are missing and are not part of a frame. */
  gap(offset: number, length: number, timeMs: number): void;
}

/** Kept of a run of loose bytes. */
const looseKept = 256;

const magicBytes = [0x48, 0x58, 0x44, 0x31];

interface Open {
  readonly header: FrameHeader;
  readonly offset: number;
  readonly kept: Uint8Array;
  filled: number;
  /** Nothing behind a gap is kept: what is kept is a beginning. */
  hasGap: boolean;
  missing: number;
}

export class FrameScanner {
  readonly #handler: ScannerHandler;
  /** Of the stream: the next byte. */
  #at = 0;
  #open: Open | undefined;
  /** What may be the beginning of a header. */
  readonly #head = new Uint8Array(headerBytes);
  #headFilled = 0;
  readonly #loose = new Uint8Array(looseKept);
  #looseLength = 0;

  constructor(handler: ScannerHandler) {
    this.#handler = handler;
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
  }

  /** So many bytes of the stream are missing. */
  skip(length: number, timeMs: number): void {
    let left = length;
    const open = this.#open;
    if (open !== undefined) {
      const inside = Math.min(left, open.missing);
      open.missing -= inside;
      open.hasGap = true;
      this.#at += inside;
      left -= inside;
      if (open.missing === 0) this.#complete(open, timeMs, false);
    }
    if (left === 0) return;
    this.#giveUpHead();
    this.#tellLoose(timeMs);
    this.#handler.gap(this.#at, left, timeMs);
    this.#at += left;
  }

  /** The stream is over. */
  end(timeMs: number): void {
    const open = this.#open;
    if (open !== undefined) this.#complete(open, timeMs, true);
    this.#giveUpHead();
    this.#tellLoose(timeMs);
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
        const header = headerOrNone(this.#head);
        if (header === undefined) this.#shiftHead();
        else {
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
    this.#addLoose(this.#head.subarray(0, this.#headFilled));
    this.#headFilled = 0;
  }

  #begin(header: FrameHeader, timeMs: number): void {
    const offset = this.#at - headerBytes;
    this.#headFilled = 0;
    this.#tellLoose(timeMs, offset);
    const kept = new Uint8Array(headerBytes + Math.min(header.length, this.#handler.keepBytes()));
    kept.set(this.#head);
    this.#open = { header, offset, kept, filled: headerBytes, hasGap: false, missing: header.length };
    if (header.length === 0) this.#complete(this.#open, timeMs, false);
  }

  #payload(open: Open, bytes: Uint8Array, at: number, timeMs: number): number {
    const end = Math.min(bytes.length, at + open.missing);
    if (!open.hasGap && open.filled < open.kept.length) {
      const part = bytes.subarray(at, Math.min(end, at + open.kept.length - open.filled));
      open.kept.set(part, open.filled);
      open.filled += part.length;
    }
    open.missing -= end - at;
    this.#at += end - at;
    if (open.missing === 0) this.#complete(open, timeMs, false);
    return end;
  }

  #complete(open: Open, timeMs: number, isCut: boolean): void {
    this.#open = undefined;
    const { header, offset, kept, filled } = open;
    this.#handler.frame({ header, offset, bytes: kept.subarray(0, filled), timeMs, isCut });
  }

  #addLoose(bytes: Uint8Array): void {
    const room = looseKept - Math.min(this.#looseLength, looseKept);
    if (room > 0) this.#loose.set(bytes.subarray(0, room), this.#looseLength);
    this.#looseLength += bytes.length;
  }

  /** @param end offset behind the last of them; the next byte when absent */
  #tellLoose(timeMs: number, end: number = this.#at): void {
    const length = this.#looseLength;
    if (length === 0) return;
    this.#looseLength = 0;
    const bytes = this.#loose.slice(0, Math.min(length, looseKept));
    this.#handler.loose({ bytes, length, offset: end - length, timeMs });
  }
}

function headerOrNone(bytes: Uint8Array): FrameHeader | undefined {
  try {
    return decodeHeader(bytes);
  } catch (thrown) {
    if (thrown instanceof HexdropError) return undefined;
    throw thrown;
  }
}
