/**
 * One process at a time does a piece of work that takes longer than a moment: building, fetching the runtime. A lock file
 * says that somebody is at it; its holder renews its time every second, so a lock whose holder was killed is soon known
 * to be stale.
 */

import { rmSync, statSync, utimesSync, writeFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const renewEveryMs = 1_000;
/** Ten renewals that did not come: the holder is gone, or its machine slept. */
const staleAfterMs = 10_000;
const lookEveryMs = 100;

/**
 * Runs `work` while this process alone holds the lock at `path`, whose folder is made. Settles as `work` does.
 * @param onWait called once when another process holds the lock
 * @param signal ends the waiting; `work` itself has to hear it
 * @throws what the system throws when the lock file cannot be written; an AbortError when the waiting was ended
 */
export async function withLock<Result>(
  path: string,
  onWait: () => void,
  work: () => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  mkdirSync(dirname(path), { recursive: true });
  let isWaiting = false;
  while (!tryLock(path)) {
    if (isStale(path)) {
      rmSync(path, { force: true });
      continue;
    }
    if (!isWaiting) onWait();
    isWaiting = true;
    await delay(lookEveryMs, undefined, { signal });
  }
  const renewal = setInterval(() => renew(path), renewEveryMs);
  try {
    return await work();
  } finally {
    clearInterval(renewal);
    rmSync(path, { force: true });
  }
}

function tryLock(path: string): boolean {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function isStale(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && Math.abs(Date.now() - stats.mtimeMs) > staleAfterMs;
}

function renew(path: string): void {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {
    // Somebody took it for stale after this machine slept; both go on, and the work itself tolerates that.
  }
}
