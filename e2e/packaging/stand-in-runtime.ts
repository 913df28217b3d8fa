/**
 * Runtimes for electron-builder where Electron's own cannot be had: the files that it looks for, and binaries that hold
 * the fuse wire as Electron's do. The one for Linux runs Node with the shim for Electron in front of the program that
 * STAND_IN_MAIN names, since Node reads no archive; in the others nothing runs.
 */

import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import manifest from '../../package.json' with { type: 'json' };

/** Of @electron/fuses: a sentinel, the version of the wire, its length, and as many fuses, all as Electron ships them. */
const fuseWire = Buffer.concat([
  Buffer.alloc(64),
  Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX', 'latin1'),
  Buffer.from([1, 9]),
  Buffer.from('101001011', 'latin1'),
  Buffer.alloc(64),
]);

const runNode = `#!/bin/sh
exec "${process.execPath}" --import "${import.meta.resolve('tsx')}" --import "${import.meta.resolve('../desktop/shim/register.ts')}" "$STAND_IN_MAIN" "$@"
exit 1
`;

const write = (path: string, content: string | Uint8Array = ''): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content, { mode: 0o755 });
};

const writeCommon = (folder: string): void => {
  write(join(folder, 'version'), manifest.devDependencies.electron);
  write(join(folder, 'LICENSE'));
  write(join(folder, 'LICENSES.chromium.html'));
};

const languages = ['de', 'en-US', 'zh-CN'];

export function linuxRuntime(folder: string): string {
  writeCommon(folder);
  write(join(folder, 'electron'), Buffer.concat([Buffer.from(runNode), fuseWire]));
  write(join(folder, 'chrome-sandbox'));
  for (const language of languages) write(join(folder, 'locales', `${language}.pak`));
  return folder;
}

/** electron-builder edits the resources of the executable, so it must be one of Windows: a small one that it brings along. */
export function windowsRuntime(folder: string): string {
  writeCommon(folder);
  const tools = dirname(createRequire(import.meta.url).resolve('electron-winstaller/package.json'));
  const executable = readFileSync(join(tools, 'vendor', 'rcedit.exe'));
  write(join(folder, 'electron.exe'), Buffer.concat([executable, fuseWire]));
  for (const language of languages) write(join(folder, 'locales', `${language}.pak`));
  return folder;
}

export function macRuntime(folder: string): string {
  writeCommon(folder);
  const contents = join(folder, 'Electron.app', 'Contents');
  const framework = join(contents, 'Frameworks', 'Electron Framework.framework');
  write(join(contents, 'MacOS', 'Electron'));
  write(join(contents, 'Info.plist'), infoPlist('Electron'));
  write(join(framework, 'Versions', 'A', 'Electron Framework'), fuseWire);
  symlinkSync(join('Versions', 'A', 'Electron Framework'), join(framework, 'Electron Framework'));
  for (const language of ['de', 'en', 'zh_CN']) {
    write(join(framework, 'Versions', 'A', 'Resources', `${language}.lproj`, 'locale.pak'));
  }
  symlinkSync(join('Versions', 'A', 'Resources'), join(framework, 'Resources'));
  for (const kind of ['', ' (Renderer)', ' (Plugin)', ' (GPU)']) {
    const helper = join(contents, 'Frameworks', `Electron Helper${kind}.app`, 'Contents');
    write(join(helper, 'MacOS', `Electron Helper${kind}`));
    write(join(helper, 'Info.plist'), infoPlist(`Electron Helper${kind}`));
  }
  return folder;
}

const infoPlist = (executable: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict>
<key>CFBundleExecutable</key><string>${executable}</string>
<key>CFBundleName</key><string>Electron</string>
<key>CFBundleIdentifier</key><string>com.github.Electron</string>
</dict></plist>
`;
