/** The list of `hexdrop inspect`: connections and records, of a whole file or of a capture that still grows. */

import type { CaptureConnection } from '../../../shared/model/capture.ts';
import type { RowPredicate } from '../../../shared/protocol/filter/evaluate.ts';
import type { CaptureSource } from '../../engine/api.ts';
import type { Output } from '../terminal/output.ts';
import { growingCapture, readCapture, recordsOf } from './loaded.ts';
import type { ReadCapture } from './loaded.ts';
import { connectionEvent, connectionLine, listHead, listLine, recordEvent } from './rows.ts';

export class RecordList {
  frames = 0;
  shown = 0;
  readonly #output: Output;
  readonly #filter: ((capture: ReadCapture) => RowPredicate) | undefined;
  /** Number of the next record. */
  #next = 1;
  #isHeaded = false;
  /** What was told of each connection, as JSON. */
  readonly #told = new Map<number, string>();

  constructor(output: Output, filter: ((capture: ReadCapture) => RowPredicate) | undefined) {
    this.#output = output;
    this.#filter = filter;
  }

  /** All connections, then all records. */
  async whole(source: CaptureSource, interrupted: AbortSignal): Promise<void> {
    const connections = source.connections();
    for (const each of connections) this.#connection(each);
    if (connections.length > 0 && !this.#output.isJson) this.#output.result('');
    this.#head();
    await this.#rows(readCapture(source), interrupted);
  }

  /** Records that came since the last call, each connection before its first one. */
  async more(source: CaptureSource, interrupted: AbortSignal): Promise<void> {
    if (source.status().nextRecord > this.#next) await this.#rows(growingCapture(source), interrupted);
  }

  /** What has become known of connections since they were told: names, whose lane they are. */
  end(source: CaptureSource): void {
    if (!this.#output.isJson) return this.#head();
    for (const each of source.connections()) if (this.#told.has(each.number)) this.#connection(each);
  }

  async #rows(capture: ReadCapture, interrupted: AbortSignal): Promise<void> {
    const output = this.#output;
    const fits = this.#filter?.(capture);
    for (const record of recordsOf(capture.source, this.#next)) {
      if (interrupted.aborted) return;
      this.#next = record.number + 1;
      if (record.kind === 'frame') this.frames += 1;
      if (fits?.(record) === false) continue;
      this.shown += 1;
      if (!this.#told.has(record.connection)) {
        const connection = capture.connection(record.connection);
        if (connection !== undefined) this.#connection(connection);
      }
      this.#head();
      if (output.isJson) output.event(recordEvent(capture, record));
      else output.result(listLine(capture, record));
      await output.drained();
    }
  }

  #head(): void {
    if (!this.#isHeaded && !this.#output.isJson) this.#output.result(listHead());
    this.#isHeaded = true;
  }

  #connection(connection: CaptureConnection): void {
    const event = connectionEvent(connection);
    const { in: _in, out: _out, isOpen: _isOpen, closedMs: _closedMs, ...identity } = connection;
    const told = JSON.stringify({ ...identity, events: [] });
    if (this.#told.get(connection.number) === told) return;
    this.#told.set(connection.number, told);
    if (this.#output.isJson) this.#output.event(event);
    else this.#output.result(connectionLine(connection));
  }
}
