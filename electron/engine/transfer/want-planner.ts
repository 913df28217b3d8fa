/**
 * Decides about manifest entries on the sink: what is wanted, from where on, and on what condition
 * (docs/PROTOCOL.md, "WANT"). Makes the folders, asks the journal what earlier runs left, and compares with what is
 * there where identical files are to be skipped.
 */

import { closeSync, constants, fstatSync, lstatSync, openSync } from 'node:fs';

import type { ConflictPolicy, EntryKind } from '../../../shared/model/transfer.ts';
import type { Payload } from '../../../shared/protocol/catalog.ts';
import { asHexdropError, HexdropError } from '../../../shared/protocol/errors.ts';
import { chunkBytes, limits } from '../../../shared/protocol/limits.ts';
import { fromHex, toHex } from '../../../shared/protocol/text.ts';
import { ChainOfFile } from './chain-of-file.ts';
import type { Digest } from './digest.ts';
import type { Inbox, SinkFolder, Slot } from './inbox.ts';
import type { Journal } from './journal.ts';
import { freeName } from './landing.ts';
import { nameFault } from './safe-path.ts';
import type { SafeRoot } from './safe-path.ts';
import { readWhole } from './source-file.ts';

type Want = Payload<'WANT'>;

export interface WantPlannerOptions {
  readonly inbox: Inbox;
  readonly journal: Journal;
  readonly root: SafeRoot;
  readonly onConflict: ConflictPolicy;
  readonly digest: Digest;
  readonly wants: ((path: string, kind: EntryKind) => boolean) | undefined;
  want(want: Want): void;
  /** This side gives the entry up. */
  fault(slot: Slot, error: HexdropError): void;
}

/** A file that is here already and may be the same. */
interface Candidate {
  readonly slot: Slot;
  readonly path: string;
}

export class WantPlanner {
  readonly #options: WantPlannerOptions;
  readonly #conditional = new Set<number>();
  #candidates: Candidate[] = [];
  #isComparing = false;
  #isOver = false;
  /** Files that an earlier run had put in place. */
  landedBefore = 0;
  /** Bytes that need not be sent because an earlier run brought them. */
  resumedBytes = 0;
  /** Files that nobody wanted. */
  unwanted = 0;
  unwantedBytes = 0;

  constructor(options: WantPlannerOptions) {
    this.#options = options;
  }

  /** Whether the entry is wanted only unless it is the same. */
  isConditional(slot: Slot): boolean {
    return slot.state === 'wanted' && this.#conditional.has(slot.index);
  }

  stop(): void {
    this.#isOver = true;
  }

  /** Decides about entries, in order. */
  plan(slots: readonly Slot[]): void {
    for (let at = 0; at < slots.length; at += limits.manifestPageEntries) {
      this.#planSpan(slots.slice(at, at + limits.manifestPageEntries));
    }
    this.#compareLater();
  }

