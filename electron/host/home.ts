/** Where identity, settings, history and journals live, unless --home or HEXDROP_HOME says otherwise. */

import { join } from 'node:path';

export interface HomeSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  homeDirectory(): string;
}

const notEmpty = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

const configFolder = (surroundings: HomeSurroundings): string => {
  const { env, platform } = surroundings;
  switch (platform) {
    case 'win32':
      return notEmpty(env['APPDATA']) ?? join(surroundings.homeDirectory(), 'AppData', 'Roaming');
    case 'darwin':
      return join(surroundings.homeDirectory(), 'Library', 'Application Support');
    default:
      return notEmpty(env['XDG_CONFIG_HOME']) ?? join(surroundings.homeDirectory(), '.config');
  }
};

export const homeFolder = (option: string | undefined, surroundings: HomeSurroundings): string =>
  option ?? notEmpty(surroundings.env['HEXDROP_HOME']) ?? join(configFolder(surroundings), 'hexdrop');
