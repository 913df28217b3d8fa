/**
 * Reading a source file so that what is sent is one state of it: opened without following links, as many bytes as the
 * manifest tells. A file that grows gives those; one that becomes shorter fails. Whether it was written to or only
 * touched meanwhile (a link made by a backup, other permissions) is for the content to say: what the times leave open
 * is read once more. Synchronous: for files in the page cache the thread pool costs threefold.
 */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';

import { displayName } from '../../../../shared/model/display-name.ts';
import { HexdropError } from '../../../../shared/errors/errors.ts';
import { chunkBytes } from '../../../../shared/protocol/limits.ts';
import { fileFaultOf } from '../../../base/file-fault.ts';
import { readingFlags } from '../../files/reading-flags.ts';
import type { OpenSource, SinceTold, SmallRead, SourceEntry, SourceReader } from './source-tree.ts';
import { isSameState } from './walk.ts';
import type { LocalEntry } from './walk.ts';

/** A small file is read again until it reads the same twice; one that changes faster than that is no file to copy. */
const smallReads = 4;

/** Reads files of this machine: what is asked for is always there. */
export class LocalReader implements SourceReader {
  readonly #again = Buffer.allocUnsafeSlow(chunkBytes);

  lookAhead(): void {}

  open(entry: SourceEntry, relative: string): OpenSource {
    // Entries come back to the tree that made them.
    const local = entry as LocalEntry;
    if (local.made instanceof Buffer) return new MadeFile(local.made);
    const fd = openSource(local, relative);
    try {
      return new LocalFile(fd, local, relative, holdAgainst(fd, local, relative));
    } catch (thrown) {
      closeSync(fd);
      throw thrown;
    }
  }

  /** Held against the manifest once, after reading: as it was when it was walked, it needs no second look. */
  readSmall(entry: SourceEntry, into: Uint8Array, at: number): SmallRead {
    const local = entry as LocalEntry;
    const { size, name, made } = local;
    if (made instanceof Buffer) {
      into.set(made, at);
      return 'read';
    }
    const fd = openSource(local, name);
    try {
      if (size > 0) readWhole(fd, into, at, size, 0, name);
      const stats = holdAgainst(fd, local, name);
      if (made !== undefined || isSameState(local, stats)) return 'read';
      this.#readAgain(fd, into.subarray(at, at + size), name);
      return sinceTold(local, stats) ?? 'read';
    } finally {
      closeSync(fd);
    }
  }

  forget(): void {}

  stop(): void {}

  /** @throws HexdropError file-changed when no two readings are the same */
  #readAgain(fd: number, content: Uint8Array, name: string): void {
    const again = this.#again.subarray(0, content.length);
    for (let reads = 1; reads < smallReads; reads += 1) {
      if (again.length > 0) readWhole(fd, again, 0, again.length, 0, name);
      if (again.equals(content)) return;
      content.set(again);
    }
    throw changed(name, 'is written to while it is read');
  }
}

/** What was made while the tree was walked. */
class MadeFile implements OpenSource {
  readonly isAsTold = true;
  readonly sinceTold = undefined;
  readonly #content: Buffer;

  constructor(content: Buffer) {
    this.#content = content;
  }

  read(into: Uint8Array, at: number, length: number, position: number): boolean {
    into.set(this.#content.subarray(position, position + length), at);
    return true;
  }

  verify(): boolean {
    return true;
  }

  close(): void {}
}

class LocalFile implements OpenSource {
  readonly #fd: number;
  readonly #entry: LocalEntry;
  readonly #relative: string;
  /** As it was when it was opened, or when last verified. */
  #stats: BigIntStats;

  constructor(fd: number, entry: LocalEntry, relative: string, stats: BigIntStats) {
    this.#fd = fd;
    this.#entry = entry;
    this.#relative = relative;
    this.#stats = stats;
  }

  get isAsTold(): boolean {
    return isSameState(this.#entry, this.#stats);
  }

  get sinceTold(): SinceTold | undefined {
    return sinceTold(this.#entry, this.#stats);
  }

  read(into: Uint8Array, at: number, length: number, position: number): boolean {
    readWhole(this.#fd, into, at, length, position, this.#relative);
    return true;
  }

  verify(): boolean {
    const before = this.#stats;
    this.#stats = holdAgainst(this.#fd, this.#entry, this.#relative);
    // Made anew with every reading: what was read is what there was.
    return this.#entry.made !== undefined || isSameState(before, this.#stats);
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/**
 * The caller holds what it opened against the manifest with `holdAgainst`, before or after it reads.
 * @throws HexdropError file-vanished, permission-denied, symlink-in-path, file-unreadable
 */
function openSource(entry: LocalEntry, relative: string): number {
  try {
    return openSync(entry.path, readingFlags);
  } catch (thrown) {
    throw fileFaultOf(thrown, 'open', relative);
  }
}

/**
 * Whether the bytes that the manifest tells can be had of it; then what it is like now.
 * @throws HexdropError file-changed
 */
function holdAgainst(fd: number, { size, inode, made }: LocalEntry, relative: string): BigIntStats {
  const stats = fstatSync(fd, { bigint: true });
  if (!stats.isFile()) throw changed(relative, 'is no file any more');
  if (made !== undefined) return stats;
  if (stats.size < size) throw changed(relative, 'became shorter after the list of files was made');
  // The beginning of a log that goes on is of use; the beginning of another document is not.
  if (stats.size > size && stats.ino !== inode)
    throw changed(relative, 'was replaced by a longer file after the list of files was made');
  return stats;
}

/** Links, modes and labels move the time of the last change of status alone: those make no other file of it. */
function sinceTold({ size, inode, mtimeNs, made }: LocalEntry, stats: BigIntStats): SinceTold | undefined {
  if (made !== undefined) return undefined;
  if (stats.size > size) return 'grown';
  return stats.mtimeNs === mtimeNs && stats.ino === inode ? undefined : 'newer';
}

const changed = (relative: string, what: string): HexdropError =>
  new HexdropError('file-changed', `"${displayName(relative)}" ${what}.`);

/**
 * Reads exactly `length` bytes at `position`.
 * @throws HexdropError file-changed, read-failed
 */
function readWhole(
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
    if (read === 0) throw changed(relative, 'became shorter while it was read');
    filled += read;
  }
}
