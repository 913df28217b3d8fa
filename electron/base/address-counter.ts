/** Counts connections by address, so that one device cannot take all places. Pure. */

export type Admission =
  | 'admitted'
  /** Over the limit, but not so far that it could not be told. */
  | 'surplus'
  | 'turned-away';

export class AddressCounter {
  readonly #maxPerAddress: number;
  readonly #maxTotal: number;
  readonly #counts = new Map<string, number>();
  #total = 0;

  constructor(maxPerAddress: number, maxTotal: number) {
    this.#maxPerAddress = maxPerAddress;
    this.#maxTotal = maxTotal;
  }

  /** What is not turned away is counted until it leaves. */
  enter(address: string): Admission {
    const count = this.#counts.get(address) ?? 0;
    // Telling a surplus connection costs a handshake, so there is an end to it.
    if (this.#total >= this.#maxTotal || count >= this.#maxPerAddress * 2) return 'turned-away';
    this.#counts.set(address, count + 1);
    this.#total += 1;
    return count < this.#maxPerAddress ? 'admitted' : 'surplus';
  }

  leave(address: string): void {
    const count = this.#counts.get(address) ?? 0;
    if (count === 0) return;
    this.#total -= 1;
    if (count === 1) this.#counts.delete(address);
    else this.#counts.set(address, count - 1);
  }

  get total(): number {
    return this.#total;
  }
}
