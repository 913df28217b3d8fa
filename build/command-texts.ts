/** What is made from the table of commands for the system rather than for the program: the manual page, and a script a shell. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { manualPage } from '../electron/cli/call/manual.ts';
import { completionScripts } from '../electron/cli/completion/scripts.ts';
import manifest from '../package.json' with { type: 'json' };

/** Writes dist/man and dist/completions. */
export function writeCommandTexts(dist: string): void {
  const manual = emptied(join(dist, 'man'));
  const page = manualPage(manifest.version);
  writeFileSync(join(manual, 'hexdrop.1'), page);
  // Packages of Linux hold their pages so.
  writeFileSync(join(manual, 'hexdrop.1.gz'), gzipSync(page, { level: 9 }));
  const completions = emptied(join(dist, 'completions'));
  for (const [shell, script] of Object.entries(completionScripts)) {
    writeFileSync(join(completions, `hexdrop.${shell}`), script());
  }
}

function emptied(folder: string): string {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}
