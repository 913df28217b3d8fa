/** A user without the rights of root, to whom permissions mean something. */

import { spawnSync } from 'node:child_process';
import { chownSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { lacking } from './needs.ts';
import type { Need } from './needs.ts';
import { programPath } from './program.ts';

/** "nobody" by number: it is the same on all systems that matter here, and need not be in a list of users. */
const nobody = 65_534;

export interface PlainUser extends Need {
  /** For the options of a program; empty where the tests run as a plain user anyway. */
  readonly options: { readonly user?: number };
  /** Gives a tree to that user. */
  owns(...paths: readonly string[]): void;
}

export function plainUser(proves: string): PlainUser {
  if (process.getuid?.() !== 0) return { available: true, reason: '', path: '', options: {}, owns: () => {} };
  const probe = spawnSync(process.execPath, [programPath, '--version'], { uid: nobody, gid: nobody });
  const need =
    probe.status === 0
      ? { available: true, reason: '', path: '' }
      : lacking(proves, 'a user other than root cannot run the program here');
  return { ...need, options: { user: nobody }, owns: (...paths) => paths.forEach(giveAway) };
}

function giveAway(path: string): void {
  chownSync(path, nobody, nobody);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) giveAway(inner);
    else if (entry.isFile()) chownSync(inner, nobody, nobody);
  }
}
