/**
 * Whether a desktop window can be opened here, found without importing `electron`: its package downloads the runtime
 * when it is imported, and waits for that.
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface DesktopSurroundings {
  /** The project's folder. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** Undefined where the system has no such thing. */
  readonly userId: number | undefined;
  /** The content of a text file; undefined when it cannot be read. */
  readonly read: (path: string) => string | undefined;
  readonly exists: (path: string) => boolean;
}

export type DesktopRuntime =
  | { readonly kind: 'ready'; readonly executable: string; readonly main: string }
  /** The window could be opened if the runtime were there, and the `electron` package can fetch it. */
  | { readonly kind: 'absent'; readonly package: string; readonly version: string }
  /** `reason` is a clause: "there is no display". */
  | { readonly kind: 'impossible'; readonly reason: string };

/** The files of this machine, for `DesktopSurroundings`. */
export const machineFiles: Pick<DesktopSurroundings, 'read' | 'exists'> = {
  exists: existsSync,
  read: (path) => {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return undefined;
    }
  },
};

const executableNames: Partial<Record<NodeJS.Platform, string>> = {
  win32: 'electron.exe',
  darwin: 'Electron.app/Contents/MacOS/Electron',
};

const isSet = (text: string | undefined): text is string => text !== undefined && text !== '';

export const findDesktopRuntime = (surroundings: DesktopSurroundings): DesktopRuntime => {
  const { root, env, platform, userId, read, exists } = surroundings;
  const impossible = (reason: string): DesktopRuntime => ({ kind: 'impossible', reason });
  if (platform === 'linux' && !isSet(env['DISPLAY']) && !isSet(env['WAYLAND_DISPLAY'])) {
    return impossible('there is no display');
  }
  if (platform === 'linux' && userId === 0) {
    return impossible('Electron does not start as root, where it has no sandbox');
  }
  const main = join(root, 'dist', 'desktop', 'main.js');
  if (!exists(main)) return impossible('the desktop shell is not built');

  const name = executableNames[platform] ?? 'electron';
  const override = env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (isSet(override)) {
    const executable = join(override, name);
    if (exists(executable)) return { kind: 'ready', executable, main };
    return impossible(`ELECTRON_OVERRIDE_DIST_PATH names ${override}, where there is no ${name}`);
  }
  const folder = join(root, 'node_modules', 'electron');
  const version = versionOf(read(join(folder, 'package.json')));
  if (version === undefined)
    return impossible('the package "electron" is not installed (npm ci installs it)');
  const executable = join(folder, 'dist', name);
  // The three signs by which install.js knows its own work; it writes path.txt last, so a download that broke off has none.
  const isWhole =
    read(join(folder, 'dist', 'version'))
      ?.trim()
      .replace(/^v/, '') === version &&
    read(join(folder, 'path.txt')) === name &&
    exists(executable);
  return isWhole ? { kind: 'ready', executable, main } : { kind: 'absent', package: folder, version };
};

const versionOf = (manifest: string | undefined): string | undefined => {
  if (manifest === undefined) return undefined;
  try {
    const { version } = JSON.parse(manifest) as { version?: unknown };
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
};
