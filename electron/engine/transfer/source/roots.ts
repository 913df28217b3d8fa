/** From what a person named to the top level of a tree: paths are looked at, names made distinct. */

import { realpathSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { resolve } from 'node:path';

import { HexdropError } from '../../../../shared/errors/errors.ts';
import { fileFaultOf } from '../../../base/file-fault.ts';
import { freeName } from '../../../base/free-name.ts';
import { nameOfPath } from '../../../base/name-of-path.ts';
import { nameFault } from '../../../base/safe-path.ts';
import type { SourceRoot } from './walk.ts';

/**
 * Links that are named are followed, since they were asked for by name. The same path twice counts once.
 * @throws HexdropError no-such-path, not-a-file, name-not-allowed and what the system says
 */
export function rootsOf(
  paths: readonly string[],
  platform: NodeJS.Platform = process.platform,
): readonly SourceRoot[] {
  const byName = new Map<string, SourceRoot>();
  const seen = new Set<string>();
  for (const typed of paths) {
    const path = resolve(typed);
    if (seen.has(path)) continue;
    seen.add(path);
    const stats = statsOf(path, typed);
    if (!stats.isFile() && !stats.isDirectory()) {
      throw new HexdropError('not-a-file', `"${typed}" is neither a file nor a folder.`);
    }
    const wanted = nameOfPath(path, platform);
    const fault = nameFault(wanted, platform);
    if (fault !== undefined) throw new HexdropError(fault.code, fault.message);
    const name = byName.has(wanted) ? freeName(wanted, (candidate) => byName.has(candidate)) : wanted;
    byName.set(name, { name, path: realpathSync.native(path), ...kindAndSize(stats) });
  }
  return [...byName.values()];
}

/** What an offer says of a root. */
export const kindAndSize = (stats: Stats): Pick<SourceRoot, 'kind' | 'size'> =>
  stats.isFile() ? { kind: 'file', size: stats.size } : { kind: 'folder', size: 0 };

function statsOf(path: string, typed: string): Stats {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats !== undefined) return stats;
  } catch (thrown) {
    throw fileFaultOf(thrown, 'look at', typed);
  }
  throw new HexdropError('no-such-path', `There is no "${typed}".`);
}
