/**
 * Reading a source file so that what is sent is one version of it: opened without following links, held against the
 * manifest when it is opened and again when its last byte has been read. Synchronous: for files in the page cache the
 * thread pool costs threefold.
 */

import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

import { displayName } from '../../../shared/model/display-name.ts';
import { HexdropError } from '../../../shared/protocol/errors.ts';
import { fileFaultOf } from './file-fault.ts';
import type { OpenSource, SourceEntry, SourceReader } from './source-tree.ts';
import { isVersion } from './walk.ts';
import type { LocalEntry } from './walk.ts';

/** A FIFO or a link may have taken the file's place since the walk: neither block on it nor follow it. */
const openFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Reads files of this machine: what is asked for is always there. */
export class LocalReader implements SourceReader {
  lookAhead(): void {}

  open(entry: SourceEntry, relative: string): OpenSource {
    // Entries come back to the tree that made them.
    const local = entry as LocalEntry;
    const fd = openSource(local, relative);
    try {
      requireVersion(fd, local, relative);
    } catch (thrown) {
      closeSync(fd);
      throw thrown;
    }
    return new LocalFile(fd, local, relative);
  }

  /** Held against the manifest once, after reading: then what was read is that version. */
  readSmall(entry: SourceEntry, into: Uint8Array, at: number): boolean {
    const local = entry as LocalEntry;
    const fd = openSource(local, local.name);
    try {
      if (local.size > 0) readWhole(fd, into, at, local.size, 0, local.name);
      requireVersion(fd, local, local.name);
    } finally {
      closeSync(fd);
    }
    return true;
  }

  forget(): void {}

  stop(): void {}
}

class LocalFile implements OpenSource {
  readonly #fd: number;
  readonly #entry: LocalEntry;
  readonly #relative: string;

  constructor(fd: number, entry: LocalEntry, relative: string) {
    this.#fd = fd;
    this.#entry = entry;
    this.#relative = relative;
  }

  read(into: Uint8Array, at: number, length: number, position: number): boolean {
    readWhole(this.#fd, into, at, length, position, this.#relative);
    return true;
  }

  verify(): void {
    requireVersion(this.#fd, this.#entry, this.#relative);
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/**
 * The caller holds what it opened against the manifest with `requireVersion`, before or after it reads.
 * @throws HexdropError file-vanished, permission-denied, symlink-in-path, file-unreadable
 */
function openSource(entry: LocalEntry, relative: string): number {
  try {
    return openSync(entry.path, openFlags);
  } catch (thrown) {
    throw fileFaultOf(thrown, 'open', relative);
  }
}

/** @throws HexdropError file-changed */
function requireVersion(fd: number, entry: LocalEntry, relative: string): void {
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
