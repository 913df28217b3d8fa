/** Where the password of a page that others can reach comes from: a file, or made up and shown once. Never arguments. */

import { randomInt } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';

import { HexdropError } from '../../shared/errors/errors.ts';
import { longestPassword, shortestPassword } from './password.ts';

export interface PagePassword {
  readonly password: string;
  /** To be shown: nobody knows it yet. */
  readonly isNew: boolean;
}

/** Thirty-two that are not taken for one another; sixteen of them are 80 bits. */
const letters = 'abcdefghijkmnpqrstuvwxyz23456789';
const groups = 4;

const madeUp = (): string =>
  Array.from({ length: groups }, () =>
    Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join(''),
  ).join('-');

/** Read and write bits of group and others. */
const othersMayRead = 0o044;
/** More than any password, little enough to read by mistake. */
const largestFileBytes = 65_536;

/** @throws HexdropError usage */
export const pagePassword = (
  file: string | undefined,
  platform: NodeJS.Platform,
  warn: (line: string) => void,
): PagePassword => {
  if (file === undefined) return { password: madeUp(), isNew: true };
  let text: string;
  try {
    const { mode, size } = statSync(file);
    if (size > largestFileBytes) throw new Error('it is too large to hold a password');
    if (platform !== 'win32' && (mode & othersMayRead) !== 0) {
      warn(`Others on this machine may read ${file}. "chmod 600" keeps the password to you.`);
    }
    text = readFileSync(file, 'utf8');
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new HexdropError('usage', `The password file ${file} cannot be read: ${reason}.`, { seen: file });
  }
  const password = (text.split('\n', 1)[0] ?? '').trim();
  const { length } = password;
  if (length < shortestPassword || length > longestPassword) {
    throw new HexdropError(
      'usage',
      `The first line of ${file} is the password, and has ${length} characters. It must have at least ${shortestPassword}.`,
      { allowed: `${shortestPassword} to ${longestPassword} characters` },
    );
  }
  return { password, isNew: false };
};
