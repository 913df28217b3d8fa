/**
 * Decides about manifest entries on the sink: what is wanted, from where on, and on what condition
 * (docs/PROTOCOL.md, "WANT"). Makes the folders, asks the journal what earlier runs left, and lets the source compare
 * what is here already, so that the same comes to stand there once.
 */

import type { ConflictPolicy, EntryKind } from '../../../../shared/model/transfer.ts';
import type { Payload } from '../../../../shared/protocol/catalog.ts';
import { asHexdropError, HexdropError } from '../../../../shared/errors/errors.ts';
import { chunkBytes, limits } from '../../../../shared/protocol/limits.ts';
import { fromHex, toHex } from '../../../../shared/base/text.ts';
import { chainOfNote } from '../../digest/digest.ts';
import type { Digest } from '../../digest/digest.ts';
import { ExistingChains } from './existing-chains.ts';
import type { ChainedSlot } from './existing-chains.ts';
import type { Look } from '../../files/existing-file.ts';
import type { Inbox, SinkFolder, Slot } from './inbox.ts';
import type { Journal, Known } from '../journal/journal.ts';
import { freeName } from '../../../base/free-name.ts';
import type { Placer } from './placer.ts';
import { clashKey } from '../../../base/safe-path.ts';
import type { NameFault, SafeRoot } from '../../../base/safe-path.ts';
import { statsOf } from '../../files/unfinished.ts';

type Want = Payload<'WANT'>;

export interface WantPlannerOptions {
  readonly inbox: Inbox;
  readonly journal: Journal;
  readonly root: SafeRoot;
  readonly placer: Placer;
  readonly onConflict: ConflictPolicy;
  readonly digest: Digest;
  readonly wants: ((path: string, kind: EntryKind) => boolean) | undefined;
  /** Grows while the wire is busy. */
  traffic(): number;
  want(want: Want): void;
  /** This side gives the entry up. */
  fault(slot: Slot, error: HexdropError): void;
}

const nothing: Look = { isTaken: false, files: [] };

export class WantPlanner {
  readonly #options: WantPlannerOptions;
  readonly #chains: ExistingChains;
  /** Paths of the folders of this transfer that lie where names are folded, by what is the same there. */
  readonly #foldedFolders = new Map<string, readonly string[]>();
  /** Files that an earlier run had put in place. */
  landedBefore = 0;
  /** Bytes that need not be sent because an earlier run brought them. */
  resumedBytes = 0;
  /** Files that nobody wanted. */
  unwanted = 0;
  unwantedBytes = 0;

