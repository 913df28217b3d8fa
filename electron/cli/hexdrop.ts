#!/usr/bin/env node
/** The program `hexdrop`. What it does is run.ts; what it takes from the process is process-world.ts. */

import { join } from 'node:path';
import { processWorld } from './process-world.ts';

const world = processWorld({
  argv: process.argv.slice(2),
  folder: import.meta.dirname,
  startCommand: [process.execPath, join(import.meta.dirname, 'hexdrop.js')],
  hasStandardInput: true,
});
if (world.argv.length === 1 && world.argv[0] === '--version') {
  // Scripts ask for it again and again: answered before anything is loaded.
  world.stdout.write(`hexdrop ${world.version}\n`);
} else {
  const { run } = await import('./run.ts');
  process.exit(await run(world));
}
