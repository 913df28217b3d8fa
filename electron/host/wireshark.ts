/** Wireshark on this machine: where it is, and how it is started with a file. */

import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

import { HexdropError } from '../../shared/errors/errors.ts';

const programName = process.platform === 'win32' ? 'Wireshark.exe' : 'wireshark';

/** Where installers put it without telling PATH. */
const usualFolders: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ['/Applications/Wireshark.app/Contents/MacOS'],
  win32: ['C:\\Program Files\\Wireshark'],
};

export async function findWireshark(path: string = process.env['PATH'] ?? ''): Promise<string | undefined> {
  const folders = [...path.split(delimiter), ...(usualFolders[process.platform] ?? [])];
  for (const folder of folders) {
    if (folder === '') continue;
    const program = join(folder, programName);
    if (await isRunnable(program)) return program;
  }
  return undefined;
}

const isRunnable = (program: string): Promise<boolean> =>
  access(program, constants.X_OK).then(
    () => true,
    () => false,
  );

/** It goes on when this program ends. @throws HexdropError not-supported */
export const startWireshark = (program: string, file: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, ['-r', file], { detached: true, stdio: 'ignore' });
    child.once('error', (error) =>
      reject(new HexdropError('not-supported', `Wireshark cannot be started: ${error.message}.`)),
    );
    child.once('spawn', () => {
      child.unref();
      resolve();
    });
  });
