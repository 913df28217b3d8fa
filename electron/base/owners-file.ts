/**
 * Small files that belong to one owner and several processes: replaced whole, readable for the owner alone, changed
 * under a lock file. Synchronous: they are tiny, and a change must not interleave with another one.
 */

import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { HexdropError } from '../../shared/errors/errors.ts';
import { currentBootId } from './boot-id.ts';
import { acquireLock, releaseLock } from './process-lock.ts';

/** A change takes some milliseconds. Whoever holds the lock for longer stands still, and this process must not. */
const lockTimeoutMs = 500;
/** A lock that does not say whose it is for this long was not written to its end. */
const lockGraceMs = 250;
const lockPollMs = 2;

/** The folder that they lie in. Throws home-unwritable. */
export const makeOwnersFolder = (path: string): void => {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw ownersFileFault(error as NodeJS.ErrnoException, path);
  }
};

/** At any moment there is the old file or the new one. Throws home-unwritable. */
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
    whileLookedAt(() => renameSync(temporaryPath, path));
  } catch (error) {
    removeIfThere(temporaryPath);
    throw ownersFileFault(error as NodeJS.ErrnoException, path);
  }
};

/** How long somebody looks at a file, at most. */
const lookMs = 500;
/** What Windows says as long as somebody does: an antivirus program, an indexer, another Hexdrop that reads it. */
const lookCodes: ReadonlySet<string | undefined> = new Set(['EPERM', 'EACCES', 'EBUSY']);

/** Replaces or makes a file, again and again for a moment where Windows refuses it. Throws what the system throws. */
export const whileLookedAt = <Result>(
  change: () => Result,
  platform: NodeJS.Platform = process.platform,
): Result => {
  const deadline = performance.now() + lookMs;
  for (;;) {
    try {
      return change();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (platform !== 'win32' || !lookCodes.has(code) || performance.now() > deadline) throw error;
      pause();
    }
  }
};

/** Beside the file, and of nobody else. */
export const temporaryPathOf = (path: string): string =>
  `${path}.${process.pid}-${randomBytes(6).toString('hex')}`;

export const ownersFileFault = (error: NodeJS.ErrnoException, path: string): HexdropError => {
  if (error instanceof HexdropError) return error;
  const code = error.code ?? '';
  const why = reasons[code] ?? (code === '' ? error.message : code);
  return new HexdropError(
    'home-unwritable',
    `${path} cannot be written: ${why}. Mend that, or choose another folder with --home.`,
    { cause: error },
  );
};

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'the system does not permit it',
  EPERM: 'the system does not permit it',
  EROFS: 'the file system is read-only',
  ENOSPC: 'there is no space left',
  EDQUOT: 'the quota is used up',
  ENOTDIR: 'there is a file where a folder must be',
};

/** Runs one change at a time among all processes that use this lock; that of a killed one is taken over at once. */
export const withLockFile = (path: string, work: () => void): void => {
  takeLock(path);
  try {
    work();
  } finally {
    releaseLock(path);
  }
};

const takeLock = (path: string): void => {
  const bootId = currentBootId();
  const deadline = performance.now() + lockTimeoutMs;
  while (!hasTaken(path, bootId)) {
    if (performance.now() > deadline)
      throw new HexdropError('home-unwritable', `${path} is held by another process.`);
    pause();
  }
};

const pause = (): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, lockPollMs);
};

const hasTaken = (path: string, bootId: string): boolean => {
  try {
    return whileLookedAt(() => acquireLock(path, bootId, lockGraceMs));
  } catch (error) {
    throw ownersFileFault(error as NodeJS.ErrnoException, path);
  }
};

const removeIfThere = (path: string): void => {
  try {
    unlinkSync(path);
  } catch {
    // Gone already.
  }
};
