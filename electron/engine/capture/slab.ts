/**
 * Bytes of payloads, one after the other in blocks of one size; the oldest go a block at a time. Always copies: a kept
 * slice of a delivery would keep the whole delivery alive.
 */

/** Eight of the largest payloads, and a little more. */
export const slabBlockBytes = 2_101_248;

export class Slab {
  #blocks: Uint8Array[] = [];
  #spare: Uint8Array | undefined;
  /** Address of the first byte of the first block. */
  #base = 0;
  /** Address of the next byte. */
  #next = 0;

  get usedBytes(): number {
    return this.#blocks.length * slabBlockBytes;
  }

  get blockCount(): number {
    return this.#blocks.length;
  }

  /** Whether this takes another block. */
  needsBlock(length: number): boolean {
    const end = this.#base + this.usedBytes;
    return this.#next + length > end;
  }

  /** Makes room for at most a block of bytes that stay in one piece; returns where. Fill it with `bytesAt`. */
  reserve(length: number): number {
    if (this.needsBlock(length)) {
      // What is left of the last block stays empty.
      this.#next = this.#base + this.usedBytes;
      this.#blocks.push(this.#spare ?? new Uint8Array(slabBlockBytes));
      this.#spare = undefined;
    }
    const address = this.#next;
    this.#next += length;
    return address;
  }

  /** The bytes themselves, not a copy; undefined when they had to make room. */
  bytesAt(address: number, length: number): Uint8Array | undefined {
    if (length === 0) return new Uint8Array(0);
    if (address < this.#base) return undefined;
    const place = address - this.#base;
    const at = place % slabBlockBytes;
    return this.#blocks[Math.floor(place / slabBlockBytes)]?.subarray(at, at + length);
  }

  dropOldest(): void {
    if (this.#blocks.length < 2) return;
    this.#spare = this.#blocks.shift();
    this.#base += slabBlockBytes;
  }

  clear(): void {
    this.#base += this.usedBytes;
    this.#next = this.#base;
    this.#blocks = [];
    this.#spare = undefined;
  }
}
