import { describe, expect, it } from 'vitest';

import type { TransferCard } from '../../shared/model/transfer-card.ts';
import { activityOf } from './activity.ts';
import { systemLanguage } from './language.ts';

const card = (id: string, more: Partial<TransferCard> = {}): TransferCard => ({
  id,
  direction: 'send',
  kind: 'push',
  state: 'running',
  totals: { files: 1, folders: 0, bytes: 100, complete: true },
  files: 0,
  bytes: 25,
  resumedBytes: 0,
  passedBytes: 0,
  skipped: 0,
  same: 0,
  failed: 0,
  omitted: 0,
  bytesPerSecond: 10,
  startedAtMs: 1,
  title: id,
  moreRoots: 0,
  speeds: [],
  canRetry: false,
  canReveal: false,
  ...more,
});

const of = (...transfers: TransferCard[]) => activityOf({ transfers, waitingOffers: 1, shares: 2 });

describe('the activity', () => {
  it('is nothing when nothing runs', () => {
    expect(of()).toEqual({
      runningTransfers: 0,
      bytesPerSecond: 0,
      waitingOffers: 1,
      shares: 2,
      transfers: [],
    });
  });

  it('adds up what runs, by bytes, and names the latest five', () => {
    const many = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => card(id));
    const { fraction, runningTransfers, bytesPerSecond, transfers } = of(
      ...many,
      card('g', { bytes: 50, resumedBytes: 25, passedBytes: 25 }),
    );
    expect({ runningTransfers, bytesPerSecond }).toEqual({ runningTransfers: 7, bytesPerSecond: 70 });
    expect(fraction).toBeCloseTo((6 * 25 + 100) / 700);
    expect(transfers.map(({ id }) => id)).toEqual(['g', 'f', 'e', 'd', 'c']);
    expect(transfers[0]?.fraction).toBe(1);
  });

  it('does not count offers that wait for an answer here', () => {
    expect(of(card('a', { direction: 'receive', state: 'waiting' })).runningTransfers).toBe(0);
    expect(of(card('a', { direction: 'send', state: 'waiting' })).runningTransfers).toBe(1);
  });

  it('knows no fraction while totals are not known', () => {
    expect(
      of(card('a', { totals: { files: 1, folders: 0, bytes: 7, complete: false } })).fraction,
    ).toBeUndefined();
  });
});

describe('the language of the system', () => {
  it.each([
    ['zh-CN', 'zh'],
    ['zh', 'zh'],
    ['zh-Hant-TW', 'zh'],
    ['en-GB', 'en'],
    ['de', 'en'],
  ])('%s reads as %s', (locale, language) => {
    expect(systemLanguage(locale)).toBe(language);
  });
});
