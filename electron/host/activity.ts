/** How busy the program is, for what a shell shows outside of its windows. Told at most four times a second. */

import type { TransferCard } from '../../shared/model/transfer-card.ts';
import { settledBytes } from '../../shared/model/transfer-progress.ts';
import type { Activity } from './api.ts';

const tellEveryMs = 250;
const mostNamed = 5;

export interface ActivitySources {
  /** Those that are not over, the latest last. */
  readonly transfers: readonly TransferCard[];
  readonly waitingOffers: number;
  readonly shares: number;
}

export class ActivityWatch {
  readonly #sources: () => ActivitySources;
  readonly #listeners = new Set<(activity: Activity) => void>();
  #timer: NodeJS.Timeout | undefined;

  constructor(sources: () => ActivitySources) {
    this.#sources = sources;
  }

  get current(): Activity {
    return activityOf(this.#sources());
  }

  onChange(listener: (activity: Activity) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed(): void {
    if (this.#listeners.size === 0) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const { current } = this;
      for (const listener of this.#listeners) listener(current);
    }, tellEveryMs);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }
}

export function activityOf({ transfers, waitingOffers, shares }: ActivitySources): Activity {
  // An offer that waits for an answer here is not running yet.
  const running = transfers.filter(({ state, direction }) => state !== 'waiting' || direction === 'send');
  const counted = running.filter(({ totals }) => totals.complete);
  const total = sum(counted.map(({ totals }) => totals.bytes));
  const fraction = total === 0 ? undefined : sum(counted.map(settledBytes)) / total;
  return {
    runningTransfers: running.length,
    bytesPerSecond: sum(running.map(({ bytesPerSecond }) => bytesPerSecond)),
    waitingOffers,
    shares,
    transfers: running
      .slice(-mostNamed)
      .toReversed()
      .map((card) => ({
        id: card.id,
        direction: card.direction,
        title: card.title,
        ...(card.totals.complete && card.totals.bytes > 0
          ? { fraction: Math.min(1, settledBytes(card) / card.totals.bytes) }
          : {}),
      })),
    ...(fraction === undefined ? {} : { fraction: Math.min(1, fraction) }),
  };
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
