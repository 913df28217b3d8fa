import { screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';

import type { TransferCard } from '../../../shared/model/transfer-card.ts';
import { idOf, nowMs, transfers } from '../../testing/fixture.ts';
import { preparePage, show } from '../../testing/render.tsx';
import { byRecency, fitsFilter, fitsSearch, fractionOf } from './card.ts';
import { settledBytes } from '../../../shared/model/transfer-progress.ts';
import { TransfersView } from './TransfersView.tsx';

preparePage();

const listOf = (cards: readonly TransferCard[]): Readonly<Record<string, TransferCard>> =>
  Object.fromEntries(cards.map((card) => [card.id, card]));

const [sending] = transfers as readonly [TransferCard];
const done = transfers.find(({ state }) => state === 'done') as TransferCard;
const failed = transfers.find(({ state }) => state === 'failed') as TransferCard;

const old = (index: number): TransferCard => ({
  ...done,
  id: idOf(500 + index).slice(0, 32),
  title: `old ${index}`,
  endedAtMs: nowMs - 1e9 - index * 1000,
});

const history = (cards: readonly TransferCard[]) => ({
  'transfers.history': ({ before, limit }: { before?: { id: string }; limit: number }) => {
    const from = before === undefined ? 0 : cards.findIndex(({ id }) => id === before.id) + 1;
    return { entries: cards.slice(from, from + limit), total: cards.length };
  },
});

const titles = (): readonly string[] =>
  screen.getAllByRole('article').map((row) => row.querySelector('.transfers-name')?.textContent ?? '');

describe('a card', () => {
  it('never shows more than the whole', () => {
    const card = { ...sending, bytes: 9e12 };
    expect(fractionOf(card)).toBe(1);
  });

  it('has no fraction while the source counts, and goes by files when there are no bytes', () => {
    expect(fractionOf({ ...sending, totals: { ...sending.totals, complete: false } })).toBeUndefined();
    const empty = { files: 4, folders: 0, bytes: 0, complete: true };
    expect(fractionOf({ ...sending, totals: empty, files: 1, bytes: 0, resumedBytes: 0 })).toBe(0.25);
  });

  it('counts what was there and what need not come as settled', () => {
    expect(settledBytes({ ...sending, bytes: 1, resumedBytes: 2, passedBytes: 4 })).toBe(7);
  });

  it('stands above all that are over while it runs', () => {
    expect([failed, done, sending].toSorted(byRecency).map(({ state }) => state)).toEqual([
      'running',
      'done',
      'failed',
    ]);
  });

  it('is found by name, device and share, in either case', () => {
    expect(fitsSearch(sending, 'ICELAND')).toBe(true);
    expect(fitsSearch(sending, 'studio')).toBe(true);
    expect(fitsSearch(sending, 'harbour')).toBe(false);
    expect(fitsFilter({ ...done, failed: 1 }, 'failed')).toBe(true);
  });
});

describe('the list', () => {
  it('shows what runs first, then what is over, then the history, each once', async () => {
    const older = [done, old(1), old(2)];
    await show(<TransfersView />, {
      snapshot: { transfers: listOf([done, sending]) },
      answers: history(older),
    });
    expect(titles()).toEqual(['Iceland 2026 and 2 more', 'slides', 'old 1', 'old 2']);
  });

  it('asks for older pages as its end comes near, and not again at the end', async () => {
    const older = Array.from({ length: 230 }, (_, index) => old(index));
    const { host, settle } = await show(<TransfersView />, {
      snapshot: { transfers: {} },
      answers: history(older),
    });
    await settle();
    const asked = host.calls.filter(({ name }) => name === 'transfers.history');
    expect(asked.length).toBeLessThanOrEqual(2);
    expect(asked[0]?.args).toEqual({ limit: 200 });
  });

  it('pauses, resumes and cancels', async () => {
    const { host, user, settle } = await show(<TransfersView />, {
      snapshot: { transfers: listOf([sending]) },
      answers: {
        ...history([]),
        'transfers.pause': () => ({}),
        'transfers.resume': () => ({}),
        'transfers.cancel': () => ({}),
      },
    });
    await user.click(screen.getByRole('button', { name: 'Pause' }));
    expect(host.calls).toContainEqual({ name: 'transfers.pause', args: { id: sending.id } });
    host.change({
      put: 'transfers',
      id: sending.id,
      value: { ...sending, state: 'paused', pausedBy: 'here' },
    });
    await settle();
    await user.click(screen.getByRole('button', { name: 'Resume' }));
    await user.click(screen.getByRole('button', { name: 'Cancel' }));
    expect(host.calls.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['transfers.resume', 'transfers.cancel']),
    );
  });

  it('does by keys what its buttons do', async () => {
    const { host, user } = await show(<TransfersView />, {
      snapshot: { transfers: listOf([sending, failed]) },
      answers: {
        ...history([]),
        'transfers.pause': () => ({}),
        'transfers.retry': () => ({ id: idOf(3).slice(0, 32) }),
      },
    });
    screen.getByRole('button', { name: /Details of Iceland/u }).focus();
    await user.keyboard('p{ArrowDown}r');
    expect(host.calls).toContainEqual({ name: 'transfers.pause', args: { id: sending.id } });
    expect(host.calls).toContainEqual({ name: 'transfers.retry', args: { id: failed.id } });
  });

  it('narrows by kind and by text, and says so when nothing fits', async () => {
    const { user, settle } = await show(<TransfersView />, {
      snapshot: { transfers: listOf(transfers) },
      answers: history([]),
    });
    await user.click(screen.getByRole('radio', { name: 'Sent' }));
    expect(titles()).not.toContain('slides');
    await user.type(screen.getByRole('searchbox'), 'nothing like it');
    await settle();
    await user.click(screen.getByRole('button', { name: 'Show all' }));
    expect(titles()).toContain('slides');
  });

  it('is cleared only after a question', async () => {
    const { host, user, settle } = await show(<TransfersView />, {
      snapshot: { transfers: listOf([done]) },
      answers: { ...history([]), 'transfers.clear': () => ({}) },
    });
    await user.click(screen.getByRole('button', { name: 'Clear history' }));
    expect(host.calls.some(({ name }) => name === 'transfers.clear')).toBe(false);
    const dialog = screen.getByRole('dialog');
    await user.click(within(dialog).getByRole('button', { name: 'Clear history' }));
    host.change({ drop: 'transfers', id: done.id });
    await settle();
    expect(screen.queryByRole('article')).toBeNull();
  });
});

