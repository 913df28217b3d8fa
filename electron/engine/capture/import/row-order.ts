/**
 * Rows in the order of their times. Rows come in the order in which their bytes become readable, and that is the order of
 * time until a stream waits for a segment that is missing: what follows there is told later. Meanwhile the rows of all
 * streams wait here, within bounds, so that a list tells causes before their consequences.
 */

interface WaitingRow {
  readonly timeMs: number;
  readonly tell: () => void;
  readonly bytes: number;
}

interface WaitingStream {
  readonly stream: object;
  readonly sinceMs: number;
}

/** Beyond it the earliest rows are told; what is told later then stands behind them. */
const mostRows = 16_384;
const mostBytes = 67_108_864;

export class RowOrder {
  /** Ascending by time; rows of one time in the order in which they came. */
  #rows: WaitingRow[] = [];
  #bytes = 0;
  /** Streams that wait, and since when. */
  readonly #sinceMs = new Map<object, number>();
  /** A heap by time. What differs from `#sinceMs` is out of date. */
  readonly #heap: WaitingStream[] = [];

  /** @param bytes that are kept alive while the row waits */
  add(timeMs: number, bytes: number, tell: () => void): void {
    if (this.#rows.length === 0 && timeMs <= this.#untilMs) return tell();
    let at = this.#rows.length;
    while (at > 0 && (this.#rows[at - 1] as WaitingRow).timeMs > timeMs) at -= 1;
    this.#rows.splice(at, 0, { timeMs, bytes, tell });
    this.#bytes += bytes;
    if (this.#rows.length > mostRows || this.#bytes > mostBytes) this.#tell(Math.ceil(this.#rows.length / 4));
  }

  /** This stream waits since then for what is missing; undefined when it does not. */
  waits(stream: object, sinceMs: number | undefined): void {
    if (this.#sinceMs.get(stream) === sinceMs) return;
    if (sinceMs === undefined) this.#sinceMs.delete(stream);
    else {
      this.#sinceMs.set(stream, sinceMs);
      this.#push({ stream, sinceMs });
    }
  }

  get isWaiting(): boolean {
    return this.#sinceMs.size > 0;
  }

  /** Tells the rows that wait for nothing any more. */
  settle(): void {
    if (this.#rows.length === 0) return;
    const untilMs = this.#untilMs;
    let count = 0;
    while (count < this.#rows.length && (this.#rows[count] as WaitingRow).timeMs <= untilMs) count += 1;
    this.#tell(count);
  }

  /** A stream that waits has still to tell what came then or later. */
  get #untilMs(): number {
    for (;;) {
      const [first] = this.#heap;
      if (first === undefined) return Number.POSITIVE_INFINITY;
      if (this.#sinceMs.get(first.stream) === first.sinceMs) return first.sinceMs;
      this.#pop();
    }
  }

  #tell(count: number): void {
    for (const { tell, bytes } of this.#rows.splice(0, count)) {
      this.#bytes -= bytes;
      tell();
    }
  }

  #push(added: WaitingStream): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as WaitingStream;
      if (above.sinceMs <= added.sinceMs) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = added;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const right = left + 1;
      if (left >= heap.length) break;
      const child =
        right < heap.length && (heap[right] as WaitingStream).sinceMs < (heap[left] as WaitingStream).sinceMs
          ? right
          : left;
      const below = heap[child] as WaitingStream;
      if (below.sinceMs >= last.sinceMs) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
  }
}
