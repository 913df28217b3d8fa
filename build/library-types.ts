/** `npm pack` runs this before it packs: the types of the library `hexdrop/protocol`, beside its bundle. */

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'dist', 'protocol', 'types');

rmSync(folder, { recursive: true, force: true });
const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const options = ['--project', 'shared/tsconfig.library.json', '--outDir', folder];
execFileSync(process.execPath, [compiler, ...options], { cwd: root, stdio: 'inherit' });

// The compiler leaves the names of sources in place, and there are no sources in the package.
for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
  if (!name.endsWith('.d.ts')) continue;
  const path = join(folder, name);
  writeFileSync(
    path,
    readFileSync(path, 'utf8').replaceAll(/((?:from |import\()['"]\.[^'"]*)\.ts(?=['"])/g, '$1.js'),
  );
}
