/**
 * Transfers that are over, in <home>/history.jsonl (history-file.ts), which is rewritten when most of its lines are of no
 * more use. A line that cannot be read is not shown; it may be of a later version, so it stays in the file until the
 * history is cleared. What began and never ended was running when the program was killed, and is told as failed.
 */

import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownersFileFault, replaceOwnersFile } from '../base/owners-file.ts';
import { historyLineText, readHistoryLine } from './history-file.ts';
import type { HistoryEntry, HistoryLine } from './history-file.ts';

type Ended = HistoryEntry & { readonly card: { readonly endedAtMs: number } };

export interface HistoryQuery {
  readonly search?: string | undefined;
  /** Goes on behind this one. */
  readonly before?: { readonly endedAtMs: number; readonly id: string } | undefined;
  readonly limit: number;
}

const keptEntries = 10_000;
/** So many of those may be transfers from and to shares: whoever may fetch there may do it without end. */
const keptServes = 2_000;
const keptFaults = 50;
/** Lines of no more use that are put up with, beyond as many as there are entries. */
const uselessLines = 1_000;
/** Lines that cannot be read and are kept all the same. The oldest go first. */
const keptUnread = 1_000;

export class History {
  readonly #path: string;
  readonly #trouble: (thrown: unknown) => void;
  /** The latest last. */
  #entries: Ended[] = [];
  #byId = new Map<string, Ended>();
  readonly #running = new Map<string, HistoryEntry>();
  /** As they stand in the file. */
  #unread: string[] = [];
  #lines = 0;
  #isTorn = false;
  #isTroubled = false;

  /** @param trouble hears when the file cannot be read or written; the program goes on with what it has in memory */
  constructor(home: string, trouble: (thrown: unknown) => void) {
    this.#path = join(home, 'history.jsonl');
    this.#trouble = trouble;
    this.#load();
  }

  get size(): number {
    return this.#entries.length;
  }

  get(id: string): HistoryEntry | undefined {
    return this.#byId.get(id);
  }

  /** The latest first. */
  latest(count: number): readonly HistoryEntry[] {
    return this.#entries.slice(-count).toReversed();
  }

  /** It runs from now on; should the program be killed, that is known. */
  begin(entry: HistoryEntry): void {
    this.#running.set(entry.card.id, entry);
    this.#append({ begun: entry });
  }

  add(entry: HistoryEntry): void {
    this.#running.delete(entry.card.id);
    const { faults, notices, omissions } = entry;
    const ended = endedOf({
      ...entry,
      faults: faults.slice(0, keptFaults),
      ...(notices === undefined ? {} : { notices: notices.slice(0, keptFaults) }),
      ...(omissions === undefined ? {} : { omissions: omissions.slice(0, keptFaults) }),
    });
    this.#insert(ended);
    this.#append({ ended });
    this.#trim();
  }

  remove(id: string): boolean {
    const entry = this.#byId.get(id);
    if (entry === undefined) return false;
    this.#byId.delete(id);
    this.#entries.splice(this.#indexOf(entry.card.endedAtMs, id), 1);
    this.#append({ removed: id });
    return true;
  }

  /** Everything that is over. Those that run stay known. */
  clear(): void {
    this.#entries = [];
    this.#byId.clear();
    this.#unread = [];
    this.#rewrite();
  }

  query({ search, before, limit }: HistoryQuery): {
    readonly entries: readonly HistoryEntry[];
    readonly total: number;
  } {
    const words = (search ?? '').trim().toLowerCase().split(/\s+/u).filter(Boolean);
    const from = before === undefined ? this.#entries.length : this.#indexOf(before.endedAtMs, before.id);
    const found: HistoryEntry[] = [];
    let total = words.length === 0 ? this.#entries.length : 0;
    for (let at = this.#entries.length - 1; at >= 0; at -= 1) {
      const entry = this.#entries[at] as Ended;
      if (words.length === 0) {
        if (found.length >= limit) break;
        if (at < from) found.push(entry);
        continue;
      }
      if (!fits(entry, words)) continue;
      total += 1;
      if (at < from && found.length < limit) found.push(entry);
    }
    return { entries: found, total };
  }

