/**
 * Patterns such as `*.jpg` among what is to be sent. Shells of Unix have put names in their place before a program sees
 * them; those of Windows leave that to the program, and no name holds `*` or `?` there.
 */

import { readdirSync } from 'node:fs';

import { displayName } from '../../../shared/model/display-name.ts';
import { isReservedName } from '../../base/safe-path.ts';
import { usageError } from '../call/options.ts';
import { standardInput } from '../standard-input.ts';

/** Where the shell has done it, a `*` belongs to a name. @throws HexdropError usage where nothing fits a pattern */
export const expandWildcards = (
  operands: readonly string[],
  platform: NodeJS.Platform,
): readonly string[] => {
  if (platform !== 'win32') return operands;
  return operands.flatMap((typed) =>
    typed !== standardInput && /[*?]/u.test(typed) ? fitting(typed) : [typed],
  );
};

/** Only the last part of a path may be a pattern, as for the commands of Windows itself. */
const fitting = (typed: string): readonly string[] => {
  const [, folder = '', last = ''] = /^(.*[\\/:])?([^\\/:]+)[\\/]*$/su.exec(typed) ?? [];
  const pattern = patternOf(last);
  const found = namesIn(folder).filter((name) => pattern.test(name) && !isReservedName(name, 'win32'));
  if (found.length === 0) {
    throw usageError(`"${displayName(typed)}" cannot be sent: no file or folder fits it.`, { seen: typed });
  }
  return found.toSorted().map((name) => folder + name);
};

const namesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder === '' ? '.' : folder);
  } catch {
    return [];
  }
};

/** `*.*` is everything, with a dot or without, as ever since DOS. */
const patternOf = (last: string): RegExp => {
  if (last === '*.*') return /^/u;
  const source = last.replaceAll(/[\\^$.|+()[\]{}]/gu, String.raw`\$&`);
  return new RegExp(`^${source.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'isu');
};
