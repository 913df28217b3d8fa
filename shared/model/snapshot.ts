/**
 * All that a window shows, as one value, and how it changes. The engine's side is the only authority: a window holds
 * a copy that it gets whole once and then keeps up by deltas.
 */

import type { DeviceCard, ThisDevice } from './device.ts';
import type { OfferCard } from './offer.ts';
import type { Settings } from './settings.ts';
import type { ShareCard } from './share.ts';
import type { TextNote } from './text-note.ts';
import type { TransferCard } from './transfer-card.ts';

/** What the shell around the program can do; the window hides what is false. */
export interface ShellAbilities {
  readonly kind: 'desktop' | 'browser';
  /** Dialogs of the system for files and folders. */
  readonly systemDialogs: boolean;
  /** Dropped files come as files of the engine's machine; otherwise the page streams them. */
  readonly droppedPaths: boolean;
  /** Show a file in the system's file manager. */
  readonly reveal: boolean;
  readonly startWithSystem: boolean;
  /** The window is on another machine than the engine. */
  readonly isRemote: boolean;
}

/** Lists of the snapshot, each keyed by the id of what it holds. */
export interface Collections {
  readonly devices: DeviceCard;
  readonly offers: OfferCard;
  /** What runs, and the latest of what is over; the rest of the history is asked for. */
  readonly transfers: TransferCard;
  readonly shares: ShareCard;
  readonly texts: TextNote;
}

/** Single values of the snapshot. */
export interface Singles {
  readonly self: ThisDevice;
  readonly settings: Settings;
  readonly shell: ShellAbilities;
}

export type CollectionName = keyof Collections;
export type SingleName = keyof Singles;

export type Snapshot = Singles & {
  readonly [Name in CollectionName]: Readonly<Record<string, Collections[Name]>>;
};

export const collectionNames = [
  'devices',
  'offers',
  'transfers',
  'shares',
  'texts',
] as const satisfies CollectionName[];

export type Change =
  | { [Name in SingleName]: { readonly set: Name; readonly value: Singles[Name] } }[SingleName]
  | {
      [Name in CollectionName]: {
        readonly put: Name;
        readonly id: string;
        readonly value: Collections[Name];
      };
    }[CollectionName]
  | { readonly drop: CollectionName; readonly id: string };

/** The snapshot after the changes. Lists that no change touches stay the same objects. */
export function withChanges(snapshot: Snapshot, changes: readonly Change[]): Snapshot {
  const next: Record<string, unknown> = { ...snapshot };
  const copied = new Set<string>();
  const list = (name: string): Record<string, unknown> => {
    if (!copied.has(name)) {
      copied.add(name);
      next[name] = { ...(next[name] as Record<string, unknown>) };
    }
    return next[name] as Record<string, unknown>;
  };
  for (const change of changes) {
    if ('set' in change) next[change.set] = change.value;
    else if ('put' in change) define(list(change.put), change.id, change.value);
    else delete list(change.drop)[change.id];
  }
  return next as unknown as Snapshot;
}

/** Also what is called "__proto__", which an assignment would not make an entry of. */
const define = (list: Record<string, unknown>, id: string, value: unknown): void => {
  Object.defineProperty(list, id, { value, writable: true, enumerable: true, configurable: true });
};
