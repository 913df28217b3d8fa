import { describe, expect, it } from 'vitest';
import type { Activity } from '../host/api.ts';
import { summary, trayLines } from './tray-lines.ts';
import { wordsFor } from './words.ts';

const english = wordsFor('en', 'linux');
const idle: Activity = {
  runningTransfers: 0,
  bytesPerSecond: 0,
  waitingOffers: 0,
  shares: 0,
  transfers: [],
};

describe('what the tray tells', () => {
  it('is that nothing happens when nothing happens', () => {
    expect(trayLines(idle, english)).toEqual([{ label: 'Nothing is being transferred' }]);
  });

  it('is each transfer with its share, offers and shared folders', () => {
    const activity: Activity = {
      runningTransfers: 2,
      fraction: 0.456,
      bytesPerSecond: 3.2 * 1024 * 1024,
      waitingOffers: 1,
      shares: 2,
      transfers: [
        { id: 'a', direction: 'send', title: 'photos', fraction: 0.5 },
        { id: 'b', direction: 'receive', title: 'R&D' },
      ],
    };
    expect(trayLines(activity, english)).toEqual([
      { label: '2 transfers · 45 % · 3.2 MiB/s' },
      { label: '↑ photos  50 %', view: 'transfers' },
      { label: '↓ R&&D', view: 'transfers' },
      { label: '1 offer waits for your answer', view: 'transfers' },
      { label: '2 folders are shared', view: 'shares' },
    ]);
  });

  it('is never 100 % of something that runs', () => {
    expect(summary({ ...idle, runningTransfers: 1, fraction: 1 }, wordsFor('zh', 'linux'))).toBe(
      '1 个传输 · 99 %',
    );
  });

  it('shows no character that turns the line around, and no line without an end', () => {
    const title = `a\u{202e}${'b'.repeat(100)}`;
    const activity: Activity = {
      ...idle,
      runningTransfers: 1,
      transfers: [{ id: 'a', direction: 'send', title }],
    };
    const label = trayLines(activity, english)[1]?.label ?? '';
    expect(label).not.toContain('\u{202e}');
    expect(label.length).toBeLessThan(50);
  });
});
