/**
 * Whether the other side is still there: each connection of a session is watched by itself, for one of two TCP
 * connections may die alone (docs/PROTOCOL.md, "States of a session", keep-alive). Has no clock: it is told what passed.
 */

import type { FrameStream } from './frame-stream.ts';

export interface KeepAliveTimings {
  readonly pingAfterMs: number;
  readonly silentAfterMs: number;
}

export interface KeepAliveCalls {
  /** Time to ask for a sign of life. */
  ping(stream: FrameStream): void;
  /** None came for too long. */
  silent(stream: FrameStream): void;
}

export class KeepAlive {
  readonly #timings: KeepAliveTimings;
  readonly #calls: KeepAliveCalls;
  /** For how long nothing has been heard on each. */
  readonly #silentMs = new Map<FrameStream, number>();

  constructor(timings: KeepAliveTimings, calls: KeepAliveCalls) {
    this.#timings = timings;
    this.#calls = calls;
  }

  /** Until it is over. */
  watch(stream: FrameStream): void {
    this.#silentMs.set(stream, 0);
  }

  tick(passedMs: number): void {
    const { pingAfterMs, silentAfterMs } = this.#timings;
    for (const [stream, silentBeforeMs] of this.#silentMs) {
      if (stream.isOver) {
        this.#silentMs.delete(stream);
        continue;
      }
      const before = stream.takeHeard() ? 0 : silentBeforeMs;
      const silentMs = before + passedMs;
      this.#silentMs.set(stream, silentMs);
      if (silentMs >= silentAfterMs) this.#calls.silent(stream);
      else if (Math.floor(silentMs / pingAfterMs) > Math.floor(before / pingAfterMs))
        this.#calls.ping(stream);
    }
  }
}
