/** Counts connections by origin, so that one device cannot take all places, however many addresses it has. Pure. */

import { originOf } from './origin.ts';

export type Admission =
  | 'admitted'
  /** Over the limit, but not so far that it could not be told. */
  | 'surplus'
  | 'turned-away';

export class AddressCounter {
  readonly #maxPerOrigin: number;
  readonly #maxTotal: number;
  readonly #counts = new Map<string, number>();
  #total = 0;

  constructor(maxPerOrigin: number, maxTotal: number) {
    this.#maxPerOrigin = maxPerOrigin;
    this.#maxTotal = maxTotal;
  }

  /** What is not turned away is counted until it leaves. */
  enter(address: string): Admission {
    const origin = originOf(address);
    const count = this.#counts.get(origin) ?? 0;
    // Telling a surplus connection costs a handshake, so there is an end to it.
    if (this.#total >= this.#maxTotal || count >= this.#maxPerOrigin * 2) return 'turned-away';
    this.#counts.set(origin, count + 1);
    this.#total += 1;
    return count < this.#maxPerOrigin ? 'admitted' : 'surplus';
  }

  leave(address: string): void {
    const origin = originOf(address);
    const count = this.#counts.get(origin) ?? 0;
    if (count === 0) return;
    this.#total -= 1;
    if (count === 1) this.#counts.delete(origin);
    else this.#counts.set(origin, count - 1);
  }

  get total(): number {
    return this.#total;
  }
}
