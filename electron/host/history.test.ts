import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import type { TransferCard } from '../../shared/model/transfer-card.ts';
import { temporaryFolder } from '../base/testing/trees.ts';
import { History } from './history.ts';
import type { HistoryEntry } from './history-file.ts';

const idOf = (number: number): string => number.toString(16).padStart(32, '0');

const entry = (number: number, more: Partial<TransferCard> = {}): HistoryEntry => ({
  names: [`file ${number}.txt`],
  faults: [],
  card: {
    id: idOf(number),
    direction: 'send',
    kind: 'push',
    state: 'done',
    totals: { files: 1, folders: 0, bytes: 10, complete: true },
    files: 1,
    bytes: 10,
    resumedBytes: 0,
    passedBytes: 0,
    skipped: 0,
    same: 0,
    failed: 0,
    omitted: 0,
    bytesPerSecond: 0,
    startedAtMs: number,
    endedAtMs: 1_000 + number,
    title: `file ${number}.txt`,
    moreRoots: 0,
    speeds: [1, 2, 3],
    canRetry: false,
    canReveal: false,
    ...more,
  },
});

const historyIn = (home: string) => {
  const troubles: unknown[] = [];
  return { history: new History(home, (thrown) => troubles.push(thrown)), troubles };
};
const ids = (entries: readonly HistoryEntry[]): number[] =>
  entries.map(({ card }) => Number.parseInt(card.id, 16));

describe('the history', () => {
  it('survives a restart, for its owner alone', () => {
    const home = temporaryFolder();
    const { history } = historyIn(home);
    history.add({ ...entry(1), dir: '/d', recipe: { kind: 'push', to: { device: 'x' }, paths: ['/a'] } });
    history.add(entry(2));
    expect(history.remove(idOf(2))).toBe(true);
    expect(history.remove(idOf(2))).toBe(false);
    const again = historyIn(home).history;
    expect(ids(again.query({ limit: 10 }).entries)).toEqual([1]);
    expect(again.get(idOf(1))).toMatchObject({
      dir: '/d',
      recipe: { kind: 'push', paths: ['/a'] },
      card: { speeds: [] },
    });
    expect(statSync(join(home, 'history.jsonl')).mode & 0o077).toBe(0);
  });

  it('gives pages by the time of the end and the id, without gaps or repetitions', () => {
    const { history } = historyIn(temporaryFolder());
    // Several end in the same millisecond, and not in the order of their ids.
    for (const number of [5, 3, 9, 1, 7, 2, 8, 4, 6]) {
      history.add(entry(number, { endedAtMs: 1_000 + Math.floor(number / 3) }));
    }
    const seen: number[] = [];
    let before: { endedAtMs: number; id: string } | undefined;
    for (;;) {
      const { entries, total } = history.query({ limit: 2, before });
      expect(total).toBe(9);
      if (entries.length === 0) break;
      seen.push(...ids(entries));
      const last = (entries.at(-1) as HistoryEntry).card;
      before = { endedAtMs: last.endedAtMs as number, id: last.id };
    }
    expect(seen).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
  });

  it('finds by title, alias, share and folder, all words, whatever the case', () => {
    const { history } = historyIn(temporaryFolder());
    history.add(entry(1, { title: 'Holiday photos', shownDir: '~/Downloads' }));
    history.add(entry(2, { title: 'report.pdf', share: 'Büro' }));
    expect(history.query({ limit: 9, search: ' PHOTOS  holiday ' })).toMatchObject({
      total: 1,
      entries: [{ card: { id: idOf(1) } }],
    });
    expect(history.query({ limit: 9, search: 'büro' }).total).toBe(1);
    expect(history.query({ limit: 9, search: 'downloads report' }).total).toBe(0);
  });

  it('tells as failed what was running when the program was killed, once', () => {
    const home = temporaryFolder();
    const { history } = historyIn(home);
    history.begin({
      ...entry(1, { state: 'running' }),
      recipe: { kind: 'push', to: { device: 'x' }, paths: ['/a'] },
    });
    history.begin(entry(2, { state: 'running' }));
    history.add(entry(2));
    const again = historyIn(home).history;
    expect(again.get(idOf(1))?.card).toMatchObject({
      state: 'failed',
      canRetry: true,
      error: { code: 'shutting-down' },
    });
    expect(again.get(idOf(2))?.card.state).toBe('done');
    again.remove(idOf(1));
    expect(historyIn(home).history.get(idOf(1))).toBeUndefined();
  });

  it('passes over lines that are damaged or torn', () => {
    const home = temporaryFolder();
    historyIn(home).history.add(entry(1));
    appendFileSync(join(home, 'history.jsonl'), '{"ended":7}\nrubbish\n{"ended":{"card":{"id');
    const { history, troubles } = historyIn(home);
    expect(ids(history.query({ limit: 9 }).entries)).toEqual([1]);
    expect(troubles).toEqual([]);
    history.add(entry(2));
    expect(ids(historyIn(home).history.query({ limit: 9 }).entries)).toEqual([2, 1]);
  });

  it('is cleared, and keeps what runs', () => {
    const home = temporaryFolder();
    const { history } = historyIn(home);
    history.add(entry(1));
    history.begin(entry(2, { state: 'running' }));
    history.clear();
    expect(history.query({ limit: 9 }).total).toBe(0);
    expect(ids(historyIn(home).history.query({ limit: 9 }).entries)).toEqual([2]);
  });

  it('is rewritten when most of its lines are of no more use', () => {
    const home = temporaryFolder();
    const { history } = historyIn(home);
    for (let number = 1; number <= 1_500; number += 1) {
      history.add(entry(number));
      if (number > 10) history.remove(idOf(number));
    }
    expect(readFileSync(join(home, 'history.jsonl'), 'utf8').split('\n').length).toBeLessThan(2_000);
    expect(historyIn(home).history.size).toBe(10);
  });

  it('keeps ten thousand, and the oldest goes first', () => {
    const home = temporaryFolder();
    const lines = Array.from({ length: 10_000 }, (_, at) => `${JSON.stringify({ ended: entry(at + 1) })}\n`);
    writeFileSync(join(home, 'history.jsonl'), lines.join(''));
    const { history } = historyIn(home);
    history.add(entry(10_001));
    expect(history.query({ limit: 100, search: 'file 9999' }).total).toBe(1);
    expect(history.size).toBe(10_000);
    expect(history.get(idOf(1))).toBeUndefined();
    expect(historyIn(home).history.size).toBe(10_000);
  });

  it('keeps what people did, however often others use the shares', () => {
    const home = temporaryFolder();
    const lines = Array.from({ length: 10_500 }, (_, at) => {
      const more = at === 0 ? {} : { kind: 'serve' as const };
      return `${JSON.stringify({ ended: entry(at + 1, more) })}\n`;
    });
    writeFileSync(join(home, 'history.jsonl'), lines.join(''));
    const { history } = historyIn(home);
    history.add(entry(10_501, { kind: 'serve' }));
    expect(history.size).toBe(2_001);
    expect(ids(history.latest(1))).toEqual([10_501]);
    expect(history.get(idOf(1))).toBeDefined();
    expect(history.get(idOf(2))).toBeUndefined();
    expect(historyIn(home).history.size).toBe(2_001);
  });

  it('tells once that it cannot be written, and goes on', () => {
    const home = temporaryFolder();
    const { history, troubles } = historyIn(join(home, 'not', 'there'));
    history.add(entry(1));
    history.add(entry(2));
    expect(troubles).toHaveLength(1);
    expect(history.size).toBe(2);
  });
});
