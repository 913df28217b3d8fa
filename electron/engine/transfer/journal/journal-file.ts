/**
 * Owns the file under a journal: append-only lines, one write each, so that a kill tears at most the last one. What
 * a line means is journal-content.ts.
 *
 * A write that fails is not thrown: the line is missing, and `failure` says why.
 */

import { closeSync, constants, fdatasyncSync, ftruncateSync, openSync, readSync } from 'node:fs';

import type { HexdropError } from '../../../../shared/errors/errors.ts';
import { fileFaultOf } from '../../../base/file-fault.ts';
import type { LinePlace } from './journal-content.ts';
import { writeWhole } from '../../files/landing.ts';

const newline = 10;
/** Read at a time; a batch of entries in one line takes about 10 kB. */
const blockBytes = 262_144;

export type LineVisitor = (text: string, place: LinePlace) => void;

/** Gives every whole line of an open file; memory does not grow with the file. Throws what the system throws. */
export const forEachLine = (fd: number, visit: LineVisitor): { wholeBytes: number; length: number } => {
  let block = Buffer.allocUnsafe(blockBytes);
  /** Where in the file the block starts, and how much of it is filled. */
  let blockStart = 0;
  let filled = 0;
  for (;;) {
    const read = readSync(fd, block, filled, block.length - filled, blockStart + filled);
    const end = filled + read;
    let lineStart = 0;
    let lineEnd = block.subarray(0, end).indexOf(newline, filled);
    while (lineEnd !== -1) {
      const place = { start: blockStart + lineStart, length: lineEnd - lineStart };
      visit(block.toString('utf8', lineStart, lineEnd), place);
      lineStart = lineEnd + 1;
      lineEnd = block.subarray(0, end).indexOf(newline, lineStart);
    }
    filled = end - lineStart;
    blockStart += lineStart;
    if (read === 0) return { wholeBytes: blockStart, length: blockStart + filled };
    // A line that is longer than the block: a larger one, else what is left moves to the front.
    const next = filled === block.length ? Buffer.allocUnsafe(block.length * 2) : block;
    block.copy(next, 0, lineStart, end);
    block = next;
  }
};

/** Where the lines of a journal are. */
export interface JournalLines {
  /** What went wrong first; lines are missing since. */
  readonly failure: HexdropError | undefined;
  /** Gives every whole line. */
  forEachLine(visit: LineVisitor): void;
  /** Throws everything away. */
  clear(): void;
  /** Appends an object as a line; undefined when it is not kept. */
  append(line: object): LinePlace | undefined;
  /** Reads a line back; '' when it cannot be read. */
  read(place: LinePlace): string;
  /** Brings them to the disk, so that they outlive the system. */
  sync(): void;
  /** Nothing is written or read from then on. */
  close(): void;
}

export class JournalFile implements JournalLines {
  readonly #fd: number;
  /** Where the next line starts. */
  #length = 0;
  #failure: HexdropError | undefined;
  /** It ends in a part of a line that cannot be removed: no more lines. */
  #isBroken = false;
  #isClosed = false;

  /** Opens the file, makes it when it is missing. Throws what the system throws. */
  constructor(path: string) {
    this.#fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND, 0o600);
  }

  get failure(): HexdropError | undefined {
    return this.#failure;
  }

  /** A last one that was torn is closed, or the next would become a part of it. */
  forEachLine(visit: LineVisitor): void {
    const { wholeBytes, length } = forEachLine(this.#fd, visit);
    this.#length = length;
    if (wholeBytes < length) this.#write('\n');
  }

  clear(): void {
    ftruncateSync(this.#fd);
    this.#length = 0;
  }

  append(line: object): LinePlace | undefined {
    const start = this.#length;
    return this.#write(`${JSON.stringify(line)}\n`) ? { start, length: this.#length - start - 1 } : undefined;
  }

  read({ start, length }: LinePlace): string {
    if (this.#isClosed) return '';
    const bytes = Buffer.allocUnsafe(length);
    try {
      return bytes.toString('utf8', 0, readSync(this.#fd, bytes, 0, length, start));
    } catch {
      return '';
    }
  }

  sync(): void {
    if (!this.#isClosed) this.#guard(() => fdatasyncSync(this.#fd));
  }

  /** The number of the file may be that of another one from then on. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.#fd);
  }

  #write(text: string): boolean {
    if (this.#isBroken || this.#isClosed) return false;
    const bytes = Buffer.from(text);
    if (!this.#guard(() => writeWhole(this.#fd, bytes))) {
      // A part of the line may be there; without it the next one can be tried once there is room again.
      this.#isBroken = !this.#guard(() => ftruncateSync(this.#fd, this.#length));
      return false;
    }
    this.#length += bytes.byteLength;
    return true;
  }

  #guard(step: () => void): boolean {
    try {
      step();
      return true;
    } catch (error) {
      this.#failure ??= fileFaultOf(error, 'write', 'journal');
      return false;
    }
  }
}
