/**
 * Reading straight into the reader's own buffers, by Node's `onread`, on connections that this side dialed.
 *
 * Owns the two questions that Node asks (where do the next bytes go; here they are) and the few bytes that come
 * when nobody may take them: before there is a reader, while reading is paused, and what a TLS record still holds
 * after a pause. Those wait here in order and reach the reader's targets later, copied. It knows no socket.
 */

/** The reader's side of an inlet; the connection implements it. */
export interface InletTaker {
  /** Whether bytes may be given now. */
  isTaking(): boolean;
  /** Where the next bytes shall go. At least one byte long; asked again, it may return the same. */
  target(): Uint8Array;
  /** A prefix of the last target, filled. */
  take(bytes: Uint8Array): void;
}

/** One TLS record: what comes at an inconvenient moment is mostly no more, and it is copied. */
const spillBytes = 16_384;

const nobody: InletTaker = {
  isTaking: () => false,
  target: () => new Uint8Array(spillBytes),
  take: () => undefined,
};

export class DirectInlet {
  #taker: InletTaker = nobody;
  #spill: Uint8Array | undefined;
  #waiting: Uint8Array[] = [];

  /** For net.connect and tls.connect. Node asks for the next buffer right after each callback, paused or not. */
  readonly onread = {
    buffer: (): Uint8Array => this.#nextBuffer(),
    callback: (byteCount: number, buffer: Uint8Array): boolean => this.#arrived(byteCount, buffer),
  };

  attach(taker: InletTaker): void {
    this.#taker = taker;
  }

  get hasWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** Gives what waits to the taker for as long as it takes. */
  giveWaiting(): void {
    while (this.#taker.isTaking()) {
      const bytes = this.#waiting.shift();
      if (bytes === undefined) return;
      const rest = this.#give(bytes);
      if (rest.length > 0) this.#waiting.unshift(rest);
    }
  }

  dropWaiting(): void {
    this.#waiting = [];
  }

  #nextBuffer(): Uint8Array {
    if (this.#taker.isTaking() && this.#waiting.length === 0) {
      const target = this.#taker.target();
      // Zero bytes would read as an error of the system; the taker has been told by then if it did wrong.
      if (target.length > 0) return target;
    }
    this.#spill ??= new Uint8Array(spillBytes);
    return this.#spill;
  }

  /** Returns whether reading may go on. */
  #arrived(byteCount: number, buffer: Uint8Array): boolean {
    const bytes = byteCount === buffer.length ? buffer : buffer.subarray(0, byteCount);
    const isFree = this.#taker.isTaking() && this.#waiting.length === 0;
    if (buffer !== this.#spill) {
      if (isFree) this.#taker.take(bytes);
      else this.#waiting.push(copyOf(bytes));
    } else {
      const rest = isFree ? this.#give(bytes) : bytes;
      if (rest.length > 0) {
        // The spill is about to be filled again.
        this.#waiting.push(copyOf(rest));
      }
    }
    return this.#taker.isTaking() && this.#waiting.length === 0;
  }

  /** Copies into the taker's targets; returns what it did not take. */
  #give(bytes: Uint8Array): Uint8Array {
    let rest = bytes;
    while (rest.length > 0 && this.#taker.isTaking()) {
      const target = this.#taker.target();
      if (target.length === 0) return rest;
      const byteCount = Math.min(target.length, rest.length);
      target.set(rest.subarray(0, byteCount));
      const filled = target.subarray(0, byteCount);
      rest = rest.subarray(byteCount);
      this.#taker.take(filled);
    }
    return rest;
  }
}

/** Not `slice`, which shares memory when the bytes are a Buffer. */
const copyOf = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes);
