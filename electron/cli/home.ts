/** Where identity, known devices and journals live, unless --home or HEXDROP_HOME says otherwise. */

import { join } from 'node:path';
import type { World } from './world.ts';

const notEmpty = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

const configFolder = (world: World): string => {
  const { env } = world;
  switch (world.platform) {
    case 'win32':
      return notEmpty(env['APPDATA']) ?? join(world.homeDirectory(), 'AppData', 'Roaming');
    case 'darwin':
      return join(world.homeDirectory(), 'Library', 'Application Support');
    default:
      return notEmpty(env['XDG_CONFIG_HOME']) ?? join(world.homeDirectory(), '.config');
  }
};

export const homeFolder = (option: string | undefined, world: World): string =>
  option ?? notEmpty(world.env['HEXDROP_HOME']) ?? join(configFolder(world), 'hexdrop');
