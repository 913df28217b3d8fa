/**
 * One direction of a TCP connection put together from captured segments: out of order, repeated, overlapping, cut,
 * missing. Says bytes and gaps in the order of the stream. Holds a bounded number of bytes that came too early.
 */

export interface AssemblerHandler {
  bytes(bytes: Uint8Array, timeMs: number, isPushed: boolean): void;
  /** So many bytes of the stream are in no packet of the capture. */
  gap(length: number, timeMs: number): void;
}

interface Held {
  readonly sequence: number;
  readonly payload: Uint8Array;
  readonly wholeBytes: number;
  readonly timeMs: number;
  readonly isPushed: boolean;
}

const mostHeldBytes = 4_194_304;
const mostHeld = 1_024;
/** Segments behind a hole that the other side has acknowledged: the capture missed it, and it will not come again. */
const heldBehindLoss = 3;

/** How far `to` is behind `from`, in sequence numbers, which wrap. */
const distance = (from: number, to: number): number => (to - from) | 0;

export class StreamAssembler {
  readonly #handler: AssemblerHandler;
  #next: number | undefined;
  #held: Held[] = [];
  #heldBytes = 0;
  #acknowledged: number | undefined;
  #finAt: number | undefined;
  repeated = 0;
  early = 0;

  constructor(handler: AssemblerHandler) {
    this.#handler = handler;
  }

  get hasBegun(): boolean {
    return this.#next !== undefined;
  }

  /** The stream begins behind this sequence number. */
  begin(sequence: number): void {
    this.#next ??= (sequence + 1) >>> 0;
  }

  /** @param payload the captured part of it; copied when it has to wait */
  segment(
    sequence: number,
    payload: Uint8Array,
    wholeBytes: number,
    timeMs: number,
    isPushed: boolean,
  ): void {
    if (wholeBytes === 0) return;
    this.#next ??= sequence;
    const ahead = distance(this.#next, sequence);
    if (ahead > 0) {
      this.early += 1;
      this.#hold({ sequence, payload: payload.slice(), wholeBytes, timeMs, isPushed });
      return;
    }
    this.#deliver({ sequence, payload, wholeBytes, timeMs, isPushed });
    this.#drain();
  }

  /** The other side has everything up to here. */
  acknowledged(sequence: number, timeMs: number): void {
    if (this.#acknowledged === undefined || distance(this.#acknowledged, sequence) > 0) {
      this.#acknowledged = sequence;
    }
    this.#passLoss(timeMs);
  }

  /** The FIN stands at this sequence number. */
  fin(sequence: number): void {
    this.#finAt ??= sequence;
  }

  /** Everything before the FIN is here. */
  get hasEnded(): boolean {
    return this.#finAt !== undefined && this.#next !== undefined && distance(this.#finAt, this.#next) >= 0;
  }

  /** Nothing more comes: what waits is told, with the gaps before it. */
  finish(timeMs: number): void {
    while (this.#held.length > 0) this.#skipToHeld(timeMs);
  }

  #deliver({ sequence, payload, wholeBytes, timeMs, isPushed }: Held): void {
    const known = -distance(this.#next as number, sequence);
    if (known >= wholeBytes) {
      this.repeated += 1;
      return;
    }
    const fresh = payload.subarray(Math.min(known, payload.length));
    this.#next = (sequence + wholeBytes) >>> 0;
    if (fresh.length > 0) this.#handler.bytes(fresh, timeMs, isPushed);
    const missing = wholeBytes - Math.max(payload.length, known);
    if (missing > 0) this.#handler.gap(missing, timeMs);
  }

  #hold(held: Held): void {
    let at = this.#held.length;
    while (at > 0 && distance((this.#held[at - 1] as Held).sequence, held.sequence) < 0) at -= 1;
    this.#held.splice(at, 0, held);
    this.#heldBytes += held.payload.length;
    while (this.#heldBytes > mostHeldBytes || this.#held.length > mostHeld) this.#skipToHeld(held.timeMs);
    this.#passLoss(held.timeMs);
  }

  #passLoss(timeMs: number): void {
    const first = this.#held[0];
    if (first === undefined || this.#acknowledged === undefined) return;
    if (this.#held.length >= heldBehindLoss && distance(first.sequence, this.#acknowledged) > 0) {
      this.#skipToHeld(timeMs);
    }
  }

  #skipToHeld(timeMs: number): void {
    const first = this.#held[0];
    if (first === undefined) return;
    const missing = distance(this.#next as number, first.sequence);
    if (missing > 0) {
      this.#next = first.sequence;
      this.#handler.gap(missing, timeMs);
    }
    this.#drain();
  }

  #drain(): void {
    for (;;) {
      const first = this.#held[0];
      if (first === undefined || distance(this.#next as number, first.sequence) > 0) return;
      this.#held.shift();
      this.#heldBytes -= first.payload.length;
      this.#deliver(first);
    }
  }
}
