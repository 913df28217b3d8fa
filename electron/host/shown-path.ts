/** How a path of this machine is shown to people: what lies under the home folder of the system starts with `~`. */

import { sep } from 'node:path';

import { userHome } from './user.ts';

export function shownPath(path: string, home: string | undefined = userHome()): string {
  if (home === undefined) return path;
  if (path === home) return '~';
  return path.startsWith(home.endsWith(sep) ? home : `${home}${sep}`)
    ? `~${sep}${path.slice(home.length).replace(/^[\\/]/u, '')}`
    : path;
}
