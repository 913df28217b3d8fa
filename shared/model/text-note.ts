/** A piece of text that a device sent. Plain data; no behaviour. */

import type { PeerView } from './peer.ts';

export interface TextNote {
  readonly id: string;
  readonly peer: PeerView;
  readonly text: string;
  readonly atMs: number;
}
