/**
 * The npm package under Windows, as Wine 8 has it: Node for Windows runs it, and it meets the program on Linux.
 *
 * Wine does not show:
 * - standard input, and standard output other than files: Node for Windows takes none of its pipes and no terminal. So there are
 *   no questions, no progress on a terminal and no `send -`; Ctrl-C comes as a signal that Wine turns into the event of a console;
 * - file systems: those of Linux lie below. Links and junctions look like what they lead to, and there are no short names, streams
 *   or access lists. Names fold and files are guarded from each other as in Windows;
 * - times before 1970, which Wine reads as ones of the next century;
 * - that a pipe has one listener (FILE_FLAG_FIRST_PIPE_INSTANCE): two first starts at the same moment;
 * - the firewall, other network adapters, the desktop program, its installer and what is written into the registry.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../desktop/desktop-app.ts';
import { expectExit } from '../support/program.ts';
import { describeFiles } from './files.ts';
import { describeNames } from './names.ts';
import { describeShell } from './shell.ts';
import { describeTransfers } from './transfers.ts';
import { useWindows, windowsNeed } from './windows.ts';

/** Each test starts several processes, and each of them takes seconds on a busy machine. */
const patientMs = 150_000;

const need = windowsNeed('the program runs under Windows');

describe.skipIf(!need.available)('under Windows', { timeout: patientMs }, () => {
  const windows = useWindows(need);

  it('tells its version', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    const ended = await windows.hexdrop('--version').end();
    expectExit(ended, 0);
    expect(ended.stdout).toBe(`hexdrop ${version}\n`);
  });
  describeTransfers(windows);
  describeFiles(windows);
  describeShell(windows);
  describeNames(windows);
});
