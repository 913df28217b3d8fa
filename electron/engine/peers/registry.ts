/** The sessions of an engine, and the sockets of those that have said goodbye but whose last bytes are still leaving. */

import type { Session } from '../session/session.ts';

export class SessionRegistry {
  readonly #open = new Set<Session>();
  readonly #leaving = new Set<Promise<void>>();
  readonly #left: (session: Session) => void;

  /** @param left told of each session that was open and is over */
  constructor(left: (session: Session) => void = () => {}) {
    this.#left = left;
  }

  opened(session: Session): void {
    this.#open.add(session);
  }

  /** Returns whether it had been open. */
  closed(session: Session): boolean {
    const gone = session.stream.whenClosed;
    this.#leaving.add(gone);
    void gone.then(() => this.#leaving.delete(gone));
    const wasOpen = this.#open.delete(session);
    if (wasOpen) this.#left(session);
    return wasOpen;
  }

  /** Says BYE to all and resolves when the last socket is gone. */
  async closeAll(reason: string): Promise<void> {
    for (const session of this.#open) session.close(reason);
    await Promise.all(this.#leaving);
  }
}
