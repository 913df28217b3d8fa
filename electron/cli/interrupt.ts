/**
 * Ctrl-C, SIGTERM and SIGHUP. The first asks everything to end cleanly and starts a clock that ends the process in
 * any case; the second ends it on the spot.
 */

import { HexdropError } from '../../shared/errors/errors.ts';
import { exitCodes } from './exit-codes.ts';

/** Less than the second that is promised; the engine itself closes within 800 ms. */
const interruptGraceMs = 930;

export class Interrupt {
  readonly #controller = new AbortController();
  readonly #exitNow: (code: number) => void;
  #deadline: NodeJS.Timeout | undefined;
  #isQuiet = false;

  constructor(exitNow: (code: number) => void) {
    this.#exitNow = exitNow;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** True when nobody reads what we say: the reader of our output went away. */
  get isQuiet(): boolean {
    return this.#isQuiet;
  }

  raise(): void {
    if (this.signal.aborted) {
      this.#exitNow(exitCodes.interrupted);
      return;
    }
    this.#deadline = setTimeout(() => this.#exitNow(exitCodes.interrupted), interruptGraceMs);
    this.#controller.abort();
  }

  /** Ends without a word; what a broken pipe asks for. */
  raiseQuietly(): void {
    if (this.signal.aborted) return;
    this.#isQuiet = true;
    this.raise();
  }

  dispose(): void {
    clearTimeout(this.#deadline);
  }

  /** Rejects with `cancelled` as soon as the interrupt is raised; otherwise it is `work`. */
  async orAborted<Value>(work: Promise<Value>): Promise<Value> {
    const { signal } = this;
    let stopListening = (): void => {};
    const aborted = new Promise<never>((_resolve, reject) => {
      const abort = (): void => reject(new HexdropError('cancelled', 'Interrupted.'));
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
      stopListening = () => signal.removeEventListener('abort', abort);
    });
    // Whichever loses the race must not count as an unhandled rejection.
    aborted.catch(() => {});
    work.catch(() => {});
    try {
      return await Promise.race([aborted, work]);
    } finally {
      stopListening();
    }
  }
}
