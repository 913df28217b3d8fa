/**
 * Owns how a verified file comes under its name: exclusive-create of a partial, write, times, no-clobber place.
 * At any moment a kill leaves under the final name the old file, the whole new file, or nothing.
 *
 * Everything is synchronous: for small files the thread pool costs threefold. Paths come from SafeRoot and from
 * the journal; nothing here looks at a peer's name. Nothing is synced to the disk unless a checkpoint asks for it.
 */

import {
  closeSync,
  constants,
  fstatSync,
  futimesSync,
  linkSync,
  lstatSync,
  lutimesSync,
  openSync,
  readSync,
  readlinkSync,
  renameSync,
  writeSync,
} from 'node:fs';
import type { Stats } from 'node:fs';
import { basename } from 'node:path';

import { displayName } from '../../../shared/model/display-name.ts';
import { HexdropError } from '../../../shared/errors/errors.ts';
import { fileFaultOf } from '../../base/file-fault.ts';
import { askedMode, closedMode, succeed } from './ownership.ts';
import { discardPartial, statsOf } from './unfinished.ts';

/** How often a file is tried anew when somebody meddles with its path. */
export const createTries = 10;

/** What opens a partial: it must not be there, and a link at its place is not followed. */
const exclusiveCreate = constants.O_CREAT | constants.O_EXCL;

/** Creates a partial exclusively, closed to others, and opens it for writing. Throws what the system throws. */
export const createPartial = (partialPath: string): number =>
  openSync(partialPath, constants.O_RDWR | exclusiveCreate, closedMode);

/** Opens a partial of an earlier run for writing on; it must be a plain file. Throws what the system throws. */
export const reopenPartial = (partialPath: string): number =>
  openSync(partialPath, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0));

/**
 * Under Windows a file says the number of its volume in 64 bits when it is asked for by name, and in 32 when it is open,
 * with libuv 1.49 and 1.50: there the number of the file has to do.
 */
const hasTwoVolumeNumbers = process.platform === 'win32';

/** Whether the open partial still lies at its path: somebody may have removed or moved it, or mounted something there. */
export const isAt = (fd: number, partialPath: string): boolean => {
  const { ino, dev } = fstatSync(fd);
  const there = statsOf(partialPath);
  return there?.ino === ino && (there.dev === dev || hasTwoVolumeNumbers);
};

/** Where an open partial is now, should its folder have been moved; undefined where the system does not tell. */
export const movedTo = (fd: number): string | undefined => {
  try {
    const path = readlinkSync(`/proc/self/fd/${fd}`);
    return isAt(fd, path) ? path : undefined;
  } catch {
    return undefined;
  }
};

/** What is copied at a time. */
const copyBytes = 1_048_576;

/** Writes what an open partial holds into another one. Throws what the system throws. */
export const copyPartial = (from: number, to: number): void => {
  const buffer = Buffer.allocUnsafe(copyBytes);
  for (let position = 0; ;) {
    const read = readSync(from, buffer, 0, copyBytes, position);
    if (read === 0) return;
    writeWhole(to, buffer.subarray(0, read), position);
    position += read;
  }
};

/** Writes all of `bytes` at `position` (undefined: where the file stands). Throws what the system throws. */
export const writeWhole = (fd: number, bytes: Uint8Array, position: number | null = null): void => {
  let written = writeSync(fd, bytes, 0, bytes.byteLength, position);
  // A disk that runs full takes a part first and fails on the rest.
  while (written < bytes.byteLength) {
    const at = position === null ? null : position + written;
    written += writeSync(fd, bytes, written, bytes.byteLength - written, at);
  }
};

/**
 * Sets the modification time in microseconds (the access time becomes now).
 *
 * A time is worth no file: nothing is thrown. Returns whether the file has that time now; a file system that does not
 * reach so far gives it the nearest one that it holds, and some let no time be set.
 */
export const setTimes = (fd: number, mtimeUs: number): boolean => {
  try {
    futimesSync(fd, Date.now() / 1000, secondsOf(mtimeUs));
    return isOrdinaryTime(mtimeUs) || isTimeHeld(mtimeUs, fstatSync(fd).mtimeMs);
  } catch {
    return false;
  }
};

/**
 * The same for a folder, by path and after everything in it is in place. A symbolic link is not followed. Throws what
 * the system throws: the folder may be somebody else's.
 */
export const setFolderTimes = (path: string, mtimeUs: number): boolean => {
  lutimesSync(path, Date.now() / 1000, secondsOf(mtimeUs));
  return isOrdinaryTime(mtimeUs) || isTimeHeld(mtimeUs, lstatSync(path).mtimeMs);
};

/** From where the time of FAT begins to where that of 32 bits ends: held by every file system. */
const isOrdinaryTime = (mtimeUs: number): boolean =>
  mtimeUs >= 315_532_800_000_000 && mtimeUs <= 2_147_483_647_000_000;

/**
 * Whether libuv hands nanoseconds to the system, as since 1.52 (Node 24); before, it cuts towards zero to microseconds. On
 * Windows it does neither: it counts tenths of microseconds since 1601 in a double, which is exact to 1.6 microseconds,
 * so the middle of a microsecond comes nearest, and whole seconds are exact.
 */
const hasNanoseconds = ((): boolean => {
  if (process.platform === 'win32') return false;
  const [major = 0, minor = 0] = process.versions.uv.split('.').map(Number);
  return major > 1 || minor >= 52;
})();

