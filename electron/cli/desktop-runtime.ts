/**
 * Whether a desktop window can be opened here, found without importing `electron`: its package downloads the runtime
 * when it is imported, and waits for that.
 */

import { join } from 'node:path';

export interface DesktopSurroundings {
  /** The project's folder. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** Undefined where the system has no such thing. */
  readonly userId: number | undefined;
  readonly exists: (path: string) => boolean;
}

export type DesktopRuntime =
  | { readonly kind: 'ready'; readonly executable: string; readonly main: string }
  /** `reason` is a clause: "there is no display". */
  | { readonly kind: 'missing'; readonly reason: string };

const executableNames: Partial<Record<NodeJS.Platform, string>> = {
  win32: 'electron.exe',
  darwin: join('Electron.app', 'Contents', 'MacOS', 'Electron'),
};

const isSet = (text: string | undefined): boolean => text !== undefined && text !== '';

const executablePath = ({ root, env, platform, exists }: DesktopSurroundings): string | undefined => {
  const name = executableNames[platform] ?? 'electron';
  const override = env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (override !== undefined && override !== '') {
    const path = join(override, name);
    return exists(path) ? path : undefined;
  }
  const folder = join(root, 'node_modules', 'electron', 'dist');
  const path = join(folder, name);
  // A download that broke off leaves files and no version.
  return exists(path) && exists(join(folder, 'version')) ? path : undefined;
};

export const findDesktopRuntime = (surroundings: DesktopSurroundings): DesktopRuntime => {
  const { root, env, platform, userId, exists } = surroundings;
  const missing = (reason: string): DesktopRuntime => ({ kind: 'missing', reason });
  const executable = executablePath(surroundings);
  if (executable === undefined) {
    return missing("Electron's runtime is not installed (npx install-electron downloads it)");
  }
  if (platform === 'linux' && !isSet(env['DISPLAY']) && !isSet(env['WAYLAND_DISPLAY'])) {
    return missing('there is no display');
  }
  if (platform === 'linux' && userId === 0) {
    return missing('Electron does not start as root, where it has no sandbox');
  }
  const main = join(root, 'dist', 'desktop', 'main.js');
  return exists(main) ? { kind: 'ready', executable, main } : missing('the desktop shell is not built');
};
