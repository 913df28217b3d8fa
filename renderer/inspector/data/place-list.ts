/** Places in ascending order: which rows of a store fit a filter. Grows at the end, loses at the beginning. */

export class PlaceList {
  #places = new Uint32Array(1_024);
  #start = 0;
  #end = 0;
  #lost = 0;

  get count(): number {
    return this.#end - this.#start;
  }

  /** Places that have gone from the beginning. */
  get lost(): number {
    return this.#lost;
  }

  at(position: number): number | undefined {
    return position < 0 || position >= this.count ? undefined : this.#places[this.#start + position];
  }

  push(place: number): void {
    if (this.#end === this.#places.length) this.#makeRoom();
    this.#places[this.#end] = place;
    this.#end += 1;
  }

  /** Position of the first place that is not lower. */
  positionOf(place: number): number {
    let low = this.#start;
    let high = this.#end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#places[middle] as number) < place) low = middle + 1;
      else high = middle;
    }
    return low - this.#start;
  }

  /** Places below go; answers with how many did. */
  dropBefore(place: number): number {
    const gone = this.positionOf(place);
    this.#start += gone;
    this.#lost += gone;
    return gone;
  }

  #makeRoom(): void {
    const size = this.count * 2 <= this.#places.length ? this.#places.length : this.#places.length * 2;
    const places = new Uint32Array(size);
    places.set(this.#places.subarray(this.#start, this.#end));
    this.#end -= this.#start;
    this.#start = 0;
    this.#places = places;
  }
}
