/**
 * The files of PACK (docs/PROTOCOL.md, "Bulk"): small ones, each whole in its frame, so that it is verified before anything
 * of it is written. They are told to the journal a frame at a time, and put in place one after the other.
 */

import { dirname } from 'node:path';

import { PackReader } from '../../../../shared/protocol/bulk.ts';
import { HexdropError } from '../../../../shared/errors/errors.ts';
import { matchesDigest } from '../../digest/digest.ts';
import type { Digest } from '../../digest/digest.ts';
import { fileFaultOf } from '../../../base/file-fault.ts';
import type { Inbox, Slot } from './inbox.ts';
import type { Journal, LandingRecord } from '../journal/journal.ts';
import { createTries, landSmall } from '../../files/landing.ts';
import type { Place, Placer } from './placer.ts';
import type { SafeRoot } from '../../../base/safe-path.ts';
import { discardPartial } from '../../files/unfinished.ts';

export interface PackedFilesOptions {
  readonly inbox: Inbox;
  readonly journal: Journal;
  readonly root: SafeRoot;
  readonly digest: Digest;
  readonly placer: Placer;
  /** The slot of a file that may come packed now; undefined when it is to be dropped. @throws HexdropError unexpected-frame */
  expect(file: number): Slot | undefined;
  /** A file does not have its digest. */
  failDigest(slot: Slot): void;
  fail(slot: Slot, error: HexdropError): void;
  /** Writes, and once more when that makes room on a full disk. */
  withRoom<Result>(write: () => Result): Result;
  /** The file is here; `isSame`: it was before. */
  landed(slot: Slot, isSame: boolean): void;
  timeNotKept(path: string, mtimeUs: number): void;
}

export class PackedFiles {
  readonly #options: PackedFilesOptions;
  readonly #pack = new PackReader();
  readonly #timeNotKept = ({ path, mtimeUs }: Landing): void => this.#options.timeNotKept(path, mtimeUs);

  constructor(options: PackedFilesOptions) {
    this.#options = options;
  }

  /** @throws HexdropError unexpected-frame, bad-payload */
  take(payload: Uint8Array): void {
    const { root, journal, digest } = this.#options;
    root.nextTurn();
    const pack = this.#pack;
    pack.open(payload);
    const landings: Landing[] = [];
    while (pack.next()) {
      const slot = this.#options.expect(pack.file);
      if (slot === undefined) continue;
      if (pack.length !== slot.entry.size) {
        throw new HexdropError('unexpected-frame', `Entry ${pack.file} came packed with another size.`, {
          seen: `${pack.length} bytes`,
          allowed: `${slot.entry.size} bytes`,
        });
      }
      if (!matchesDigest(digest, pack.content, pack.digest)) {
        this.#options.failDigest(slot);
        continue;
      }
      slot.state = 'receiving';
      const landing = this.#plan(slot, pack.content);
      if (landing !== undefined) landings.push(landing);
    }
    if (landings.length === 0) return;
    journal.willLand(landings);
    const replacing: Landing[] = [];
    for (const landing of landings) if (this.#land(landing) && landing.isTaken) replacing.push(landing);
    // Now that nothing else has their names.
    if (replacing.length > 0) journal.willLand(replacing.map((landing) => ({ ...landing, isTaken: false })));
  }

  #plan(slot: Slot, content: Uint8Array): Landing | undefined {
    const { journal, inbox } = this.#options;
    const { entry } = slot;
    const path = inbox.pathOf(entry);
    try {
      const finalPath = this.#options.placer.finalPath(slot);
      return {
        slot,
        path,
        version: entry.version,
        size: entry.size,
        mtimeUs: entry.mtime,
        finalPath,
        partialPath: journal.passingPath(dirname(finalPath)),
        bytes: content,
        executable: entry.executable,
        replaced: undefined,
        isTaken: slot.isTaken,
      };
    } catch (thrown) {
      this.#options.fail(slot, fileFaultOf(thrown, 'create', path));
      return undefined;
    }
  }

  /** Whether it stands under its own name now. */
  #land(landing: Landing): boolean {
    const { slot } = landing;
    try {
      const landed = this.#options.withRoom(() => this.#landAnyway(landing));
      this.#options.landed(slot, landed === 'same');
      return landed === 'placed';
    } catch (thrown) {
      this.#options.fail(slot, fileFaultOf(thrown, 'put in place', landing.path));
      return false;
    }
  }

  /** Lands a small file, anew should somebody take its path, remove it, or remove its folder meanwhile. */
  #landAnyway(landing: Landing): 'placed' | 'elsewhere' | 'same' {
    const { placer, root, journal } = this.#options;
    const { slot, path, finalPath, bytes } = landing;
    for (let tries = 1; ; tries += 1) {
      landing.replaced = placer.replaced(slot, finalPath);
      if (landing.isTaken && placer.hasSame(slot, bytes, landing.replaced)) return 'same';
      try {
        if (landSmall(landing, this.#timeNotKept) === 'placed') {
          placer.placed(slot, finalPath);
          return 'placed';
        }
        if (!landing.isTaken && placer.hasSame(slot, bytes, landing.replaced)) {
          discardPartial(landing.partialPath);
          return 'same';
        }
        placer.placeElsewhere({ slot, path, partialPath: landing.partialPath });
        return 'elsewhere';
      } catch (thrown) {
        discardPartial(landing.partialPath);
        if (tries === createTries || !isDisturbed(thrown)) throw thrown;
        root.nextTurn();
        landing.partialPath = journal.newPartialPath(dirname(placer.finalPath(slot)));
      }
    }
  }
}

interface Landing extends LandingRecord {
  readonly slot: Slot;
  partialPath: string;
  readonly bytes: Uint8Array;
  readonly executable: boolean;
  replaced: Place['replaced'];
  readonly isTaken: boolean;
}

/** What the system says when a path is taken or gone between two calls. */
const isDisturbed = (thrown: unknown): boolean => {
  const { code, cause = thrown } = thrown as { code?: unknown; cause?: unknown };
  const said = cause instanceof HexdropError ? code : (cause as NodeJS.ErrnoException).code;
  return said === 'EEXIST' || said === 'ENOENT';
};
