/** Where identity, settings, history and journals live, unless --home or HEXDROP_HOME says otherwise. */

import { isAbsolute, join } from 'node:path';

import { asHexdropError, HexdropError } from '../../shared/errors/errors.ts';

export interface HomeSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** @throws HexdropError usage where the user has none */
  homeDirectory(): string;
}

const notEmpty = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

/** One that is not whole is to be passed over (XDG Base Directory Specification). */
const absolute = (path: string | undefined): string | undefined =>
  path !== undefined && isAbsolute(path) ? path : undefined;

const configFolder = (surroundings: HomeSurroundings): string => {
  const { env, platform } = surroundings;
  switch (platform) {
    case 'win32':
      return notEmpty(env['APPDATA']) ?? join(surroundings.homeDirectory(), 'AppData', 'Roaming');
    case 'darwin':
      return join(surroundings.homeDirectory(), 'Library', 'Application Support');
    default:
      return absolute(env['XDG_CONFIG_HOME']) ?? join(surroundings.homeDirectory(), '.config');
  }
};

/** @throws HexdropError usage where nothing says where */
export const homeFolder = (option: string | undefined, surroundings: HomeSurroundings): string => {
  const told = option ?? notEmpty(surroundings.env['HEXDROP_HOME']);
  if (told !== undefined) return told;
  try {
    return join(configFolder(surroundings), 'hexdrop');
  } catch (thrown) {
    const { code, message } = asHexdropError(thrown);
    throw new HexdropError(
      code,
      `${message} Say with --home DIR, or in HEXDROP_HOME, where Hexdrop may keep its files.`,
      { cause: thrown },
    );
  }
};
