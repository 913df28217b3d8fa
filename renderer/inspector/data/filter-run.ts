/**
 * One filter at work over a row store: goes on where it stopped, a slice at a time, so that a million rows never hold up
 * the window. Byte terms are answered by whoever holds the bytes; rows beyond what has been looked up wait.
 */

import { emptyRecord } from '../../../shared/model/capture-rows.ts';
import { byteTermsOf, predicateOf } from '../../../shared/protocol/filter/evaluate.ts';
import type { FilterWorld, RowPredicate } from '../../../shared/protocol/filter/evaluate.ts';
import type { Filter } from '../../../shared/protocol/filter/syntax.ts';
import { NumberSet } from './number-set.ts';
import { PlaceList } from './place-list.ts';
import type { RowStore } from './row-store.ts';

export interface ByteTerm {
  readonly hex: string;
  readonly ignoreCase: boolean;
  readonly found: NumberSet;
  /** Records with lower numbers have been looked at. */
  reached: number;
}

/** Rows between two looks at the clock. */
const rowsPerLook = 512;

export class FilterRun {
  readonly matches = new PlaceList();
  readonly terms: readonly ByteTerm[];
  readonly #rows: RowStore;
  readonly #fits: RowPredicate;
  readonly #row = emptyRecord();
  #reached: number;

  constructor(rows: RowStore, filter: Filter, world: Omit<FilterWorld, 'holds'>) {
    this.#rows = rows;
    this.#reached = rows.first;
    this.terms = byteTermsOf(filter).map(({ hex, ignoreCase }) => ({
      hex,
      ignoreCase,
      found: new NumberSet(),
      reached: 0,
    }));
    const byKey = new Map(this.terms.map((term) => [`${term.hex}${term.ignoreCase}`, term]));
    this.#fits = predicateOf(filter, {
      peerTexts: (connection) => world.peerTexts(connection),
      isMarked: (record) => world.isMarked(record),
      holds: (record, hex, ignoreCase) => byKey.get(`${hex}${ignoreCase}`)?.found.has(record) === true,
    });
  }

  /** Rows that have been judged, and how many there are. */
  get done(): boolean {
    return this.#reached >= this.#rows.end;
  }

  /** Judges rows for at most so long. Answers whether there is more that can be judged now. */
  step(budgetMs: number, now: () => number = () => performance.now()): boolean {
    const rows = this.#rows;
    this.#reached = Math.max(this.#reached, rows.first);
    this.matches.dropBefore(rows.first);
    const known = this.terms.reduce((least, term) => Math.min(least, term.reached), Number.POSITIVE_INFINITY);
    const end = known === Number.POSITIVE_INFINITY ? rows.end : rows.placeOf(known);
    const until = now() + budgetMs;
    while (this.#reached < end) {
      const stop = Math.min(end, this.#reached + rowsPerLook);
      for (let place = this.#reached; place < stop; place += 1) {
        if (this.#fits(rows.read(place, this.#row))) this.matches.push(place);
      }
      this.#reached = stop;
      if (now() > until) break;
    }
    return this.#reached < end;
  }
}
