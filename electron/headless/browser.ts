/**
 * Opens a browser where there is one, with an address that lets it in. The list of processes shows arguments to every
 * user of the machine, so the address is given in another way where there is one, and on Linux its key is taken only
 * from a program of this user.
 */

import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

import type { EntryKeyOptions } from './entry-keys.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const isSet = (text: string | undefined): boolean => text !== undefined && text !== '';

/** Somebody may be looking at this machine's screen. */
export const hasScreen = (env: Environment, platform: NodeJS.Platform): boolean => {
  if (isSet(env['CI']) || isSet(env['SSH_CONNECTION'])) return false;
  if (platform === 'win32' || platform === 'darwin') return true;
  return isSet(env['DISPLAY']) || isSet(env['WAYLAND_DISPLAY']);
};

/** A browser starts within seconds. */
const keyLastsMs = 60_000;

export const browserKey = (platform: NodeJS.Platform): EntryKeyOptions => ({
  lastsMs: keyLastsMs,
  ownUserOnly: platform === 'linux',
});

/** Full path; undefined when there is none. */
export const programPath = (name: string, env: Environment): string | undefined =>
  (env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });

/** Starts a program and lets it go; false when it could not be started. */
export const launch = (command: string, args: readonly string[], input?: string): Promise<boolean> =>
  new Promise((resolve) => {
    const child = spawn(command, [...args], {
      detached: true,
      stdio: [input === undefined ? 'ignore' : 'pipe', 'ignore', 'ignore'],
    });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(input);
      child.unref();
      resolve(true);
    });
  });

/** False when there is no browser that could be asked. */
export const openBrowser = async (
  address: string,
  env: Environment,
  platform: NodeJS.Platform,
): Promise<boolean> => {
  switch (platform) {
    case 'win32':
      return launch('rundll32.exe', ['url.dll,FileProtocolHandler', address]);
    case 'darwin':
      return launch('osascript', ['-'], `open location "${address}"\n`);
    default: {
      const opener = programPath('xdg-open', env);
      return opener !== undefined && (await launch(opener, [address]));
    }
  }
};
