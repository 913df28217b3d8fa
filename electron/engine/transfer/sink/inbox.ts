/**
 * What the source has told of its tree and what became of each entry: the sink's bookkeeping, bounded by the manifest
 * window whatever the size of the tree (docs/PROTOCOL.md, "Manifest", "Settlement"). Touches no disk.
 */

import { HexdropError } from '../../../../shared/errors/errors.ts';
import { flagLast } from '../../../../shared/protocol/header.ts';
import type { FrameHeader } from '../../../../shared/protocol/header.ts';
import { limits } from '../../../../shared/protocol/limits.ts';
import { ManifestOrder } from '../../../../shared/protocol/manifest-order.ts';
import type { ManifestEntry, ManifestPage } from '../../../../shared/protocol/manifest.ts';
import type { ExistingFile } from '../../files/existing-file.ts';
import { FolderTable } from './folder-table.ts';
import type { FolderRecord } from './folder-table.ts';

/**
 * `told`: no WANT covers it yet. `wanted`: its bulk may come. `receiving`: it has begun. `placing`: it is whole, and does
 * not have its name yet. `settled`: over, well or not.
 */
type SlotState = 'told' | 'wanted' | 'receiving' | 'placing' | 'settled';

interface Resume {
  readonly offset: number;
  readonly chain: Uint8Array;
  readonly partialPath: string;
  /** The source is asked whether its file begins with this; else it comes from its start. */
  readonly isAsked: boolean;
}

/** A file that is here and may be the same, as it was when its chain was computed. */
interface Found {
  readonly existing: ExistingFile;
  readonly chain: Uint8Array;
}

export interface EarlierFile {
  readonly finalPath: string;
  readonly size: number;
  readonly mtimeUs: number;
}

export interface Slot {
  readonly index: number;
  readonly entry: ManifestEntry;
  state: SlotState;
  /** Set with `wanted` when an earlier run left a partial. */
  resume: Resume | undefined;
  /** Set with `wanted` when the source is asked whether the file is the same as one that is here. */
  found: Found | undefined;
  /** Whether something had its name here when it was told. */
  isTaken: boolean;
  /** What an earlier run put in place for it before its source changed: no stranger's file, so it is replaced. */
  earlier: EarlierFile | undefined;
  /** Verified bytes of the file that are here, those of an earlier run among them. */
  arrivedBytes: number;
}

export interface SinkFolder extends Pick<FolderRecord, 'mtime' | 'fault' | 'isUnwanted'> {
  /** As sent, relative, with '/'. */
  readonly path: string;
  /** The parts of the local path. */
  readonly components: readonly string[];
}

/** Folders whose paths are held ready: what comes one after the other lies in few of them. */
const readyFolders = 512;

const top: SinkFolder = { path: '', components: [], mtime: 0, fault: undefined, isUnwanted: false };

export class Inbox {
  readonly #order = new ManifestOrder();
  readonly #folders = new FolderTable();
  readonly #ready = new Map<number, SinkFolder>();
  #slots: Slot[] = [];
  #base = 0;
  #nextPage = 0;
  #settled = 0;
  #isLast = false;
  /** Files that are told and not settled. */
  #open = 0;
  /** Bytes of the files among them that did not come: found the same, or failed. */
  passedBytes = 0;
  /** Files given up while their bulk may be on its way. */
  readonly #refused = new Set<number>();

  /** Every entry below this index is settled. */
  get settled(): number {
    return this.#settled;
  }

  get count(): number {
    return this.#order.nextIndex;
  }

  get isComplete(): boolean {
    return this.#isLast;
  }

  get openFiles(): number {
    return this.#open;
  }

  /**
   * Takes a page and returns its slots.
   * @throws HexdropError manifest-order, manifest-depth, manifest-too-large, unsafe-name
   */
  takePage(page: ManifestPage, header: FrameHeader, isAccepted: boolean): readonly Slot[] {
    if (this.#isLast || page.page !== this.#nextPage) {
      throw new HexdropError('manifest-order', `MANIFEST page ${page.page} came out of turn.`, {
        seen: String(page.page),
        allowed: this.#isLast ? 'none after the last' : String(this.#nextPage),
      });
    }
    const open = this.count + page.entries.length - this.#settled;
    const allowed = isAccepted ? limits.windowEntries : limits.previewEntries;
    if (open > allowed) {
      throw new HexdropError('manifest-too-large', undefined, {
        seen: `${open} entries`,
        allowed: `${allowed} unsettled`,
      });
    }
    const isLast = (header.flags & flagLast) !== 0;
    this.#order.takePage(page, isLast);
    this.#nextPage += 1;
    this.#isLast = isLast;
    const slots = page.entries.map((entry, at): Slot => ({
      index: page.first + at,
      entry,
      state: 'told',
      resume: undefined,
      found: undefined,
      isTaken: false,
      earlier: undefined,
      arrivedBytes: 0,
    }));
    for (const slot of slots) {
      this.#slots.push(slot);
      if (slot.entry.kind === 'file') this.#open += 1;
    }
    return slots;
  }

  slot(index: number): Slot | undefined {
    return this.#slots[index - this.#base];
  }

  /** The folder that holds an entry. */
  folderOf(entry: Pick<ManifestEntry, 'parent'>): SinkFolder {
    return entry.parent < 0 ? top : (this.folder(entry.parent) as SinkFolder);
  }

  folder(index: number): SinkFolder | undefined {
    const ready = this.#ready.get(index);
    if (ready !== undefined) return ready;
    const record = this.#folders.get(index);
    if (record === undefined) return undefined;
    const { name, localName, mtime, fault, isUnwanted } = record;
    const parent = this.folderOf(record);
    const path = parent.path === '' ? name : `${parent.path}/${name}`;
    const folder = { path, components: [...parent.components, localName], mtime, fault, isUnwanted };
    if (this.#ready.size >= readyFolders) this.#ready.clear();
    this.#ready.set(index, folder);
    return folder;
  }

  setFolder(index: number, record: FolderRecord): void {
    this.#folders.add(index, record);
  }

  *folders(): Iterable<SinkFolder> {
    for (const index of this.#folders.indices()) yield this.folder(index) as SinkFolder;
  }

  /** As sent, relative, with '/'. */
  pathOf(entry: ManifestEntry): string {
    const { path } = this.folderOf(entry);
    return path === '' ? entry.name : `${path}/${entry.name}`;
  }

  /** This side gives the file up: what is on its way of it is to be dropped. */
  refuse(slot: Slot): void {
    if (slot.state === 'wanted' || slot.state === 'receiving') this.#refused.add(slot.index);
    this.pass(slot);
  }

  /** Settles an entry whose bytes, or the rest of them, do not come. */
  pass(slot: Slot): void {
    if (slot.state !== 'settled' && slot.entry.kind === 'file')
      this.passedBytes += slot.entry.size - slot.arrivedBytes;
    this.settle(slot);
  }

  isRefused(index: number): boolean {
    return this.#refused.has(index);
  }

  settle(slot: Slot): void {
    if (slot.state === 'settled') return;
    slot.state = 'settled';
    slot.resume = undefined;
    slot.found = undefined;
    if (slot.entry.kind === 'file') this.#open -= 1;
    while (this.#slots[this.#settled - this.#base]?.state === 'settled') this.#settled += 1;
    if (this.#settled - this.#base >= 4_096) {
      this.#slots = this.#slots.slice(this.#settled - this.#base);
      this.#base = this.#settled;
    }
  }
}
