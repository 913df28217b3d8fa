/** File systems that only one program sees: it runs in a mount namespace of its own. */

import { execFileSync, spawnSync } from 'node:child_process';
import { lacking, needs } from './needs.ts';
import type { Need } from './needs.ts';

export interface Mounts extends Need {
  /** Runs `mount` with these words, one list after the other, before a command; for the options of a program. */
  wrap(...mounts: readonly (readonly string[])[]): (command: readonly string[]) => readonly string[];
  /** Mounts something for a program that runs already. */
  mountFor(pid: number, words: readonly string[]): void;
  /** Where others find what that program sees. */
  seen(pid: number, path: string): string;
}

/** Words for `mount`: a file system in memory, of a size that `mount` knows, that everybody may write to. */
export const memoryDisk = (dir: string, size = '64m'): readonly string[] => [
  '-t',
  'tmpfs',
  '-o',
  `size=${size},mode=777`,
  'hexdrop-test',
  dir,
];

export function mounts(proves: string): Mounts {
  const unshare = needs('unshare', proves);
  const isRoot = process.getuid?.() === 0;
  const wrap: Mounts['wrap'] =
    (...all) =>
    (command) => {
      const steps = all.map((words) => `mount ${words.map((word) => `'${word}'`).join(' ')} && `);
      const own = isRoot ? [] : ['--map-root-user'];
      return [unshare.path, '--mount', ...own, 'sh', '-c', `${steps.join('')}exec "$@"`, 'sh', ...command];
    };
  let need: Need = unshare;
  if (need.available) {
    const [file = '', ...args] = wrap(memoryDisk('/mnt', '1m'))(['true']);
    const probe = spawnSync(file, args, { encoding: 'utf8' });
    if (probe.status !== 0) need = lacking(proves, 'this system does not permit a mount namespace');
  }
  return {
    ...need,
    wrap,
    mountFor: (pid, words) => {
      const own = isRoot ? [] : ['--user', '--preserve-credentials'];
      execFileSync('nsenter', ['--target', String(pid), '--mount', ...own, 'mount', ...words]);
    },
    seen: (pid, path) => `/proc/${pid}/root${path}`,
  };
}
