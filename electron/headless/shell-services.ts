/** What this shell can do for its windows on the machine that it runs on. What is absent cannot be done here. */

import { dirname } from 'node:path';

import { HexdropError } from '../../shared/errors/errors.ts';
import type { ShellServices } from '../host/api.ts';
import { setAutostart } from '../host/autostart.ts';
import { hasScreen, launch, programPath } from './browser.ts';
import type { Environment } from './browser.ts';

interface ShellServiceOptions {
  readonly env: Environment;
  readonly platform: NodeJS.Platform;
  /** The words that start this program as it runs now. */
  readonly startCommand: readonly string[];
  readonly quit: () => void;
}

export const shellServices = (options: ShellServiceOptions): ShellServices => ({
  quit: options.quit,
  ...fileManager(options),
  ...startWithSystem(options),
});

const fileManager = ({
  env,
  platform,
}: ShellServiceOptions): Pick<ShellServices, 'reveal' | 'openFolder'> => {
  if (!hasScreen(env, platform)) return {};
  switch (platform) {
    case 'win32':
      return {
        reveal: (path) => started('explorer.exe', [`/select,${path}`]),
        openFolder: (path) => started('explorer.exe', [path]),
      };
    case 'darwin':
      return {
        reveal: (path) => started('open', ['-R', path]),
        openFolder: (path) => started('open', [path]),
      };
    default: {
      const opener = programPath('xdg-open', env);
      if (opener === undefined) return {};
      return {
        // Never the file itself: to open what somebody sent may be to run it.
        reveal: (path) => started(opener, [dirname(path)]),
        openFolder: (path) => started(opener, [path]),
      };
    }
  }
};

const started = async (command: string, args: readonly string[]): Promise<void> => {
  if (await launch(command, args)) return;
  throw new HexdropError('internal', `The file manager cannot be started (${command}).`);
};

/** Where a desktop starts what stands in its autostart folder; a server has other ways, and its owner knows them. */
const startWithSystem = ({
  env,
  platform,
  startCommand,
}: ShellServiceOptions): Pick<ShellServices, 'setStartWithSystem'> => {
  if (platform !== 'linux' || !hasScreen(env, platform)) return {};
  const entry = {
    env,
    fileName: 'hexdrop-ui.desktop',
    comment: 'Hexdrop in the browser',
    command: startCommand,
  };
  return { setStartWithSystem: async (on) => setAutostart(entry, on) };
};
