/**
 * What a source needs of the files that it sends, wherever they are: on this machine (local-tree.ts) or streamed to the
 * engine while they are sent (streamed-tree.ts). Reads answer at once, with the bytes or with "not yet": the hot path
 * has no promises.
 */

import type { EntryKind, OmittedReason, RootView, Totals } from '../../../../shared/model/transfer.ts';
import type { HexdropError } from '../../../../shared/errors/errors.ts';
import type { ReadableContent } from '../../digest/chain-of-file.ts';
import type { FolderIdentity } from '../../files/target-id.ts';

export interface SourceEntry {
  readonly index: number;
  readonly kind: EntryKind;
  readonly name: string;
  /** Index of the folder that holds it; -1 at the top. */
  readonly parent: number;
  readonly size: number;
  /** Microseconds since the epoch. */
  readonly mtime: number;
  readonly executable: boolean;
}

export interface WalkReports {
  omitted(relative: string, reason: OmittedReason): void;
  /** Something that cannot be told in a manifest, or a folder whose content cannot be read (then `entry` is it). */
  fault(relative: string, error: HexdropError, entry?: SourceEntry): void;
}

export interface SourceTree {
  /** In the order of the manifest. */
  readonly roots: readonly RootView[];
  readonly isDone: boolean;
  readonly totals: Totals;
  /** Goes on for about `budgetMs` or `maxEntries` and hands each entry to `take`, in manifest order. */
  advance(budgetMs: number, maxEntries: number, take: (entry: SourceEntry) => void): void;
  /**
   * Leaves out what the transfer itself writes, should its target lie within the tree; undefined: it does not. Absent
   * where it cannot.
   */
  leaveOutTarget?(isTarget: ((folder: FolderIdentity) => boolean) | undefined): void;
  /** Until `leaveOutTarget` nothing is told that an earlier transfer of the same may have written. */
  awaitTarget?(): void;
  /** Whether the walk stands still until the target is known. */
  readonly isWaiting?: boolean;
  /** 32 hex digits that change when the file does; zeros for a folder. */
  versionOf(entry: SourceEntry): string;
  /**
   * Called once, for one attempt to send it.
   * @param queues of the files that will be read, the most urgent first
   * @param wake called when what was "not yet" may be there
   */
  reader(queues: readonly FileQueue[], wake: () => void): SourceReader;
}

/** Makes the tree of one attempt. */
export type TreeMaker = (reports: WalkReports) => SourceTree;

/** A file that will be read from `offset` on. */
export interface QueuedFile {
  readonly entry: SourceEntry;
  readonly offset: number;
  /** Up to here; absent: to its end. */
  readonly end?: number;
}

/** Files that will be read, in their order: numbered by how many were queued before them. */
export interface FileQueue {
  /** The number of the next one. */
  readonly taken: number;
  queued(number: number): QueuedFile | undefined;
  /** Whether a queued file will be passed over. */
  isDropped(index: number): boolean;
}

export interface SourceReader {
  /** Before a turn of sending: content that will be needed can be asked for. */
  lookAhead(): void;
  /**
   * The file of the manifest, with at least as many bytes as that tells, to be read from `offset` to `end`, which is the
   * told end when absent.
   * @throws HexdropError file-changed and what the system says
   */
  open(entry: SourceEntry, relative: string, offset: number, end?: number): OpenSource;
  /**
   * Reads a small file, as many bytes as the manifest tells, in one state of it.
   * @throws HexdropError as `open` and `OpenSource` do
   */
  readSmall(entry: SourceEntry, into: Uint8Array, at: number): SmallRead;
  /** A file that was queued will not be read. */
  forget(index: number): void;
  /** Nothing more will be read. Open files are closed by whoever opened them. */
  stop(): void;
}

/** `grown`: there is more behind what the manifest tells. `newer`: it was written to, or replaced, after it was walked. */
export type SinceTold = 'grown' | 'newer';

export type SmallRead = 'waiting' | 'read' | SinceTold;

export interface OpenSource extends ReadableContent {
  /** Whether nothing happened to the file between the walk and its opening. If something did, its content may be the same. */
  readonly isAsTold: boolean;
  /** How it differs from what the manifest tells, as far as that can be seen: when it was opened, or last verified. */
  readonly sinceTold: SinceTold | undefined;
  /**
   * After the last byte: whether what was read is certainly one state of the file. False: something happened to it
   * meanwhile, and only reading it once more can tell. @throws HexdropError file-changed
   */
  verify(): boolean;
  close(): void;
}
