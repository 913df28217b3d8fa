/**
 * Picks the road to the engine's side: the desktop shell's bridge where there is one, else a WebSocket to the page's
 * own origin. Nothing above this file knows which.
 */

import type { MessageLink } from '../../shared/ipc/link.ts';
import type { HexdropBridge } from '../../shared/ipc/preload.ts';
import { openBridgeLink } from './bridge-link.ts';
import { openSocketLink } from './socket-link.ts';

declare global {
  interface Window {
    readonly hexdrop?: HexdropBridge;
  }
}

/** The desktop shell's bridge; undefined in a browser. */
export const bridge = (): HexdropBridge | undefined => window.hexdrop;

export const connect = (): Promise<MessageLink> => {
  const shell = bridge();
  if (shell !== undefined) return openBridgeLink(shell);
  const address = new URL('link', document.baseURI);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  address.hash = '';
  return openSocketLink(address.href);
};
