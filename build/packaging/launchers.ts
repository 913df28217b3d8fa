/**
 * The command `hexdrop` that packages of the desktop program bring along: a script for each system that starts the
 * program's own binary. What begins with a word of the command line is told to be a call; all else is for the window.
 */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { callMarker, callWords } from '../../electron/host/command-names.ts';

const words = callWords.join('|');

/** Of a script that may be reached by links: the folder two above its own, whole, since the program looks at its own path. */
const ownBase = `self=$0
while [ -L "$self" ]; do
  target=$(readlink "$self")
  case $target in
    /*) self=$target ;;
    *) self=$(dirname "$self")/$target ;;
  esac
done
base=$(CDPATH= cd -- "$(dirname "$self")/../.." && pwd -P)`;

/** In resources/bin. A call makes no page: it needs no display, and not the sandbox of pages, which root cannot have. */
export const linuxLauncher = `#!/bin/sh
# Hexdrop: its command line where the first word is one of it, its window otherwise.
${ownBase}
case \${1-} in
  ${words})
    exec "$base/hexdrop" --no-sandbox --ozone-platform=headless ${callMarker} -- "$@"
    ;;
esac
exec "$base/hexdrop" "$@"
`;

/** In Contents/Resources/bin. */
export const macLauncher = `#!/bin/sh
# Hexdrop: its command line where the first word is one of it, its window otherwise.
${ownBase}
case \${1-} in
  ${words})
    exec "$base/MacOS/Hexdrop" ${callMarker} -- "$@"
    ;;
esac
# open takes paths and links alone, and what it starts knows nothing of this folder: with options the program is started here.
for word do
  case $word in
    -*) exec "$base/MacOS/Hexdrop" "$@" ;;
  esac
done
exec open -a "\${base%/Contents}" "$@"
`;

/**
 * In resources\\bin. The program is none of a console: a script waits for it, which a prompt would not, and Electron writes
 * to the console of whoever started it. Nothing of what is typed reaches it.
 */
export const windowsLauncher = `@echo off
rem Hexdrop: its command line where the first word is one of it, its window otherwise.
setlocal
for %%p in ("%~dp0..\\..\\Hexdrop.exe") do set "program=%%~fp"
for %%w in (${callWords.join(' ')}) do if "%~1"=="%%w" goto call
start "" "%program%" %*
exit /b 0
:call
"%program%" ${callMarker} -- %*
exit /b %errorlevel%
`.replaceAll('\n', '\r\n');

/** Where `writeLaunchers` puts what packages hold, relative to the project. */
export const launcherFolder = 'release/launchers';

/** electron-builder's own scripts, with the launcher where they link the binary. */
function linkingScript(name: 'after-install' | 'after-remove'): string {
  const own = createRequire(import.meta.url);
  const library = createRequire(own.resolve('electron-builder')).resolve('app-builder-lib/package.json');
  const script = readFileSync(join(dirname(library), 'templates', 'linux', `${name}.tpl`), 'utf8');
  const binary = "'/opt/${sanitizedProductName}/${executable}'";
  if (!script.includes(binary)) throw new Error(`electron-builder's ${name}.tpl links no binary any more.`);
  return script.replaceAll(binary, "'/opt/${sanitizedProductName}/resources/bin/${executable}'");
}

/**
 * The old package's script runs in an upgrade as well, and in that of an rpm after the new one has been installed: it would
 * take away the new one's link. An rpm is told how many versions stay, a deb what is done.
 */
function removingScript(): string {
  const [shebang = '', ...rest] = linkingScript('after-remove').split('\n');
  const guard = `case "\${1-}" in
  [1-9]* | *upgrade | abort-install) exit 0 ;;
esac`;
  return [shebang, guard, ...rest].join('\n');
}

export function writeLaunchers(root: string): void {
  const folder = join(root, launcherFolder);
  rmSync(folder, { recursive: true, force: true });
  const files = {
    'linux/hexdrop': linuxLauncher,
    'mac/hexdrop': macLauncher,
    'windows/hexdrop.cmd': windowsLauncher,
    'after-install.tpl': linkingScript('after-install'),
    'after-remove.tpl': removingScript(),
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text, { mode: 0o755 });
  }
}
