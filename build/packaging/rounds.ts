/** For which architectures `npm run dist` packs. */

import type { PackedArch, PackedPlatform } from './stage.ts';

export interface ChosenArchs {
  readonly dir?: boolean | undefined;
  readonly x64?: boolean | undefined;
  readonly arm64?: boolean | undefined;
}

/**
 * Each architecture has an addon of its own, so each is staged and packed by itself. A Mac is given one program for both,
 * unless one was asked for: the folder that `dir` makes is to be run where it was made.
 * @param own of the machine that packs
 */
export function packingRounds(
  platform: PackedPlatform,
  chosen: ChosenArchs,
  own: string = process.arch,
): readonly (readonly PackedArch[])[] {
  const archs = (['x64', 'arm64'] as const).filter((arch) => chosen[arch] === true);
  if (archs.length > 0) return archs.map((arch) => [arch]);
  if (platform === 'darwin' && chosen.dir !== true) return [['x64', 'arm64']];
  return [[own === 'arm64' ? 'arm64' : 'x64']];
}
