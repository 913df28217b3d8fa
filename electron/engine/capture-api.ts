/** The capture as the engine's users see it. Types only. What the answers hold is shared/model/capture.ts. */

import type {
  CaptureConnection,
  CaptureDirection,
  CaptureFormat,
  CapturePayload,
  CaptureSelection,
  CaptureSettings,
  CaptureSourceId,
  CaptureStatus,
  CaptureTransfer,
} from '../../shared/model/capture.ts';

export interface StreamRange {
  readonly connection: number;
  readonly direction: CaptureDirection;
  /** Offsets in the stream; `to` is not in it. */
  readonly from: number;
  readonly to: number;
  /** Rows with lower numbers are known to lie before the range: `next.row` of the answer before. */
  readonly firstRow?: number;
}

/** Rows of one answer; `next` is where to go on, absent when there is no more. */
export interface RangeRows {
  readonly rows: Uint8Array;
  readonly next?: { readonly offset: number; readonly row: number };
}

export interface SearchRequest {
  /** At least one byte; looked for in header and kept payload. */
  readonly needle: Uint8Array;
  /** The needle is text, and its letters fit in either case. */
  readonly ignoreCase?: boolean;
  readonly from: number;
  readonly most: number;
}

/** What can be asked of any capture, live or loaded. Nothing here throws for a number that is not there. */
export interface CaptureSource {
  readonly id: CaptureSourceId;
  status(): CaptureStatus;
  /** Rows of shared/model/capture-rows.ts: from `from` on, or from the first that is there; at most one batch. */
  records(from: number, most?: number): { readonly rows: Uint8Array; readonly next: number };
  /** A copy of kept bytes, without the gaps between them. Fewer than asked for where they end or are not kept. */
  payload(record: number, offset: number, length: number): CapturePayload & { readonly bytes: Uint8Array };
  /** Up to `most` kept bytes of each payload, up to the first gap in it, one after the other. */
  heads(
    records: readonly number[],
    most: number,
  ): { readonly lengths: readonly number[]; readonly bytes: Uint8Array };
  /** Chunk rows that overlap the range. */
  chunks(range: StreamRange): RangeRows;
  /** Record rows (frames, loose bytes, gaps) that overlap the range. */
  framesAt(range: StreamRange): RangeRows;
  connections(): readonly CaptureConnection[];
  connection(number: number): CaptureConnection | undefined;
  transfers(): readonly CaptureTransfer[];
  /** Looks for some milliseconds at most. */
  search(request: SearchRequest): { readonly found: readonly number[]; readonly next?: number };
  /** Calls back when there are new records; at most once until the next call of `status` or `records`. */
  onGrowth(listener: () => void): () => void;
}

export interface LoadedCapture extends CaptureSource {
  /** It comes through a pipe: rows appear as they come, and nobody knows when it ends. */
  readonly isStreamed: boolean;
  /** Resolves when the whole file has been read; rejects with what made reading stop, what came before is there. */
  readonly done: Promise<void>;
  /** Stops reading and forgets everything. */
  close(): void;
}

/** How a capture is read; all of it may be left out. */
export interface LoadOptions {
  /** Awaited before more is read: rows that came are there. What waits here slows down reading, and nothing is lost. */
  readonly onRead?: () => Promise<void>;
  /** Ends reading: `done` rejects with `cancelled`. What was read is there. */
  readonly signal?: AbortSignal;
  /** Memory for rows and bytes of what comes through a pipe. A file's is by its size. */
  readonly streamedBudgetBytes?: number;
}

export interface ExportRequest {
  readonly source: CaptureSourceId;
  readonly selection: CaptureSelection;
  readonly format: CaptureFormat;
  /** Made; must not exist. */
  readonly path: string;
}

export interface ExportResult {
  readonly bytes: number;
  readonly packets: number;
  /** Frames that were asked for and are not there any more. */
  readonly missing: number;
}

/** A capture that is written into a file while it is made, with whole payloads. */
export interface FileCaptureRequest {
  /** A file, made anew; '-' for standard output. */
  readonly path: string;
  readonly format: CaptureFormat;
}

export interface FileCaptureResult {
  readonly packets: number;
  readonly bytes: number;
  /** Bytes of streams that are not in the file because it could not be written fast enough. */
  readonly lostBytes: number;
  /** It ended early; `onFailure` told why. The numbers are not known then. */
  readonly failed: boolean;
}

export interface FileCapture {
  /** Called once when it cannot be written any more: the disk is full, the reader is gone. Transfers go on. */
  onFailure(listener: (error: Error) => void): void;
  /** Writes what is on its way and closes the file. At most half a second; after that what is missing is lost. */
  close(): Promise<FileCaptureResult>;
}

export interface CaptureApi {
  readonly live: CaptureSource;
  readonly settings: CaptureSettings;
  configure(change: Partial<CaptureSettings>): CaptureSettings;
  clear(): void;
  /** @throws HexdropError no-such-capture */
  source(id: CaptureSourceId): CaptureSource;
  /**
   * A file, or a named pipe, which is read as it fills.
   * @throws HexdropError not-a-capture, file-vanished, permission-denied, read-failed, too-many-captures
   */
  open(path: string, options?: LoadOptions): Promise<LoadedCapture>;
  /** What comes in pieces, read as it comes. @throws HexdropError too-many-captures */
  read(name: string, pieces: AsyncIterable<Uint8Array>, options?: LoadOptions): LoadedCapture;
  /** @throws HexdropError no-such-capture */
  close(id: CaptureSourceId): void;
  /** @throws HexdropError no-such-capture, disk-full, file-exists, permission-denied */
  export(request: ExportRequest): Promise<ExportResult>;
  /** Before the first connection. @throws HexdropError permission-denied, no-such-path, write-failed */
  toFile(request: FileCaptureRequest): Promise<FileCapture>;
}
