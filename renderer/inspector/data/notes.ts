/**
 * What somebody who reads captures for a living would point at: errors, refusals, broken ends, slow answers. Judged row
 * by row as they come; what only payloads and connections tell (resumed, tried again) is added by `about`.
 */

import type { CaptureRecord, CaptureTransfer } from '../../../shared/model/capture.ts';
import { captureEventKinds } from '../../../shared/model/capture.ts';
import { answersTo, isBulk, questions, typeByNumber, typeNumber } from '../../../shared/protocol/catalog.ts';

export type NoteKind =
  | 'error'
  | 'refused'
  | 'reset'
  | 'no-bye'
  | 'loose'
  | 'gap'
  | 'cut-off'
  | 'fault'
  | 'declined'
  | 'cancelled'
  | 'slow-ack'
  | 'slow-answer'
  | 'retry'
  | 'resumed'
  | 'unknown-type'
  | 'midway';

export type Severity = 'error' | 'warn' | 'note';

export const severityOf: Readonly<Record<NoteKind, Severity>> = {
  error: 'error',
  refused: 'error',
  reset: 'error',
  loose: 'error',
  gap: 'warn',
  'cut-off': 'warn',
  'no-bye': 'warn',
  fault: 'warn',
  'slow-ack': 'warn',
  'slow-answer': 'warn',
  declined: 'note',
  cancelled: 'note',
  retry: 'note',
  resumed: 'note',
  'unknown-type': 'note',
  midway: 'note',
};

export interface Note {
  readonly record: number;
  readonly connection: number;
  readonly timeMs: number;
  readonly kind: NoteKind;
  /** How long it took, where that is what the note is about. */
  readonly tookMs?: number;
}

/** A capture full of trouble must not fill the memory with notes about it. */
const mostNotes = 5_000;
/** A sink acknowledges bulk many times a second: an ACK later than this is slow. */
const slowAckMs = 1_000;
/** An answer to a question that no person has to think about is slow after this. */
const slowAnswerMs = 2_000;

/** Answered by the program alone; an OFFER waits for a person. By number: the numbers of their answers. */
const quick: ReadonlyMap<number, ReadonlySet<number>> = new Map(
  ([...questions, 'PING'] as const).map((name) => [
    typeNumber[name],
    new Set(answersTo(name).map((answer) => typeNumber[answer])),
  ]),
);

const kindsOfTypes = new Map<number, NoteKind>([
  [typeNumber.ERROR, 'error'],
  [typeNumber.FAULT, 'fault'],
  [typeNumber.DECLINE, 'declined'],
  [typeNumber.CANCEL, 'cancelled'],
]);

export class Notes {
  readonly list: Note[] = [];
  readonly #byRecord = new Map<number, NoteKind>();
  /** Connections on which a BYE was seen, and those that carry frames of a session. */
  readonly #saidBye = new Set<number>();
  readonly #sessions = new Set<number>();
  /** By id: since when bulk waits for its ACK. */
  readonly #unacknowledged = new Map<string, number>();
  readonly #asked = new Map<string, { readonly type: number; readonly timeMs: number }>();

  kindAt(record: number): NoteKind | undefined {
    return this.#byRecord.get(record);
  }

  clear(): void {
    this.list.length = 0;
    for (const part of [this.#byRecord, this.#saidBye, this.#sessions, this.#unacknowledged, this.#asked]) {
      part.clear();
    }
  }

  /** Notes on rows that are gone go too. */
  dropBefore(record: number): void {
    let gone = 0;
    while (gone < this.list.length && (this.list[gone] as Note).record < record) gone += 1;
    for (const note of this.list.splice(0, gone)) this.#byRecord.delete(note.record);
  }

  /** `control` is the connection whose transfers the row's connection serves. */
  take(row: CaptureRecord, control: number): void {
    switch (row.kind) {
      case 'loose':
        return this.#note(row, 'loose');
      case 'gap':
        return this.#note(row, 'gap');
      case 'event':
        return this.#takeEvent(row);
      case 'frame':
        return this.#takeFrame(row, control);
    }
  }

  /** Learned from elsewhere; a record is noted once for each kind. */
  add(row: CaptureRecord, kind: NoteKind): void {
    if (this.list.some((note) => note.record === row.number && note.kind === kind)) return;
    this.#note(row, kind);
    this.list.sort((one, other) => one.record - other.record);
  }

  #takeEvent(row: CaptureRecord): void {
    const kind = captureEventKinds[row.type];
    if (kind === 'refused' || kind === 'reset' || kind === 'midway') this.#note(row, kind);
    if (kind !== 'close') return;
    const isSession = this.#sessions.delete(row.connection);
    if (isSession && !this.#saidBye.delete(row.connection)) this.#note(row, 'no-bye');
  }

  #takeFrame(row: CaptureRecord, control: number): void {
    if (row.type === typeNumber.BYE) this.#saidBye.add(row.connection);
    else if (row.channel === 0) this.#sessions.add(row.connection);
    const kind = kindsOfTypes.get(row.type);
    if (kind !== undefined) this.#note(row, kind);
    if (row.isCutOff) this.#note(row, 'cut-off');
    const type = typeByNumber(row.type);
    if (type === undefined) this.#note(row, 'unknown-type');
    const key = `${control}/${row.id}`;
    if (type !== undefined && isBulk(type)) {
      if (!this.#unacknowledged.has(key)) this.#unacknowledged.set(key, row.timeMs);
    } else if (row.type === typeNumber.ACK || row.type === typeNumber.DONE) {
      const since = this.#unacknowledged.get(key);
      this.#unacknowledged.delete(key);
      if (since !== undefined && row.timeMs - since > slowAckMs)
        this.#note(row, 'slow-ack', row.timeMs - since);
    }
    this.#takeAnswer(row);
  }

  #takeAnswer(row: CaptureRecord): void {
    const key = `${row.connection}/${row.id}/${row.direction === 'in' ? 'out' : 'in'}`;
    const asked = this.#asked.get(key);
    if (asked !== undefined && quick.get(asked.type)?.has(row.type) === true) {
      this.#asked.delete(key);
      const tookMs = row.timeMs - asked.timeMs;
      if (tookMs > slowAnswerMs) this.#note(row, 'slow-answer', tookMs);
    }
    if (quick.has(row.type)) {
      this.#asked.set(`${row.connection}/${row.id}/${row.direction}`, { type: row.type, timeMs: row.timeMs });
    }
  }

  #note(row: CaptureRecord, kind: NoteKind, tookMs?: number): void {
    if (this.list.length >= mostNotes) {
      const gone = this.list.shift();
      if (gone !== undefined) this.#byRecord.delete(gone.record);
    }
    const { number: record, connection, timeMs } = row;
    this.list.push({ record, connection, timeMs, kind, ...(tookMs === undefined ? {} : { tookMs }) });
    const before = this.#byRecord.get(record);
    if (before === undefined || rank[severityOf[kind]] > rank[severityOf[before]])
      this.#byRecord.set(record, kind);
  }
}

const rank: Readonly<Record<Severity, number>> = { note: 0, warn: 1, error: 2 };

/** Transfers that were offered or asked for before: where the same transfer began again. */
export function retriesIn(transfers: readonly CaptureTransfer[]): readonly CaptureTransfer[] {
  const seen = new Set<string>();
  return transfers.filter(({ transferId }) => {
    const isAgain = seen.has(transferId);
    seen.add(transferId);
    return isAgain;
  });
}
