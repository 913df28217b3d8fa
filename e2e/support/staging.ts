/** Looks at unfinished files in a target while a transfer runs. */

import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { patienceMs } from './program.ts';
import { stagingName } from './trees.ts';

const lookEveryMs = 2;

/** Bytes of the largest partial below a target; 0 when there is none. */
export function partialBytes(target: string): number {
  let largest = 0;
  const staging = join(target, stagingName);
  for (const key of list(staging)) {
    for (const name of list(join(staging, key))) {
      const stats = lstatSync(join(staging, key, name), { throwIfNoEntry: false });
      largest = Math.max(largest, stats?.size ?? 0);
    }
  }
  return largest;
}

/** Files below a target, the unfinished ones aside. */
export function landedFiles(target: string): number {
  let count = 0;
  for (const entry of readdirSync(target, { withFileTypes: true })) {
    if (entry.isFile()) count += 1;
    else if (entry.isDirectory() && entry.name !== stagingName)
      count += landedFiles(join(target, entry.name));
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

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
