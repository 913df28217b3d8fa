/** Two ends of a MessageLink in one process, for tests: asynchronous, and by copies, as over any other road. */

import type { LinkMessage, MessageLink } from '../ipc/link.ts';

export function memoryLinkPair(): readonly [MessageLink, MessageLink] {
  const one = new MemoryEnd();
  const other = new MemoryEnd();
  one.join(other);
  other.join(one);
  return [one, other];
}

class MemoryEnd implements MessageLink {
  #other: MemoryEnd | undefined;
  #listener: ((message: LinkMessage) => void) | undefined;
  #closeListener: ((reason: string) => void) | undefined;
  /** Came before there was a listener. */
  #kept: LinkMessage[] = [];
  #closedBecause: string | undefined;

  get queuedBytes(): number {
    return 0;
  }

  join(other: MemoryEnd): void {
    this.#other = other;
  }

  send(message: LinkMessage): void {
    if (this.#closedBecause !== undefined) return;
    const copy = structuredClone(message);
    const other = this.#other;
    queueMicrotask(() => other?.deliver(copy));
  }

  onMessage(listener: (message: LinkMessage) => void): void {
    this.#listener = listener;
    for (const message of this.#kept.splice(0)) listener(message);
  }

  onClose(listener: (reason: string) => void): void {
    this.#closeListener = listener;
    const reason = this.#closedBecause;
    if (reason !== undefined) queueMicrotask(() => listener(reason));
  }

  close(): void {
    this.end('closed here');
    const other = this.#other;
    queueMicrotask(() => other?.end('closed there'));
  }

  deliver(message: LinkMessage): void {
    if (this.#closedBecause !== undefined) return;
    if (this.#listener === undefined) this.#kept.push(message);
    else this.#listener(message);
  }

  end(reason: string): void {
    if (this.#closedBecause !== undefined) return;
    this.#closedBecause = reason;
    const listener = this.#closeListener;
    if (listener !== undefined) queueMicrotask(() => listener(reason));
  }
}
