/**
 * Owns the answer to "has the machine been started anew since?": what was written but not synced survives the end
 * of a process, not that of the system.
 */

import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';

/** A derived id may be off by this much: the clock is set now and then, and no machine starts twice within it. */
const toleranceSeconds = 10;
const derivedPattern = /^started:(\d+)$/u;

/** What the kernel calls this run of the system; undefined where it has no name for it. */
export const kernelBootId = (): string | undefined => {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim() || undefined;
  } catch {
    return undefined; // Not Linux.
  }
};

/** Names this run of the system: the kernel's own id, or where there is none the second in which it started. */
export const currentBootId = (): string => kernelBootId() ?? derivedBootId(Date.now(), uptime());

export const derivedBootId = (nowMs: number, uptimeSeconds: number): string =>
  `started:${Math.round(nowMs / 1000 - uptimeSeconds)}`;

/** Whether two ids name the same run of the system. */
export const isSameBoot = (one: string, other: string): boolean => {
  if (one === other) return true;
  const first = derivedPattern.exec(one)?.[1];
  const second = derivedPattern.exec(other)?.[1];
  if (first === undefined || second === undefined) return false;
  return Math.abs(Number(first) - Number(second)) <= toleranceSeconds;
};
