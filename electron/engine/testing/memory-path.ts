/**
 * One direction of a connection in memory: bytes that were written and not yet delivered, with faults on request. Bytes
 * are taken from the writer's buffer as late as possible: a buffer that is filled again too early shows.
 */

/** What happens to the bytes of one direction. */
export interface PathFaults {
  /** Size of the next delivery, at least 1; all there is when absent. */
  readonly deliveryBytes?: (() => number) | undefined;
  /** The connection breaks when so many bytes have been delivered. */
  readonly cutAfterBytes?: number | undefined;
  /** Offset of a byte of which one bit is turned over. */
  readonly corruptAt?: number | undefined;
  /** Turns of the event loop between two deliveries. */
  readonly turnsBetween?: number | undefined;
}

interface Write {
  readonly bytes: Uint8Array;
  readonly written: ((error?: Error) => void) | undefined;
  at: number;
}

/** One direction: what was written and not yet delivered. */
export class MemoryPath {
  readonly #faults: PathFaults;
  readonly #later: (work: () => void) => void;
  readonly #receive: (bytes: Uint8Array) => void;
  readonly #arrived: () => void;
  readonly #cut: () => void;
  #writes: Write[] = [];
  #isPumping = false;
  #isHeld = false;
  #isSilent = false;
  #hasEnd = false;
  #isClosed = false;
  /** Bytes that were delivered. */
  delivered = 0;
  /** Sees the bytes of each delivery before the reader does. */
  tap: (delivery: Uint8Array) => void = () => {};

  constructor(
    faults: PathFaults,
    later: (work: () => void) => void,
    receive: (bytes: Uint8Array) => void,
    arrived: () => void,
    cut: () => void,
  ) {
    this.#faults = faults;
    this.#later = later;
    this.#receive = receive;
    this.#arrived = arrived;
    this.#cut = cut;
  }

  get queuedBytes(): number {
    return this.#writes.reduce((sum, { bytes, at }) => sum + bytes.length - at, 0);
  }

  /** Nothing is delivered until `release`. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    this.#pump();
  }

  /** What is written from now on is lost without a word: a peer whose power was cut. */
  silence(): void {
    this.#isSilent = true;
  }

  write(bytes: Uint8Array, written?: (error?: Error) => void): void {
    if (this.#isClosed || this.#hasEnd || this.#isSilent) {
      this.#later(() => written?.(this.#isSilent ? undefined : new Error('The connection is closed.')));
      return;
    }
    this.#writes.push({ bytes, written, at: 0 });
    this.#pump();
  }

  end(): void {
    this.#hasEnd = true;
    this.#pump();
  }

  /** Nothing more is delivered; lent buffers go back. */
  close(): void {
    this.#isClosed = true;
    const lost = this.#writes;
    this.#writes = [];
    for (const { written } of lost) this.#later(() => written?.(new Error('The connection is closed.')));
  }

  #pump(): void {
    if (this.#isPumping || this.#isHeld || this.#isClosed) return;
    this.#isPumping = true;
    let turns = this.#faults.turnsBetween ?? 0;
    const turn = (): void => {
      if (turns-- > 0) return this.#later(turn);
      this.#isPumping = false;
      this.#deliver();
    };
    this.#later(turn);
  }

  #deliver(): void {
    if (this.#isHeld || this.#isClosed) return;
    const delivery = this.#take();
    if (delivery.length > 0) {
      this.delivered += delivery.length;
      this.tap(delivery);
      this.#receive(delivery);
    }
    if (this.delivered >= (this.#faults.cutAfterBytes ?? Infinity)) return this.#cut();
    if (this.#writes.length > 0) this.#pump();
    else if (this.#hasEnd && !this.#isClosed && !this.#isSilent) this.#arrived();
  }

  #take(): Uint8Array {
    const room = (this.#faults.cutAfterBytes ?? Infinity) - this.delivered;
    const bytes = new Uint8Array(
      Math.min(this.queuedBytes, this.#faults.deliveryBytes?.() ?? Infinity, room),
    );
    let filled = 0;
    while (filled < bytes.length) {
      const write = this.#writes[0] as Write;
      const part = write.bytes.subarray(write.at, write.at + bytes.length - filled);
      bytes.set(part, filled);
      filled += part.length;
      write.at += part.length;
      if (write.at === write.bytes.length) this.#taken(this.#writes.shift() as Write);
    }
    const corrupt = (this.#faults.corruptAt ?? -1) - this.delivered;
    if (corrupt >= 0 && corrupt < bytes.length) bytes[corrupt] = (bytes[corrupt] as number) ^ 0x10;
    return bytes;
  }

  #taken({ written }: Write): void {
    if (written !== undefined) this.#later(() => written());
  }
}
