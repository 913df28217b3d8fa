/** What a share and its content look like. Plain data; no behaviour. */

export interface ShareView {
  readonly name: string;
  readonly path: string;
  readonly writable: boolean;
  /** Asks for a PIN. */
  readonly locked: boolean;
}

/** Somebody who is connected and has asked for something of a share. */
export interface ShareVisitor {
  readonly deviceId: string;
  readonly alias: string;
  readonly address: string;
  readonly sinceMs: number;
  /** What was last listed or fetched, from the share's name on. */
  readonly lastPath: string;
  /** Transfers that run now, by id. */
  readonly transferIds: readonly string[];
}

/** A share with who uses it. */
export interface ShareCard extends ShareView {
  readonly visitors: readonly ShareVisitor[];
  /** Since the program began. */
  readonly servedFiles: number;
  readonly servedBytes: number;
  /** The folder cannot be read at the moment: a code of shared/errors/errors.ts. */
  readonly fault?: string;
}

export interface ListedEntry {
  /** From the share's name on, with `/`. */
  readonly path: string;
  readonly name: string;
  readonly kind: 'share' | 'folder' | 'file';
  /** Bytes of a file. */
  readonly size?: number;
  /** Microseconds since the epoch. */
  readonly mtime?: number;
  readonly executable?: boolean;
  readonly writable?: boolean;
  readonly locked?: boolean;
}
