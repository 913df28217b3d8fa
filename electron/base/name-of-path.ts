/** What a path is called by those who see nothing but its last name. */

import { posix, win32 } from 'node:path';
import { wireName } from './name-mapping.ts';
import { rulesAt } from './safe-path.ts';

const drive = /^[a-z](?=:)/iu;

/**
 * What travels under a path that a person named, or is shared by it: its last name as it is on the wire; of a drive the
 * letter, and of a whole system "root".
 */
export const nameOfPath = (path: string, platform: NodeJS.Platform = process.platform): string => {
  const flavour = platform === 'win32' ? win32 : posix;
  const last = wireName(flavour.basename(path), rulesAt(flavour.dirname(path), platform));
  if (last !== '') return last;
  return (platform === 'win32' ? drive.exec(path)?.[0].toUpperCase() : undefined) ?? 'root';
};
