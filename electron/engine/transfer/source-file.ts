/**
 * Reading a source file so that what is sent is one version of it: opened without following links, held against the
 * manifest when it is opened and again when its last byte has been read. Synchronous: for files in the page cache the
 * thread pool costs threefold.
 */

import { constants, fstatSync, openSync, readSync } from 'node:fs';

import { displayName } from '../../../shared/model/display-name.ts';
import { HexdropError } from '../../../shared/protocol/errors.ts';
import { chunkBytes } from '../../../shared/protocol/limits.ts';
import { Chain } from './digest.ts';
import type { Digest } from './digest.ts';
import { fileFaultOf } from './file-fault.ts';
import type { SourceEntry } from './walk.ts';
import { isVersion } from './walk.ts';

/** A FIFO or a link may have taken the file's place since the walk: neither block on it nor follow it. */
const openFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * The caller holds what it opened against the manifest with `requireVersion`, before or after it reads.
 * @throws HexdropError file-vanished, permission-denied, symlink-in-path, file-unreadable
 */
export function openSource(entry: SourceEntry, relative: string): number {
  try {
    return openSync(entry.path, openFlags);
  } catch (thrown) {
    throw fileFaultOf(thrown, 'open', relative);
  }
}

/** @throws HexdropError file-changed */
export function requireVersion(fd: number, entry: SourceEntry, relative: string): void {
  const stats = fstatSync(fd, { bigint: true });
  if (isVersion(entry, stats)) return;
  throw new HexdropError(
    'file-changed',
    `"${displayName(relative)}" changed since the list of files was made.`,
  );
}

/**
 * Reads exactly `length` bytes at `position`.
 * @throws HexdropError file-changed, read-failed
 */
export function readWhole(
  fd: number,
  into: Uint8Array,
  at: number,
  length: number,
  position: number,
  relative: string,
): void {
  let filled = 0;
  while (filled < length) {
    let read: number;
    try {
      read = readSync(fd, into, at + filled, length - filled, position + filled);
    } catch (thrown) {
      throw fileFaultOf(thrown, 'read', relative);
    }
    if (read === 0)
      throw new HexdropError('file-changed', `"${displayName(relative)}" became shorter while it was read.`);
    filled += read;
  }
}

/** Computes the chain of a file a chunk at a time, so that its caller can let others go on in between. */
export class ChainOfFile {
  readonly #fd: number;
  readonly #size: number;
  readonly #relative: string;
  readonly #chain: Chain;
  #position = 0;

  constructor(fd: number, size: number, relative: string, digest: Digest) {
    this.#fd = fd;
    this.#size = size;
    this.#relative = relative;
    this.#chain = new Chain(digest);
  }

  /** Reads one chunk more, by way of `buffer`, which is at least a chunk long; returns the chain once the file is read. */
  step(buffer: Uint8Array): Uint8Array | undefined {
    const length = Math.min(chunkBytes, this.#size - this.#position);
    if (length > 0) {
      readWhole(this.#fd, buffer, 0, length, this.#position, this.#relative);
      this.#chain.appendContent(buffer.subarray(0, length));
      this.#position += length;
    }
    return this.#position >= this.#size ? this.#chain.value : undefined;
  }
}
