/** Who runs this program, as far as the system knows: services and containers run as users that it has no entry for. */

import { homedir, userInfo } from 'node:os';
import { isAbsolute } from 'node:path';

import { HexdropError } from '../../shared/errors/errors.ts';

type Known = <Value>(ask: () => Value) => Value | undefined;

const known: Known = (ask) => {
  try {
    return ask();
  } catch {
    return undefined;
  }
};

/** HOME, else what the system has on record; undefined where neither is a whole path. */
export const userHome = (): string | undefined =>
  [known(homedir), known(() => userInfo().homedir)].find((path) => path !== undefined && isAbsolute(path));

/** @throws HexdropError usage where the user has none */
export const requiredUserHome = (): string => {
  const home = userHome();
  if (home !== undefined) return home;
  throw new HexdropError(
    'usage',
    'This user has no home folder: HOME is not set, and the system knows of none.',
  );
};

/** The name, else the number. */
export const userName = (): string => known(() => userInfo().username) ?? String(process.getuid?.() ?? '');
