/** How far a transfer is, worked out from its numbers in one way for all who show it. Pure. */

import type { TransferState } from './transfer.ts';

/** Whether nothing more comes of it, well or not. */
export const isOver = ({ state }: { readonly state: TransferState }): boolean =>
  state === 'done' || state === 'failed' || state === 'declined' || state === 'cancelled';

/** Bytes that need not come any more: committed, there before, or not needed. */
export const settledBytes = (progress: {
  readonly bytes: number;
  readonly resumedBytes: number;
  readonly passedBytes: number;
}): number => progress.bytes + progress.resumedBytes + progress.passedBytes;
