/** A set of record numbers that lie close together: one bit each. */

export class NumberSet {
  #base = 0;
  #bits = new Uint32Array(0);

  add(number: number): void {
    if (this.#bits.length === 0) this.#base = number - (number % 32);
    if (number < this.#base) return this.#moveBase(number);
    const word = (number - this.#base) >>> 5;
    if (word >= this.#bits.length) {
      const grown = new Uint32Array(Math.max(1_024, word + 1, this.#bits.length * 2));
      grown.set(this.#bits);
      this.#bits = grown;
    }
    this.#bits[word] = (this.#bits[word] as number) | (1 << ((number - this.#base) & 31));
  }

  has(number: number): boolean {
    if (number < this.#base) return false;
    const word = this.#bits[(number - this.#base) >>> 5];
    return word !== undefined && (word & (1 << ((number - this.#base) & 31))) !== 0;
  }

  #moveBase(number: number): void {
    const base = number - (number % 32);
    const words = (this.#base - base) >>> 5;
    const grown = new Uint32Array(this.#bits.length + words);
    grown.set(this.#bits, words);
    this.#bits = grown;
    this.#base = base;
    this.add(number);
  }
}
