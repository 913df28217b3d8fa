/**
 * One direction of a connection of a loaded capture: the stream put together, the chunks that brought it, the frames in
 * it. What it finds goes to its connection; nothing is told before that is known to be ours.
 */

import { FrameScanner } from '../../../../shared/protocol/frame-scanner.ts';
import type { ScannedFrame } from '../../../../shared/protocol/frame-scanner.ts';
import type { CaptureStore } from '../store.ts';
import { StreamDirection } from '../stream-direction.ts';
import { StreamAssembler } from './assembler.ts';
import type { HeldBudget } from './assembler.ts';
import { Unread } from './unread.ts';
import type { Stretch } from './unread.ts';

/** A chunk of a file that Hexdrop wrote is put together again up to this length. */
const mostPendingBytes = 1_048_576;

export interface SideOptions {
  readonly direction: 'in' | 'out';
  readonly isSecure: boolean;
  /** The capture has the connection from its first byte on. */
  readonly isWhole: boolean;
  /** Written by this program: PSH ends a chunk. */
  readonly isOurs: boolean;
  readonly store: CaptureStore;
  readonly budget: HeldBudget;
}

export interface SideHandler {
  /** Bytes come, and `wholeBytes` passed with them: number of their chunk, 0 when it is not kept. */
  chunk(side: LoadedSide, bytes: Uint8Array, wholeBytes: number, timeMs: number): number;
  /** What comes now is not looked into. */
  readonly isIgnored: boolean;
  frame(side: LoadedSide, frame: ScannedFrame): void;
  unread(side: LoadedSide, stretch: Stretch): void;
}

export class LoadedSide {
  readonly way: StreamDirection;
  readonly assembler: StreamAssembler;
  readonly unread: Unread;
  wasEnded = false;
  /** The latest time of what was told: rows of a stream never change places, whatever times the file gives them. */
  toldMs = Number.NEGATIVE_INFINITY;
  finMs: number | undefined;
  readonly #handler: SideHandler;
  readonly #isOurs: boolean;
  readonly #scanner: FrameScanner;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #pendingMs = 0;
  #pendingReadyMs = 0;

  constructor({ direction, isSecure, isWhole, isOurs, store, budget }: SideOptions, handler: SideHandler) {
    this.#handler = handler;
    this.#isOurs = isOurs;
    this.way = new StreamDirection(direction, isSecure);
    this.unread = new Unread((stretch) => handler.unread(this, stretch));
    this.assembler = new StreamAssembler(
      {
        bytes: (bytes, timeMs, readyMs, isPushed) => this.#bytes(bytes, timeMs, readyMs, isPushed),
        gap: (length, timeMs) => this.#gap(length, timeMs),
      },
      budget,
    );
    this.#scanner = new FrameScanner(
      {
        keepBytes: () => store.keepBytes ?? Number.POSITIVE_INFINITY,
        frame: (frame) => {
          this.unread.over();
          handler.frame(this, frame);
        },
        loose: (loose) => {
          // Whatever it is, the next frame starts behind it.
          this.way.framed = loose.offset;
          this.way.framePassed(loose.length);
          this.unread.loose(loose);
        },
        gap: (offset, length, timeMs) => {
          this.way.framed = offset + length;
          this.unread.gap(offset, length, timeMs);
        },
      },
      isWhole ? 'bad-magic' : 'midway',
    );
  }

  /** `wholeBytes` passed, of which the first are here. */
  chunk(bytes: Uint8Array, wholeBytes: number, timeMs: number, readyMs: number): void {
    const { way } = this;
    const number = this.#handler.chunk(this, bytes, wholeBytes, timeMs);
    way.chunkPassed(wholeBytes, timeMs, number);
    if (this.#handler.isIgnored) return;
    this.#scanner.push(bytes, readyMs);
    if (wholeBytes > bytes.length) this.#scanner.skip(wholeBytes - bytes.length, readyMs);
  }

  /** A chunk that waits for its end is told without it. */
  flush(): void {
    if (this.#pending.length === 0) return;
    const whole = new Uint8Array(this.#pendingBytes);
    let at = 0;
    for (const part of this.#pending) {
      whole.set(part, at);
      at += part.length;
    }
    this.#pending = [];
    this.#pendingBytes = 0;
    this.chunk(whole, whole.length, this.#pendingMs, this.#pendingReadyMs);
  }

  /** The stream is over: what is not whole is told as it is. */
  end(): void {
    this.flush();
    if (this.#handler.isIgnored) return;
    this.#scanner.end();
    this.unread.over();
  }

  #bytes(bytes: Uint8Array, timeMs: number, readyMs: number, isPushed: boolean): void {
    if (!this.#isOurs) return this.chunk(bytes, bytes.length, timeMs, readyMs);
    if (this.#pending.length > 0 && this.#pendingMs !== timeMs) this.flush();
    if (isPushed && this.#pending.length === 0) return this.chunk(bytes, bytes.length, timeMs, readyMs);
    this.#pending.push(bytes.slice());
    this.#pendingBytes += bytes.length;
    this.#pendingMs = timeMs;
    this.#pendingReadyMs = readyMs;
    if (isPushed || this.#pendingBytes > mostPendingBytes) this.flush();
  }

  #gap(length: number, timeMs: number): void {
    this.flush();
    this.way.gapPassed(length);
    if (!this.#handler.isIgnored) this.#scanner.skip(length, timeMs);
  }
}
