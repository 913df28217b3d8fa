/** How a path of this machine is shown to people: what lies under the home folder of the system starts with `~`. */

import { homedir } from 'node:os';
import { sep } from 'node:path';

export function shownPath(path: string, home: string = homedir()): string {
  if (path === home) return '~';
  return path.startsWith(home.endsWith(sep) ? home : `${home}${sep}`)
    ? `~${sep}${path.slice(home.length).replace(/^[\\/]/u, '')}`
    : path;
}
