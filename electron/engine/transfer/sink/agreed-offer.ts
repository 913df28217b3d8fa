/**
 * What was offered, or asked for, and so agreed to: what comes in the manifest is held against it (docs/PROTOCOL.md,
 * "Offer"). Pure bookkeeping.
 */

import { displayName } from '../../../../shared/model/display-name.ts';
import type { EntryKind, Totals } from '../../../../shared/model/transfer.ts';
import type { ManifestEntry, Payload } from '../../../../shared/protocol/catalog.ts';
import { HexdropError } from '../../../../shared/errors/errors.ts';

const counted = ({ files, folders, bytes }: Omit<Totals, 'complete'>): string =>
  `${files} files, ${folders} folders, ${bytes} bytes`;

export class AgreedOffer {
  readonly offer: Payload<'OFFER'>;
  readonly #askedNames: ReadonlySet<string> | undefined;
  #totals: Totals;
  /** What the manifest has told so far. */
  #roots = 0;
  #files = 0;
  #folders = 0;
  #bytes = 0;

  /** @param askedNames the names that may stand at the top, where they were asked for; else those of the offer may */
  constructor(offer: Payload<'OFFER'>, askedNames: ReadonlySet<string> | undefined) {
    this.offer = offer;
    this.#askedNames = askedNames;
    this.#totals = offer.totals;
  }

  get totals(): Totals {
    return this.#totals;
  }

  /**
   * TOTALS has come.
   * @throws HexdropError unexpected-frame when they were complete, fall, or say less than the manifest has told
   */
  recount(totals: Totals): void {
    const before = this.#totals;
    if (before.complete) {
      throw new HexdropError('unexpected-frame', 'TOTALS came after they were complete.', {
        seen: 'TOTALS',
        allowed: 'none after complete ones',
      });
    }
    if (totals.files < before.files || totals.folders < before.folders || totals.bytes < before.bytes) {
      throw new HexdropError('unexpected-frame', 'TOTALS fall.', {
        seen: counted(totals),
        allowed: `at least ${counted(before)}`,
      });
    }
    this.#totals = totals;
    this.#holdTotals();
  }

  /** @throws HexdropError unexpected-frame when something comes that nobody agreed to */
  hold(entries: readonly ManifestEntry[]): void {
    for (const { parent, name, kind, size } of entries) {
      if (parent < 0) this.#holdRoot(name, kind);
      if (kind === 'file') this.#files += 1;
      else this.#folders += 1;
      this.#bytes += size;
    }
    this.#holdTotals();
  }

  #holdTotals(): void {
    const { files, folders, bytes, complete } = this.#totals;
    if (!complete || (this.#files <= files && this.#folders <= folders && this.#bytes <= bytes)) return;
    throw new HexdropError('unexpected-frame', 'MANIFEST tells more than the totals say.', {
      seen: counted({ files: this.#files, folders: this.#folders, bytes: this.#bytes }),
      allowed: counted(this.#totals),
    });
  }

  #holdRoot(name: string, kind: EntryKind): void {
    const { roots, rootCount } = this.offer;
    this.#roots += 1;
    // Where there are more than can be shown, a person has agreed to their number.
    const isAgreed =
      this.#askedNames?.has(name) ??
      (roots.length < rootCount || roots.some((root) => root.name === name && root.kind === kind));
    if (isAgreed && this.#roots <= rootCount) return;
    const allowed = [...(this.#askedNames ?? roots.map((root) => root.name))].map((root) =>
      displayName(root),
    );
    throw new HexdropError(
      'unexpected-frame',
      `MANIFEST brings "${displayName(name)}", which is not what was agreed on.`,
      {
        seen: displayName(name),
        allowed: allowed.join(', '),
      },
    );
  }
}
