/**
 * One direction of a TCP connection put together from captured segments: out of order, repeated, overlapping, cut,
 * missing. Says bytes and gaps in the order of the stream. Segments that came too early wait for what is missing, as long
 * as their number and bytes allow: in a file what was acknowledged long ago may still stand further behind.
 */

export interface AssemblerHandler {
  /**
   * @param timeMs when the segment passed
   * @param readyMs when a receiver could read it: later than `timeMs` where something before it came late
   */
  bytes(bytes: Uint8Array, timeMs: number, readyMs: number, isPushed: boolean): void;
  /** So many bytes of the stream are in no packet of the capture. @param timeMs of what stands behind them */
  gap(length: number, timeMs: number): void;
}

interface Held {
  readonly sequence: number;
  readonly payload: Uint8Array;
  readonly wholeBytes: number;
  readonly timeMs: number;
  readonly isPushed: boolean;
}

/** Bytes that wait in all streams together. */
export class HeldBudget {
  bytes = 0;
  readonly most = 134_217_728;
}

const mostHeldBytes = 4_194_304;
const mostHeld = 1_024;

/** How far `to` is behind `from`, in sequence numbers, which wrap. */
const distance = (from: number, to: number): number => (to - from) | 0;

export class StreamAssembler {
  readonly #handler: AssemblerHandler;
  readonly #budget: HeldBudget;
  #first: number | undefined;
  #next: number | undefined;
  #held: Held[] = [];
  #heldBytes = 0;
  /** The earliest time among those that are held; undefined until somebody asks. */
  #sinceMs: number | undefined;
  #finAt: number | undefined;
  repeated = 0;

  constructor(handler: AssemblerHandler, budget: HeldBudget) {
    this.#handler = handler;
    this.#budget = budget;
  }

  get hasBegun(): boolean {
    return this.#next !== undefined;
  }

  /** Since when segments wait for something that is missing; undefined when none does. */
  get waitsSinceMs(): number | undefined {
    if (this.#held.length === 0) return undefined;
    if (this.#sinceMs === undefined) {
      this.#sinceMs = Number.POSITIVE_INFINITY;
      for (const { timeMs } of this.#held) this.#sinceMs = Math.min(this.#sinceMs, timeMs);
    }
    return this.#sinceMs;
  }

  /** Sequence number of the first byte that was seen or announced. */
  get firstSequence(): number | undefined {
    return this.#first;
  }

  get isWaiting(): boolean {
    return this.#held.length > 0;
  }

  /** The stream begins behind this sequence number. */
  begin(sequence: number): void {
    this.#next ??= (sequence + 1) >>> 0;
    this.#first ??= this.#next;
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
    this.#first ??= sequence;
    const segment = { sequence, payload, wholeBytes, timeMs, isPushed };
    if (distance(this.#next, sequence) > 0) return this.#hold({ ...segment, payload: payload.slice() });
    this.#deliver(segment, timeMs);
    this.#drain(timeMs);
  }

  /** The FIN stands at this sequence number. */
  fin(sequence: number): void {
    this.#finAt ??= sequence;
  }

  /** Everything before the FIN is here. */
  get hasEnded(): boolean {
    return this.#finAt !== undefined && this.#next !== undefined && distance(this.#finAt, this.#next) >= 0;
  }

  /** What is missing will not come any more: what waits is told, with the gaps before it. */
  passGaps(): void {
    while (this.#held.length > 0) this.#skipToHeld();
  }

  #deliver({ sequence, payload, wholeBytes, timeMs, isPushed }: Held, readyMs: number): void {
    const known = -distance(this.#next as number, sequence);
    if (known >= wholeBytes) {
      this.repeated += 1;
      return;
    }
    const fresh = payload.subarray(Math.min(known, payload.length));
    this.#next = (sequence + wholeBytes) >>> 0;
    if (fresh.length > 0) this.#handler.bytes(fresh, timeMs, readyMs, isPushed);
    const missing = wholeBytes - Math.max(payload.length, known);
    if (missing > 0) this.#handler.gap(missing, timeMs);
  }

  #hold(held: Held): void {
    let at = this.#held.length;
    while (at > 0 && distance((this.#held[at - 1] as Held).sequence, held.sequence) < 0) at -= 1;
    this.#held.splice(at, 0, held);
    if (this.#sinceMs !== undefined) this.#sinceMs = Math.min(this.#sinceMs, held.timeMs);
    this.#count(held.payload.length);
    while (
      this.#heldBytes > mostHeldBytes ||
      this.#held.length > mostHeld ||
      (this.#budget.bytes > this.#budget.most && this.#held.length > 0)
    ) {
      this.#skipToHeld();
    }
  }

  #skipToHeld(): void {
    const first = this.#held[0];
    if (first === undefined) return;
    const missing = distance(this.#next as number, first.sequence);
    if (missing > 0) {
      this.#next = first.sequence;
      this.#handler.gap(missing, first.timeMs);
    }
    this.#drain(Number.NEGATIVE_INFINITY);
  }

  /** @param readyMs when what was missing before them came */
  #drain(readyMs: number): void {
    for (;;) {
      const first = this.#held[0];
      if (first === undefined || distance(this.#next as number, first.sequence) > 0) return;
      this.#held.shift();
      this.#sinceMs = undefined;
      this.#count(-first.payload.length);
      this.#deliver(first, Math.max(first.timeMs, readyMs));
    }
  }

  #count(bytes: number): void {
    this.#heldBytes += bytes;
    this.#budget.bytes += bytes;
  }
}
