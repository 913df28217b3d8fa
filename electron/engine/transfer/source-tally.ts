/** The numbers of a source: what it counted itself, and what its sink told. */

import type { Totals } from '../../../shared/model/transfer.ts';
import type { Payload } from '../../../shared/protocol/catalog.ts';
import type { Outbox } from './outbox.ts';
import type { Progress, Summary } from './reports.ts';
import type { SourceEntry } from './source-tree.ts';

/** What the bulk sender counts. */
interface Sent {
  readonly failed: number;
  readonly passedBytes: number;
  readonly currentPath: string | undefined;
}

const nothingSent: Sent = { failed: 0, passedBytes: 0, currentPath: undefined };

export class SourceTally {
  /** Links, sockets, devices. */
  omitted = 0;
  /** What the manifest could not tell, and folders that could not be listed. */
  walkFaults = 0;
  #sinkFaults = 0;
  #sinkFaultBytes = 0;
  /** As the sink tells; until it does, as it was when the last connection broke. */
  #committedBytes: number;
  #resumedBytes: number | undefined;
  #summary: Summary | undefined;

  /** @param earlier what the sink had told of the same transfer before its connection broke */
  constructor(earlier: Pick<Progress, 'bytes' | 'resumedBytes'> | undefined) {
    this.#committedBytes = earlier?.bytes ?? 0;
    if (earlier !== undefined && earlier.bytes > 0) this.#resumedBytes = earlier.resumedBytes;
  }

  acknowledged({ bytes, resumedBytes }: Payload<'ACK'>): void {
    this.#committedBytes = bytes;
    this.#resumedBytes = resumedBytes ?? this.#resumedBytes;
  }

  sinkFailed(entry: SourceEntry): void {
    this.#sinkFaults += entry.kind === 'file' ? 1 : 0;
    this.#sinkFaultBytes += entry.size;
  }

  /** Once DONE has come these are the numbers. */
  done(done: Payload<'DONE'>, sent: Sent = nothingSent): Summary {
    this.#committedBytes = done.bytes;
    this.#summary = { ...done, failed: Math.max(done.failed, this.#failed(sent)) };
    return this.#summary;
  }

  progress(totals: Totals, outbox: Outbox, sent: Sent = nothingSent): Progress {
    const common = {
      totals,
      passedBytes: this.#sinkFaultBytes + sent.passedBytes,
      omitted: this.omitted,
    };
    if (this.#summary !== undefined) return { ...this.#summary, ...common, currentPath: undefined };
    return {
      ...common,
      files: Math.max(0, outbox.settledFiles + outbox.keptFiles - this.#sinkFaults - sent.failed),
      bytes: this.#committedBytes,
      skipped: 0,
      failed: this.#failed(sent),
      resumedBytes: this.#resumedBytes ?? outbox.keptBytes,
      currentPath: sent.currentPath,
    };
  }

  #failed(sent: Sent): number {
    return this.walkFaults + this.#sinkFaults + sent.failed;
  }
}
