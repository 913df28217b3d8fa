/**
 * One direction of one connection while it is captured: where its stream is, and which chunk holds which part of which
 * frame. Interval arithmetic on stream offsets, and nothing else.
 */

import { bitHalf, bitOut, bitSecure, bitSticky } from '../../../shared/model/capture-rows.ts';
import type { CaptureDirection } from '../../../shared/model/capture.ts';

export class StreamDirection {
  readonly direction: CaptureDirection;
  /** `bitOut` and `bitSecure` as they hold for all that passes here. */
  readonly bits: number;
  /** Bytes that have passed. */
  bytes = 0;
  /** How many of them belong to frames, or are known to belong to none. */
  framed = 0;
  chunkTimeMs = 0;
  /** Number of the chunk that passed last; 0 when it was not captured. */
  chunk = 0;
  chunkStart = 0;
  /** Start of the chunk that holds the byte at `framed`. */
  #frameChunkStart = 0;

  constructor(direction: CaptureDirection, isSecure: boolean) {
    this.direction = direction;
    this.bits = (direction === 'out' ? bitOut : 0) | (isSecure ? bitSecure : 0);
  }

  chunkPassed(length: number, timeMs: number, number: number): void {
    if (this.framed === this.bytes) this.#frameChunkStart = this.bytes;
    this.chunkStart = this.bytes;
    this.bytes += length;
    this.chunkTimeMs = timeMs;
    this.chunk = number;
  }

  /** Bytes passed that no chunk of the capture has. */
  gapPassed(length: number): void {
    if (this.framed === this.bytes) this.#frameChunkStart = this.bytes;
    this.bytes += length;
  }

  /** `half` and `sticky` of a frame of so many bytes that ends in the last chunk; the next one starts behind it. */
  framePassed(length: number): number {
    const start = this.framed;
    const end = start + length;
    const isHalf = start < this.chunkStart;
    const isSticky = end < this.bytes || start > this.#frameChunkStart;
    this.framed = end;
    if (end < this.bytes) this.#frameChunkStart = this.chunkStart;
    return (isHalf ? bitHalf : 0) | (isSticky ? bitSticky : 0);
  }
}
