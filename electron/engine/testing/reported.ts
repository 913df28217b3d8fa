/** What one side of a transfer reported, for tests to look at. */

import type { FileNotice } from '../../../shared/model/transfer.ts';
import type { ErrorCode, HexdropError } from '../../../shared/errors/errors.ts';
import type { Outcome } from '../transfer/record.ts';
import type { TransferReports } from '../transfer/progress/reports.ts';

export interface Told {
  readonly path: string;
  readonly code: ErrorCode;
  readonly side: 'here' | 'there';
}

/** What one side reported. */
export class Reported implements TransferReports {
  readonly faults: Told[] = [];
  readonly left: string[] = [];
  readonly notices: FileNotice[] = [];
  isAccepted = false;
  /** What the other side told of its pauses. */
  readonly pauses: boolean[] = [];
  changes = 0;
  readonly outcome: Promise<Outcome>;
  ends = 0;
  #end: (outcome: Outcome) => void = () => {};

  constructor() {
    this.outcome = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  changed(): void {
    this.changes += 1;
  }

  accepted(): void {
    this.isAccepted = true;
  }

  fault(path: string, code: ErrorCode, _message: string, side: 'here' | 'there'): void {
    this.faults.push({ path, code, side });
  }

  paused(isPausedThere: boolean): void {
    this.pauses.push(isPausedThere);
  }

  omitted(path: string): void {
    this.left.push(path);
  }

  noticed(notice: FileNotice): void {
    this.notices.push(notice);
  }

  done(summary: Parameters<TransferReports['done']>[0]): void {
    this.#over({ kind: 'done', summary });
  }

  cancelled(code: ErrorCode, message: string): void {
    this.#over({ kind: 'cancelled', code, message });
  }

  failed(error: HexdropError): void {
    this.#over({ kind: 'failed', error });
  }

  #over(outcome: Outcome): void {
    this.ends += 1;
    this.#end(outcome);
  }
}
