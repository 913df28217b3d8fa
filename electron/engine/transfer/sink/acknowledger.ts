/** When ACK leaves: seldom, since the window is far larger than what arrives in between, and only with news. */

const everyMs = 100;

export interface Standing {
  /** Every entry below this index is settled. */
  readonly settled: number;
  /** Committed. */
  readonly bytes: number;
  readonly resumedBytes: number;
}

export class Acknowledger {
  readonly #standing: () => Standing;
  readonly #send: (standing: Standing) => void;
  #timer: NodeJS.Timeout | undefined;
  #told: Standing = { settled: 0, bytes: -1, resumedBytes: 0 };
  #isOver = false;

  constructor(standing: () => Standing, send: (standing: Standing) => void) {
    this.#standing = standing;
    this.#send = send;
  }

  /** Something may have changed. */
  soon(): void {
    if (this.#timer === undefined && !this.#isOver) this.#timer = setTimeout(() => this.now(), everyMs);
  }

  now(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const standing = this.#standing();
    const { settled, bytes, resumedBytes } = this.#told;
    const isNews =
      standing.settled !== settled || standing.bytes !== bytes || standing.resumedBytes !== resumedBytes;
    if (this.#isOver || !isNews) return;
    this.#told = standing;
    this.#send(this.#told);
  }

  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }
}
