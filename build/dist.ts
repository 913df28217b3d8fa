/**
 * `npm run dist`: packs the desktop program for the running system and architecture into release/, for macOS one program
 * for both. `-- --dir` makes the unpacked folder alone, of one architecture; `-- --linux`, `--mac`, `--windows` and `--x64`,
 * `--arm64` choose others. Electron's runtime is downloaded, or taken from the folder that `--electron-dist=DIR` names.
 */

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Arch, build, Platform } from 'electron-builder';

import { config, linuxIconFolder } from './packaging/config.ts';
import { writeLaunchers } from './packaging/launchers.ts';
import { packingRounds } from './packaging/rounds.ts';
import { stageApplication } from './packaging/stage.ts';
import type { PackedArch, PackedPlatform } from './packaging/stage.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const platforms = { linux: Platform.LINUX, darwin: Platform.MAC, win32: Platform.WINDOWS } as const;

const { values } = parseArgs({
  options: {
    dir: { type: 'boolean' },
    linux: { type: 'boolean' },
    mac: { type: 'boolean' },
    windows: { type: 'boolean' },
    x64: { type: 'boolean' },
    arm64: { type: 'boolean' },
    'electron-dist': { type: 'string' },
    output: { type: 'string' },
  },
});

const platform = chosenPlatform();
execFileSync(
  process.execPath,
  [join(root, 'node_modules/tsx/dist/cli.mjs'), join(root, 'build/programs.ts')],
  {
    stdio: 'inherit',
  },
);
placeLinuxIcons();
writeLaunchers(root);
for (const archs of packingRounds(platform, values)) await pack(archs);

async function pack(archs: readonly PackedArch[]): Promise<void> {
  const application = join(root, 'release', 'application');
  stageApplication(root, application, platform, archs);
  const arch = archs.length > 1 ? Arch.universal : Arch[archs[0] ?? 'x64'];
  await build({
    targets: platforms[platform].createTarget(values.dir === true ? 'dir' : [...targetNames()], arch),
    projectDir: root,
    publish: 'never',
    config: {
      // It is written to.
      ...structuredClone(config),
      directories: {
        app: application,
        buildResources: join(root, 'build'),
        output: resolve(root, values.output ?? 'release'),
      },
      ...(values['electron-dist'] === undefined ? {} : { electronDist: resolve(values['electron-dist']) }),
    },
  });
}

function chosenPlatform(): PackedPlatform {
  if (values.linux === true) return 'linux';
  if (values.mac === true) return 'darwin';
  if (values.windows === true) return 'win32';
  const { platform: own } = process;
  if (own in platforms) return own as PackedPlatform;
  throw new Error(`Hexdrop is packed for Linux, macOS and Windows, not for ${own}.`);
}

function targetNames(): readonly string[] {
  return { linux: config.linux, darwin: config.mac, win32: config.win }[platform].target;
}

function placeLinuxIcons(): void {
  const folder = join(root, linuxIconFolder);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const size of [16, 24, 32, 48, 64, 128, 256, 512]) {
    cpSync(join(root, `build/icons/png/icon-${size}.png`), join(folder, `${size}x${size}.png`));
  }
}