/**
 * Node takes a time as a double of seconds, which may lie below the microsecond that is meant. Half a microsecond more
 * reaches it where libuv cuts to microseconds; where it does not, the next double does, and a whole second is left as it
 * is, so that a copy is not newer than its source. A negative number would be read as "now" by Node; a string is taken as
 * it is.
 */
const secondsOf = (timeUs: number): number | string => {
  const seconds = hasNanoseconds ? reached(timeUs / 1e6) : (timeUs + (timeUs < 0 ? -0.5 : 0.5)) / 1e6;
  return seconds < 0 ? String(seconds) : seconds;
};

const double = new Float64Array(1);
const doubleBits = new BigInt64Array(double.buffer);

/** The next double towards the future. Whole seconds are exact as they are. */
const reached = (seconds: number): number => {
  if (Number.isInteger(seconds)) return seconds;
  double[0] = seconds;
  doubleBits[0] = (doubleBits[0] as bigint) + (seconds > 0 ? 1n : -1n);
  return double[0];
};

/** What file systems keep of a time, in microseconds: milliseconds, seconds, and FAT's two seconds. */
const timeGrains = [1_000, 1_000_000, 2_000_000];

/** Whether a file system that was given `mtimeUs` would say `heldMs` today: equal, or cut to its own grain. */
export const isTimeHeld = (mtimeUs: number, heldMs: number): boolean => {
  const heldUs = Math.round(heldMs * 1000);
  // Far off, a double of seconds does not hold every microsecond.
  if (Math.abs(heldUs - mtimeUs) <= (Number.isSafeInteger(mtimeUs) ? 1 : 64)) return true;
  return timeGrains.some((grain) => heldUs % grain === 0 && Math.abs(mtimeUs - heldUs) < grain);
};

/** What a file system without hard links answers to link(2); FUSE, FAT, some network drives and sandboxes. */
const linkless: ReadonlySet<string> = new Set([
  'EPERM',
  'EACCES',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
]);

/**
 * Puts a partial under its final name without ever replacing what is there: link, then unlink. Where links are not
 * supported, looks first and renames. 'exists' leaves the partial as it is. Throws what the system throws.
 */
export const placeNoClobber = (partialPath: string, finalPath: string): 'placed' | 'exists' => {
  try {
    linkSync(partialPath, finalPath);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return 'exists';
    if (code === undefined || !linkless.has(code)) throw error;
    return placeByRename(partialPath, finalPath);
  }
  // Should this fail, the file is in place all the same: the journal removes the second name (see `known`).
  discardPartial(partialPath);
  return 'placed';
};

const placeByRename = (partialPath: string, finalPath: string): 'placed' | 'exists' => {
  if (lstatSync(finalPath, { throwIfNoEntry: false }) !== undefined) return 'exists';
  renameSync(partialPath, finalPath);
  return 'placed';
};

/**
 * Puts a partial under its final name in place of the file that may be there, in one step. A symbolic link at that
 * name is replaced itself, never followed. Throws `is-a-folder`, else what the system throws.
 */
export const placeOver = (partialPath: string, finalPath: string): void => {
  try {
    renameSync(partialPath, finalPath);
  } catch (error) {
    // Windows says EPERM for a folder as for much else: look.
    if (lstatSync(finalPath, { throwIfNoEntry: false })?.isDirectory() === true) {
      const message = `"${displayName(basename(finalPath))}" is a folder; a file does not take its place.`;
      throw new HexdropError('is-a-folder', message, { cause: error });
    }
    throw error;
  }
};

export interface SmallFile {
  readonly partialPath: string;
  readonly finalPath: string;
  /** Relative, with '/': what errors call it. */
  readonly path: string;
  /** The whole content, verified. */
  readonly bytes: Uint8Array;
  readonly mtimeUs: number;
  readonly executable: boolean;
  /** What it takes the place of (the user's choice); a file's mode and owners are taken over. */
  readonly replaced: Stats | undefined;
}

/**
 * Lands a packed file in six system calls: open, write, times, close, link, unlink. 'exists' leaves the whole partial
 * where it is, for `placeNoClobber` under another name, or `discardPartial`. Throws a typed error and leaves no partial;
 * `file-exists` when something has the path of the partial. `timeNotKept` is called when the file cannot have its time.
 */
export const landSmall = <File extends SmallFile>(
  file: File,
  timeNotKept: (file: File) => void = () => {},
): 'placed' | 'exists' => {
  const { partialPath, finalPath } = file;
  let fd = -1;
  let action: FileStep = 'create';
  try {
    const takesOver = file.replaced?.isFile() === true;
    const mode = takesOver ? closedMode : askedMode(file.executable);
    fd = openSync(partialPath, constants.O_WRONLY | exclusiveCreate, mode);
    action = 'write';
    if (file.bytes.byteLength > 0) writeWhole(fd, file.bytes);
    if (takesOver) succeed(fd, file.replaced, file.executable);
    if (!setTimes(fd, file.mtimeUs)) timeNotKept(file);
    const open = fd;
    fd = -1;
    action = 'write';
    closeSync(open);
    action = 'put in place';
    if (file.replaced === undefined) return placeNoClobber(partialPath, finalPath);
    placeOver(partialPath, finalPath);
    return 'placed';
  } catch (error) {
    if (fd !== -1) closeSync(fd);
    // What was there before 'create' is not ours to remove.
    if (action !== 'create') discardPartial(partialPath);
    throw fileFaultOf(error, action, file.path);
  }
};

type FileStep = 'create' | 'write' | 'put in place';
