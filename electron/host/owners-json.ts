/** Small JSON files in the home folder, their owner's alone: read as unknown, replaced whole. */

import { readFileSync } from 'node:fs';

import { replaceOwnersFile } from '../engine/net/owners-file.ts';
import { HexdropError } from '../engine/vocabulary.ts';

/** Undefined when there is no such file. @throws HexdropError file-unreadable, permission-denied */
export function readOwnersJson(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new HexdropError(
      code === 'EACCES' || code === 'EPERM' ? 'permission-denied' : 'file-unreadable',
      `${path} cannot be read (${code}).`,
      { cause: thrown },
    );
  }
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new HexdropError('file-unreadable', `${path} is damaged: ${(thrown as Error).message}.`, {
      cause: thrown,
    });
  }
}

/** @throws HexdropError permission-denied, disk-full, write-failed */
export const writeOwnersJson = (path: string, value: unknown): void =>
  replaceOwnersFile(path, `${JSON.stringify(value, undefined, 2)}\n`);
