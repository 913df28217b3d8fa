/** The program `hexdrop` within another one: the desktop program, started with a command. It resolves with the exit code. */

import type { CommandLineProgram } from '../host/command-names.ts';
import { processWorld } from './process-world.ts';
import { run } from './run.ts';

export const runCommandLine: CommandLineProgram['runCommandLine'] = ({ argv, startCommand }) =>
  run(
    processWorld({
      argv,
      folder: import.meta.dirname,
      startCommand,
      hasStandardInput: process.platform !== 'win32',
    }),
  );
