/** The first entries of a tree as they are shown with an offer, before anything of it is on this side. */

import type { OfferView, PreviewEntry, RenamedEntry } from '../../../../shared/model/transfer.ts';
import type { Slot } from './inbox.ts';
import { localName } from '../../../base/name-mapping.ts';

/** Entries shown with an offer. */
export const previewEntries = 1_000;

/** Names shown that will be others here. */
const renamedShown = 5;

/** @param slots of the manifest, from its start on */
export function previewOf(slots: readonly Slot[]): readonly PreviewEntry[] {
  return slots
    .slice(0, previewEntries)
    .map(({ entry }, at): PreviewEntry => ({ path: pathIn(slots, at), kind: entry.kind, size: entry.size }));
}

/**
 * What of it will have another name by the rules that hold in its target.
 * @param slots of the manifest, from its start on
 */
export function renamedOf(slots: readonly Slot[], rules: NodeJS.Platform): OfferView['renamed'] {
  let count = 0;
  const first: RenamedEntry[] = [];
  for (const [at, { entry }] of slots.entries()) {
    const here = localName(entry.name, rules);
    if (here === entry.name) continue;
    count += 1;
    if (first.length < renamedShown) first.push({ path: pathIn(slots, at), here });
  }
  return count === 0 ? undefined : { count, first };
}

/** The slots start with that of entry 0. */
function pathIn(slots: readonly Slot[], at: number): string {
  const names: string[] = [];
  for (let index = at; index >= 0;) {
    const entry = slots[index]?.entry;
    if (entry === undefined) break;
    names.push(entry.name);
    index = entry.parent;
  }
  return names.reverse().join('/');
}
