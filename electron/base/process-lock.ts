/**
 * Owns who may write a file of the home: one living process at a time. A lock names its process by number, start and
 * boot, so that neither a killed process nor a number given out anew holds one. Nothing here waits.
 *
 * Windows tells no start, gives numbers out anew within minutes, and with fast startup does not boot anew after it was shut
 * down. There the lock is that the file is open, which ends with the process.
 */

import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  rmdirSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';

import { isSameBoot } from './boot-id.ts';

/** An empty lock is one that is being written; a takeover lasts microseconds. Older than this, its maker died. */
const defaultGraceMs = 10_000;

interface LockHolder {
  readonly pid: number;
  /** When the process started, as the kernel tells it; empty where it does not. */
  readonly started: string;
  readonly bootId: string;
}

/** libuv's UV_FS_O_EXLOCK: nobody else opens the file as long as it is open here. Windows alone has that. */
const exclusive = process.platform === 'win32' ? 0x1000_0000 : 0;

/** The locks of this thread; with the open file where that is the lock. */
const held = new Map<string, number | undefined>();

/** Takes the lock, over from a dead holder if need be; false when a living process (or this one) has it. */
export const acquireLock = (lockPath: string, bootId: string, graceMs = defaultGraceMs): boolean => {
  if (held.has(lockPath)) return false;
  if (createLock(lockPath, bootId)) return true;
  const state = stateOf(lockPath, bootId, graceMs);
  if (state !== 'dead') return state === 'free' && createLock(lockPath, bootId);
  // Several may see the same dead lock: the one that makes this folder removes it.
  const takeover = `${lockPath}.takeover`;
  if (!makeTakeover(takeover, graceMs)) return false;
  try {
    // What is gone meanwhile may be the living lock of another one in a moment: that must not be removed.
    if (stateOf(lockPath, bootId, graceMs) !== 'dead') return false;
    rmSync(lockPath, { force: true });
    return createLock(lockPath, bootId);
  } finally {
    rmdirSync(takeover);
  }
};

export const releaseLock = (lockPath: string): void => {
  if (!held.has(lockPath)) return;
  const open = held.get(lockPath);
  held.delete(lockPath);
  try {
    if (open !== undefined) closeSync(open);
    unlinkSync(lockPath);
  } catch {
    // Somebody removed the home.
  }
};

/** Whether a living process holds the lock. */
export const isLockedByLiving = (lockPath: string, bootId: string): boolean =>
  held.has(lockPath) || stateOf(lockPath, bootId, defaultGraceMs) === 'living';

/** The state of a lock that this thread does not hold. A lock that cannot be read is nobody's. */
const stateOf = (lockPath: string, bootId: string, graceMs: number): 'free' | 'living' | 'dead' => {
  let text: string;
  let ageMs: number;
  try {
    const fd = openSync(lockPath, 'r');
    try {
      ageMs = Date.now() - fstatSync(fd).mtimeMs;
      text = readFileSync(fd, 'utf8');
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return 'free';
    return exclusive !== 0 && code === 'EBUSY' ? 'living' : 'dead';
  }
  if (exclusive !== 0) return 'dead';
  const holder = parseHolder(text);
  const isLiving = holder === undefined ? ageMs < graceMs : lives(holder, bootId);
  return isLiving ? 'living' : 'dead';
};

const lives = (holder: LockHolder, bootId: string): boolean => {
  if (!isSameBoot(holder.bootId, bootId)) return false;
  const started = startOf(holder.pid);
  if (started === undefined) return false;
  if (holder.started !== '' && started !== '') return holder.started === started;
  // Without start times: this process knows its own locks, so a lock with its number that it does not hold is old.
  return holder.pid !== process.pid;
};

const createLock = (lockPath: string, bootId: string): boolean => {
  let fd: number;
  try {
    fd = openSync(lockPath, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | exclusive, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  try {
    const holder: LockHolder = { pid: process.pid, started: startOf(process.pid) ?? '', bootId };
    writeSync(fd, `${JSON.stringify(holder)}\n`);
  } catch (error) {
    // On a full disk: an empty one would stand in everybody's way.
    closeSync(fd);
    rmSync(lockPath, { force: true });
    throw error;
  }
  if (exclusive === 0) closeSync(fd);
  held.set(lockPath, exclusive === 0 ? undefined : fd);
  return true;
};

const makeTakeover = (folder: string, graceMs: number): boolean => {
  for (const isLastTry of [false, true]) {
    try {
      mkdirSync(folder);
      return true;
    } catch {
      // Somebody is at it. One that died at it left the folder behind.
      if (isLastTry || !removeStale(folder, graceMs)) return false;
    }
  }
  return false;
};

const removeStale = (folder: string, graceMs: number): boolean => {
  try {
    if (Date.now() - statSync(folder).mtimeMs < graceMs) return false;
    rmdirSync(folder);
  } catch {
    // Gone already.
  }
  return true;
};

const parseHolder = (text: string): LockHolder | undefined => {
  try {
    const { pid, started, bootId } = JSON.parse(text) as Partial<Record<keyof LockHolder, unknown>>;
    return Number.isSafeInteger(pid) && typeof started === 'string' && typeof bootId === 'string'
      ? { pid: pid as number, started, bootId }
      : undefined;
  } catch {
    return undefined;
  }
};

/** When a living process started, in clock ticks since the boot; '' where only its life is known; undefined when dead. */
const startOf = (pid: number): string | undefined => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return undefined;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name, in parentheses, may hold anything; behind it come the state and, 19 fields on, the start.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // Killed, but not yet taken note of by its parent.
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return fields[19] ?? '';
  } catch {
    return '';
  }
};
