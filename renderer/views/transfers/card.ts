/** What a transfer card says, worked out once for row and sheet. Pure. */

import type { TransferCard } from '../../../shared/model/transfer-card.ts';
import { isOver, settledBytes } from '../../../shared/model/transfer-progress.ts';

export type TransferFilter = 'all' | 'active' | 'sent' | 'received' | 'failed';

export const fitsFilter = (card: TransferCard, filter: TransferFilter): boolean => {
  switch (filter) {
    case 'all':
      return true;
    case 'active':
      return !isOver(card);
    case 'sent':
      return card.direction === 'send';
    case 'received':
      return card.direction === 'receive';
    case 'failed':
      return card.state === 'failed' || card.failed > 0;
  }
};

export const fitsSearch = (card: TransferCard, search: string): boolean => {
  const needle = search.trim().toLowerCase();
  if (needle === '') return true;
  return [card.title, card.peer?.alias, card.peer?.address, card.share, card.shownDir].some((text) =>
    text?.toLowerCase().includes(needle),
  );
};

/** What runs first, the newest on top; then what is over, the latest end on top. The id settles ties. */
export const byRecency = (one: TransferCard, other: TransferCard): number => {
  const runs = Number(isOver(one)) - Number(isOver(other));
  if (runs !== 0) return runs;
  const [a, b] = [one, other].map((card) => card.endedAtMs ?? card.startedAtMs) as [number, number];
  return b - a || (one.id < other.id ? -1 : 1);
};

/** 0 to 1; undefined while the total is not known. A transfer of empty files goes by files. */
export const fractionOf = (card: TransferCard): number | undefined => {
  if (card.state === 'done') return 1;
  if (!card.totals.complete) return undefined;
  if (card.totals.bytes > 0) return Math.min(1, settledBytes(card) / card.totals.bytes);
  return card.totals.files > 0 ? Math.min(1, (card.files + card.same) / card.totals.files) : 0;
};

export const resumedFractionOf = ({ resumedBytes, totals }: TransferCard): number =>
  totals.complete && totals.bytes > 0 ? Math.min(1, resumedBytes / totals.bytes) : 0;

export const toneOf = (card: TransferCard): 'sent' | 'received' | 'ok' | 'warn' | 'error' | 'idle' => {
  switch (card.state) {
    case 'done':
      return card.failed > 0 ? 'warn' : 'ok';
    case 'failed':
      return 'error';
    case 'declined':
    case 'cancelled':
    case 'paused':
      return 'idle';
    case 'retrying':
      return 'warn';
    default:
      return card.direction === 'send' ? 'sent' : 'received';
  }
};

/** Seconds that it took, once it is over. */
export const tookSeconds = ({ startedAtMs, endedAtMs }: TransferCard): number | undefined =>
  endedAtMs === undefined ? undefined : Math.max(0, endedAtMs - startedAtMs) / 1000;
