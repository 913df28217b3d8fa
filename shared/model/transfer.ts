/** What a transfer looks like from outside the engine: plain data for the command line, the host and the window. */

import type { PeerView } from './peer.ts';

/** What a receiver does with a file whose name is taken. `skip` compares content and keeps both when it differs. */
export type ConflictPolicy = 'rename' | 'skip' | 'overwrite';

export type EntryKind = 'file' | 'folder';

/**
 * Why an entry does not travel: it is a symbolic link; it is neither file nor folder (a FIFO, a socket); its name is
 * reserved for unfinished files; it is what this very transfer writes, into a folder within what is sent.
 */
export const omittedReasons = ['symlink', 'special', 'reserved', 'target'] as const;

export type OmittedReason = (typeof omittedReasons)[number];

/** What a transfer consists of. `complete` is false while the source is still counting. */
export interface Totals {
  readonly files: number;
  readonly folders: number;
  readonly bytes: number;
  readonly complete: boolean;
}

export interface RootView {
  readonly name: string;
  readonly kind: EntryKind;
  /** Bytes of a file; 0 for a folder. */
  readonly size: number;
}

export interface PreviewEntry {
  /** Relative, with `/`. */
  readonly path: string;
  readonly kind: EntryKind;
  readonly size: number;
}

/** An entry whose name the system here cannot hold. It has its own name again when it is sent from here. */
export interface RenamedEntry {
  /** Relative, with `/`, as it is offered. */
  readonly path: string;
  /** What the entry itself will be called here. */
  readonly here: string;
}

/** An offer as a person decides on it. */
export interface OfferView {
  readonly transferId: string;
  readonly peer: PeerView;
  /** At most the first hundred. */
  readonly roots: readonly RootView[];
  readonly rootCount: number;
  readonly totals: Totals;
  readonly preview: readonly PreviewEntry[];
  /** Entries that will have another name here, as far as the offer has been told: how many, and the first of them. */
  readonly renamed?: { readonly count: number; readonly first: readonly RenamedEntry[] };
  /** An earlier run left something of the same files: this one goes on from there. */
  readonly isResumed: boolean;
  /** Free space where the files would go, in bytes. */
  readonly freeBytes?: number;
  /** How many of them are missing, where that is certain. */
  readonly missingBytes?: number;
}

export type Decision =
  | {
      readonly accept: true;
      /**
       * Which entries are taken; all when absent. A folder that is refused takes its content with it, which is asked about
       * all the same.
       */
      readonly wants?: (path: string, kind: EntryKind) => boolean;
      /** Another target folder than the policy's. */
      readonly dir?: string;
      /** Another treatment of names that are taken than the policy's. */
      readonly onConflict?: ConflictPolicy;
      /**
       * Nobody looked at it: it is ended as soon as it is certain that there is no space for it. Of no effect with `wants`.
       */
      readonly mustFit?: boolean;
    }
  | {
      readonly accept: false;
      /** Its message is made of the sizes. */
      readonly code?: 'no-space';
      readonly message?: string;
    };

export type TransferState =
  | 'connecting'
  | 'waiting'
  | 'running'
  | 'paused'
  | 'retrying'
  | 'done'
  | 'failed'
  | 'declined'
  | 'cancelled';

export interface TransferView {
  /** 32 hex digits, the same on both sides. */
  readonly id: string;
  readonly direction: 'send' | 'receive';
  readonly kind: 'push' | 'get' | 'put' | 'serve';
  readonly peer?: PeerView;
  readonly state: TransferState;
  /** Who keeps a paused transfer from going on; both may. */
  readonly pausedBy?: 'here' | 'there' | 'both';
  /** The share that a get, put or serve is about. */
  readonly share?: string;
  readonly totals: Totals;
  /** Files that are whole and verified on the receiving side in this run. */
  readonly files: number;
  /** Bytes committed on the receiving side in this run. */
  readonly bytes: number;
  /** Bytes that an earlier run had committed and that were not sent again. */
  readonly resumedBytes: number;
  /** Bytes of files that need not come: found the same, or failed. With `bytes` and `resumedBytes` they make the total. */
  readonly passedBytes: number;
  /** Files that are not wanted or that were there already. */
  readonly skipped: number;
  /** Those of them that were there already, with the same content. */
  readonly same: number;
  readonly failed: number;
  /** Entries that the source leaves out: symbolic links, sockets, devices. */
  readonly omitted: number;
  /** Entries that arrive, and not quite as they were told; absent when there are none. */
  readonly noticed?: number;
  readonly currentPath?: string;
  readonly bytesPerSecond: number;
  readonly secondsLeft?: number;
  readonly startedAtMs: number;
  readonly error?: { readonly code: string; readonly message: string };
}

/** One entry that does not travel. */
export interface FileOmission {
  readonly path: string;
  readonly reason: OmittedReason;
}

/** One file that failed, and on whose side. `here` is the side that reads this. */
export interface FileFault {
  readonly path: string;
  readonly code: string;
  readonly message: string;
  readonly side: 'here' | 'there';
}

/**
 * `grew`: as many bytes as there were at the start. `newer`: as it was when its turn came. `time-not-kept`: the disk does
 * not hold its time.
 */
export const noticeCodes = ['grew', 'newer', 'time-not-kept'] as const;

export type NoticeCode = (typeof noticeCodes)[number];

/** One entry that arrived, and not quite as it was told. `here`: the side that reads this has seen it. */
export interface FileNotice {
  readonly path: string;
  readonly code: NoticeCode;
  readonly message: string;
  readonly side: 'here' | 'there';
}

export interface TransferResult {
  readonly files: number;
  readonly bytes: number;
  readonly skipped: number;
  /** How many of the skipped were there already, with the same content. */
  readonly same: number;
  readonly failed: number;
  readonly resumedBytes: number;
  readonly omitted: number;
  readonly seconds: number;
  /** At most the first thousand. */
  readonly faults: readonly FileFault[];
  /** At most the first thousand. */
  readonly notices: readonly FileNotice[];
  /** Where the files are, on the receiving side. */
  readonly dir?: string;
}
