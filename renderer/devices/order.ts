/** In which order devices are shown. */

import type { DeviceCard } from '../../shared/model/device.ts';

const presenceRank = { online: 0, unreachable: 1, offline: 2 } as const;

/** Who can be reached first, then favourites, then by name: places change only when something did. */
export const byNearness = (one: DeviceCard, other: DeviceCard): number =>
  presenceRank[one.presence] - presenceRank[other.presence] ||
  Number(other.isFavourite) - Number(one.isFavourite) ||
  one.alias.localeCompare(other.alias) ||
  one.id.localeCompare(other.id);
