/** One window as the parts of the host know it: a way to tell it something, and word of its end. */

import type { EventData, EventName } from '../../shared/ipc/contract/index.ts';
import type { MessageLink } from '../../shared/ipc/link.ts';

export class WindowTies {
  readonly #link: MessageLink;
  readonly #endings = new Set<() => void>();
  #isClosed = false;

  constructor(link: MessageLink) {
    this.#link = link;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  tell<Name extends EventName>(name: Name, data: EventData<Name>): void {
    if (!this.#isClosed) this.#link.send({ json: { kind: 'event', name, data } });
  }

  /** The program ends. */
  end(): void {
    this.#link.close();
  }

  /** Called once, when the window has gone. */
  onClosed(listener: () => void): () => void {
    this.#endings.add(listener);
    return () => this.#endings.delete(listener);
  }

  closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const listener of this.#endings) listener();
    this.#endings.clear();
  }
}
