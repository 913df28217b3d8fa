/**
 * What `npm start` runs after the build: the desktop window, or where there can be none, the browser shell. A missing
 * runtime is fetched first. Arguments go to whichever it is: `npm start -- some/folder`; `--browser` asks for the browser.
 */

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';

import { onEndSignal } from '../../host/hang-up.ts';
import { formatBytes } from '../terminal/format.ts';
import { LiveLines } from '../terminal/live-lines.ts';
import { findDesktopRuntime, machineFiles } from './desktop-runtime.ts';
import type { DesktopRuntime } from './desktop-runtime.ts';
import { fetchRuntime } from './fetch-runtime.ts';

/** A slow mirror sends something every second; one that sends nothing for so long will not send the rest either. */
const patienceMs = 20_000;

const root = join(import.meta.dirname, '..', '..');
const { isBrowserWanted, args } = ownArguments(process.argv.slice(2));

// npm starts scripts in the project's folder; paths are meant from where somebody typed them.
const typedIn = process.env['INIT_CWD'];
if (typedIn !== undefined && existsSync(typedIn)) process.chdir(typedIn);

if (isBrowserWanted) await openBrowser();
else {
  const { runtime, reason } = await runtimeOrReason();
  if (runtime !== undefined) openWindow(runtime.executable, runtime.main);
  else {
    console.error(`No desktop window, since ${reason}: Hexdrop starts in the browser instead.`);
    await openBrowser();
  }
}

function ownArguments(given: readonly string[]): { isBrowserWanted: boolean; args: readonly string[] } {
  const end = given.indexOf('--');
  const at = given.indexOf('--browser');
  const isWanted = at >= 0 && (end < 0 || at < end);
  return { isBrowserWanted: isWanted, args: isWanted ? given.toSpliced(at, 1) : given };
}

function look(): DesktopRuntime {
  return findDesktopRuntime({
    root,
    env: process.env,
    platform: process.platform,
    userId: process.getuid?.(),
    ...machineFiles,
  });
}

type Found = Extract<DesktopRuntime, { kind: 'ready' }>;

async function runtimeOrReason(): Promise<{ runtime?: Found; reason?: string }> {
  const found = look();
  if (found.kind === 'ready') return { runtime: found };
  if (found.kind === 'impossible') return { reason: found.reason };

  console.error(`Fetching the runtime of Electron ${found.version}; it is kept for later starts.`);
  const interrupt = new AbortController();
  const stopHearing = onEndSignal((signal) => {
    process.exitCode = 128 + constants.signals[signal];
    interrupt.abort();
    // The next one ends this process on the spot.
    stopHearing();
  });
  const lines = process.stderr.isTTY ? new LiveLines(process.stderr) : undefined;
  const fetched = await fetchRuntime({
    package: found.package,
    env: process.env,
    observer: join(import.meta.dirname, 'download-observer.js'),
    isThere: () => look().kind === 'ready',
    onWait: () => console.error('Another start is fetching it already; this one waits for it.'),
    onProgress: (bytes, total) => lines?.draw([progressLine(bytes, total)]),
    signal: interrupt.signal,
    patienceMs,
  });
  lines?.clear();
  stopHearing();
  if (interrupt.signal.aborted) process.exit();
  const runtime = look();
  if (runtime.kind === 'ready') return { runtime };
  return { reason: fetched.kind === 'failed' ? fetched.reason : 'the runtime is incomplete' };
}

function progressLine(bytes: number, total: number | undefined): string {
  if (total === undefined) return bytes === 0 ? '  asking the download server' : `  ${formatBytes(bytes)}`;
  if (bytes >= total) return `  ${formatBytes(total)}, unpacking`;
  return `  ${formatBytes(bytes)} of ${formatBytes(total)}, ${Math.floor((bytes / total) * 100)} %`;
}

function openWindow(executable: string, main: string): void {
  const child = spawn(executable, [main, ...args], { stdio: 'inherit' });
  child.on('error', (error) => {
    console.error(`hexdrop: ${executable} cannot be started: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('close', (code) => {
    process.exitCode ??= code ?? 1;
  });
  // A terminal's Ctrl-C reaches the window by itself; what is sent to this process alone is passed on.
  onEndSignal((signal) => child.kill(signal));
}

async function openBrowser(): Promise<void> {
  const program = join(import.meta.dirname, 'hexdrop.js');
  process.argv = [process.execPath, program, 'ui', ...args];
  // In this process, so that Ctrl-C and the exit code are those of the program.
  await import('../hexdrop.ts');
}
