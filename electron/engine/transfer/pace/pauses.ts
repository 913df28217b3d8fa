/** Who holds a transfer, and for how long it has been held since it could have run. Pure: the clock comes in. */

import type { TransferView } from '../../../../shared/model/transfer.ts';

export class Pauses {
  /** This side, across attempts. */
  here = false;
  /** The other side, as it told in this attempt. */
  there = false;
  #sinceMs: number | undefined;
  #beforeMs = 0;

  get any(): boolean {
    return this.here || this.there;
  }

  /**
   * One of this side is seen in every state, since somebody must be able to end it; one of the other side only while
   * nothing else keeps the transfer from running.
   */
  by(isRunning: boolean): TransferView['pausedBy'] {
    if (!this.here) return this.there && isRunning ? 'there' : undefined;
    return this.there ? 'both' : 'here';
  }

  /** @param isHeld whether it would run were it not held */
  count(isHeld: boolean, nowMs: number): void {
    if (isHeld) {
      this.#sinceMs ??= nowMs;
      return;
    }
    this.#beforeMs = this.heldMs(nowMs);
    this.#sinceMs = undefined;
  }

  heldMs(nowMs: number): number {
    return this.#beforeMs + (this.#sinceMs === undefined ? 0 : nowMs - this.#sinceMs);
  }
}
