/** WebSockets of windows: from a request that passed every check to a MessageLink that the host serves. */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';

import type { WindowPort } from '../host/api.ts';
import { isElsewhere, plainAddress } from './host-names.ts';
import type { UiLimits } from './limits.ts';
import { WebSocketLink } from './web-socket-link.ts';

export class Windows {
  readonly #server: WebSocketServer;
  readonly #limits: UiLimits;
  readonly #connect: (window: WindowPort) => void;
  readonly #links = new Set<WebSocketLink>();

  constructor(limits: UiLimits, connect: (window: WindowPort) => void) {
    this.#limits = limits;
    this.#connect = connect;
    this.#server = new WebSocketServer({
      noServer: true,
      maxPayload: limits.messageBytes,
      // Little to gain in one machine or network, and much to lose: memory, and lengths that tell of secrets.
      perMessageDeflate: false,
      clientTracking: false,
    });
  }

  get isFull(): boolean {
    return this.#links.size >= this.#limits.windows;
  }

  open(request: IncomingMessage, socket: Duplex, head: Buffer, onClose: () => void): void {
    const isRemote = isElsewhere(plainAddress(request.socket.remoteAddress));
    let isOpen = false;
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      isOpen = true;
      const link = new WebSocketLink(webSocket, this.#limits);
      this.#links.add(link);
      link.onClose(() => {
        this.#links.delete(link);
        onClose();
      });
      this.#connect({
        link,
        abilities: { kind: 'browser', systemDialogs: false, droppedPaths: false, isRemote },
      });
    });
    // Answered on the spot: when it is not open now, it was refused.
    if (!isOpen) onClose();
  }

  close(): void {
    for (const link of this.#links) link.close();
  }
}
