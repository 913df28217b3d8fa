/**
 * Files that are here before, and may be what comes: found by name and size, held by what the system says of them, and
 * compared by their content. Reads only; opens nothing but plain files and follows no link.
 */

import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import type { Stats } from 'node:fs';

import { freeName } from '../../base/free-name.ts';
import { isTimeHeld } from './landing.ts';

/** A FIFO or a link may take the file's place at any time: neither block on it nor follow it. */
const openFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

export interface ExistingFile {
  /** Absolute. */
  readonly path: string;
  readonly stats: Stats;
}

export interface Sought {
  readonly name: string;
  readonly size: number;
  /** Microseconds since the epoch. */
  readonly mtime: number;
}

/** What has the name, and which files could be the one that is sought. */
export interface Look {
  readonly isTaken: boolean;
  readonly files: readonly ExistingFile[];
}

/**
 * Looks for files of the right size under the name and, when something has that, under the numbered names that it has
 * led to or would lead to. Those that also have the time come first.
 * @param at the local path of a name; throws when there is no such folder
 * @param isNumbered whether names that are taken are numbered here
 */
export const lookFor = (
  { name, size, mtime }: Sought,
  at: (name: string) => string,
  isNumbered: boolean,
): Look => {
  const files: ExistingFile[] = [];
  const isTaken = (candidate: string): boolean => {
    const path = at(candidate);
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats?.isFile() === true && stats.size === size) files.push({ path, stats });
    return stats !== undefined;
  };
  if (!isTaken(name)) return { isTaken: false, files };
  if (isNumbered) freeName(name, isTaken);
  const hasTime = ({ stats }: ExistingFile): boolean => isTimeHeld(mtime, stats.mtimeMs);
  return { isTaken: true, files: [...files.filter(hasTime), ...files.filter((file) => !hasTime(file))] };
};

/** Whether nobody has written to the file since it was looked at. A link or new attributes do not matter. */
export const isUntouched = ({ path, stats }: ExistingFile): boolean => {
  try {
    const now = lstatSync(path, { throwIfNoEntry: false });
    return now?.isFile() === true && now.size === stats.size && now.mtimeMs === stats.mtimeMs;
  } catch {
    return false;
  }
};

/** Opens it for reading; undefined when it cannot be read, or is no plain file of that size any more. */
export const openExisting = ({ path, stats }: ExistingFile): number | undefined => {
  let fd: number;
  try {
    fd = openSync(path, openFlags);
  } catch {
    return undefined;
  }
  const now = fstatSync(fd);
  if (now.isFile() && now.size === stats.size) return fd;
  closeSync(fd);
  return undefined;
};

/** Reads up to `length` bytes at `position`; returns how many, fewer only at the end. Throws what the system throws. */
export const readUpTo = (fd: number, into: Uint8Array, length: number, position: number): number => {
  let filled = 0;
  while (filled < length) {
    const read = readSync(fd, into, filled, length - filled, position + filled);
    if (read === 0) break;
    filled += read;
  }
  return filled;
};

/** Whether a small file has exactly this content. One that cannot be read has not. */
export const hasContent = (file: ExistingFile, content: Uint8Array): boolean => {
  const fd = openExisting(file);
  if (fd === undefined) return false;
  try {
    // One byte more: it may have grown.
    const bytes = Buffer.allocUnsafe(content.byteLength + 1);
    const read = readUpTo(fd, bytes, bytes.byteLength, 0);
    return read === content.byteLength && bytes.subarray(0, read).equals(content);
  } catch {
    return false;
  } finally {
    closeSync(fd);
  }
};
