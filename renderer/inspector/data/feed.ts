/**
 * Follows one capture: pulls batches of rows by long polls (never a message per frame), keeps them bounded, judges them by
 * the filter in slices, takes notes and rates. Knows no React and no elements; tells `onRows` when there is something new
 * to paint, `onTick` a few times a second for what people read.
 */

import type { Client } from '../../../shared/ipc/client.ts';
import type { CaptureConnection, CaptureStatus, CaptureTransfer } from '../../../shared/model/capture.ts';
import { emptyRecord, recordBytes, recordsPerBatch } from '../../../shared/model/capture-rows.ts';
import { typeNumber } from '../../../shared/protocol/catalog.ts';
import { peerTextsOf } from '../../../shared/protocol/filter/evaluate.ts';
import type { Filter } from '../../../shared/protocol/filter/syntax.ts';
import { codeOf } from '../../i18n/errors.ts';
import { FilterRun } from './filter-run.ts';
import { Notes, retriesIn } from './notes.ts';
import { Rates } from './rates.ts';
import { RowStore } from './row-store.ts';

/** An answer comes at the latest after this, with new rates. */
const longPollMs = 1_000;
/** Between two batches while little happens: no message per frame. */
const restMs = 40;
const retryMs = 500;
/** Milliseconds of an animation frame for judging rows; the rest is for painting. */
const sliceMs = 4;
const tickMs = 150;
const searchPage = 10_000;