describe('the sheet', () => {
  it('writes an address as one types it, and one file as one', async () => {
    const peer = { ...failed.peer, address: 'fe80::1', port: 18_520 } as NonNullable<TransferCard['peer']>;
    const one = { ...failed, peer, files: 0, totals: { ...failed.totals, files: 1 } };
    location.hash = `#/transfers/${one.id}`;
    const { settle } = await show(<TransfersView />, {
      snapshot: { transfers: listOf([one]) },
      answers: { ...history([]), 'transfers.faults': () => ({ faults: [], notices: [], omissions: [] }) },
    });
    await settle();
    const sheet = screen.getByRole('dialog');
    expect(within(sheet).getByText('[fe80::1]:18520')).toBeTruthy();
    expect(within(sheet).getByText('0 of 1 file')).toBeTruthy();
  });

  it('says what failed and where', async () => {
    location.hash = `#/transfers/${failed.id}`;
    const { settle } = await show(<TransfersView />, {
      snapshot: { transfers: listOf([failed]) },
      answers: {
        ...history([]),
        'transfers.faults': () => ({
          faults: [{ path: 'a/locked.db', code: 'permission-denied', message: '', side: 'there' }],
          notices: [],
          omissions: [],
        }),
      },
    });
    await settle();
    const sheet = screen.getByRole('dialog');
    expect(within(sheet).getByText('a/locked.db')).toBeTruthy();
    expect(within(sheet).getByText(/on the other device/u)).toBeTruthy();
  });

  it('says what arrived and is not quite what it was, also where nothing failed', async () => {
    const noticed = { ...failed, failed: 0, noticed: 2 };
    location.hash = `#/transfers/${noticed.id}`;
    const { settle } = await show(<TransfersView />, {
      snapshot: { transfers: listOf([noticed]) },
      answers: {
        ...history([]),
        'transfers.faults': () => ({
          faults: [],
          notices: [
            { path: 'logs/app.log', code: 'grew', message: '', side: 'there' },
            { path: 'photo.jpg', code: 'time-not-kept', message: '', side: 'here' },
          ],
          omissions: [],
        }),
      },
    });
    await settle();
    const sheet = screen.getByRole('dialog');
    expect(within(sheet).getByText('Arrived, and not quite as it was')).toBeTruthy();
    expect(within(sheet).getByText('logs/app.log')).toBeTruthy();
    expect(within(sheet).getByText(/It grew meanwhile/u)).toBeTruthy();
    expect(within(sheet).getByText(/cannot hold its date/u)).toBeTruthy();
    expect(within(sheet).queryByText('What failed')).toBeNull();
  });

  it('names what was left out, and how many more there are', async () => {
    const left = { ...failed, failed: 0, omitted: 3 };
    location.hash = `#/transfers/${left.id}`;
    const { settle } = await show(<TransfersView />, {
      snapshot: { transfers: listOf([left]) },
      answers: {
        ...history([]),
        'transfers.faults': () => ({
          faults: [],
          notices: [],
          omissions: [
            { path: 'www/latest', reason: 'symlink' },
            { path: 'run/control', reason: 'special' },
          ],
        }),
      },
    });
    await settle();
    const sheet = screen.getByRole('dialog');
    expect(within(sheet).getByText('www/latest')).toBeTruthy();
    expect(within(sheet).getByText(/Links are not sent/u)).toBeTruthy();
    expect(within(sheet).getByText(/neither a file nor a folder/u)).toBeTruthy();
    expect(within(sheet).getByText('and 1 more')).toBeTruthy();
    expect(within(sheet).queryByText('What failed')).toBeNull();
  });
});
