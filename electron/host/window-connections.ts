/** One window as the parts of the host know it: a way to tell it something, and word of its end. */

import type { EventData, EventName } from '../../shared/ipc/contract/index.ts';
import type { MessageLink } from '../../shared/ipc/link.ts';
import { HexdropError } from '../../shared/errors/errors.ts';

export class WindowConnections {
  readonly #link: MessageLink;
  readonly #isRemote: boolean;
  readonly #endings = new Set<() => void>();
  #isClosed = false;

  /** @param isRemote the window is on another machine than the engine */
  constructor(link: MessageLink, isRemote = false) {
    this.#link = link;
    this.#isRemote = isRemote;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * For what shows on the screen of the engine's machine: whoever looks from elsewhere does not see it, and whoever sits
   * there did not ask for it. Hiding the button is not enough, since a page is not trusted.
   * @throws HexdropError not-supported
   */
  requireSameMachine(): void {
    if (this.#isRemote) throw new HexdropError('not-supported');
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
