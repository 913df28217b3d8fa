/**
 * The command `hexdrop` that packages of the desktop program bring along: a script for each system that starts the
 * program's own binary. What begins with a word of the command line is told to be a call; all else is for the window.
 */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { callMarker, callWords } from '../../electron/host/command-names.ts';

const words = callWords.join('|');

/** Of a script that is reached by links: the folder that it lies in. */
const ownFolder = `self=$0
while [ -L "$self" ]; do
  target=$(readlink "$self")
  case $target in
    /*) self=$target ;;
    *) self=$(dirname "$self")/$target ;;
  esac
done
folder=$(CDPATH= cd -- "$(dirname "$self")" && pwd -P)`;

/** In resources/bin. A call makes no page: it needs no display, and not the sandbox of pages, which root cannot have. */
export const linuxLauncher = `#!/bin/sh
# Hexdrop: its command line where the first word is one of it, its window otherwise.
${ownFolder}
program=$folder/../../hexdrop
case \${1-} in
  ${words})
    exec "$program" --no-sandbox --ozone-platform=headless ${callMarker} -- "$@"
    ;;
esac
exec "$program" "$@"
`;

/** In Contents/Resources/bin. */
export const macLauncher = `#!/bin/sh
# Hexdrop: its command line where the first word is one of it, its window otherwise.
${ownFolder}
case \${1-} in
  ${words})
    exec "$folder/../../MacOS/Hexdrop" ${callMarker} -- "$@"
    ;;
esac
exec open -a "$folder/../../.." "$@"
`;

/**
 * In resources\\bin. The program is none of a console: a script waits for it, which a prompt would not, and Electron writes
 * to the console of whoever started it. Nothing of what is typed reaches it.
 */
export const windowsLauncher = `@echo off
rem Hexdrop: its command line where the first word is one of it, its window otherwise.
setlocal
set "program=%~dp0..\\..\\Hexdrop.exe"
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

export function writeLaunchers(root: string): void {
  const folder = join(root, launcherFolder);
  rmSync(folder, { recursive: true, force: true });
  const files = {
    'linux/hexdrop': linuxLauncher,
    'mac/hexdrop': macLauncher,
    'windows/hexdrop.cmd': windowsLauncher,
    'after-install.tpl': linkingScript('after-install'),
    'after-remove.tpl': linkingScript('after-remove'),
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text, { mode: 0o755 });
  }
}
