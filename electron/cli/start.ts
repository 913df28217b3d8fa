// What `npm start` runs after the build: says what this version is and lets `hexdrop --help` tell the rest, so that
// the list of commands stands in one place. It parses no arguments and starts nothing else.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };

console.log(`Hexdrop ${packageJson.version} is built. It runs from the command line, in this folder:\n`);
console.log('  npx hexdrop <command>\n');

const help = spawnSync(process.execPath, [join(import.meta.dirname, 'hexdrop.js'), '--help'], {
  stdio: 'inherit',
});
process.exitCode = help.status ?? 1;
