/**
 * Tells the sink what there is: walks the tree ahead of the bulk and packs entries into MANIFEST pages, as far as the
 * window allows (docs/PROTOCOL.md, "Manifest").
 */

import type { Totals } from '../../../../shared/model/transfer.ts';
import { limits } from '../../../../shared/protocol/limits.ts';
import { ManifestPageWriter } from '../../../../shared/protocol/manifest.ts';
import type { TransferWire } from '../../session/transfer-wire.ts';
import type { Outbox } from './outbox.ts';
import type { SourceTree } from './source-tree.ts';

/** One slice of walking: short enough that bulk frames keep flowing in between. */
const sliceMs = 2;
const totalsEveryMs = 250;

/** Pages that wait for the socket: beyond this nothing is walked or told until the sink has read some of them. */
const mostUnsentBytes = 1_048_576;

export class ManifestSender {
  readonly #tree: SourceTree;
  readonly #outbox: Outbox;
  readonly #wire: TransferWire;
  readonly #pages: ManifestPageWriter;
  readonly #wake: () => void;
  #unsentBytes = 0;
  #isAccepted = false;
  #isLastSent = false;
  #toldTotals: Totals;
  #toldAtMs = performance.now();

  /**
   * @param told the totals that OFFER carried
   * @param wake called when pages that waited for the socket are on their way, and there may be work again
   */
  constructor(tree: SourceTree, outbox: Outbox, wire: TransferWire, told: Totals, wake: () => void) {
    this.#tree = tree;
    this.#outbox = outbox;
    this.#wire = wire;
    this.#toldTotals = told;
    this.#wake = wake;
    this.#pages = new ManifestPageWriter(wire.id);
  }

  accepted(): void {
    this.#isAccepted = true;
  }

  get isLastSent(): boolean {
    return this.#isLastSent;
  }

  /** Works for a few milliseconds. Returns whether more can be done at once. */
  work(): boolean {
    if (this.#isLastSent || this.#isFull) return false;
    const room = limits.windowEntries - this.#outbox.open;
    if (!this.#tree.isDone && room > 0) {
      this.#tree.advance(sliceMs, room, (entry) => this.#outbox.add(entry));
    }
    this.#tellTotals();
    this.#sendPages();
    if (this.#isLastSent || this.#isFull) return false;
    const canWalk =
      !this.#tree.isDone && this.#tree.isWaiting !== true && this.#outbox.open < limits.windowEntries;
    return canWalk || (this.#windowRoom() > 0 && this.#outbox.nextUnsent() !== undefined);
  }

  get #isFull(): boolean {
    return this.#unsentBytes > mostUnsentBytes;
  }

  #windowRoom(): number {
    return this.#isAccepted
      ? limits.windowEntries - this.#outbox.unsettled
      : limits.previewEntries - this.#outbox.sent;
  }

  #sendPages(): void {
    let room = this.#windowRoom();
    for (
      let entry = this.#outbox.nextUnsent();
      entry !== undefined && room > 0 && !this.#isFull;
      entry = this.#outbox.nextUnsent()
    ) {
      if (!this.#pages.add({ ...entry, version: this.#tree.versionOf(entry) })) {
        this.#send(false);
        continue;
      }
      this.#outbox.markSent();
      room -= 1;
    }
    const isLast = this.#tree.isDone && this.#outbox.nextUnsent() === undefined;
    if (this.#pages.count > 0 || isLast) this.#send(isLast);
  }

  #send(isLast: boolean): void {
    const page = this.#pages.finish(isLast);
    this.#unsentBytes += page.length;
    this.#wire.writeControl('MANIFEST', page, () => {
      const wasFull = this.#isFull;
      this.#unsentBytes -= page.length;
      if (wasFull && !this.#isFull) this.#wake();
    });
    this.#isLastSent = isLast;
  }

  #tellTotals(): void {
    const { totals } = this.#tree;
    const now = performance.now();
    if (this.#toldTotals.complete || (!totals.complete && now - this.#toldAtMs < totalsEveryMs)) return;
    this.#toldTotals = totals;
    this.#toldAtMs = now;
    this.#wire.send('TOTALS', { ...totals });
  }
}
