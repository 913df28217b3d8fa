/**
 * Under which name a whole and verified file comes to stand (docs/PROTOCOL.md, "Conflicts"): its own, in place of what
 * has it, or a free one beside; none when the same content is there already. Tells the journal what is placed.
 */

import { lstatSync } from 'node:fs';
import type { Stats } from 'node:fs';

import type { ConflictPolicy } from '../../../../shared/model/transfer.ts';
import { equalDigests, noteOfChain } from '../../digest/digest.ts';
import type { Digest } from '../../digest/digest.ts';
import { hasContent, isUntouched, lookFor } from '../../files/existing-file.ts';
import type { Look } from '../../files/existing-file.ts';
import type { EarlierFile, Inbox, Slot } from './inbox.ts';
import type { Journal, LandingRecord } from '../journal/journal.ts';
import { isTimeHeld, placeNoClobber, placeOver } from '../../files/landing.ts';
import { freeName } from '../../../base/free-name.ts';
import { clashKey } from '../../../base/safe-path.ts';
import type { SafeRoot } from '../../../base/safe-path.ts';
import { SameFiles } from './same-files.ts';
import { statsOf } from '../../files/unfinished.ts';

export interface PlacerOptions {
  readonly inbox: Inbox;
  readonly journal: Journal;
  readonly root: SafeRoot;
  readonly onConflict: ConflictPolicy;
  readonly digest: Digest;
  /** Grows while the wire is busy. */
  traffic(): number;
}

/** Where a file goes, and what has that place now if it is to be replaced. */
export interface Place {
  readonly finalPath: string;
  readonly replaced: Stats | undefined;
}

/** A file that is whole and verified. */
export interface Unplaced {
  readonly slot: Slot;
  readonly path: string;
  readonly partialPath: string;
  /** Absent of a packed file, which is as quickly read again. */
  readonly chain?: Uint8Array;
}

interface Claim {
  readonly path: string;
  /** The index of the manifest entry. */
  readonly index: number;
}

export class Placer {
  readonly #options: PlacerOptions;
  readonly #sameFiles: SameFiles;
  /** Which entry may replace what has a name, by clash key; kept only where names are folded. */
  readonly #claims = new Map<string, readonly Claim[]>();

  constructor(options: PlacerOptions) {
    this.#options = options;
    this.#sameFiles = new SameFiles(() => options.traffic());
  }

  /** The place of an entry; its folder is made. */
  placeOf(slot: Slot): Place {
    const finalPath = this.finalPath(slot);
    return { finalPath, replaced: this.replaced(slot, finalPath) };
  }

  /** Where the entry goes if its name is free, or in place of what an earlier run put there; its folder is made. */
  finalPath({ entry, earlier }: Slot): string {
    const { root, inbox } = this.#options;
    if (earlier !== undefined && untouchedSince(earlier) !== undefined) return earlier.finalPath;
    return root.file(inbox.folderOf(entry).components, entry.name, { create: true });
  }

  /** What is here that has the entry's name, and what could be the same. Makes no folder. @throws HexdropError */
  look({ entry }: Slot, isNumbered: boolean): Look {
    const { root, inbox } = this.#options;
    const { components } = inbox.folderOf(entry);
    return lookFor(entry, (name) => root.file(components, name), isNumbered);
  }

  /**
   * Whether a file that came is here already, under its name or, unless it would replace that, a numbered one. 'later'
   * when that takes time: then `found` is called, once.
   * @param fd the open partial
   */
  findSame(
    slot: Slot,
    { replaced }: Place,
    { fd, chain }: { readonly fd: number; readonly chain: Uint8Array },
    found: (isSame: boolean) => void,
  ): boolean | 'later' {
    let { files } = this.look(slot, replaced === undefined);
    const asked = slot.found;
    if (asked !== undefined && isUntouched(asked.existing)) {
      if (equalDigests(asked.chain, chain)) return true;
      files = files.filter(({ path }) => path !== asked.existing.path);
    }
    return files.length > 0 && this.#sameFiles.search(fd, files, found);
  }

