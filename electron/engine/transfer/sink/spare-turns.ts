/**
 * Work that has time, done some milliseconds at a time between everything else: all of the time while nothing comes over
 * the wire, a fifth of it while something does.
 */

/** What a turn takes at most, but for the step that it has begun. */
const turnMs = 2;

/** The rest after a turn while the wire is busy. */
const restMs = 8;

export class SpareTurns {
  readonly #step: () => boolean;
  readonly #traffic: () => number;
  #trafficBefore: number | undefined;
  #stopNext: (() => void) | undefined;

  /**
   * @param step does a little; false when nothing is left
   * @param traffic grows while the wire is busy
   */
  constructor(step: () => boolean, traffic: () => number) {
    this.#step = step;
    this.#traffic = traffic;
  }

  /** There is something to do. Not done within this call. */
  begin(): void {
    if (this.#stopNext === undefined) this.#soon();
  }

  stop(): void {
    this.#stopNext?.();
    this.#stopNext = undefined;
  }

  #soon(): void {
    const traffic = this.#traffic();
    const isBusy = this.#trafficBefore !== undefined && traffic !== this.#trafficBefore;
    this.#trafficBefore = traffic;
    const turn = (): void => this.#turn();
    if (isBusy) {
      const timer = setTimeout(turn, restMs);
      this.#stopNext = () => clearTimeout(timer);
    } else {
      const immediate = setImmediate(turn);
      this.#stopNext = () => clearImmediate(immediate);
    }
  }

  #turn(): void {
    this.#stopNext = undefined;
    const until = performance.now() + turnMs;
    do {
      if (!this.#step()) return;
    } while (performance.now() < until);
    if (this.#stopNext === undefined) this.#soon();
  }
}
