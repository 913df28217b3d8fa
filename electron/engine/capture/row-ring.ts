/**
 * Rows of one size, numbered from 1 on, in blocks: the newest are written in place, the oldest go a block at a time.
 * Beside each row lies one number that does not leave the engine (where its bytes are).
 */

/** A block of records is about 230 KB: small enough to share a budget, large enough to be rare. */
const rowsPerBlock = 4_096;

interface Block {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly beside: Float64Array;
}

export class RowRing {
  readonly #rowBytes: number;
  /** Bytes that one more block takes. */
  readonly blockBytes: number;
  #blocks: Block[] = [];
  #spare: Block | undefined;
  /** Number of the first row of the first block. */
  #base = 1;
  #next = 1;
  /** Where the row that `push` made stands: `view` at byte `at`. */
  view: DataView = new DataView(new ArrayBuffer(0));
  at = 0;

  constructor(rowBytes: number) {
    this.#rowBytes = rowBytes;
    this.blockBytes = rowsPerBlock * (rowBytes + Float64Array.BYTES_PER_ELEMENT);
  }

  get first(): number {
    return this.#base;
  }

  /** Number of the row that comes next. */
  get next(): number {
    return this.#next;
  }

  get usedBytes(): number {
    return this.#blocks.length * this.blockBytes;
  }

  get blockCount(): number {
    return this.#blocks.length;
  }

  /** Whether the next `push` takes another block. */
  get isFull(): boolean {
    return this.#next - this.#base === this.#blocks.length * rowsPerBlock;
  }

  /** Makes a row and returns its number; its bytes, in `view` at `at`, are those of an older row. */
  push(beside: number): number {
    if (this.isFull) this.#addBlock();
    const place = this.#next - this.#base;
    const block = this.#blocks[Math.floor(place / rowsPerBlock)] as Block;
    const row = place % rowsPerBlock;
    block.beside[row] = beside;
    this.view = block.view;
    this.at = row * this.#rowBytes;
    this.#next += 1;
    return this.#next - 1;
  }

  /** Points `view` and `at` to a row; false when it is not there. */
  find(number: number): boolean {
    if (number < this.#base || number >= this.#next) return false;
    const place = number - this.#base;
    this.view = (this.#blocks[Math.floor(place / rowsPerBlock)] as Block).view;
    this.at = (place % rowsPerBlock) * this.#rowBytes;
    return true;
  }

  besideOf(number: number): number | undefined {
    if (number < this.#base || number >= this.#next) return undefined;
    const place = number - this.#base;
    return this.#blocks[Math.floor(place / rowsPerBlock)]?.beside[place % rowsPerBlock];
  }

  /** Copies rows from number `from` on, which must be there or next. */
  copy(from: number, most: number): Uint8Array {
    const count = Math.max(0, Math.min(most, this.#next - from));
    const copied = new Uint8Array(count * this.#rowBytes);
    for (let done = 0; done < count;) {
      const place = from + done - this.#base;
      const row = place % rowsPerBlock;
      const run = Math.min(count - done, rowsPerBlock - row);
      const block = this.#blocks[Math.floor(place / rowsPerBlock)] as Block;
      copied.set(
        block.bytes.subarray(row * this.#rowBytes, (row + run) * this.#rowBytes),
        done * this.#rowBytes,
      );
      done += run;
    }
    return copied;
  }

  /** Forgets the oldest block; not the one that is being written. */
  dropOldest(): void {
    if (this.#blocks.length < 2) return;
    this.#spare = this.#blocks.shift();
    this.#base += rowsPerBlock;
  }

  /** Forgets all rows; numbers go on. */
  clear(): void {
    this.#blocks = [];
    this.#spare = undefined;
    this.#base = this.#next;
  }

  #addBlock(): void {
    this.#blocks.push(this.#spare ?? newBlock(this.#rowBytes));
    this.#spare = undefined;
  }
}

const newBlock = (rowBytes: number): Block => {
  const bytes = new Uint8Array(rowsPerBlock * rowBytes);
  return { bytes, view: new DataView(bytes.buffer), beside: new Float64Array(rowsPerBlock) };
};
