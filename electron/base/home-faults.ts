/**
 * What goes wrong with the files that this program keeps for itself and ends nothing: who was met, what could be resumed.
 * A full or read-only home is its owner's to mend, who is told once, and again only after it had worked in between. A
 * peer has no part in it, and must not hear of paths of this machine.
 */

import { asHexdropError } from '../../shared/errors/errors.ts';
import type { HexdropError } from '../../shared/errors/errors.ts';

export class HomeFaults {
  readonly #tell: (error: HexdropError) => void;
  #isTold = false;

  constructor(tell: (error: HexdropError) => void) {
    this.#tell = tell;
  }

  failed(thrown: unknown): void {
    if (this.#isTold) return;
    this.#isTold = true;
    this.#tell(asHexdropError(thrown, 'home-unwritable'));
  }

  worked(): void {
    this.#isTold = false;
  }
}
