/** An offer that waits for a person's answer. Plain data; no behaviour. */

import type { OfferView } from './transfer.ts';

/** What is missing depends on the folder that is chosen: a window works it out from `freeBytes`. */
export interface OfferCard extends Omit<OfferView, 'missingBytes'> {
  /** Id of the card: the transfer's. */
  readonly id: string;
  readonly atMs: number;
  /** Where the files would go, shortened for people. */
  readonly shownDir: string;
  /** Names at the top that are taken there, at most the first hundred. */
  readonly conflicts: readonly string[];
  readonly conflictCount: number;
}
