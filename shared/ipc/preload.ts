/**
 * What the desktop shell's preload puts on the page as `window.hexdrop`: the link to the engine's side, and the two
 * things that only a shell can do. Functions and plain data; never Electron's own objects, never a path.
 */

import type { Ref } from '../model/local.ts';
import type { LinkMessage } from './link.ts';

interface BridgePort {
  send(message: LinkMessage): void;
  close(): void;
}

export interface HexdropBridge {
  /** Opens a link of this window. May be called again after `onClose`. */
  openLink(
    onMessage: (message: LinkMessage) => void,
    onClose: (reason: string) => void,
  ): BridgePort | Promise<BridgePort>;
  /** Grants for files and folders that were dropped on the page or pasted into it; what has no path has none. */
  grantsOf(files: readonly File[]): Promise<readonly Ref[]>;
  /** The system's dialog; empty when it was cancelled. */
  pick(kind: 'files' | 'folder'): Promise<readonly Ref[]>;
  /** Brings the window to the front, also out of the tray: for a notification that was clicked. */
  show?(): void;
  /** As Node's `process.platform` names it. */
  readonly platform: string;
}
