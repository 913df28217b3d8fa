// Other programs that a suite needs. A suite asks `needs('tshark', 'another dissector reads our captures')` when it is
// loaded, gives `!need.available` to vitest's `skipIf`, and `npm test` repeats at its end what was not proved and why.

import { accessSync, appendFileSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Names the file that collects skipped suites, one JSON object a line. `npm test` sets it and reads it back. */
export const skippedFileVariable = 'HEXDROP_TEST_SKIPPED_FILE';

export interface Skipped {
  /** The rule that stays unproved in this run. */
  readonly proves: string;
  readonly reason: string;
}

export interface Need {
  readonly available: boolean;
  /** Why it is not available; empty if it is. */
  readonly reason: string;
  /** The program's full path; empty if it is not available. */
  readonly path: string;
}

/** Looks for `program` on the PATH (and in the sbin folders, which a plain user's PATH lacks on Debian). */
export function needs(program: string, proves: string): Need {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  const path = folders.map((folder) => join(folder, program)).find(isRunnable);
  if (path !== undefined) return { available: true, reason: '', path };

  return lacking(proves, `${program} is not installed`);
}

/** Something else that is needed is not there. */
export function lacking(proves: string, reason: string): Need {
  const file = process.env[skippedFileVariable];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ proves, reason } satisfies Skipped)}\n`);
  return { available: false, reason, path: '' };
}

/** For a suite of some systems alone. `reason` follows the name of the system that it runs on: "win32 has no sh". */
export function needsSystem(systems: readonly NodeJS.Platform[], proves: string, reason: string): Need {
  if (systems.includes(process.platform)) return { available: true, reason: '', path: '' };
  return lacking(proves, `${process.platform} ${reason}`);
}

function isRunnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
