/**
 * The host as its shells see it: one engine with everything that outlives a window (settings, history, grants,
 * favourites), served to any number of windows over MessageLinks. Types only; the host itself is host.ts.
 */

import type { Opening } from './opening.ts';
import type { Settings } from '../../shared/model/settings.ts';
import type { ShellAbilities } from '../../shared/model/snapshot.ts';
import type { MessageLink } from '../../shared/ipc/link.ts';

export interface HostOptions {
  /** Folder of identity, settings, history and journals. */
  readonly home: string;
  /** Settings of this run alone, in place of those that are kept. */
  readonly overrides?: {
    readonly alias?: string;
    readonly port?: number;
    readonly host?: string;
    readonly downloadDir?: string;
    readonly allowPlain?: boolean;
    readonly discovery?: boolean;
  };
  /** Takes the keys of encrypted transfers, for Wireshark; none are kept when absent. */
  readonly keyLog?: string;
  /** What this kind of shell can do for all of its windows. */
  readonly shell: ShellServices;
}

/** What the program around the host does for it. What is absent cannot be done, and the window hides it. */
export interface ShellServices {
  /** Shows a file in the system's file manager. The path is absolute. */
  reveal?(path: string): Promise<void>;
  /** Opens a folder in the system's file manager. */
  openFolder?(path: string): Promise<void>;
  setStartWithSystem?(on: boolean): Promise<void>;
  /** Ends the program. */
  quit(): void;
}

/** One window: its link, and what differs from window to window. */
export interface WindowPort {
  readonly link: MessageLink;
  readonly abilities: Pick<ShellAbilities, 'kind' | 'systemDialogs' | 'droppedPaths' | 'isRemote'>;
}

/** A running transfer as the tray tells it. */
interface ActiveTransfer {
  readonly id: string;
  readonly direction: 'send' | 'receive';
  readonly title: string;
  /** 0 to 1; absent while its total is unknown. */
  readonly fraction?: number;
}

/** How busy the program is: for the tray, the dock, the power-save blocker and the question before quitting. */
export interface Activity {
  readonly runningTransfers: number;
  /** 0 to 1 over all running ones; absent while a total is unknown. */
  readonly fraction?: number;
  readonly bytesPerSecond: number;
  readonly waitingOffers: number;
  /** Folders that are served now. */
  readonly shares: number;
  /** The running transfers, the latest first, at most five. */
  readonly transfers: readonly ActiveTransfer[];
}

export interface Host {
  readonly deviceId: string;
  /** Serves a window until its link closes. */
  connect(window: WindowPort): void;
  /** Paths that the program was started with, or that a second start handed over: folders are shared at once, files wait to be sent. */
  openWith(openings: readonly Opening[]): Promise<void>;
  /** A grant for a path that a shell got from its own dialogs or from a drop. @throws HexdropError file-vanished, permission-denied */
  grant(path: string): string;
  readonly activity: Activity;
  onActivity(listener: (activity: Activity) => void): () => void;
  /** For what the shell itself follows: theme and language of its menus. */
  readonly settings: Settings;
  onSettings(listener: (settings: Settings) => void): () => void;
  /** The language that settings or the system ask for, for native menus. */
  readonly language: 'en' | 'zh';
  /** Sessions get BYE, partials stay, settings and history are written. At most a second. */
  close(): Promise<void>;
}
