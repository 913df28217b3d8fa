/** Where a capture file goes: a new file, or standard output. Synchronous: it belongs on a thread that may wait. */

import { closeSync, fchmodSync, fstatSync, openSync, writeSync } from 'node:fs';

const bufferBytes = 1_048_576;
const standardOutput = 1;

const sleep = (ms: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
};

export class FileSink {
  readonly #file: number;
  readonly #isOurs: boolean;
  readonly #buffer = new Uint8Array(bufferBytes);
  #filled = 0;

  /** @param path '-' for standard output. Throws what the system says. */
  constructor(path: string, flags: 'w' | 'wx' = 'w') {
    this.#isOurs = path !== '-';
    // A capture tells who sent what to whom: it is for its owner alone.
    this.#file = this.#isOurs ? openSync(path, flags, 0o600) : standardOutput;
    // One that was there keeps its mode, which may let others read. Pipes and devices are as they are.
    if (this.#isOurs && fstatSync(this.#file).isFile()) fchmodSync(this.#file, 0o600);
  }

  write(bytes: Uint8Array): void {
    if (this.#filled + bytes.length > bufferBytes) this.flush();
    if (bytes.length > bufferBytes) return this.#put(bytes);
    this.#buffer.set(bytes, this.#filled);
    this.#filled += bytes.length;
  }

  flush(): void {
    const filled = this.#filled;
    this.#filled = 0;
    if (filled > 0) this.#put(this.#buffer.subarray(0, filled));
  }

  close(): void {
    try {
      this.flush();
    } finally {
      if (this.#isOurs) closeSync(this.#file);
    }
  }

  /** Without writing what is in the buffer. */
  abandon(): void {
    this.#filled = 0;
    if (this.#isOurs) closeSync(this.#file);
  }

  #put(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      try {
        at += writeSync(this.#file, bytes, at, bytes.length - at);
      } catch (thrown) {
        // A pipe whose reader is slower than we are.
        if ((thrown as NodeJS.ErrnoException).code !== 'EAGAIN') throw thrown;
        sleep(1);
      }
    }
  }
}
