/**
 * The engine's side of a capture file: copies what passes into batches and hands them to the thread that writes. When
 * that one falls behind by more than a bound, chunks are left out and counted; the transfer never waits for it.
 */

import type { BookEntry } from '../connection-table.ts';
import type { StreamDirection } from '../stream-direction.ts';
import type { WireFile } from '../wire-tap.ts';
import { batchBytes, entryBytes, writeEntry } from './batch.ts';
import type { BatchEntry, EntryPlace } from './batch.ts';
import { SecretFilter } from './secret-filter.ts';
import type { FlowAbout } from './writer.ts';

/** What waits to be written at most. */
const mostWaitingBytes = 67_108_864;

/** A batch that is not full leaves after this: whoever looks at the file live waits no longer. */
const flushMs = 20;

export interface BatchCarrier {
  /** Takes the buffer; `done` gives it back, later. */
  send(batch: Uint8Array<ArrayBuffer>, usedBytes: number): void;
}

interface Filters {
  readonly in: SecretFilter;
  readonly out: SecretFilter;
}

export class FileFeed implements WireFile {
  readonly #carrier: BatchCarrier;
  readonly #filters = new Map<number, Filters>();
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];
  #batch: Uint8Array<ArrayBuffer> | undefined;
  #used = 0;
  #waiting = 0;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;
  lostBytes = 0;

  constructor(carrier: BatchCarrier) {
    this.#carrier = carrier;
  }

  /** A connection begins; all that passes on it comes here. */
  opened(entry: BookEntry, timeMs: number): void {
    const { near, far, dialer, secure, number: connection } = entry;
    const tls = secure === undefined ? undefined : `${secure.protocol}, ${secure.cipher}`;
    const about: FlowAbout = {
      near: { address: near.address, port: near.port },
      far: { address: far.address, port: far.port },
      dialer,
      ...(tls === undefined ? {} : { tls }),
    };
    this.#filters.set(connection, { in: new SecretFilter(), out: new SecretFilter() });
    const place: EntryPlace = { connection, direction: 'out', timeMs, offset: 0 };
    this.#add({ kind: 'open', isWhole: true }, place, Buffer.from(JSON.stringify(about)));
  }

  chunk(way: StreamDirection, connection: number, timeMs: number, bytes: Uint8Array): void {
    const filter = this.#filters.get(connection)?.[way.direction];
    if (filter === undefined || this.#isOver) return;
    const place = { connection, direction: way.direction, timeMs, offset: way.bytes - bytes.length };
    if (this.#waiting + bytes.length > mostWaitingBytes) {
      this.lostBytes += bytes.length;
      // What is left out still has to be followed.
      filter.pass(bytes.slice());
      this.#add({ kind: 'lost' }, place, bytes.length);
      return;
    }
    filter.pass(this.#add({ kind: 'chunk' }, place, bytes));
  }

  ended(connection: number, direction: 'in' | 'out', timeMs: number, offset: number): void {
    if (!this.#filters.has(connection)) return;
    this.#add({ kind: 'fin' }, { connection, direction, timeMs, offset }, 0);
  }

  closed(connection: number, by: 'near' | 'far' | undefined, timeMs: number): void {
    if (!this.#filters.delete(connection)) return;
    this.#add({ kind: 'closed', by }, { connection, direction: 'out', timeMs, offset: 0 }, 0);
  }

  /** The carrier is done with a batch. */
  returned(batch: Uint8Array<ArrayBuffer>, usedBytes: number): void {
    this.#waiting -= usedBytes;
    if (batch.length === batchBytes && this.#spare.length < 4) this.#spare.push(batch);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = this.#batch;
    if (batch === undefined || this.#used === 0) return;
    this.#batch = undefined;
    this.#waiting += this.#used;
    this.#carrier.send(batch, this.#used);
    this.#used = 0;
  }

  /** Nothing more is taken. */
  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#batch = undefined;
    this.#spare.length = 0;
  }

  /** Returns the bytes as they lie in the batch. */
  #add(entry: BatchEntry, place: EntryPlace, bytes: Uint8Array | number): Uint8Array {
    if (this.#isOver) return new Uint8Array(0);
    const needed = entryBytes(typeof bytes === 'number' ? 0 : bytes.length);
    if (this.#batch !== undefined && this.#used + needed > this.#batch.length) this.flush();
    this.#batch ??=
      needed > batchBytes ? new Uint8Array(needed) : (this.#spare.pop() ?? new Uint8Array(batchBytes));
    const copied = writeEntry(this.#batch, this.#used, entry, place, bytes);
    this.#used += needed;
    this.#timer ??= setTimeout(() => this.flush(), flushMs);
    return copied;
  }
}
