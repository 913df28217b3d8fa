/**
 * Rows of a capture as they came, 48 bytes each, in blocks: a million of them are 50 MB and no object. A row has a place
 * (counting on for ever, so that places stay true when old rows go) and the number that the capture gave it.
 */

import type { CaptureRecord } from '../../../shared/model/capture.ts';
import {
  bitBlanked,
  bitOut,
  bitSecure,
  chunkClassOf,
  recordBytes,
  bitCutOff,
  bitGaps,
  recordKinds,
  spanAt,
} from '../../../shared/model/capture-rows.ts';

export const blockRows = 16_384;
/** The window keeps so many at most; the oldest go, a block at a time. */
export const mostRows = 64 * blockRows;

interface Block {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

export type MutableRecord = { -readonly [Key in keyof CaptureRecord]: CaptureRecord[Key] };

/** To be filled again and again by `read`: a filter over a million rows makes no million objects. */
export const emptyRecord = (): MutableRecord => ({
  number: 0,
  kind: 'frame',
  timeMs: 0,
  connection: 0,
  direction: 'in',
  secure: false,
  type: 0,
  flags: 0,
  channel: 0,
  id: 0,
  length: 0,
  kept: 0,
  offset: 0,
  chunk: 0,
  chunkClass: 'exact',
  isBlanked: false,
  hasGaps: false,
  isCutOff: false,
  span: 0,
  places: 0,
});

export class RowStore {
  #blocks: Block[] = [];
  /** Of the first block, counted from the first that ever was. */
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
      if (view.getUint32(at, true) <= last) continue;
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
    return this.#view(place).getUint32(offsetOf(place), true);
  }

  kindAt(place: number): number {
    return this.#view(place).getUint8(offsetOf(place) + 4);
  }

  typeAt(place: number): number {
    return this.#view(place).getUint8(offsetOf(place) + 5);
  }

  timeAt(place: number): number {
    return this.#view(place).getFloat64(offsetOf(place) + 8, true);
  }

  connectionAt(place: number): number {
    return this.#view(place).getUint32(offsetOf(place) + 16, true);
  }

  idAt(place: number): number {
    return this.#view(place).getUint32(offsetOf(place) + 20, true);
  }

  /** Fills a row and answers with it. The place must be there. */
  read(place: number, row: MutableRecord): MutableRecord {
    const view = this.#view(place);
    const at = offsetOf(place);
    const bits = view.getUint8(at + 7);
    row.number = view.getUint32(at, true);
    row.kind = recordKinds[view.getUint8(at + 4)] ?? 'loose';
    row.type = view.getUint8(at + 5);
    row.flags = view.getUint8(at + 6);
    row.direction = (bits & bitOut) === 0 ? 'in' : 'out';
    row.secure = (bits & bitSecure) !== 0;
    row.chunkClass = chunkClassOf(bits);
    row.isBlanked = (bits & bitBlanked) !== 0;
    row.hasGaps = (bits & bitGaps) !== 0;
    row.isCutOff = (bits & bitCutOff) !== 0;
    row.span = spanAt(view, at, row.kind);
    row.places = view.getUint16(at + 46, true);
    row.timeMs = view.getFloat64(at + 8, true);
    row.connection = view.getUint32(at + 16, true);
    row.id = row.kind === 'frame' ? view.getUint32(at + 20, true) : 0;
    row.length = view.getUint32(at + 24, true);
    row.kept = view.getUint32(at + 28, true);
    row.offset = view.getFloat64(at + 32, true);
    row.chunk = view.getUint32(at + 40, true);
    row.channel = view.getUint16(at + 44, true);
    return row;
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
