// `npm run bench`. Owns what must be undone at the end: the workspace in memory and the process that measures
// (inside.ts), which it starts in the surroundings namespace.ts found. Measures nothing itself.

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalog } from './contestants/catalog.ts';
import type { Assignment } from './inside.ts';
import { findSurroundings } from './namespace.ts';
import { help, parseOptions, UsageError, type Options } from './options.ts';

/** `f_type` of statfs(2) on a tmpfs. */
const tmpfsMagic = 0x01021994;

function readOptions(): Options {
  try {
    const options = parseOptions(
      process.argv.slice(2),
      catalog.map((contestant) => contestant.name),
    );
    if (options !== 'help') {
      return options;
    }
    console.log(help);
    process.exit(0);
  } catch (error) {
    if (!(error instanceof UsageError)) {
      throw error;
    }
    console.error(`${error.message}\n\n${help}`);
    process.exit(2);
  }
}

function memoryFolder(): string | undefined {
  try {
    return statfsSync('/dev/shm').type === tmpfsMagic ? '/dev/shm' : undefined;
  } catch {
    return undefined;
  }
}

function start(options: Options, workspace: string, inMemory: boolean): ChildProcess {
  const { prefix, network } = findSurroundings();
  const assignment: Assignment = { options, workspace, inMemory, network };
  const inside = join(import.meta.dirname, 'inside.ts');
  const [file, ...args] = [...prefix, process.execPath, ...process.execArgv, inside];
  const child = spawn(file, args, {
    // A process group of its own: a signal from the terminal reaches only this process, which ends all the others.
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  child.send(assignment);
  return child;
}

const options = readOptions();
const memory = memoryFolder();
const workspace = mkdtempSync(join(memory ?? tmpdir(), 'hexdrop-bench-'));
const child = start(options, workspace, memory !== undefined);

let interruptedBy: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    interruptedBy = signal;
    if (child.pid !== undefined) {
      process.kill(-child.pid, 'SIGKILL');
    }
  });
}

child.on('error', (error) => {
  console.error(`the benchmark did not start: ${error.message}`);
});
child.on('close', (code) => {
  rmSync(workspace, { recursive: true, force: true, maxRetries: 5 });
  process.exitCode = interruptedBy === undefined ? (code ?? 1) : 128 + constants.signals[interruptedBy];
});
