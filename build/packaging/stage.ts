/**
 * The application as it is packed: the bundles of dist/, a manifest, and the native addon for the platform that is packed
 * and for no other. What Node would find beside these in node_modules is bundled and not packed a second time.
 */

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import manifest from '../../package.json' with { type: 'json' };

export type PackedPlatform = 'linux' | 'darwin' | 'win32';
export type PackedArch = 'x64' | 'arm64';

const addon = '@napi-rs/blake-hash';

/** What dist/ holds for developers alone. */
const notPacked = [
  /^build-stamp\.json$/,
  /^cli\/(?:start|download-observer)\.js$/,
  /^(?:completions|man|protocol)(?:\/|$)/,
  /^desktop\/icons\/icon-(?!32\.|256\.)/,
];

/** The package that holds the binary for a platform; the loader of the addon asks for it by this name. */
export const addonBinary = (platform: PackedPlatform, arch: PackedArch): string =>
  `${addon}-${platform}-${arch}${{ linux: '-gnu', darwin: '', win32: '-msvc' }[platform]}`;

/**
 * Fills `folder`, which is emptied first. A universal build of macOS holds the addon of each architecture.
 * @throws when an addon cannot be fetched, or is not the one that package-lock.json names
 */
export function stageApplication(
  root: string,
  folder: string,
  platform: PackedPlatform,
  archs: readonly PackedArch[],
): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const dist = join(root, 'dist');
  cpSync(dist, join(folder, 'dist'), {
    recursive: true,
    filter: (from) => {
      const name = from.slice(dist.length + 1).replaceAll('\\', '/');
      return !notPacked.some((pattern) => pattern.test(name));
    },
  });
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  const binaries = archs.map((arch) => addonBinary(platform, arch));
  for (const name of [addon, ...binaries]) placePackage(root, folder, name);
  writeFileSync(join(folder, 'package.json'), JSON.stringify(applicationManifest(binaries), undefined, 2));
}

function applicationManifest(binaries: readonly string[]): object {
  const { name, version, description, license, author, homepage, type } = manifest;
  const dependencies = Object.fromEntries(
    [addon, ...binaries].map((dependency) => [dependency, manifest.dependencies[addon]]),
  );
  return {
    name,
    version,
    description,
    license,
    author,
    homepage,
    type,
    main: 'dist/desktop/main.js',
    desktopName: 'hexdrop.desktop',
    dependencies,
  };
}

function placePackage(root: string, folder: string, name: string): void {
  const to = join(folder, 'node_modules', name);
  const installed = join(root, 'node_modules', name);
  if (existsSync(installed)) return cpSync(installed, to, { recursive: true });
  fetchPackage(root, name, to);
}

interface LockedPackage {
  readonly version: string;
  readonly integrity: string;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
}

/** npm installs no binary of another platform: it is asked for as that platform, and held against the project's lock file. */
function fetchPackage(root: string, name: string, to: string): void {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, LockedPackage>>;
  };
  const locked = lock.packages[`node_modules/${name}`];
  if (locked === undefined) throw new Error(`package-lock.json does not name ${name}.`);
  const scratch = mkdtempSync(join(tmpdir(), 'hexdrop-addon-'));
  try {
    // Only an optional one may be of another platform.
    const optionalDependencies = { [name]: locked.version };
    const project = { name: 'addon', version: '0.0.0', optionalDependencies };
    const packages = { '': { optionalDependencies }, [`node_modules/${name}`]: locked };
    writeFileSync(join(scratch, 'package.json'), JSON.stringify(project));
    writeFileSync(
      join(scratch, 'package-lock.json'),
      JSON.stringify({ ...project, lockfileVersion: 3, packages }),
    );
    const platform = [
      `--os=${locked.os?.[0] ?? process.platform}`,
      `--cpu=${locked.cpu?.[0] ?? process.arch}`,
    ];
    const options = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', ...platform];
    // On Windows npm is a script that only a shell can start; no argument here needs quoting.
    execFileSync('npm', options, { cwd: scratch, stdio: 'pipe', shell: process.platform === 'win32' });
    cpSync(join(scratch, 'node_modules', name), to, { recursive: true });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
