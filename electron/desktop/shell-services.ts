/** What the desktop does for the host. Paths come from the host, never from the page. */

import { statSync } from 'node:fs';

import { app, shell } from 'electron';

import { HexdropError } from '../../shared/errors/errors.ts';
import type { ShellServices } from '../host/api.ts';
import { setAutostart } from '../host/autostart.ts';

export interface ShellServiceOptions {
  /** The words that start the program as it runs now. */
  readonly startCommand: readonly string[];
  readonly quit: () => void;
}

export const shellServices = ({ startCommand, quit }: ShellServiceOptions): ShellServices => ({
  quit,
  reveal: async (path) => shell.showItemInFolder(path),
  openFolder,
  setStartWithSystem: async (on) => {
    const command = [...startCommand, '--hidden'];
    if (process.platform === 'linux') {
      setAutostart(
        {
          env: process.env,
          fileName: 'hexdrop.desktop',
          comment: 'Moves files over the local network',
          command,
        },
        on,
      );
      return;
    }
    const [path, ...args] = command as [string, ...string[]];
    app.setLoginItemSettings({ openAtLogin: on, path, args });
  },
});

/** A folder and nothing else: to open a file that somebody sent may be to run it. */
export const openFolder = async (path: string): Promise<void> => {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new HexdropError('not-a-folder', `${path} is not a folder.`);
  }
  const fault = await shell.openPath(path);
  if (fault !== '') throw new HexdropError('internal', fault);
};
