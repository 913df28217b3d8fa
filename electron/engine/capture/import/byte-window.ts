/** Bytes of a source from front to back, a run at a time, with little memory: what is buffered can be looked at at once. */

import type { ByteSource } from './byte-source.ts';

const runBytes = 1_048_576;

export class ByteWindow {
  readonly #source: ByteSource;
  #buffer = new Uint8Array(runBytes * 2);
  #start = 0;
  #end = 0;
  #wanted = 1;
  /** Bytes taken so far. */
  position = 0;
  /** Nothing follows what is buffered. */
  isEnded = false;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** Bytes that are buffered and not taken. */
  get available(): number {
    return this.#end - this.#start;
  }

  /** The next bytes without taking them; fewer than asked for when they are not buffered. Valid until the next `fill`. */
  peek(length: number): Uint8Array {
    return this.#buffer.subarray(this.#start, Math.min(this.#start + length, this.#end));
  }

  /** Takes what `peek` showed. */
  take(length: number): void {
    const taken = Math.min(length, this.available);
    this.#start += taken;
    this.position += taken;
  }

  /** Whether so many bytes are not there yet and may still come: `fill` until they are. */
  lacks(length: number): boolean {
    this.#wanted = length;
    return this.available < length && !this.isEnded;
  }

  /**
   * Buffers more of what `lacks` asked for. Settles when something came or the source has ended.
   *
   * @throws HexdropError what the source throws
   */
  async fill(): Promise<void> {
    if (this.isEnded) return;
    this.#makeRoom(this.#wanted);
    const read = await this.#source.read(this.#buffer.subarray(this.#end));
    this.#end += read;
    if (read === 0) this.isEnded = true;
  }

  /** All that is left, for whoever unpacks it. */
  async *rest(): AsyncGenerator<Uint8Array> {
    while (this.available > 0 || !this.isEnded) {
      if (this.available > 0) yield this.peek(this.available).slice();
      this.take(this.available);
      await this.fill();
    }
  }

  #makeRoom(length: number): void {
    const needed = Math.max(length, this.available + runBytes / 2);
    if (this.#start + needed <= this.#buffer.length) return;
    const rest = this.#buffer.subarray(this.#start, this.#end);
    // In place where it fits: the buffer grows for the one long block that needs it.
    if (needed <= this.#buffer.length) this.#buffer.copyWithin(0, this.#start, this.#end);
    else {
      this.#buffer = new Uint8Array(needed + runBytes);
      this.#buffer.set(rest);
    }
    this.#end = rest.length;
    this.#start = 0;
  }
}
