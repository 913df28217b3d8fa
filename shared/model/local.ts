/** Files of the machine that runs the engine, as its own file browser shows them. Plain data; no behaviour. */

/**
 * An opaque grant for something on that machine, or for something that a page streams. The window holds refs, never
 * paths: what it has no ref for it cannot name.
 */
export type Ref = string;

export type PlaceKind =
  | 'home'
  | 'desktop'
  | 'documents'
  | 'downloads'
  | 'pictures'
  | 'received'
  | 'root'
  | 'drive';

export interface Place {
  readonly ref: Ref;
  readonly kind: PlaceKind;
  readonly name: string;
}

export interface LocalEntry {
  readonly ref: Ref;
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'other';
  /** Bytes of a file; 0 otherwise. */
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly mtimeMs: number;
  readonly isHidden: boolean;
}

export interface LocalFolder {
  readonly ref: Ref;
  readonly name: string;
  /** As people write it: `~/Documents/reports`. */
  readonly shownPath: string;
  /** From the root down to this folder. */
  readonly crumbs: readonly { readonly ref: Ref; readonly name: string }[];
  readonly entries: readonly LocalEntry[];
  /** More entries than are shown; absent when all are. */
  readonly hiddenCount?: number;
  readonly freeBytes?: number;
  readonly isWritable: boolean;
}

/** Something chosen to be sent, measured. */
export interface PickedItem {
  readonly ref: Ref;
  readonly name: string;
  readonly kind: 'file' | 'folder';
  readonly files: number;
  readonly bytes: number;
  /** False when counting was broken off; then the numbers are at least these. */
  readonly complete: boolean;
  /** Where it lies, shortened for people; absent for what a page streams. */
  readonly shownPath?: string;
}
