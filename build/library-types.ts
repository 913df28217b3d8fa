/** `npm pack` runs this before it packs: the types of the library `hexdrop/protocol`, beside its bundle. */

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'dist', 'protocol', 'types');

/** They are made aside and put in place whole, and only where they differ: somebody else may be packing. */
const made = join(root, 'dist', `types-${process.pid}`);
const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const options = ['--project', 'shared/tsconfig.library.json', '--outDir', made];
execFileSync(process.execPath, [compiler, ...options], { cwd: root, stdio: 'inherit' });

/** By path. */
const textsIn = (of: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(of, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.d.ts'))
      .map((name) => [name, readFileSync(join(of, name), 'utf8')]),
  );

// The compiler leaves the names of sources in place, and there are no sources in the package.
for (const [name, text] of Object.entries(textsIn(made))) {
  writeFileSync(join(made, name), text.replaceAll(/((?:from |import\()['"]\.[^'"]*)\.ts(?=['"])/g, '$1.js'));
}

if (existsSync(folder) && isDeepStrictEqual(textsIn(made), textsIn(folder))) {
  rmSync(made, { recursive: true });
} else {
  rmSync(folder, { recursive: true, force: true });
  renameSync(made, folder);
}
