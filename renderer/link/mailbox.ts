/** Keeps what a link delivers until somebody listens, so that no road loses its first messages. */

import type { LinkMessage } from '../../shared/ipc/link.ts';

export class Mailbox {
  #onMessage: ((message: LinkMessage) => void) | undefined;
  #onClose: ((reason: string) => void) | undefined;
  #kept: LinkMessage[] = [];
  #closedBecause: string | undefined;

  get isClosed(): boolean {
    return this.#closedBecause !== undefined;
  }

  take(message: LinkMessage): void {
    if (this.isClosed) return;
    if (this.#onMessage === undefined) this.#kept.push(message);
    else this.#onMessage(message);
  }

  end(reason: string): void {
    if (this.isClosed) return;
    this.#closedBecause = reason;
    this.#onClose?.(reason);
  }

  onMessage(listener: (message: LinkMessage) => void): void {
    this.#onMessage = listener;
    for (const message of this.#kept.splice(0)) listener(message);
  }

  onClose(listener: (reason: string) => void): void {
    this.#onClose = listener;
    const reason = this.#closedBecause;
    if (reason !== undefined) queueMicrotask(() => listener(reason));
  }
}
