/**
 * FAULTs of entries that were not told yet: on a lane they may overtake the page of the manifest that tells what they are
 * about (docs/PROTOCOL.md, "Lanes"). They wait for it.
 */

import type { Payload } from '../../../../shared/protocol/catalog.ts';
import { HexdropError } from '../../../../shared/errors/errors.ts';
import { limits } from '../../../../shared/protocol/limits.ts';

export class EarlyFaults {
  #faults: Payload<'FAULT'>[] = [];

  /**
   * @param told entries that have been told
   * @param mayOvertake bulk is on a lane and pages are still to come
   * @throws HexdropError unexpected-frame
   */
  keep(fault: Payload<'FAULT'>, told: number, mayOvertake: boolean): void {
    if (!mayOvertake || this.#faults.length >= limits.previewEntries) {
      throw new HexdropError('unexpected-frame', `FAULT came for entry ${fault.file}, which was not told.`, {
        seen: `entry ${fault.file}`,
        allowed: `entries below ${told}`,
      });
    }
    this.#faults.push(fault);
  }

  /** Takes all of them out. */
  take(): readonly Payload<'FAULT'>[] {
    const faults = this.#faults;
    this.#faults = [];
    return faults;
  }
}
