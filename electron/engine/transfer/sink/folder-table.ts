/**
 * The folders of a manifest, which are remembered to the end: for paths, and for their times. Columns instead of objects,
 * 20 bytes and the name for each, since a tree may have very many. What is unusual about a folder stands apart.
 */

import { noIndex } from '../../../../shared/protocol/catalog/fields.ts';
import type { HexdropError } from '../../../../shared/errors/errors.ts';

export interface FolderRecord {
  /** Index of the folder that holds it; -1 at the top. */
  readonly parent: number;
  /** As sent. */
  readonly name: string;
  /** As it is called here: a name that was taken by a file becomes another one. */
  readonly localName: string;
  /** Microseconds since the epoch. */
  readonly mtime: number;
  /** Why nothing below it can be taken. */
  readonly fault: HexdropError | undefined;
  /** A person did not want it. */
  readonly isUnwanted: boolean;
}

type Unusual = Pick<FolderRecord, 'localName' | 'fault' | 'isUnwanted'>;

const firstRows = 256;
const firstNameBytes = 4_096;

export class FolderTable {
  #count = 0;
  /** Ascending: folders come in the order of the manifest. */
  #indices = new Uint32Array(firstRows);
  /** As on the wire: `noIndex` at the top. */
  #parents = new Uint32Array(firstRows);
  #mtimes = new Float64Array(firstRows);
  /** Where the name of each ends in `#names`; it begins where the one before ends. */
  #nameEnds = new Uint32Array(firstRows);
  #names = Buffer.alloc(firstNameBytes);
  readonly #unusual = new Map<number, Unusual>();

  /** @param index above all before */
  add(index: number, record: FolderRecord): void {
    const row = this.#count;
    if (row === this.#indices.length) this.#growRows();
    const start = row === 0 ? 0 : (this.#nameEnds[row - 1] as number);
    const nameBytes = Buffer.byteLength(record.name);
    while (start + nameBytes > this.#names.length)
      this.#names = Buffer.concat([this.#names], this.#names.length * 2);
    this.#names.write(record.name, start);
    this.#indices[row] = index;
    this.#parents[row] = record.parent < 0 ? noIndex : record.parent;
    this.#mtimes[row] = record.mtime;
    this.#nameEnds[row] = start + nameBytes;
    this.#count += 1;
    const { name, localName, fault, isUnwanted } = record;
    if (localName !== name || fault !== undefined || isUnwanted)
      this.#unusual.set(index, { localName, fault, isUnwanted });
  }

  get(index: number): FolderRecord | undefined {
    let low = 0;
    let high = this.#count - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#indices[middle] as number) < index) low = middle + 1;
      else high = middle;
    }
    if (this.#count === 0 || this.#indices[low] !== index) return undefined;
    const start = low === 0 ? 0 : (this.#nameEnds[low - 1] as number);
    const name = this.#names.toString('utf8', start, this.#nameEnds[low]);
    const { localName = name, fault, isUnwanted = false } = this.#unusual.get(index) ?? {};
    const parent = this.#parents[low] as number;
    return {
      parent: parent === noIndex ? -1 : parent,
      name,
      localName,
      mtime: this.#mtimes[low] as number,
      fault,
      isUnwanted,
    };
  }

  *indices(): Iterable<number> {
    for (let row = 0; row < this.#count; row += 1) yield this.#indices[row] as number;
  }

  #growRows(): void {
    const rows = this.#count * 2;
    this.#indices = grown(this.#indices, new Uint32Array(rows));
    this.#parents = grown(this.#parents, new Uint32Array(rows));
    this.#mtimes = grown(this.#mtimes, new Float64Array(rows));
    this.#nameEnds = grown(this.#nameEnds, new Uint32Array(rows));
  }
}

function grown<Column extends Uint32Array | Float64Array>(column: Column, larger: Column): Column {
  larger.set(column);
  return larger;
}
