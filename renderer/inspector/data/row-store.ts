/**
 * Rows of a capture as they came, 48 bytes each, in blocks: a million of them are 50 MB and no object. A row has a place
 * (counting on for ever, so that places stay true when old rows go) and the number that the capture gave it.
 */

import type { CaptureRecord } from '../../../shared/model/capture.ts';
import { emptyRecord, readRecordRow, recordAt, recordBytes } from '../../../shared/model/capture-rows.ts';
import type { MutableRecord } from '../../../shared/model/capture-rows.ts';

export const blockRows = 16_384;
/** The window keeps so many at most; the oldest go, a block at a time. */
export const mostRows = 64 * blockRows;

interface Block {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

export class RowStore {
  #blocks: Block[] = [];
  /** The number of the first block, counted from the first that ever was. */
  #firstBlock = 0;
  #first = 0;
  #end = 0;

  /** Place of the first row that is there. */
  get first(): number {
    return this.#first;
  }

  /** Place behind the last row. */
  get end(): number {
    return this.#end;
  }

  get count(): number {
    return this.#end - this.#first;
  }

  get bytes(): number {
    return this.#blocks.length * blockRows * recordBytes;
  }

  clear(): void {
    this.#blocks = [];
    this.#firstBlock = 0;
    this.#first = 0;
    this.#end = 0;
  }

  /** A batch of rows whose numbers follow those that are there. Rows that are there already are left out. */
  append(batch: Uint8Array): void {
    const view = new DataView(batch.buffer, batch.byteOffset, batch.byteLength);
    const last = this.lastNumber;
    for (let at = 0; at + recordBytes <= batch.length; at += recordBytes) {
      if (view.getUint32(at + recordAt.number, true) <= last) continue;
      this.#append(batch.subarray(at, at + recordBytes));
    }
    while (this.count > mostRows) this.#dropTo((this.#firstBlock + 1) * blockRows);
  }

  /** Rows with lower numbers go. */
  dropBefore(number: number): void {
    if (this.count > 0 && this.numberAt(this.#first) < number) this.#dropTo(this.placeOf(number));
  }

  get lastNumber(): number {
    return this.count === 0 ? 0 : this.numberAt(this.#end - 1);
  }

  numberAt(place: number): number {
    return this.#view(place).getUint32(offsetOf(place) + recordAt.number, true);
  }

  kindAt(place: number): number {
    return this.#view(place).getUint8(offsetOf(place) + recordAt.kind);
  }

  typeAt(place: number): number {
    return this.#view(place).getUint8(offsetOf(place) + recordAt.type);
  }

  timeAt(place: number): number {
    return this.#view(place).getFloat64(offsetOf(place) + recordAt.time, true);
  }

  connectionAt(place: number): number {
    return this.#view(place).getUint32(offsetOf(place) + recordAt.connection, true);
  }

  idAt(place: number): number {
    return this.#view(place).getUint32(offsetOf(place) + recordAt.id, true);
  }

  /** Fills a row and answers with it. The place must be there. */
  read(place: number, row: MutableRecord): MutableRecord {
    return readRecordRow(this.#view(place), offsetOf(place), row);
  }

  /** A row of one's own; undefined when there is none of this number. */
  find(number: number): CaptureRecord | undefined {
    const place = this.placeOf(number);
    if (place >= this.#end || this.numberAt(place) !== number) return undefined;
    return this.read(place, emptyRecord());
  }

  /** Place of the first row whose number is not lower; `end` when there is none. */
  placeOf(number: number): number {
    let low = this.#first;
    let high = this.#end;
    while (low < high) {
      const middle = low + Math.floor((high - low) / 2);
      if (this.numberAt(middle) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #append(row: Uint8Array): void {
    const block = Math.floor(this.#end / blockRows) - this.#firstBlock;
    if (block === this.#blocks.length) {
      const bytes = new Uint8Array(blockRows * recordBytes);
      this.#blocks.push({ bytes, view: new DataView(bytes.buffer) });
    }
    this.#blocks[block]?.bytes.set(row, offsetOf(this.#end));
    this.#end += 1;
  }

  #dropTo(place: number): void {
    this.#first = Math.min(Math.max(place, this.#first), this.#end);
    const block = Math.floor(this.#first / blockRows);
    this.#blocks.splice(0, block - this.#firstBlock);
    this.#firstBlock = block;
  }

  #view(place: number): DataView {
    return (this.#blocks[Math.floor(place / blockRows) - this.#firstBlock] as Block).view;
  }
}

const offsetOf = (place: number): number => (place % blockRows) * recordBytes;
