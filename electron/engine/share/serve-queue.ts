/**
 * Decides whose turn it is to be served. Each device has a few running fetches at a time and begins them no faster than
 * people would; the same holds, with higher limits, for all devices of an origin, because keys cost nothing. The rest
 * waits, so that whoever asks and cancels, or accepts and does not read, holds up nobody but himself (docs/SECURITY.md,
 * "What one origin may cause").
 */

import { originOf } from '../../base/origin.ts';
import { refilled } from '../../base/token-buckets.ts';
import type { BucketLimits } from '../../base/token-buckets.ts';

/** Each holds a walk, open files and about 1 MiB on its way. */
const runningOfDevice = 8;
const runningOfOrigin = 16;

/** Walking a large folder takes tens of milliseconds before the first frame leaves. */
const ofDevice: BucketLimits = { stock: 20, perSecond: 5 };
const ofOrigin: BucketLimits = { stock: 40, perSecond: 10 };

/** Who asks: the device, where its key was proved, and where it is. */
export interface Asker {
  readonly address: string;
  /** Empty where no key was proved. */
  readonly deviceId: string;
}

interface Place {
  readonly begin: () => void;
  hasBegun: boolean;
}

/** How much may begin at once: what was begun comes back with time. */
interface Bucket {
  tokens: number;
  atMs: number;
}

/** What one device waits for, and what it has had lately. */
interface Line extends Bucket {
  readonly waiting: Place[];
  running: number;
  timer: NodeJS.Timeout | undefined;
}

interface Origin extends Bucket {
  running: number;
  timer: NodeJS.Timeout | undefined;
  /** By device, the one that was served last behind the others. */
  readonly lines: Map<string, Line>;
}

export class ServeQueue {
  readonly #origins = new Map<string, Origin>();

  /**
   * Calls `begin` when it is its turn, never from within this call. The caller leaves once, whether it has begun or not.
   * @returns leaves the queue, or makes place for the next one
   */
  enter({ address, deviceId }: Asker, begin: () => void): () => void {
    const key = originOf(address);
    const origin = this.#origins.get(key) ?? {
      ...fullBucket(ofOrigin),
      running: 0,
      timer: undefined,
      lines: new Map<string, Line>(),
    };
    this.#origins.set(key, origin);
    const line = origin.lines.get(deviceId) ?? {
      ...fullBucket(ofDevice),
      waiting: [],
      running: 0,
      timer: undefined,
    };
    origin.lines.set(deviceId, line);
    const place: Place = { begin, hasBegun: false };
    line.waiting.push(place);
    queueMicrotask(() => this.#serve(key, origin));
    let isGone = false;
    return () => {
      if (isGone) return;
      isGone = true;
      if (!place.hasBegun) {
        line.waiting.splice(line.waiting.indexOf(place), 1);
        return this.#forget(key, origin);
      }
      line.running -= 1;
      origin.running -= 1;
      this.#serve(key, origin);
    };
  }

  /** Begins what may begin, one of each device after the other. */
  #serve(key: string, origin: Origin): void {
    for (let hasServed = true; hasServed && origin.running < runningOfOrigin;) {
      hasServed = false;
      // A copy: who was served goes to the end, where it would be met again.
      const round = [...origin.lines];
      for (const [deviceId, line] of round) {
        const next = this.#next(key, origin, line);
        if (next === undefined) continue;
        hasServed = true;
        origin.lines.delete(deviceId);
        origin.lines.set(deviceId, line);
        line.running += 1;
        origin.running += 1;
        next.hasBegun = true;
        next.begin();
        if (origin.running >= runningOfOrigin) break;
      }
    }
    this.#forget(key, origin);
  }

  #next(key: string, origin: Origin, line: Line): Place | undefined {
    if (line.waiting.length === 0 || line.running >= runningOfDevice) return undefined;
    refill(line, ofDevice);
    refill(origin, ofOrigin);
    for (const [bucket, limits] of [
      [line, ofDevice],
      [origin, ofOrigin],
    ] as const) {
      if (bucket.tokens >= 1) continue;
      this.#wakeAt(1, limits, key, origin, bucket);
      return undefined;
    }
    line.tokens -= 1;
    origin.tokens -= 1;
    return line.waiting.shift();
  }

  /** Nothing is kept of a device that runs nothing and has its whole stock again. */
  #forget(key: string, origin: Origin): void {
    for (const [deviceId, line] of origin.lines) {
      refill(line, ofDevice);
      if (line.running > 0 || line.waiting.length > 0) continue;
      if (line.tokens < ofDevice.stock) this.#wakeAt(ofDevice.stock, ofDevice, key, origin, line);
      else {
        clearTimeout(line.timer);
        origin.lines.delete(deviceId);
      }
    }
    if (origin.lines.size > 0) return;
    refill(origin, ofOrigin);
    if (origin.tokens < ofOrigin.stock) return this.#wakeAt(ofOrigin.stock, ofOrigin, key, origin, origin);
    clearTimeout(origin.timer);
    if (this.#origins.get(key) === origin) this.#origins.delete(key);
  }

  /** Looks again once the bucket has so many tokens. */
  #wakeAt(
    tokens: number,
    { perSecond }: BucketLimits,
    key: string,
    origin: Origin,
    bucket: Bucket & { timer: NodeJS.Timeout | undefined },
  ): void {
    clearTimeout(bucket.timer);
    bucket.timer = setTimeout(
      () => this.#serve(key, origin),
      Math.ceil(((tokens - bucket.tokens) * 1_000) / perSecond),
    );
    bucket.timer.unref();
  }
}

const fullBucket = ({ stock }: BucketLimits): Bucket => ({ tokens: stock, atMs: performance.now() });

function refill(bucket: Bucket, limits: BucketLimits): void {
  const nowMs = performance.now();
  bucket.tokens = refilled(bucket, limits, nowMs);
  bucket.atMs = nowMs;
}
