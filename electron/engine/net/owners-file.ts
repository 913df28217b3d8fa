/**
 * Small files that belong to one owner and several processes: replaced whole, readable for the owner alone, changed
 * under a lock file. Synchronous: they are tiny, and a change must not interleave with another one.
 */

import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { HexdropError } from '../../../shared/protocol/errors.ts';

/** A change takes a millisecond; a lock this old belongs to a process that was killed. */
const staleLockMs = 3_000;
const lockTimeoutMs = 5_000;
const lockPollMs = 2;

/** At any moment there is the old file or the new one. */
export const replaceOwnersFile = (path: string, text: string): void => {
  const temporaryPath = temporaryPathOf(path);
  try {
    const descriptor = openSync(temporaryPath, 'wx', 0o600);
    try {
      writeFileSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporaryPath, path);
  } catch (error) {
    removeIfThere(temporaryPath);
    throw ownersFileFault(error as NodeJS.ErrnoException, path);
  }
};

/** Beside the file, and of nobody else. */
export const temporaryPathOf = (path: string): string =>
  `${path}.${process.pid}-${randomBytes(6).toString('hex')}`;

export const ownersFileFault = (error: NodeJS.ErrnoException, path: string): HexdropError => {
  if (error instanceof HexdropError) return error;
  const code = error.code ?? '';
  const isForbidden = code === 'EACCES' || code === 'EPERM' || code === 'EROFS';
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  return new HexdropError(
    isForbidden ? 'permission-denied' : isFull ? 'disk-full' : 'write-failed',
    `${path} cannot be written (${code === '' ? error.message : code}). Choose another folder with --home.`,
    { cause: error },
  );
};

/** Runs one change at a time among all processes that use this lock. */
export const withLockFile = (path: string, work: () => void): void => {
  takeLock(path);
  try {
    work();
  } finally {
    removeIfThere(path);
  }
};

const takeLock = (path: string): void => {
  const deadline = Date.now() + lockTimeoutMs;
  for (;;) {
    try {
      closeSync(openSync(path, 'wx', 0o600));
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
        throw ownersFileFault(error as NodeJS.ErrnoException, path);
    }
    if (isStale(path)) removeStale(path);
    else if (Date.now() > deadline)
      throw new HexdropError('write-failed', `${path} is held by another process.`);
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, lockPollMs);
  }
};

/** One that stays would be tried again without end. */
const removeStale = (path: string): void => {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      throw ownersFileFault(error as NodeJS.ErrnoException, path);
  }
};

const isStale = (path: string): boolean => {
  try {
    return Math.abs(Date.now() - statSync(path).mtimeMs) > staleLockMs;
  } catch {
    return false;
  }
};

const removeIfThere = (path: string): void => {
  try {
    unlinkSync(path);
  } catch {
    // Gone already.
  }
};
