/** What moving files needs of one engine beyond reaching peers. Made by engine.ts; no behaviour of its own. */

import type { PeerContext } from '../peers/context.ts';
import type { DownloadLimit } from './pace/download-limit.ts';
import type { RateLimit } from './pace/pace.ts';
import type { TransferRecord } from './record.ts';

export interface TransferContext extends PeerContext {
  /** Names this run of the system, which journals keep. */
  readonly bootId: string;
  /** The limit of everything that is sent. */
  readonly uploads: RateLimit;
  /** The limit of everything that is received. */
  readonly downloads: DownloadLimit;
  /** Shows a transfer in the snapshot. */
  track(record: TransferRecord): void;
}