  constructor(options: WantPlannerOptions) {
    this.#options = options;
    this.#chains = new ExistingChains(
      options.digest,
      () => options.traffic(),
      (compared) => this.#compared(compared),
    );
  }

  stop(): void {
    this.#chains.stop();
  }

  /** Decides about entries, in order. */
  plan(slots: readonly Slot[]): void {
    for (let at = 0; at < slots.length; at += limits.manifestPageEntries) {
      this.#planSpan(slots.slice(at, at + limits.manifestPageEntries));
    }
  }

  #planSpan(slots: readonly Slot[]): void {
    const first = slots[0];
    if (first === undefined) return;
    this.#options.root.nextTurn();
    const skip: [number, number][] = [];
    const later: [number, number][] = [];
    const resume: [number, number, string][] = [];
    const resumeIf: [number, number, string][] = [];
    const unless: [number, string][] = [];
    let files = 0;
    for (const slot of slots) {
      if (slot.entry.kind === 'folder') {
        this.#planFolder(slot);
        continue;
      }
      files += 1;
      // The source may have given it up meanwhile.
      if (slot.state === 'told') this.#planFile(slot);
      const { index, state, resume: begun, found } = slot;
      if (state === 'told') extend(later, index);
      else if (state === 'settled') extend(skip, index);
      else if (begun !== undefined)
        (begun.isAsked ? resumeIf : resume).push([index, begun.offset, toHex(begun.chain)]);
      else if (found !== undefined) unless.push([index, toHex(found.chain)]);
    }
    // Folders need no decision.
    if (files > 0) {
      this.#options.want({
        first: first.index,
        count: slots.length,
        ...(skip.length === 0 ? {} : { skip }),
        ...(resume.length === 0 ? {} : { resume }),
        ...(resumeIf.length === 0 ? {} : { resumeIf }),
        ...(unless.length === 0 ? {} : { unless }),
        ...(later.length === 0 ? {} : { later }),
      });
    }
  }

  #planFolder(slot: Slot): void {
    const { inbox, wants } = this.#options;
    const { entry, index } = slot;
    const { parent, name, mtime } = entry;
    const within = inbox.folderOf(entry);
    // Asked below what is not wanted as well: whoever chooses by patterns tells what they would have fitted.
    const isUnwanted = wants?.(inbox.pathOf(entry), 'folder') === false || within.isUnwanted;
    const record = { parent, name, localName: name, mtime, isUnwanted, fault: within.fault };
    if (isUnwanted || within.fault !== undefined) {
      inbox.setFolder(index, record);
      return inbox.settle(slot);
    }
    try {
      inbox.setFolder(index, { ...record, localName: this.#makeFolder(within, name) });
      inbox.settle(slot);
    } catch (thrown) {
      const error = asHexdropError(thrown);
      inbox.setFolder(index, { ...record, fault: error });
      this.#options.fault(slot, error);
    }
  }

  /**
   * Makes the folder, or takes the one that is there. Where a file has its name, or a folder of this transfer that the file
   * system takes for it, it gets a number; a folder that has that already is taken, as it may be of an earlier run. Returns
   * its name here.
   */
  #makeFolder(parent: SinkFolder, name: string): string {
    const { root, onConflict } = this.#options;
    const fault = root.fault(name);
    if (fault !== undefined) throw new HexdropError(fault.code, fault.message);
    // Where only a part is wanted, a folder comes into being with the first file in it.
    const options = { create: this.#options.wants === undefined };
    const make = (candidate: string): string => {
      try {
        this.#made(root.folder([...parent.components, candidate], options));
      } catch (thrown) {
        if (asHexdropError(thrown).code !== 'no-such-path') throw thrown;
      }
      return candidate;
    };
    try {
      if (!this.#isOfAnother(root.file(parent.components, name, options))) return make(name);
    } catch (thrown) {
      const error = asHexdropError(thrown);
      if (error.code === 'no-such-path') return name;
      if (error.code !== 'not-a-folder' || onConflict === 'overwrite') throw error;
    }
    const isTaken = (candidate: string): boolean => {
      const path = root.file(parent.components, candidate, { create: true });
      return statsOf(path)?.isDirectory() === false || this.#isOfAnother(path);
    };
    return make(freeName(name, isTaken));
  }

  /** A folder of this transfer is there. Where its name is folded, what is folded with it is kept apart from it. */
  #made(path: string): void {
    if (!this.#options.root.foldsNames(path)) return;
    const key = clashKey(path, true);
    const made = this.#foldedFolders.get(key) ?? [];
    if (!made.includes(path)) this.#foldedFolders.set(key, [...made, path]);
  }

  /** Whether the file system takes a path for that of another folder of this transfer. */
  #isOfAnother(path: string): boolean {
    if (this.#foldedFolders.size === 0) return false;
    const made = this.#foldedFolders.get(clashKey(path, true)) ?? [];
    return !made.includes(path) && made.some((other) => this.#options.root.isOneEntry(other, path));
  }

  #planFile(slot: Slot): void {
    const { inbox, journal, placer, wants, onConflict } = this.#options;
    const { entry } = slot;
    const parent = inbox.folderOf(entry);
    if (wants?.(inbox.pathOf(entry), 'file') === false || parent.isUnwanted) {
      this.unwanted += 1;
      this.unwantedBytes += entry.size;
      return inbox.settle(slot);
    }
    const fault = parent.fault ?? asError(this.#options.root.fault(entry.name));
    if (fault !== undefined) return this.#options.fault(slot, fault);
    const path = inbox.pathOf(entry);
    const known = journal.isResumed ? journal.known(path) : undefined;
    if (known !== undefined && this.#isDecided(slot, path, known)) return;
    let look = nothing;
    try {
      look = placer.look(slot, onConflict !== 'overwrite');
    } catch {
      // What is wrong there shows when the file is put in place.
    }
    slot.isTaken = look.isTaken;
    if (slot.resume !== undefined || !this.#isAsked(slot, look, known)) slot.state = 'wanted';
  }

  /** Takes up what the journal knows of the file; true when it need not come. */
  #isDecided(slot: Slot, path: string, known: Known): boolean {
    const { inbox, journal } = this.#options;
    const { entry } = slot;
    const isSame = known.version === entry.version && known.size === entry.size;
    if (known.kind === 'landed') {
      if (!isSame) {
        slot.earlier = known;
        return false;
      }
      this.landedBefore += 1;
      this.resumedBytes += entry.size;
      inbox.settle(slot);
      return true;
    }
    const chain = fromHex(known.chain);
    const offset = known.verifiedBytes;
    if (chain === undefined || offset % chunkBytes !== 0 || offset > entry.size) {
      journal.dropPartial(path);
      return false;
    }
    slot.resume = { offset, chain, partialPath: known.partialPath, isAsked: !isSame };
    if (isSame) this.resumedBytes += offset;
    return false;
  }

  /** Whether the file waits to be compared with one that is here and may be the same. */
  #isAsked(slot: Slot, look: Look, known: Known | undefined): boolean {
    const { placer, digest, onConflict } = this.#options;
    const landed = known?.kind === 'landed' ? known : undefined;
    const atItsPlace = look.files.find(({ path }) => path === landed?.finalPath);
    const existing = atItsPlace ?? look.files[0];
    if (existing === undefined) return false;
    if (onConflict === 'overwrite' && !placer.claim(slot, existing.path)) return false;
    const note = atItsPlace === undefined ? undefined : landed?.chain;
    const chain = note === undefined ? undefined : chainOfNote(digest, note);
    if (chain === undefined) this.#chains.add(slot, existing);
    else slot.found = { existing, chain };
    return chain === undefined;
  }

  /** Wants what was to be compared, unless it is the same. */
  #compared(compared: readonly ChainedSlot[]): void {
    let first = 0;
    let unless: [number, string][] = [];
    let next = -1;
    const tell = (): void => {
      if (next > first) {
        this.#options.want({ first, count: next - first, ...(unless.length === 0 ? {} : { unless }) });
      }
    };
    for (const { slot, existing, chain } of compared) {
      if (slot.state !== 'told') continue; // Its source gave it up meanwhile.
      if (slot.index !== next) {
        tell();
        first = slot.index;
        unless = [];
      }
      next = slot.index + 1;
      slot.state = 'wanted';
      if (chain === undefined) continue;
      slot.found = { existing, chain };
      unless.push([slot.index, toHex(chain)]);
    }
    tell();
  }
}

/** Adds an index to a list of spans, joining it to the last where it goes on. */
function extend(spans: [number, number][], index: number): void {
  const last = spans.at(-1);
  if (last !== undefined && last[0] + last[1] === index) last[1] += 1;
  else spans.push([index, 1]);
}

const asError = (fault: NameFault | undefined): HexdropError | undefined =>
  fault === undefined ? undefined : new HexdropError(fault.code, fault.message);
