/** The numbers of a source: what it counted itself, and what its sink told. */

import type { Totals } from '../../../../shared/model/transfer.ts';
import type { Payload } from '../../../../shared/protocol/catalog.ts';
import type { Outbox } from './outbox.ts';
import type { Progress, Summary } from '../progress/reports.ts';
import type { SourceEntry } from './source-tree.ts';

/** What the bulk sender counts. */
interface Sent {
  readonly failed: number;
  readonly same: number;
  readonly passedBytes: number;
  readonly currentPath: string | undefined;
}

const nothingSent: Sent = { failed: 0, same: 0, passedBytes: 0, currentPath: undefined };

/** How far the same transfer was when its connection broke. */
export type EarlierProgress = Pick<Progress, 'bytes' | 'resumedBytes' | 'files'>;

export class SourceCounters {
  /** Links, sockets, devices. */
  omitted = 0;
  /** What the manifest could not tell, and folders that could not be listed. */
  walkFaults = 0;
  #sinkFaults = 0;
  #sinkFaultBytes = 0;
  /** As the sink tells; until it does, as it was when the last connection broke. */
  #committedBytes: number;
  #resumedBytes: number | undefined;
  readonly #earlierFiles: number;
  #summary: Summary | undefined;

  /** @param earlier what the sink had told of the same transfer before its connection broke */
  constructor(earlier: EarlierProgress | undefined) {
    this.#committedBytes = earlier?.bytes ?? 0;
    this.#earlierFiles = earlier?.files ?? 0;
    // Nothing told yet: what the sink keeps is counted as its WANTs come.
    if (earlier !== undefined && earlier.bytes + earlier.resumedBytes > 0)
      this.#resumedBytes = earlier.resumedBytes;
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
    const same = Math.min(done.skipped, done.same ?? sent.same);
    this.#summary = { ...done, same, failed: Math.max(done.failed, this.#failed(sent)) };
    return this.#summary;
  }

  progress(totals: Totals, outbox: Outbox, sent: Sent = nothingSent): Progress {
    // Of a file that its sink gave up a part may have come; and a sink may say what it likes. Together they are the whole.
    let left = totals.complete ? totals.bytes : Number.POSITIVE_INFINITY;
    const upTo = (bytes: number): number => {
      const taken = Math.min(bytes, left);
      left -= taken;
      return taken;
    };
    const bytes = upTo(this.#committedBytes);
    const resumedBytes = upTo(this.#summary?.resumedBytes ?? this.#resumedBytes ?? outbox.keptBytes);
    const passedBytes = upTo(this.#sinkFaultBytes + sent.passedBytes);
    const common = { totals, bytes, resumedBytes, passedBytes, omitted: this.omitted };
    if (this.#summary !== undefined) return { ...this.#summary, ...common, currentPath: undefined };
    return {
      ...common,
      files: Math.max(
        this.#earlierFiles,
        outbox.settledFiles + outbox.keptFiles - this.#sinkFaults - sent.failed - sent.same,
      ),
      skipped: sent.same,
      same: sent.same,
      failed: this.#failed(sent),
      currentPath: sent.currentPath,
    };
  }

  #failed(sent: Sent): number {
    return this.walkFaults + this.#sinkFaults + sent.failed;
  }
}
