/**
 * IP packets that came in fragments, put together again (RFC 815 in spirit: first come, first kept). Bounded: what never
 * becomes whole makes room for what comes later.
 */

import type { Within } from './link-layers.ts';

export interface Fragment {
  /** What the fragments of one packet have in common. */
  readonly key: string;
  /** Where it stands in the payload of the packet. */
  readonly at: number;
  readonly isLast: boolean;
  readonly payload: Within;
}

interface Part {
  readonly at: number;
  readonly bytes: Uint8Array;
  readonly wholeBytes: number;
}

interface Waiting {
  readonly parts: Part[];
  bytes: number;
  end: number | undefined;
}

const mostWaiting = 1_024;
const mostWaitingBytes = 8_388_608;
/** An IP packet is not longer. */
const mostPacketBytes = 65_535;

export class Fragments {
  readonly #waiting = new Map<string, Waiting>();
  #waitingBytes = 0;
  #forgotten = 0;

  /** Fragments of packets that did not become whole. */
  get left(): number {
    let count = this.#forgotten;
    for (const { parts } of this.#waiting.values()) count += parts.length;
    return count;
  }

  /** The payload of the packet, once all of it is there. */
  add({ key, at, isLast, payload }: Fragment): Within | undefined {
    if (at + payload.wholeBytes > mostPacketBytes) {
      this.#forgotten += 1;
      return undefined;
    }
    const waiting = this.#waiting.get(key) ?? { parts: [], bytes: 0, end: undefined };
    this.#waiting.set(key, waiting);
    const bytes = payload.bytes.slice(0, payload.wholeBytes);
    let place = waiting.parts.length;
    while (place > 0 && (waiting.parts[place - 1] as Part).at > at) place -= 1;
    waiting.parts.splice(place, 0, { at, bytes, wholeBytes: payload.wholeBytes });
    waiting.bytes += bytes.length;
    this.#waitingBytes += bytes.length;
    if (isLast) waiting.end = at + payload.wholeBytes;
    const whole = joined(waiting);
    if (whole !== undefined) this.#forget(key, waiting);
    while (this.#waiting.size > mostWaiting || this.#waitingBytes > mostWaitingBytes) this.#forgetOldest();
    return whole;
  }

  #forgetOldest(): void {
    for (const [key, waiting] of this.#waiting) {
      this.#forgotten += waiting.parts.length;
      return this.#forget(key, waiting);
    }
  }

  #forget(key: string, { bytes }: Waiting): void {
    this.#waiting.delete(key);
    this.#waitingBytes -= bytes;
  }
}

/** Undefined while something is missing. Behind a fragment that the capture cut nothing is known to be in its place. */
function joined({ parts, end }: Waiting): Within | undefined {
  if (end === undefined) return undefined;
  const bytes = new Uint8Array(end);
  let covered = 0;
  let captured = 0;
  for (const part of parts) {
    if (part.at > covered) return undefined;
    const known = covered - part.at;
    if (captured === covered && part.bytes.length > known) {
      const fresh = part.bytes.subarray(known, known + end - covered);
      bytes.set(fresh, covered);
      captured += fresh.length;
    }
    covered = Math.max(covered, part.at + part.wholeBytes);
  }
  return covered < end ? undefined : { bytes: bytes.subarray(0, captured), wholeBytes: end };
}
