/**
 * The MessageLink over a MessagePort of Electron's main process. Bytes go by structured clone: Electron's ports transfer
 * ports and nothing else, and an ArrayBuffer in the transfer list throws. Whoever closes says goodbye first: the event
 * that a port was closed at its other end does not come everywhere.
 */

import type { LinkMessage, MessageLink } from '../../shared/ipc/link.ts';
import { isGoodbye } from './channels.ts';
import type { Goodbye } from './channels.ts';

/** What is used of Electron's MessagePortMain, so that tests can bring another port. */
export interface MainPort {
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  postMessage(message: unknown): void;
  /** Messages wait until then. */
  start(): void;
  close(): void;
}

export class PortLink implements MessageLink {
  readonly #port: MainPort;
  readonly #onEnd: () => void;
  #listener: ((message: LinkMessage) => void) | undefined;
  #closeListener: ((reason: string) => void) | undefined;
  #closedBecause: string | undefined;

  /** @param onEnd for whoever keeps it, beside the one listener of whoever uses it */
  constructor(port: MainPort, onEnd: () => void = () => undefined) {
    this.#port = port;
    this.#onEnd = onEnd;
    port.on('message', ({ data }) => this.#take(data));
    port.on('close', () => this.#ended('closed there'));
  }

  /** A port does not tell. */
  get queuedBytes(): number {
    return 0;
  }

  send({ json, bytes }: LinkMessage): void {
    if (this.#closedBecause !== undefined) return;
    this.#port.postMessage(bytes === undefined ? { json } : { json, bytes: alone(bytes) });
  }

  onMessage(listener: (message: LinkMessage) => void): void {
    this.#listener = listener;
    if (this.#closedBecause === undefined) this.#port.start();
  }

  onClose(listener: (reason: string) => void): void {
    this.#closeListener = listener;
    const reason = this.#closedBecause;
    if (reason !== undefined) queueMicrotask(() => listener(reason));
  }

  close(): void {
    this.end('closed here');
  }

  end(reason: string): void {
    if (this.#closedBecause !== undefined) return;
    this.#ended(reason);
    this.#port.postMessage({ goodbye: reason } satisfies Goodbye);
    this.#port.close();
  }

  #take(data: unknown): void {
    if (this.#closedBecause !== undefined) return;
    if (isGoodbye(data)) {
      this.#ended('closed there');
      this.#port.close();
      return;
    }
    const message = parsed(data);
    if (message === undefined) this.end('a message that has no form');
    else this.#listener?.(message);
  }

  #ended(reason: string): void {
    if (this.#closedBecause !== undefined) return;
    this.#closedBecause = reason;
    this.#onEnd();
    const listener = this.#closeListener;
    if (listener !== undefined) queueMicrotask(() => listener(reason));
  }
}

/**
 * The bytes in a buffer of their own. A clone of a view brings the whole buffer below it along, and below a view of a
 * pool or a frame lies what this window never asked for.
 */
const alone = (bytes: Uint8Array): Uint8Array =>
  bytes.byteLength === bytes.buffer.byteLength ? bytes : Uint8Array.prototype.slice.call(bytes);

const parsed = (data: unknown): LinkMessage | undefined => {
  if (typeof data !== 'object' || data === null || !('json' in data)) return undefined;
  const bytes = 'bytes' in data ? data.bytes : undefined;
  if (bytes === undefined) return { json: data.json };
  return bytes instanceof Uint8Array ? { json: data.json, bytes } : undefined;
};
