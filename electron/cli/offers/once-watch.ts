/**
 * What `hexdrop receive --once` waits for: the end of one accepted transfer. A sender whose connection broke gets
 * some time to come back, under the same transfer or, started again, under a new one.
 */

import type { OfferView } from '../../../shared/model/transfer.ts';
import { exitCodes, exitDone } from '../exit-codes.ts';

export class OnceWatch {
  /** The exit code of the one transfer. */
  readonly ended: Promise<number>;
  readonly #graceMs: number;
  readonly #waiting: () => void;
  #end: (exitCode: number) => void = () => {};
  /** Transfers that were let in and are not over, with the device that sends. */
  readonly #running = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;

  /** `waiting` is called when a sender is being waited for. */
  constructor(graceMs: number, waiting: () => void) {
    this.#graceMs = graceMs;
    this.#waiting = waiting;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** Another device than the one whose transfer runs must wait for another time. */
  refusal(offer: OfferView): string | undefined {
    const isOther = [...this.#running.values()].some((deviceId) => deviceId !== offer.peer.deviceId);
    return isOther ? 'This device takes one transfer only, and it is under way.' : undefined;
  }

  accepted(offer: OfferView): void {
    this.dispose();
    this.#running.set(offer.transferId, offer.peer.deviceId);
  }

  /** The connection broke; the transfer may go on when the sender comes back. */
  lost(transferId: string): void {
    if (this.#running.has(transferId)) this.#wait();
  }

  finished(transferId: string, exitCode: number): void {
    if (!this.#running.delete(transferId)) return;
    if (exitCode === exitCodes.unreachable) {
      if (this.#running.size === 0) this.#wait();
      return;
    }
    // A sender that was started again leaves its old transfer to die: what counts is the one that runs.
    if (this.#running.size === 0 || exitCode === exitDone) this.#end(exitCode);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #wait(): void {
    if (this.#timer !== undefined) return;
    if (this.#graceMs > 0) this.#waiting();
    this.#timer = setTimeout(() => this.#end(exitCodes.unreachable), this.#graceMs);
  }
}
