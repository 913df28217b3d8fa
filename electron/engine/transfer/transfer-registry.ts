/** The transfers of an engine, whoever started them: what the snapshot shows, and the handles by which they are steered. */

import type { TransferView } from '../../../shared/model/transfer.ts';
import { HexdropError } from '../../../shared/errors/errors.ts';
import type { EngineEvent, TransferHandle } from '../api.ts';
import { randomId } from './outgoing.ts';
import { TransferRecord } from './record.ts';

/** Those that are over stay up to here, together with those that run. */
const keptRecords = 200;

export class TransferRegistry {
  readonly #records = new Map<string, TransferRecord>();
  readonly #emit: (event: EngineEvent) => void;

  constructor(emit: (event: EngineEvent) => void) {
    this.#emit = emit;
  }

  /** A transfer that this side starts. */
  begin(direction: 'send' | 'receive', kind: 'push' | 'put' | 'get', share?: string): TransferRecord {
    const record = new TransferRecord(randomId(), direction, kind, this.#emit);
    record.share = share;
    this.track(record);
    return record;
  }

  /**
   * Ids of transfers that peers start are chosen by them; one may come again with the same transfer, and not with another.
   * @throws HexdropError unexpected-frame
   */
  track(record: TransferRecord): void {
    const before = this.#records.get(record.id);
    if (before !== undefined && (before.direction !== record.direction || before.kind !== record.kind)) {
      throw new HexdropError('unexpected-frame', 'The id of this transfer belongs to another one.');
    }
    this.#records.set(record.id, record);
    const trim = (): void => this.#trim();
    record.done.then(trim, trim);
  }

  handle(id: string): TransferHandle | undefined {
    const record = this.#records.get(id);
    return record === undefined ? undefined : this.handleOf(record);
  }

  handleOf(record: TransferRecord): TransferHandle {
    return {
      id: record.id,
      view: () => record.view(),
      // Read on both sides.
      cancel: (why) => {
        if (record.isOver) return;
        if (why !== undefined) return record.cancel(why);
        const who = record.direction === 'send' ? 'sender' : 'receiver';
        record.cancel(new HexdropError('cancelled', `The ${who} cancelled.`));
      },
      pause: () => record.pause(),
      resume: () => record.resume(),
      done: record.done,
    };
  }

  views(): readonly TransferView[] {
    return [...this.#records.values()].map((record) => record.view());
  }

  /** Ends all that run. */
  cancelAll(why: HexdropError): void {
    for (const record of this.#records.values()) if (!record.isOver) record.cancel(why);
  }

  /** All that run stay, and of the others the latest. */
  #trim(): void {
    let tooMany = this.#records.size - keptRecords;
    for (const [id, record] of this.#records) {
      if (tooMany <= 0) return;
      if (!record.isOver) continue;
      this.#records.delete(id);
      tooMany -= 1;
    }
  }
}
