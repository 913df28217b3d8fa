/** What a share and its content look like. Plain data; no behaviour. */

export interface ShareView {
  readonly name: string;
  readonly path: string;
  readonly writable: boolean;
  /** Asks for a PIN. */
  readonly locked: boolean;
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
