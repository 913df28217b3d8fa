/** Speeds over about the last second, from counters; somebody asks now and then, nothing runs meanwhile. */

interface Sample {
  readonly atMs: number;
  readonly frames: number;
  readonly inBytes: number;
  readonly outBytes: number;
}

export interface Rates {
  readonly framesPerSecond: number;
  readonly inBytesPerSecond: number;
  readonly outBytesPerSecond: number;
}

const windowMs = 1_000;
const sampleEveryMs = 100;

export class RateMeter {
  #inBytes = 0;
  #outBytes = 0;
  #samples: Sample[] = [];

  count(direction: 'in' | 'out', bytes: number): void {
    if (direction === 'in') this.#inBytes += bytes;
    else this.#outBytes += bytes;
  }

  /** @param frames all that have passed so far */
  at(nowMs: number, frames: number): Rates {
    const now = { atMs: nowMs, frames, inBytes: this.#inBytes, outBytes: this.#outBytes };
    const samples = this.#samples;
    while (samples.length > 1 && nowMs - (samples[1] as Sample).atMs >= windowMs) samples.shift();
    const [since = { atMs: 0, frames: 1, inBytes: 0, outBytes: 0 }] = samples;
    const last = samples.at(-1);
    if (last === undefined || nowMs - last.atMs >= sampleEveryMs) samples.push(now);
    const seconds = Math.max(nowMs - since.atMs, 1) / 1_000;
    return {
      framesPerSecond: (frames - since.frames) / seconds,
      inBytesPerSecond: (now.inBytes - since.inBytes) / seconds,
      outBytesPerSecond: (now.outBytes - since.outBytes) / seconds,
    };
  }
}
