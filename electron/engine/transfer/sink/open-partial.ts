/**
 * A file that comes in DATA frames, as far as it has come: its partial, its chain, and what the journal says of it. What
 * is told to others as being here is noted before, so that no kill of this process makes it untrue.
 */

import { closeSync, fdatasync } from 'node:fs';

import { chunkBytes } from '../../../../shared/protocol/limits.ts';
import { toHex } from '../../../../shared/base/text.ts';
import type { Chain } from '../../digest/digest.ts';
import type { Slot } from './inbox.ts';
import type { Journal } from '../journal/journal.ts';

/** Verified bytes after which the journal is told: what a kill loses at most of what nobody was told. */
const notedEveryBytes = 1_048_576;

/** Before it is told to others less than that is noted too, but no oftener than this. */
const notedEveryMs = 500;

/** Verified bytes after which the disk is asked to hold them, so that they outlive the system too. */
const durableBytes = 268_435_456;

export interface OpenedPartial {
  readonly slot: Slot;
  /** Relative, with '/'. */
  readonly path: string;
  readonly partialPath: string;
  readonly fd: number;
  /** Up to `position`. */
  readonly chain: Chain;
  /** Where an earlier run came to. */
  readonly position: number;
}

export class OpenPartial {
  readonly slot: Slot;
  readonly path: string;
  readonly chain: Chain;
  readonly #journal: Journal;
  #partialPath: string;
  #fd: number;
  #position: number;
  /** Where a run that follows goes on: the last short chunk of a file is no place for that. */
  #resumable: { readonly bytes: number; readonly chain: Uint8Array } | undefined;
  #notedBytes: number;
  #notedAtMs = performance.now();
  #durableAt: number;
  /** What the disk is asked to hold just now: it is closed when that is done. */
  #syncing: number | undefined;
  #isClosed = false;

  constructor({ slot, path, partialPath, fd, chain, position }: OpenedPartial, journal: Journal) {
    this.slot = slot;
    this.path = path;
    this.chain = chain;
    this.#journal = journal;
    this.#partialPath = partialPath;
    this.#fd = fd;
    this.#position = position;
    this.#notedBytes = position;
    this.#durableAt = position + durableBytes;
  }

  get fd(): number {
    return this.#fd;
  }

  get partialPath(): string {
    return this.#partialPath;
  }

  get position(): number {
    return this.#position;
  }

  /** So many bytes of it are noted: a run that follows has them, whatever happens to this process. */
  get notedBytes(): number {
    return this.#notedBytes;
  }

  /** How much of it a run that follows need not ask for. */
  get resumableBytes(): number {
    return this.#resumable?.bytes ?? this.#position;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The next chunk is written. @param digest of the chunk */
  wrote(digest: Uint8Array, bytes: number): void {
    if (bytes < chunkBytes) this.#resumable = { bytes: this.#position, chain: this.chain.value };
    this.chain.append(digest);
    this.#position += bytes;
    if (this.resumableBytes - this.#notedBytes >= notedEveryBytes) this.note();
  }

  /** Before others are told how far it is. Returns whether that is all of it. */
  noteForOthers(): boolean {
    const news = this.resumableBytes - this.#notedBytes;
    if (news > 0 && performance.now() - this.#notedAtMs >= notedEveryMs) this.note();
    return this.#notedBytes === this.#position;
  }

  note(): void {
    const { bytes, chain } = this.#resumable ?? { bytes: this.#position, chain: this.chain.value };
    const record = { path: this.path, verifiedBytes: bytes, chain: toHex(chain) };
    this.#journal.checkpoint({ ...record, durable: false });
    this.#notedBytes = bytes;
    this.#notedAtMs = performance.now();
    if (bytes < this.#durableAt || this.#syncing !== undefined) return;
    this.#durableAt = bytes + durableBytes;
    const fd = this.#fd;
    this.#syncing = fd;
    // In the thread pool: the disk takes its time, and the wire need not wait for it.
    fdatasync(fd, (error) => {
      this.#syncing = undefined;
      if (this.#isClosed || fd !== this.#fd) closeSync(fd);
      else if (error === null) this.#journal.checkpoint({ ...record, durable: true });
    });
  }

  /** It lies elsewhere now. @param fd open there, should that be another file with the same content */
  movedTo(partialPath: string, fd = this.#fd): void {
    const before = this.#fd;
    this.#partialPath = partialPath;
    this.#fd = fd;
    if (before !== fd && this.#syncing !== before) closeSync(before);
  }

  /** May be called again. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#syncing !== this.#fd) closeSync(this.#fd);
  }
}
