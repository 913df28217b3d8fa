/** The speed of one transfer over the last minute, a value a second, from the bytes that were committed. */

const everyMs = 1_000;
const keptValues = 60;

export class SpeedLog {
  readonly #timer: NodeJS.Timeout;
  #values: readonly number[] = [];
  #lastBytes: number;
  #lastMs = performance.now();
  /** While it is not, no values are added. */
  isRunning = false;

  /** @param changed called after each new value */
  constructor(bytes: () => number, changed: () => void) {
    this.#lastBytes = 0;
    this.#timer = setInterval(() => {
      const now = performance.now();
      const total = bytes();
      const speed = Math.round((Math.max(0, total - this.#lastBytes) * 1_000) / (now - this.#lastMs));
      this.#lastBytes = total;
      this.#lastMs = now;
      if (!this.isRunning) return;
      this.#values = [...this.#values, speed].slice(-keptValues);
      changed();
    }, everyMs);
    this.#timer.unref();
  }

  get values(): readonly number[] {
    return this.#values;
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
