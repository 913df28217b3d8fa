/** A transfer as the list of transfers shows it, running or of an earlier run of the program. Plain data. */

import type { TransferView } from './transfer.ts';

export interface TransferCard extends TransferView {
  /** What it is about, for people: the first name at the top, and how many more there are. */
  readonly title: string;
  readonly moreRoots: number;
  readonly endedAtMs?: number;
  /** Where the files are, shortened for people; on the receiving side. */
  readonly shownDir?: string;
  /** Bytes a second over the last minute, a value a second, the latest last; empty when it is over for long. */
  readonly speeds: readonly number[];
  /** This side can start it again. */
  readonly canRetry: boolean;
  readonly canReveal: boolean;
}
