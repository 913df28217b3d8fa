/**
 * What `npm start` runs after the build: the desktop window, or where there can be none, the browser shell. Arguments
 * go to whichever it is: `npm start -- some/folder`.
 */

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { findDesktopRuntime } from './desktop-runtime.ts';

const args = process.argv.slice(2);
const runtime = findDesktopRuntime({
  root: join(import.meta.dirname, '..', '..'),
  env: process.env,
  platform: process.platform,
  userId: process.getuid?.(),
  exists: existsSync,
});

// npm starts scripts in the project's folder; paths are meant from where somebody typed them.
const typedIn = process.env['INIT_CWD'];
if (typedIn !== undefined && existsSync(typedIn)) process.chdir(typedIn);

if (runtime.kind === 'ready') {
  const child = spawn(runtime.executable, [runtime.main, ...args], { stdio: 'inherit' });
  child.on('error', (error) => {
    console.error(`hexdrop: ${runtime.executable} cannot be started: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('close', (code) => {
    process.exitCode ??= code ?? 1;
  });
  // A terminal's Ctrl-C reaches the window by itself; what is sent to this process alone is passed on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
} else {
  console.error(`No desktop window, since ${runtime.reason}: Hexdrop starts in the browser instead.`);
  const program = join(import.meta.dirname, 'hexdrop.js');
  process.argv = [process.execPath, program, 'ui', ...args];
  // In this process, so that Ctrl-C and the exit code are those of the program.
  await import('./hexdrop.ts');
}
