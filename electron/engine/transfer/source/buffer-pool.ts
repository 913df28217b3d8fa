/** A few buffers, each for one bulk frame, that go round between filling and the socket. Made when first needed. */

export interface PooledBuffer {
  readonly bytes: Uint8Array;
  /** Over all of `bytes`. */
  readonly view: DataView;
}

export class BufferPool {
  readonly #free: PooledBuffer[] = [];
  readonly #bufferBytes: number;
  #left: number;
  readonly #released: () => void;

  /** @param released called whenever a buffer has come back */
  constructor(count: number, bufferBytes: number, released: () => void) {
    this.#left = count;
    this.#bufferBytes = bufferBytes;
    this.#released = released;
  }

  /** Undefined while all are under way. */
  take(): PooledBuffer | undefined {
    const free = this.#free.pop();
    if (free !== undefined || this.#left === 0) return free;
    this.#left -= 1;
    // Outside Node's shared slab and not zeroed: every byte that leaves has been written before.
    const bytes = Buffer.allocUnsafeSlow(this.#bufferBytes);
    return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
  }

  /** Puts back what was taken and not used. */
  putBack(buffer: PooledBuffer): void {
    this.#free.push(buffer);
  }

  /** For the socket's callback: the buffer is free again. */
  release(buffer: PooledBuffer): void {
    this.#free.push(buffer);
    this.#released();
  }
}