export class CaptureFeed {
  readonly source: string;
  readonly rows = new RowStore();
  readonly notes = new Notes();
  readonly rates = new Rates();
  readonly marks = new Set<number>();
  status: CaptureStatus | undefined;
  connections: ReadonlyMap<number, CaptureConnection> = new Map();
  transfers: readonly CaptureTransfer[] = [];
  /** Code of what makes the capture unreadable. */
  fault: string | undefined;
  readonly #client: Client;
  readonly #rowListeners = new Set<() => void>();
  readonly #tickListeners = new Set<() => void>();
  readonly #row = emptyRecord();
  #run: FilterRun | undefined;
  #filter: Filter | undefined;
  #stop: AbortController | undefined;
  #from = 0;
  #version = 0;
  #filterVersion = 0;
  #connectionsVersion = -1;
  #isAskingConnections = false;
  #isLearning = false;
  #isSlicing = false;
  #tickTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(client: Client, source: string) {
    this.#client = client;
    this.source = source;
  }

  /** Rises whenever `onTick` is told. */
  get version(): number {
    return this.#version;
  }

  /** Rows that the filter lets through; places of the store. */
  get shown(): number {
    return this.#run === undefined ? this.rows.count : this.#run.matches.count;
  }

  /** Whether all rows have been judged. */
  get isJudged(): boolean {
    return this.#run?.done !== false;
  }

  /** Shown rows that have gone from the beginning, under this filter. */
  get lost(): number {
    return this.#run === undefined ? this.rows.first : this.#run.matches.lost;
  }

  /** Rises with each change of the filter. */
  get filterVersion(): number {
    return this.#filterVersion;
  }

  placeAt(position: number): number | undefined {
    if (this.#run !== undefined) return this.#run.matches.at(position);
    return position >= 0 && position < this.rows.count ? this.rows.first + position : undefined;
  }

  numberAt(position: number): number | undefined {
    const place = this.placeAt(position);
    return place === undefined || place < this.rows.first || place >= this.rows.end
      ? undefined
      : this.rows.numberAt(place);
  }

  /** Position of the first shown row whose number is not lower. */
  positionOf(number: number): number {
    const place = this.rows.placeOf(number);
    return this.#run === undefined ? place - this.rows.first : this.#run.matches.positionOf(place);
  }

  onRows(listener: () => void): () => void {
    this.#rowListeners.add(listener);
    return () => this.#rowListeners.delete(listener);
  }

  onTick = (listener: () => void): (() => void) => {
    this.#tickListeners.add(listener);
    return () => this.#tickListeners.delete(listener);
  };

  /** Goes on where it stopped. Nothing when it runs already. */
  start(): void {
    if (this.#stop !== undefined) return;
    this.#stop = new AbortController();
    void this.#follow(this.#stop.signal);
  }

  stop(): void {
    this.#stop?.abort();
    this.#stop = undefined;
  }

  setFilter(filter: Filter | undefined): void {
    this.#filter = filter;
    this.#filterVersion += 1;
    this.#run =
      filter === undefined
        ? undefined
        : new FilterRun(this.rows, filter, {
            peerTexts: (connection) => this.peerTexts(connection),
            isMarked: (record) => this.marks.has(record),
          });
    this.#judge();
    this.#tell();
  }

  mark(record: number): void {
    if (!this.marks.delete(record)) this.marks.add(record);
    if (this.#mentions('marked')) this.setFilter(this.#filter);
    this.#tell();
  }

  forget(): void {
    this.rows.clear();
    this.notes.clear();
    this.rates.clear();
    this.marks.clear();
    this.setFilter(this.#filter);
  }

  peerTexts(connection: number): readonly string[] {
    return peerTextsOf(this.connections.get(connection)?.far);
  }

  /** The control connection whose transfers a connection serves. */
  controlOf(connection: number): number {
    return this.connections.get(connection)?.laneOf ?? connection;
  }

  async #follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let delayMs: number;
      try {
        delayMs = await this.#pull(signal);
        this.fault = undefined;
      } catch (thrown) {
        if (signal.aborted) return;
        this.fault = codeOf(thrown);
        this.#tell();
        // A closed capture never comes back; a broken link does.
        if (this.fault === 'no-such-capture') return;
        delayMs = retryMs;
      }
      if (delayMs < 0) return;
      if (delayMs > 0) await pause(delayMs, signal);
    }
  }

  /** One batch. Answers with how long to wait for the next one; negative: there is no next. */
  async #pull(signal: AbortSignal): Promise<number> {
    const { value, bytes } = await this.#client.callForBytes(
      'capture.records',
      { source: this.source, from: this.#from, waitMs: this.status === undefined ? 0 : longPollMs },
      { signal },
    );
    const { status } = value;
    if (this.#isAnother(status)) {
      this.#from = 0;
      this.#connectionsVersion = -1;
      this.status = status;
      this.forget();
      return 0;
    }
    this.status = status;
    // Notes on rows go by what is known of their connections: whose lane it is, who is behind it.
    if (status.connectionsVersion !== this.#connectionsVersion)
      await this.#askConnections(status.connectionsVersion);
    // Stopped meanwhile: whoever starts again gets these rows once more.
    if (signal.aborted) return -1;
    this.#from = value.next;
    if (bytes.length > 0) this.#take(bytes);
    this.rows.dropBefore(status.firstRecord);
    this.notes.dropBefore(status.firstRecord);
    if (this.#isLearning) void this.#learn();
    this.#judge();
    this.#tell();
    if (status.state === 'loaded' && this.#from >= status.nextRecord) return -1;
    if (status.state === 'failed') return -1;
    return bytes.length >= recordsPerBatch * recordBytes ? 0 : restMs;
  }

  /** The engine was started anew, or another window emptied the capture. */
  #isAnother(status: CaptureStatus): boolean {
    const before = this.status;
    return before !== undefined && (status.originMs !== before.originMs || status.captured < before.captured);
  }

  #take(bytes: Uint8Array): void {
    const from = this.rows.end;
    this.rows.append(bytes);
    for (let place = Math.max(from, this.rows.first); place < this.rows.end; place += 1) {
      const row = this.rows.read(place, this.#row);
      this.notes.take(row, this.controlOf(row.connection));
      this.rates.take(row);
    }
  }

  async #askConnections(version: number): Promise<void> {
    if (this.#isAskingConnections) return;
    this.#isAskingConnections = true;
    try {
      const answer = await this.#client.call('capture.connections', { source: this.source });
      this.#connectionsVersion = Math.max(version, answer.version);
      this.connections = new Map(answer.connections.map((each) => [each.number, each]));
      this.transfers = answer.transfers;
      if (this.#mentions('peer')) this.setFilter(this.#filter);
      this.#isLearning = true;
      this.#tell();
    } catch {
      // The next batch asks again.
    } finally {
      this.#isAskingConnections = false;
    }
  }

  /** Notes that only connections and payloads tell, once the rows that they stand on are there. */
  async #learn(): Promise<void> {
    this.#isLearning = false;
    this.#noteRetries();
    try {
      await this.#noteResumed();
    } catch {
      this.#isLearning = true;
    }
    this.#tell();
  }

  #noteRetries(): void {
    const again = retriesIn(this.transfers);
    if (again.length === 0) return;
    const wanted = new Set(again.map(({ connection, id }) => `${connection}/${id}`));
    for (let place = this.rows.first; place < this.rows.end && wanted.size > 0; place += 1) {
      const type = this.rows.typeAt(place);
      if (this.rows.kindAt(place) !== 0 || (type !== typeNumber.OFFER && type !== typeNumber.GET)) continue;
      if (!wanted.delete(`${this.rows.connectionAt(place)}/${this.rows.idAt(place)}`)) continue;
      this.notes.add(this.rows.read(place, this.#row), 'retry');
    }
  }

  /** A WANT that names an offset to go on from: only its payload tells, so the engine looks. */
  async #noteResumed(): Promise<void> {
    const { found } = await this.#client.call('capture.search', {
      source: this.source,
      needle: hexOf('"resume":[['),
      from: this.rows.count === 0 ? 0 : this.rows.numberAt(this.rows.first),
      most: 200,
    });
    for (const number of found) {
      const row = this.rows.find(number);
      if (row?.kind === 'frame' && row.type === typeNumber.WANT) this.notes.add(row, 'resumed');
    }
  }

  /** Goes on as long as there is something to judge, a slice in each turn. */
  #judge(): void {
    const run = this.#run;
    if (run === undefined || this.#isSlicing) return;
    const isMore = run.step(sliceMs);
    void this.#lookUp(run);
    if (!isMore) return;
    this.#isSlicing = true;
    setTimeout(() => {
      this.#isSlicing = false;
      this.#judge();
      this.#tell();
    }, 0);
  }

  #isLookingUp: FilterRun | undefined;

  /** Byte terms: which of the new records hold the bytes. */
  async #lookUp(run: FilterRun): Promise<void> {
    if (this.#isLookingUp === run) return;
    const behind = run.terms.filter((term) => term.reached <= this.rows.lastNumber);
    if (behind.length === 0 || this.rows.count === 0) return;
    this.#isLookingUp = run;
    try {
      for (const term of behind) {
        const known = this.rows.lastNumber + 1;
        while (term.reached < known && this.#run === run) {
          const { found, next } = await this.#client.call('capture.search', {
            source: this.source,
            needle: term.hex,
            ignoreCase: term.ignoreCase,
            from: Math.max(term.reached, this.rows.numberAt(this.rows.first)),
            most: searchPage,
          });
          for (const number of found) term.found.add(number);
          term.reached = next === undefined ? known : Math.max(next, term.reached + 1);
        }
      }
    } catch {
      // The link is gone; the next batch tries again.
    } finally {
      if (this.#isLookingUp === run) this.#isLookingUp = undefined;
    }
    if (this.#run !== run) return;
    this.#judge();
    this.#tell();
  }

  #mentions(field: string): boolean {
    const walk = (filter: Filter): boolean => {
      if (filter.op === 'and' || filter.op === 'or') return walk(filter.left) || walk(filter.right);
      if (filter.op === 'not') return walk(filter.of);
      return 'field' in filter && filter.field === field;
    };
    return this.#filter !== undefined && walk(this.#filter);
  }

  #tell(): void {
    for (const listener of this.#rowListeners) listener();
    if (this.#tickTimer !== undefined) return;
    this.#tickTimer = setTimeout(() => {
      this.#tickTimer = undefined;
      this.#version += 1;
      for (const listener of this.#tickListeners) listener();
    }, tickMs);
  }
}

const hexOf = (text: string): string =>
  Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, '0')).join('');

const pause = (delayMs: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const over = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', over);
      resolve();
    };
    const timer = setTimeout(over, delayMs);
    signal.addEventListener('abort', over);
  });
