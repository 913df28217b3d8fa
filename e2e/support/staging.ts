/** Looks at unfinished files in a target while a transfer runs. */

import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { patienceMs } from './program.ts';
import { isUnfinished, unfinishedIn } from './trees.ts';

const lookEveryMs = 2;

/** Bytes of the largest partial below a target; 0 when there is none. */
export function partialBytes(target: string): number {
  return unfinishedIn(target).reduce((largest, path) => {
    const stats = lstatSync(join(target, path), { throwIfNoEntry: false });
    return Math.max(largest, stats?.size ?? 0);
  }, 0);
}

/** Files below a target, the unfinished ones aside. */
export function landedFiles(target: string): number {
  let count = 0;
  for (const entry of readdirSync(target, { withFileTypes: true })) {
    if (entry.isFile() && !isUnfinished(entry.name)) count += 1;
    else if (entry.isDirectory()) count += landedFiles(join(target, entry.name));
  }
  return count;
}

/** Resolves once a partial has this many bytes. */
export const fileGrowsTo = (target: string, bytes: number): Promise<void> =>
  seen(() => partialBytes(target) >= bytes);

/** Resolves once `isSo`; looks again and again, since the kernel tells of no such thing. */
export async function seen(isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`not seen within ${patienceMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}
