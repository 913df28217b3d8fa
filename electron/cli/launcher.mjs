#!/usr/bin/env node
// What `npx hexdrop` finds, before the first build too: npm remembers a command that was missing when it looked.

import { existsSync } from 'node:fs';

const program = new URL('../../dist/cli/hexdrop.js', import.meta.url);
if (existsSync(program)) {
  await import(program.href);
} else {
  console.error('hexdrop is not built yet. In its folder, run: npm run build');
  process.exitCode = 1;
}
