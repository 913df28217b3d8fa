/**
 * Bytes and frames over time, for each connection and direction, in a bounded number of bins: when the time outgrows them
 * two become one.
 */

import type { CaptureRecord } from '../../../shared/model/capture.ts';
import { headerBytes } from '../../../shared/protocol/limits.ts';

export const mostBins = 512;
const firstBinMs = 100;

export interface RateLine {
  readonly connection: number;
  readonly inBytes: Float64Array;
  readonly outBytes: Float64Array;
  frames: number;
}

export class Rates {
  #binMs = firstBinMs;
  #startMs: number | undefined;
  #used = 0;
  readonly #lines = new Map<number, RateLine>();

  get binMs(): number {
    return this.#binMs;
  }

  /** Time at which the first bin begins. */
  get startMs(): number {
    return this.#startMs ?? 0;
  }

  /** Bins that hold something, from the first on. */
  get used(): number {
    return this.#used;
  }

  get lines(): readonly RateLine[] {
    return [...this.#lines.values()].sort((one, other) => one.connection - other.connection);
  }

  clear(): void {
    this.#binMs = firstBinMs;
    this.#startMs = undefined;
    this.#used = 0;
    this.#lines.clear();
  }

  take(row: CaptureRecord): void {
    if (row.kind === 'event' || row.kind === 'gap') return;
    this.#startMs ??= Math.floor(row.timeMs / firstBinMs) * firstBinMs;
    let bin = Math.max(0, Math.floor((row.timeMs - this.#startMs) / this.#binMs));
    while (bin >= mostBins) {
      this.#fold();
      bin = Math.floor((row.timeMs - this.#startMs) / this.#binMs);
    }
    const line = this.#line(row.connection);
    const bins = row.direction === 'in' ? line.inBytes : line.outBytes;
    bins[bin] = (bins[bin] as number) + row.length + (row.kind === 'frame' ? headerBytes : 0);
    line.frames += 1;
    this.#used = Math.max(this.#used, bin + 1);
  }

  #line(connection: number): RateLine {
    let line = this.#lines.get(connection);
    if (line === undefined) {
      line = {
        connection,
        inBytes: new Float64Array(mostBins),
        outBytes: new Float64Array(mostBins),
        frames: 0,
      };
      this.#lines.set(connection, line);
    }
    return line;
  }

  #fold(): void {
    this.#binMs *= 2;
    this.#used = Math.ceil(this.#used / 2);
    for (const line of this.#lines.values()) {
      for (const bins of [line.inBytes, line.outBytes]) {
        for (let bin = 0; bin < mostBins; bin += 1) {
          bins[bin] = bin * 2 < mostBins ? (bins[bin * 2] as number) + (bins[bin * 2 + 1] as number) : 0;
        }
      }
    }
  }
}
