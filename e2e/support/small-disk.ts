/** A file system of a few MiB that only one program sees: a tmpfs in a mount namespace of its own. */

import { spawnSync } from 'node:child_process';
import { lacking, needs } from './needs.ts';
import type { Need } from './needs.ts';

export interface SmallDisk extends Need {
  /** Puts the file system at `dir` in front of a command; for the options of a program. */
  wrap(dir: string, mebibytes: number): (command: readonly string[]) => readonly string[];
  /** Where others find what that program sees. */
  seen(pid: number, path: string): string;
}

export function smallDisk(proves: string): SmallDisk {
  const unshare = needs('unshare', proves);
  const isRoot = process.getuid?.() === 0;
  const wrap = (dir: string, mebibytes: number) => (command: readonly string[]) => {
    const mount = `mount -t tmpfs -o size=${mebibytes}m,mode=777 hexdrop-test "$0" && exec "$@"`;
    return [
      unshare.path,
      '--mount',
      ...(isRoot ? [] : ['--map-root-user']),
      'sh',
      '-c',
      mount,
      dir,
      ...command,
    ];
  };
  let need: Need = unshare;
  if (need.available) {
    const [file = '', ...args] = wrap('/mnt', 1)(['true']);
    const probe = spawnSync(file, args, { encoding: 'utf8' });
    if (probe.status !== 0) need = lacking(proves, 'this system does not permit a mount namespace');
  }
  return { ...need, wrap, seen: (pid, path) => `/proc/${pid}/root${path}` };
}
