/** Reads a file from front to back, a run of bytes at a time, with little memory. */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

import { HexdropError } from '../../../../shared/protocol/errors.ts';

const readBytes = 1_048_576;

export class FileWindow {
  readonly size: number;
  readonly #file: number;
  #buffer = new Uint8Array(readBytes * 2);
  #start = 0;
  #end = 0;
  /** Where the next read begins in the file. */
  #filePosition = 0;
  #isClosed = false;

  /** @throws HexdropError file-vanished, permission-denied, not-a-capture */
  constructor(path: string) {
    try {
      this.#file = openSync(path, 'r');
    } catch (thrown) {
      throw unreadable(thrown as NodeJS.ErrnoException);
    }
    const stats = fstatSync(this.#file);
    if (!stats.isFile()) {
      closeSync(this.#file);
      throw new HexdropError('not-a-capture', 'It is no file.');
    }
    this.size = stats.size;
  }

  /** Bytes taken so far. */
  get position(): number {
    return this.#filePosition - (this.#end - this.#start);
  }

  /** The next bytes without taking them; fewer than asked for at the end. Valid until the next call. */
  peek(length: number): Uint8Array {
    if (this.#end - this.#start < length) this.#fill(length);
    return this.#buffer.subarray(this.#start, Math.min(this.#start + length, this.#end));
  }

  /** Takes what `peek` showed. */
  take(length: number): void {
    this.#start = Math.min(this.#start + length, this.#end);
  }

  close(): void {
    if (!this.#isClosed) closeSync(this.#file);
    this.#isClosed = true;
  }

  #fill(length: number): void {
    if (this.#isClosed) return;
    const rest = this.#buffer.subarray(this.#start, this.#end);
    if (this.#start + Math.max(length, readBytes) > this.#buffer.length) {
      const larger =
        length + readBytes > this.#buffer.length ? new Uint8Array(length + readBytes) : this.#buffer;
      if (larger === this.#buffer) this.#buffer.copyWithin(0, this.#start, this.#end);
      else larger.set(rest);
      this.#buffer = larger;
      this.#end = rest.length;
      this.#start = 0;
    }
    while (this.#end - this.#start < length) {
      let read: number;
      try {
        read = readSync(
          this.#file,
          this.#buffer,
          this.#end,
          this.#buffer.length - this.#end,
          this.#filePosition,
        );
      } catch (thrown) {
        throw new HexdropError('read-failed', `The capture cannot be read: ${(thrown as Error).message}.`);
      }
      if (read === 0) return;
      this.#end += read;
      this.#filePosition += read;
    }
  }
}

function unreadable(error: NodeJS.ErrnoException): HexdropError {
  if (error.code === 'ENOENT') return new HexdropError('file-vanished', 'There is no such file.');
  if (error.code === 'EACCES' || error.code === 'EPERM') return new HexdropError('permission-denied');
  return new HexdropError('read-failed', `The capture cannot be opened: ${error.message}.`);
}
