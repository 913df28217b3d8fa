/**
 * What of one direction's stream belongs to no frame or is missing between frames, as rows. Where it goes wrong the first
 * stretches are told as they come, so that they stand before what they cause; the rest, which in a capture of cut packets
 * is hundreds of them, is one row.
 */

import { looseReasons } from '../../../../shared/model/capture.ts';
import type { Loose } from '../../../../shared/protocol/frame-scanner.ts';
import { kindGap, kindLoose } from '../store.ts';

/** A row of loose or missing bytes. */
export interface Stretch {
  readonly kind: typeof kindGap | typeof kindLoose;
  /** Place in `looseReasons`; 0 for a gap. */
  readonly type: number;
  readonly offset: number;
  /** Loose or missing bytes, as the kind says. */
  length: number;
  /** From the first to the last, with what lies between places of a gap. */
  span: number;
  /** The number of places where bytes of a gap are missing. */
  places: number;
  timeMs: number;
  /** The first loose bytes. */
  readonly bytes: Uint8Array;
}

/** A gap and what cannot be read behind it. */
const toldSingly = 2;
/** A row's numbers have 32 bits. */
const mostSpan = 1_073_741_824;
/** What waits to be told is told when the other side says something, so often. */
const mostInterruptions = 3;

const noBytes = new Uint8Array(0);

export class Unread {
  readonly #tell: (stretch: Stretch) => void;
  /** Of this run: told, and interrupted. */
  #told = 0;
  #interruptions = 0;
  #waiting: Stretch | undefined;

  constructor(tell: (stretch: Stretch) => void) {
    this.#tell = tell;
  }

  loose({ offset, length, bytes, timeMs, reason }: Loose): void {
    this.#take({
      kind: kindLoose,
      type: looseReasons.indexOf(reason),
      offset,
      length,
      span: length,
      places: 0,
      timeMs,
      bytes,
    });
  }

  gap(offset: number, length: number, timeMs: number): void {
    this.#take({ kind: kindGap, type: 0, offset, length, span: length, places: 1, timeMs, bytes: noBytes });
  }

  /** The other direction tells something: what waits came before it. */
  interrupted(): void {
    if (this.#waiting === undefined || this.#interruptions >= mostInterruptions) return;
    this.#interruptions += 1;
    this.#tellWaiting();
  }

  /** A frame, or the end of the stream: the run is over. */
  over(): void {
    this.#tellWaiting();
    this.#told = 0;
    this.#interruptions = 0;
  }

  #take(stretch: Stretch): void {
    const waiting = this.#waiting;
    if (this.#told < toldSingly) {
      this.#told += 1;
      this.#tell(stretch);
    } else if (waiting === undefined || waiting.span > mostSpan) {
      this.#tellWaiting();
      this.#waiting = stretch;
    } else this.#waiting = joined(waiting, stretch);
  }

  #tellWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) this.#tell(waiting);
  }
}

/** A gap counts what is missing; loose bytes in front of it, behind it and between its places are in its span. */
function joined(one: Stretch, other: Stretch): Stretch {
  const span = other.offset + other.span - one.offset;
  const { timeMs } = other;
  if (one.kind === kindLoose && other.kind === kindLoose) {
    return { ...one, length: one.length + other.length, span, timeMs };
  }
  const missing = (each: Stretch): number => (each.kind === kindGap ? each.length : 0);
  return {
    kind: kindGap,
    type: 0,
    offset: one.offset,
    length: missing(one) + missing(other),
    span,
    places: one.places + other.places,
    timeMs,
    bytes: noBytes,
  };
}
