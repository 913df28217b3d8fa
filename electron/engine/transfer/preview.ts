/** The first entries of a tree as they are shown with an offer, before anything of it is on this side. */

import type { PreviewEntry } from '../../../shared/model/transfer.ts';
import type { Slot } from './inbox.ts';

/** Entries shown with an offer. */
export const previewEntries = 1_000;

/** @param slots of the manifest, from its start on */
export function previewOf(slots: readonly Slot[]): readonly PreviewEntry[] {
  const paths = new Map<number, string>();
  return slots.slice(0, previewEntries).map(({ index, entry }): PreviewEntry => {
    const parent = entry.parent < 0 ? undefined : paths.get(entry.parent);
    const path = parent === undefined ? entry.name : `${parent}/${entry.name}`;
    if (entry.kind === 'folder') paths.set(index, path);
    return { path, kind: entry.kind, size: entry.size };
  });
}
