/** What the two sides of a transfer tell the engine about it. */

import type { FileNotice, OmittedReason, Totals } from '../../../../shared/model/transfer.ts';
import type { ErrorCode, HexdropError } from '../../../../shared/errors/errors.ts';

export interface Summary {
  readonly files: number;
  readonly bytes: number;
  /** Files that nobody wanted or that were there already. */
  readonly skipped: number;
  /** Those of them that were there already, with the same content. */
  readonly same: number;
  readonly failed: number;
  readonly resumedBytes: number;
}

/** What can be said of a transfer at any moment. Bytes and files are those that are committed at the sink. */
export interface Progress extends Summary {
  readonly totals: Totals;
  /** Bytes of files that need not come: found the same, or failed. */
  readonly passedBytes: number;
  readonly omitted: number;
  readonly currentPath: string | undefined;
}

export interface TransferReports {
  /** Something that `progress` shows has changed. */
  changed(): void;
  accepted(): void;
  /** The other side pauses it, or goes on. */
  paused(isPausedThere: boolean): void;
  fault(path: string, code: ErrorCode, message: string, side: 'here' | 'there'): void;
  omitted(path: string, reason: OmittedReason): void;
  noticed(notice: FileNotice): void;
  /** Exactly one of the following is called, last. */
  done(summary: Summary): void;
  /** The peer cancelled or declined. */
  cancelled(code: ErrorCode, message: string): void;
  /** The session is gone, or this side failed as a whole. */
  failed(error: HexdropError): void;
}
