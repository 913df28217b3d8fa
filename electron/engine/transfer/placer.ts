/**
 * Under which name a whole and verified file comes to stand (docs/PROTOCOL.md, "Conflicts"): its own, in place of what
 * has it, or a free one beside. Tells the journal before anything is placed.
 */

import { lstatSync } from 'node:fs';
import type { Stats } from 'node:fs';

import type { ConflictPolicy } from '../../../shared/model/transfer.ts';
import type { Inbox, Slot } from './inbox.ts';
import type { Journal } from './journal.ts';
import { freeName, placeNoClobber, placeOver } from './landing.ts';
import { clashKey } from './safe-path.ts';
import type { SafeRoot } from './safe-path.ts';
import { statsOf } from './unfinished.ts';

export interface PlacerOptions {
  readonly inbox: Inbox;
  readonly journal: Journal;
  readonly root: SafeRoot;
  readonly onConflict: ConflictPolicy;
}

/** Where a file goes, and what has that place now if it is to be replaced. */
export interface Place {
  readonly finalPath: string;
  readonly replaced: Stats | undefined;
}

export class Placer {
  readonly #options: PlacerOptions;
  /** Clash keys of what this transfer may not replace again; kept only where names are folded. */
  readonly #placed = new Set<string>();

  constructor(options: PlacerOptions) {
    this.#options = options;
  }

  /** The place of an entry; its folder is made. */
  placeOf(slot: Slot): Place {
    const finalPath = this.finalPath(slot);
    return { finalPath, replaced: this.replaced(finalPath) };
  }

  /** Where the entry goes if its name is free; its folder is made. */
  finalPath({ entry }: Slot): string {
    const { root, inbox } = this.#options;
    return root.file(inbox.folderOf(entry).components, entry.name, { create: true });
  }

  /** Puts a whole partial in its place: that of `replaced`, or a free one. */
  place(slot: Slot, path: string, partialPath: string, { finalPath, replaced }: Place): void {
    const { journal } = this.#options;
    const { entry } = slot;
    journal.willLand([{ path, version: entry.version, size: entry.size, mtimeUs: entry.mtime, finalPath }]);
    if (replaced !== undefined) placeOver(partialPath, finalPath);
    else if (placeNoClobber(partialPath, finalPath) === 'exists')
      return this.placeElsewhere(slot, path, partialPath);
    this.placed(finalPath);
  }

  /**
   * What the file takes the place of, as the person chose. Where the file system takes `readme` for `README`, a file of
   * this very transfer may have the name: it is not replaced.
   */
  replaced(finalPath: string): Stats | undefined {
    if (this.#options.onConflict !== 'overwrite' || this.#placed.has(clashKey(finalPath, true)))
      return undefined;
    return statsOf(finalPath);
  }

  /** A file of this transfer has come to stand under a name. */
  placed(finalPath: string): void {
    const { onConflict, root } = this.#options;
    if (onConflict === 'overwrite' && root.foldsNames(finalPath)) this.#placed.add(clashKey(finalPath, true));
  }

  /** The name is taken: keep both. Somebody may take the free name too before it is ours. */
  placeElsewhere(slot: Slot, path: string, partialPath: string): void {
    const { root, inbox, journal } = this.#options;
    const { entry } = slot;
    const { components } = inbox.folderOf(entry);
    const at = (name: string): string => root.file(components, name, { create: true });
    for (;;) {
      const name = freeName(
        entry.name,
        (candidate) => lstatSync(at(candidate), { throwIfNoEntry: false }) !== undefined,
      );
      journal.willLand([
        { path, version: entry.version, size: entry.size, mtimeUs: entry.mtime, finalPath: at(name) },
      ]);
      if (placeNoClobber(partialPath, at(name)) === 'placed') return;
    }
  }
}
