/** FAULTs about folders that could not be listed: they can be told once ACCEPT has come and their page has been sent. */

import type { HexdropError } from '../../../../shared/errors/errors.ts';
import type { SourceEntry } from './source-tree.ts';

interface FolderFault {
  readonly entry: SourceEntry;
  readonly error: HexdropError;
}

export class FolderFaults {
  #faults: FolderFault[] = [];

  add(entry: SourceEntry, error: HexdropError): void {
    this.#faults.push({ entry, error });
  }

  /** Takes out those that can be told: about entries below `sent`. */
  take(sent: number): readonly FolderFault[] {
    if (this.#faults.length === 0) return this.#faults;
    const told = this.#faults.filter(({ entry }) => entry.index < sent);
    this.#faults = this.#faults.filter(({ entry }) => entry.index >= sent);
    return told;
  }
}
