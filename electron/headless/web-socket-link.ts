/** A MessageLink over a WebSocket that has passed every check of the server. */

import type { RawData, WebSocket } from 'ws';

import { decodeLinkMessage, encodeLinkMessage } from '../../shared/ipc/binary-codec.ts';
import type { LinkMessage, MessageLink } from '../../shared/ipc/link.ts';

interface WebSocketLinkOptions {
  readonly pingMs: number;
  readonly queuedBytes: number;
}

/** RFC 6455, section 7.4.1. */
const closeCodes = { goingAway: 1001, badData: 1007 } as const;
/** A page that is there answers a close at once. */
const closeWithinMs = 200;

export class WebSocketLink implements MessageLink {
  readonly #socket: WebSocket;
  readonly #queuedBytesAllowed: number;
  readonly #heartbeat: NodeJS.Timeout;
  #listener: ((message: LinkMessage) => void) | undefined;
  /** Came before there was a listener. */
  #kept: LinkMessage[] = [];
  readonly #closeListeners: ((reason: string) => void)[] = [];
  #closedBecause: string | undefined;
  #reason: string | undefined;
  #hasAnswered = true;

  constructor(socket: WebSocket, options: WebSocketLinkOptions) {
    this.#socket = socket;
    this.#queuedBytesAllowed = options.queuedBytes;
    socket.binaryType = 'nodebuffer';
    socket.on('message', (data, isBinary) => this.#heard(data, isBinary));
    socket.on('pong', () => {
      this.#hasAnswered = true;
    });
    socket.on('error', (error) => {
      this.#reason ??= error.message;
    });
    socket.on('close', (code, reason) => this.#closed(code, reason.toString('utf8')));
    this.#heartbeat = setInterval(() => this.#ping(), options.pingMs);
    this.#heartbeat.unref();
  }

  get queuedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(message: LinkMessage): void {
    if (this.#closedBecause !== undefined || this.#socket.readyState !== this.#socket.OPEN) return;
    try {
      this.#socket.send(encodeLinkMessage(message));
    } catch (thrown) {
      // Larger than a page takes. It asks for a new snapshot when it is back.
      this.#drop(thrown instanceof Error ? thrown.message : String(thrown));
      return;
    }
    if (this.queuedBytes > this.#queuedBytesAllowed) this.#drop('the page does not take what it is told');
  }

  onMessage(listener: (message: LinkMessage) => void): void {
    this.#listener = listener;
    for (const message of this.#kept.splice(0)) listener(message);
  }

  onClose(listener: (reason: string) => void): void {
    const reason = this.#closedBecause;
    if (reason === undefined) this.#closeListeners.push(listener);
    else queueMicrotask(() => listener(reason));
  }

  close(): void {
    if (this.#socket.readyState > this.#socket.OPEN) return;
    this.#reason ??= 'closed here';
    this.#socket.close(closeCodes.goingAway);
    setTimeout(() => this.#socket.terminate(), closeWithinMs).unref();
  }

  #heard(data: RawData, isBinary: boolean): void {
    let message: LinkMessage;
    try {
      const bytes = data as Buffer;
      message = decodeLinkMessage(isBinary ? bytes : bytes.toString('utf8'));
    } catch (thrown) {
      this.#reason ??= thrown instanceof Error ? thrown.message : String(thrown);
      this.#socket.close(closeCodes.badData);
      return;
    }
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#listener === undefined) this.#kept.push(message);
    else this.#listener(message);
  }

  #ping(): void {
    if (!this.#hasAnswered) {
      this.#drop('the page does not answer');
      return;
    }
    this.#hasAnswered = false;
    this.#socket.ping();
  }

  /** On the spot: what does not read does not read a close either. */
  #drop(reason: string): void {
    this.#reason ??= reason;
    this.#socket.terminate();
  }

  #closed(code: number, reason: string): void {
    clearInterval(this.#heartbeat);
    this.#closedBecause = this.#reason ?? (reason === '' ? `closed there (${code})` : reason);
    for (const listener of this.#closeListeners.splice(0)) listener(this.#closedBecause);
  }
}