  /** The place of an entry, or where it would be: ordered by end and id. */
  #indexOf(endedAtMs: number, id: string): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const { card } = this.#entries[middle] as Ended;
      const isBefore = card.endedAtMs < endedAtMs || (card.endedAtMs === endedAtMs && card.id < id);
      if (isBefore) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #insert(entry: Ended): void {
    const before = this.#byId.get(entry.card.id);
    if (before !== undefined) this.#entries.splice(this.#indexOf(before.card.endedAtMs, before.card.id), 1);
    this.#byId.set(entry.card.id, entry);
    this.#entries.splice(this.#indexOf(entry.card.endedAtMs, entry.card.id), 0, entry);
  }

  #load(): void {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') this.#trouble(thrown);
      return;
    }
    // A line that a kill tore off must not take the next one with it.
    this.#isTorn = text !== '' && !text.endsWith('\n');
    const running = this.#running;
    for (const line of text.split('\n')) {
      if (line === '') continue;
      this.#lines += 1;
      const said = readHistoryLine(line);
      if (said === undefined) this.#unread.push(line);
      else if ('begun' in said) running.set(said.begun.card.id, said.begun);
      else if ('ended' in said) {
        running.delete(said.ended.card.id);
        if (said.ended.card.endedAtMs !== undefined) this.#insert(endedOf(said.ended));
      } else {
        const entry = this.#byId.get(said.removed);
        if (entry === undefined) continue;
        this.#byId.delete(said.removed);
        this.#entries.splice(this.#indexOf(entry.card.endedAtMs, said.removed), 1);
      }
    }
    this.#unread = this.#unread.slice(-keptUnread);
    this.#trim();
    for (const entry of running.values()) this.add(killed(entry));
    this.#compactIfNeeded();
  }

  /** The oldest go. */
  #trim(): void {
    let tooMany = this.#entries.filter(isServe).length - keptServes;
    if (tooMany > 0) this.#entries = this.#entries.filter((entry) => !isServe(entry) || tooMany-- <= 0);
    this.#entries.splice(0, Math.max(0, this.#entries.length - keptEntries));
    if (this.#entries.length < this.#byId.size)
      this.#byId = new Map(this.#entries.map((entry) => [entry.card.id, entry]));
  }

  #append(line: HistoryLine): void {
    try {
      const start = this.#isTorn ? '\n' : '';
      appendFileSync(this.#path, `${start}${historyLineText(line)}`, { mode: 0o600 });
      this.#isTorn = false;
      this.#lines += 1;
      this.#isTroubled = false;
    } catch (thrown) {
      this.#tellOnce(thrown);
    }
    this.#compactIfNeeded();
  }

  #compactIfNeeded(): void {
    const useful = this.#entries.length + this.#unread.length;
    if (this.#lines > useful * 2 + uselessLines) this.#rewrite();
  }

  #rewrite(): void {
    const lines = [
      ...this.#unread.map((line) => `${line}\n`),
      ...this.#entries.map((ended) => historyLineText({ ended })),
      ...[...this.#running.values()].map((begun) => historyLineText({ begun })),
    ];
    try {
      replaceOwnersFile(this.#path, lines.join(''));
      this.#lines = lines.length;
      this.#isTorn = false;
    } catch (thrown) {
      this.#tellOnce(thrown);
    }
  }

  /** A full disk would tell itself with every transfer. */
  #tellOnce(thrown: unknown): void {
    if (this.#isTroubled) return;
    this.#isTroubled = true;
    this.#trouble(ownersFileFault(thrown as NodeJS.ErrnoException, this.#path));
  }
}

const isServe = ({ card }: HistoryEntry): boolean => card.kind === 'serve';

const endedOf = (entry: HistoryEntry): Ended => ({
  ...entry,
  card: { ...entry.card, endedAtMs: entry.card.endedAtMs ?? Date.now() },
});

const killed = (entry: HistoryEntry): HistoryEntry => {
  const { secondsLeft: _left, pausedBy: _pausedBy, currentPath: _path, ...card } = entry.card;
  return {
    ...entry,
    card: {
      ...card,
      state: 'failed',
      bytesPerSecond: 0,
      endedAtMs: card.startedAtMs,
      canRetry: entry.recipe !== undefined && !('isLocked' in entry.recipe && entry.recipe.isLocked),
      error: { code: 'shutting-down', message: 'The program ended while this ran.' },
    },
  };
};

const fits = ({ card, names }: HistoryEntry, words: readonly string[]): boolean => {
  const text = [card.title, card.peer?.alias ?? '', card.share ?? '', card.shownDir ?? '', ...names]
    .join('\n')
    .toLowerCase();
  return words.every((word) => text.includes(word));
};
