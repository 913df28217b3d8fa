/**
 * The incremental parser of one direction of one connection: deliveries of any size in, frames out. TCP keeps
 * no message boundaries, so a delivery may hold part of a frame, one, or many; nothing here depends on it.
 *
 * Must not: know what a payload means, join bulk payloads, or allocate for a length that was not checked.
 *
 * docs/PROTOCOL.md, "Frames".
 */

import { messageByNumber, typeLabel } from './catalog.ts';
import { HexdropError } from '../errors/errors.ts';
import { checkMagicStart, decodeHeader, type FrameHeader } from './header.ts';
import { headerBytes } from './limits.ts';

export type { FrameHeader } from './header.ts';

export interface FrameHandler {
  /** After all header checks, before anything is allocated for the payload. May throw to refuse the frame. */
  header(header: FrameHeader): void;
  /** Bulk types (DATA, PACK): payload as it arrives, subarrays of the delivery. Valid during the call only. */
  payload(slice: Uint8Array, header: FrameHeader): void;
  /**
   * The end of a frame. Control types carry their whole payload: a subarray of the delivery when that holds it
   * whole (valid during the call only), else a buffer of its own. Bulk types: undefined.
   */
  frame(header: FrameHeader, payload: Uint8Array | undefined): void;
  /** The header of a frame of an unknown type marked OPTIONAL, whose payload will be skipped. May throw to refuse it. */
  skipping?(header: FrameHeader): void;
  /** Such a frame is over. Nothing else is called for it. */
  skipped?(header: FrameHeader): void;
}

type Mode = 'control' | 'bulk' | 'skip';

/** Throws HexdropError with a framing code. After a throw, of its own or of the handler, every push throws it again. */
export class FrameParser {
  readonly #handler: FrameHandler;
  readonly #headerBuffer = new Uint8Array(headerBytes);
  #headerFilled = 0;
  #header: FrameHeader | undefined;
  #mode: Mode = 'control';
  /** Payload bytes of the current frame that are not here yet. */
  #missing = 0;
  #control: Uint8Array | undefined;
  #failure: unknown;
  #isDead = false;

  constructor(handler: FrameHandler) {
    this.#handler = handler;
  }

  push(delivery: Uint8Array): void {
    if (this.#isDead) throw this.#failure;
    try {
      let at = 0;
      while (at < delivery.length) {
        at =
          this.#header === undefined
            ? this.#takeHeader(delivery, at)
            : this.#takePayload(delivery, at, this.#header);
      }
    } catch (error) {
      this.#die(error);
      throw error;
    }
  }

  /** The stream is over. Throws truncated-frame when it stops inside a frame. */
  end(): void {
    if (this.#isDead) throw this.#failure;
    if (this.#header === undefined && this.#headerFilled === 0) return;
    const error =
      this.#header === undefined
        ? new HexdropError(
            'truncated-frame',
            `The connection ended after ${this.#headerFilled} of ${headerBytes} header bytes.`,
            {
              seen: `${this.#headerFilled} bytes`,
              allowed: `${headerBytes} bytes`,
            },
          )
        : new HexdropError(
            'truncated-frame',
            `The connection ended after ${this.#header.length - this.#missing} of ${this.#header.length} payload bytes of ${typeLabel(this.#header.type)}.`,
            { seen: `${this.#header.length - this.#missing} bytes`, allowed: `${this.#header.length} bytes` },
          );
    this.#die(error);
    throw error;
  }

  /** Bytes to the end of the current frame's payload, or, between payloads, to the end of the next header. */
  get bytesToBoundary(): number {
    return this.#header === undefined ? headerBytes - this.#headerFilled : this.#missing;
  }

  /** Whether the next byte belongs to the payload of a bulk frame. */
  get inBulk(): boolean {
    return this.#header !== undefined && this.#mode === 'bulk';
  }

  #takeHeader(delivery: Uint8Array, at: number): number {
    if (this.#headerFilled === 0 && delivery.length - at >= headerBytes) {
      this.#begin(decodeHeader(delivery, at));
      return at + headerBytes;
    }
    const end = Math.min(delivery.length, at + headerBytes - this.#headerFilled);
    for (let from = at; from < end; from += 1) {
      this.#headerBuffer[this.#headerFilled] = delivery[from] as number;
      this.#headerFilled += 1;
    }
    checkMagicStart(this.#headerBuffer, this.#headerFilled);
    if (this.#headerFilled === headerBytes) {
      this.#headerFilled = 0;
      this.#begin(decodeHeader(this.#headerBuffer));
    }
    return end;
  }

  #begin(header: FrameHeader): void {
    const message = messageByNumber(header.type);
    this.#mode = message === undefined ? 'skip' : message.isBulk ? 'bulk' : 'control';
    if (this.#mode === 'skip') this.#handler.skipping?.(header);
    else this.#handler.header(header);
    this.#header = header;
    this.#missing = header.length;
    if (header.length === 0) this.#finish(header, this.#mode === 'control' ? new Uint8Array(0) : undefined);
  }

  #takePayload(delivery: Uint8Array, at: number, header: FrameHeader): number {
    const end = Math.min(delivery.length, at + this.#missing);
    const isLast = end - at === this.#missing;
    if (this.#mode === 'control') {
      if (isLast && this.#control === undefined) {
        this.#finish(header, delivery.subarray(at, end));
        return end;
      }
      this.#control ??= new Uint8Array(header.length);
      this.#control.set(delivery.subarray(at, end), header.length - this.#missing);
    }
    this.#missing -= end - at;
    if (this.#mode === 'bulk') this.#handler.payload(delivery.subarray(at, end), header);
    if (isLast) this.#finish(header, this.#control);
    return end;
  }

  #finish(header: FrameHeader, payload: Uint8Array | undefined): void {
    this.#header = undefined;
    this.#missing = 0;
    this.#control = undefined;
    if (this.#mode === 'skip') this.#handler.skipped?.(header);
    else this.#handler.frame(header, payload);
  }

  #die(error: unknown): void {
    this.#isDead = true;
    this.#failure = error;
    this.#header = undefined;
    this.#control = undefined;
  }
}
