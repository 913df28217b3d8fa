/**
 * Under which name a whole and verified file comes to stand (docs/PROTOCOL.md, "Conflicts"): its own, in place of what
 * has it, or a free one beside. Tells the journal before anything is placed.
 */

import { lstatSync } from 'node:fs';

import type { ConflictPolicy } from '../../../shared/model/transfer.ts';
import type { Inbox, Slot } from './inbox.ts';
import type { Journal } from './journal.ts';
import { freeName, placeNoClobber, placeOver } from './landing.ts';
import { clashKey } from './safe-path.ts';
import type { SafeRoot } from './safe-path.ts';

export interface PlacerOptions {
  readonly inbox: Inbox;
  readonly journal: Journal;
  readonly root: SafeRoot;
  readonly onConflict: ConflictPolicy;
}

export class Placer {
  readonly #options: PlacerOptions;
  #foldsCase: boolean | undefined;
  /** Clash keys of what was put in place of something; kept only where case is folded. */
  readonly #replaced = new Set<string>();

  constructor(options: PlacerOptions) {
    this.#options = options;
  }

  /** Where the entry goes if its name is free; its folder is made. */
  finalPath({ entry }: Slot): string {
    const { root, inbox } = this.#options;
    return root.file(inbox.folderOf(entry).components, entry.name, { create: true });
  }

  /** Puts a partial in its place. */
  place(slot: Slot, path: string, partialPath: string): void {
    const { root, journal } = this.#options;
    const { entry } = slot;
    root.nextTurn();
    const finalPath = this.finalPath(slot);
    journal.willLand([{ path, version: entry.version, size: entry.size, mtimeUs: entry.mtime, finalPath }]);
    if (this.mayReplace(finalPath)) placeOver(partialPath, finalPath);
    else if (placeNoClobber(partialPath, finalPath) === 'exists')
      this.placeElsewhere(slot, path, partialPath);
  }

  /**
   * Whether the file takes the place of what has its name, as the person chose. Where the file system folds case, that
   * may be a file of this very transfer: `readme` does not replace `README`.
   */
  mayReplace(finalPath: string): boolean {
    if (this.#options.onConflict !== 'overwrite') return false;
    this.#foldsCase ??= this.#options.root.foldsCase();
    if (!this.#foldsCase) return true;
    const key = clashKey(finalPath, true);
    if (this.#replaced.has(key)) return false;
    this.#replaced.add(key);
    return true;
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
