/** Speed and time left, smoothed so that neither jumps. Pure: the clock comes in as an argument. */

/** Over about this time an old speed is forgotten. */
const memoryMs = 3_000;

export class RateMeter {
  #bytes: number;
  #atMs: number;
  #rate = 0;
  /** How much time the rate stands for: at the start an average, later the memory. */
  #weightMs = 0;

  /** @param bytes the total at the start */
  constructor(nowMs: number, bytes = 0) {
    this.#bytes = bytes;
    this.#atMs = nowMs;
  }

  /** @param bytes the total so far, never less than before */
  sample(bytes: number, nowMs: number): void {
    const passedMs = nowMs - this.#atMs;
    if (passedMs < 50) return;
    const rate = (Math.max(0, bytes - this.#bytes) / passedMs) * 1_000;
    this.#weightMs = Math.min(memoryMs, this.#weightMs + passedMs);
    const share = Math.min(1, passedMs / this.#weightMs);
    this.#rate += (rate - this.#rate) * share;
    this.#bytes = bytes;
    this.#atMs = nowMs;
  }

  get bytesPerSecond(): number {
    return Math.round(this.#rate);
  }

  /** Undefined while nothing moves. */
  secondsLeft(bytesLeft: number): number | undefined {
    if (bytesLeft <= 0) return 0;
    return this.#rate < 1 ? undefined : Math.ceil(bytesLeft / this.#rate);
  }
}