  #planSpan(slots: readonly Slot[]): void {
    const first = slots[0];
    if (first === undefined) return;
    this.#options.root.nextTurn();
    const skip: [number, number][] = [];
    const later: [number, number][] = [];
    const resume: [number, number, string][] = [];
    let files = 0;
    for (const slot of slots) {
      if (slot.entry.kind === 'folder') {
        this.#planFolder(slot);
        continue;
      }
      files += 1;
      const candidates = this.#candidates.length;
      // The source may have given it up meanwhile.
      if (slot.state === 'told') this.#planFile(slot);
      if (this.#candidates.length > candidates) extend(later, slot.index);
      else if (slot.state === 'settled') extend(skip, slot.index);
      else if (slot.resume !== undefined)
        resume.push([slot.index, slot.resume.offset, toHex(slot.resume.chain)]);
    }
    // Folders need no decision.
    if (files > 0) {
      this.#options.want({
        first: first.index,
        count: slots.length,
        ...(skip.length === 0 ? {} : { skip }),
        ...(resume.length === 0 ? {} : { resume }),
        ...(later.length === 0 ? {} : { later }),
      });
    }
  }

  #planFolder(slot: Slot): void {
    const { inbox, wants } = this.#options;
    const { entry, index } = slot;
    const { parent, name, mtime } = entry;
    const within = inbox.folderOf(entry);
    const isUnwanted = within.isUnwanted || wants?.(inbox.pathOf(entry), 'folder') === false;
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

  /** Makes the folder, or takes the one that is there; a file of that name makes it take another one. Returns its name here. */
  #makeFolder(parent: SinkFolder, name: string): string {
    const { root, onConflict } = this.#options;
    const fault = nameFault(name, process.platform);
    if (fault !== undefined) throw new HexdropError(fault.code, fault.message);
    const components = [...parent.components, name];
    try {
      // Where only a part is wanted, a folder comes into being with the first file in it.
      root.folder(components, { create: this.#options.wants === undefined });
      return name;
    } catch (thrown) {
      const error = asHexdropError(thrown);
      if (error.code === 'no-such-path') return name;
      if (error.code !== 'not-a-folder' || onConflict === 'overwrite') throw error;
    }
    const free = freeName(name, (candidate) => {
      const path = root.file(parent.components, candidate, { create: true });
      return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
    });
    const elsewhere = [...parent.components, free];
    if (this.#options.wants === undefined) root.folder(elsewhere, { create: true });
    return free;
  }

  #planFile(slot: Slot): void {
    const { inbox, journal, wants, onConflict } = this.#options;
    const { entry } = slot;
    const parent = inbox.folderOf(entry);
    if (parent.isUnwanted || wants?.(inbox.pathOf(entry), 'file') === false) {
      this.unwanted += 1;
      this.unwantedBytes += entry.size;
      return inbox.settle(slot);
    }
    const fault = parent.fault ?? asError(nameFault(entry.name, process.platform));
    if (fault !== undefined) return this.#options.fault(slot, fault);
    if (journal.isResumed && this.#fromEarlierRun(slot, inbox.pathOf(entry))) return;
    if (onConflict === 'skip' && this.#isCandidate(slot, parent)) {
      this.#candidates.push({ slot, path: inbox.pathOf(entry) });
      return;
    }
    slot.state = 'wanted';
  }

  /** Takes up what the journal knows of the file; true when that decides about it. */
  #fromEarlierRun(slot: Slot, path: string): boolean {
    const { inbox, journal } = this.#options;
    const { entry } = slot;
    const known = journal.known(path);
    if (known === undefined) return false;
    const isSame = known.version === entry.version && known.size === entry.size;
    if (known.kind === 'landed') {
      if (!isSame) return false;
      this.landedBefore += 1;
      this.resumedBytes += entry.size;
      inbox.settle(slot);
      return true;
    }
    const chain = fromHex(known.chain);
    const offset = known.verifiedBytes;
    if (!isSame || chain === undefined || offset % chunkBytes !== 0) {
      journal.dropPartial(path);
      return false;
    }
    slot.state = 'wanted';
    slot.resume = { offset, chain, partialPath: known.partialPath };
    this.resumedBytes += offset;
    return true;
  }

  #isCandidate(slot: Slot, parent: SinkFolder): boolean {
    try {
      const path = this.#options.root.file(parent.components, slot.entry.name, { create: true });
      const stats = lstatSync(path, { throwIfNoEntry: false });
      return stats?.isFile() === true && stats.size === slot.entry.size;
    } catch {
      return false; // What is wrong there shows when the file is put in place.
    }
  }

  /** Compares one file after the other, a chunk a turn, and decides about each when its chain is known. */
  #compareLater(): void {
    if (this.#isComparing || this.#isOver) return;
    const candidate = this.#candidates.shift();
    if (candidate === undefined) return;
    this.#isComparing = true;
    this.#chainOf(candidate, (chain) => {
      this.#isComparing = false;
      if (this.#isOver) return;
      const { slot } = candidate;
      if (slot.state !== 'told') return this.#compareLater();
      slot.state = 'wanted';
      if (chain !== undefined) this.#conditional.add(slot.index);
      const span = { first: slot.index, count: 1 };
      this.#options.want(chain === undefined ? span : { ...span, unless: [[slot.index, toHex(chain)]] });
      this.#compareLater();
    });
  }

  #chainOf({ slot, path }: Candidate, done: (chain: Uint8Array | undefined) => void): void {
    const { root, inbox, digest } = this.#options;
    let fd: number;
    let file: ChainOfFile;
    try {
      const local = root.file(inbox.folderOf(slot.entry).components, slot.entry.name, { create: false });
      fd = openSync(local, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
      const read = (into: Uint8Array, at: number, length: number, position: number): true => {
        readWhole(fd, into, at, length, position, path);
        return true;
      };
      file = new ChainOfFile({ read }, fstatSync(fd).size, digest);
    } catch {
      return void setImmediate(() => done(undefined)); // It cannot be read: then it is not known to be the same.
    }
    const buffer = Buffer.allocUnsafeSlow(chunkBytes);
    const step = (): void => {
      let chain: Uint8Array | undefined;
      try {
        chain = file.step(buffer);
      } catch {
        closeSync(fd);
        return done(undefined);
      }
      if (chain === undefined && !this.#isOver) return void setImmediate(step);
      closeSync(fd);
      done(chain);
    };
    setImmediate(step);
  }
}

/** Adds an index to a list of spans, joining it to the last where it goes on. */
function extend(spans: [number, number][], index: number): void {
  const last = spans.at(-1);
  if (last !== undefined && last[0] + last[1] === index) last[1] += 1;
  else spans.push([index, 1]);
}

const asError = (fault: ReturnType<typeof nameFault>): HexdropError | undefined =>
  fault === undefined ? undefined : new HexdropError(fault.code, fault.message);
