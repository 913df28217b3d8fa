/**
 * What one side of a transfer says in PACE (docs/PROTOCOL.md, "Pace"): its pause and its rate, as soon as that may be
 * said, and only when it is news.
 */

import type { Payload } from '../../../../shared/protocol/catalog.ts';

export class RateAnnouncer {
  readonly #send: (pace: Payload<'PACE'>) => void;
  #isOpen = false;
  #isPaused = false;
  #bytesPerSecond: number | undefined;
  #told: number | undefined;

  constructor(send: (pace: Payload<'PACE'>) => void) {
    this.#send = send;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** ACCEPT has passed: from now on it may be said. */
  open(): void {
    this.#isOpen = true;
    this.#tell();
  }

  /** Nothing may be said any more. */
  close(): void {
    this.#isOpen = false;
  }

  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.#tell();
  }

  /** Undefined: as fast as it goes. */
  limit(bytesPerSecond: number | undefined): void {
    this.#bytesPerSecond = bytesPerSecond;
    this.#tell();
  }

  #tell(): void {
    const pace = this.#isPaused ? 0 : this.#bytesPerSecond;
    if (!this.#isOpen || pace === this.#told) return;
    this.#told = pace;
    this.#send(pace === undefined ? {} : { bytesPerSecond: pace });
  }
}