  /** The same for a small file. */
  hasSame(slot: Slot, content: Uint8Array, replaced: Stats | undefined): boolean {
    return this.look(slot, replaced === undefined).files.some((file) => hasContent(file, content));
  }

  /** What has not been found by now is not told any more. */
  stop(): void {
    this.#sameFiles.stop();
  }

  /** Puts a whole partial in its place: that of `replaced`, or a free one. */
  place(unplaced: Unplaced, { finalPath, replaced }: Place): void {
    const { slot, partialPath } = unplaced;
    if (replaced !== undefined) {
      placeOver(partialPath, finalPath);
      this.#options.journal.willLand([this.#record(unplaced, finalPath)]);
    } else if (statsOf(finalPath) !== undefined || !this.#placeFree(unplaced, finalPath)) {
      return this.placeElsewhere(unplaced);
    }
    this.placed(slot, finalPath);
  }

  /**
   * What the file takes the place of, as the person chose. Where the file system takes `readme` for `README`, a file of
   * this very transfer may have the name, or be the same as what has it: that is not replaced.
   */
  replaced(slot: Slot, finalPath: string): Stats | undefined {
    const { earlier } = slot;
    if (earlier?.finalPath === finalPath) {
      const stats = untouchedSince(earlier);
      if (stats !== undefined) return stats;
    }
    if (this.#options.onConflict !== 'overwrite') return undefined;
    const claimant = this.#claimantOf(finalPath);
    return claimant === undefined || claimant === slot.index ? statsOf(finalPath) : undefined;
  }

  /** A file of this transfer has come to stand under a name. */
  placed(slot: Slot, finalPath: string): void {
    this.claim(slot, finalPath);
  }

  /** Takes a name that is there for an entry, which is put in its place or compared with it; false when another one has. */
  claim({ index }: Slot, finalPath: string): boolean {
    const { onConflict, root } = this.#options;
    if (onConflict !== 'overwrite') return true;
    const claimant = this.#claimantOf(finalPath);
    if (claimant !== undefined) return claimant === index;
    if (root.foldsNames(finalPath)) {
      const key = clashKey(finalPath, true);
      this.#claims.set(key, [...(this.#claims.get(key) ?? []), { path: finalPath, index }]);
    }
    return true;
  }

  /** The entry of this transfer that has the name, as the file system takes it. */
  #claimantOf(finalPath: string): number | undefined {
    if (this.#claims.size === 0) return undefined;
    const claims = this.#claims.get(clashKey(finalPath, true)) ?? [];
    const isOne = (path: string): boolean =>
      path === finalPath || this.#options.root.isOneEntry(path, finalPath);
    return claims.find(({ path }) => isOne(path))?.index;
  }

  /** The name is taken: keep both. Somebody may take the free name too before it is ours. */
  placeElsewhere(unplaced: Unplaced): void {
    const { root, inbox } = this.#options;
    const { entry } = unplaced.slot;
    const { components } = inbox.folderOf(entry);
    const at = (name: string): string => root.file(components, name, { create: true });
    for (;;) {
      const name = freeName(
        entry.name,
        (candidate) => lstatSync(at(candidate), { throwIfNoEntry: false }) !== undefined,
      );
      if (this.#placeFree(unplaced, at(name))) return;
    }
  }

  /** False when the name is taken after all. */
  #placeFree(unplaced: Unplaced, finalPath: string): boolean {
    this.#options.journal.willLand([this.#record(unplaced, finalPath)]);
    return placeNoClobber(unplaced.partialPath, finalPath) === 'placed';
  }

  #record({ slot: { entry }, path, chain }: Unplaced, finalPath: string): LandingRecord {
    const { version, size, mtime: mtimeUs } = entry;
    const note = chain === undefined ? undefined : noteOfChain(this.#options.digest, chain);
    return { path, version, size, mtimeUs, finalPath, chain: note };
  }
}

/** What an earlier run put in place, unless somebody has touched it since. */
const untouchedSince = ({ finalPath, size, mtimeUs }: EarlierFile): Stats | undefined => {
  const stats = statsOf(finalPath);
  return stats?.isFile() === true && stats.size === size && isTimeHeld(mtimeUs, stats.mtimeMs)
    ? stats
    : undefined;
};
