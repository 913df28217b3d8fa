/**
 * The list as it is shown: what the snapshot holds, and behind it pages of the history, asked for as the end of the list
 * comes near.
 */

import { useCallback, useEffect, useMemo, useRef, useState } from 'react';

import type { TransferCard } from '../../../shared/model/transfer-card.ts';
import { useReport } from '../../shell/act.ts';
import { useClient, useSnapshot } from '../../store/engine.ts';
import { byRecency, fitsFilter, fitsSearch, type TransferFilter } from './card.ts';
import { isOver } from '../../../shared/model/transfer-progress.ts';

const pageSize = 200;
/** The next page is asked for when this many rows are left. */
const aheadRows = 40;

export interface TransferList {
  readonly cards: readonly TransferCard[];
  /** The row of this index is shown. */
  readonly reached: (index: number) => void;
  /** What was asked for is no longer so: something was removed. */
  readonly forget: (id?: string) => void;
}

interface Pages {
  readonly search: string;
  readonly cards: readonly TransferCard[];
  readonly isWhole: boolean;
}

const noPages = (search: string): Pages => ({ search, cards: [], isWhole: false });

export const useTransferList = (filter: TransferFilter, search: string): TransferList => {
  const client = useClient();
  const report = useReport();
  const live = useSnapshot((snapshot) => snapshot.transfers);
  const [pages, setPages] = useState<Pages>(() => noPages(search));
  const asked = useRef('');
  const known = pages.search === search ? pages : noPages(search);

  const more = useCallback(async () => {
    const last = known.cards.at(-1);
    const question = `${search} ${last?.id ?? ''}`;
    if (known.isWhole || asked.current === question) return;
    asked.current = question;
    try {
      const { entries } = await client.call('transfers.history', {
        limit: pageSize,
        ...(search === '' ? {} : { search }),
        ...(last?.endedAtMs === undefined ? {} : { before: { endedAtMs: last.endedAtMs, id: last.id } }),
      });
      if (asked.current !== question) return;
      setPages({ search, cards: [...known.cards, ...entries], isWhole: entries.length < pageSize });
    } catch (thrown) {
      asked.current = '';
      report(thrown);
    }
  }, [client, known, report, search]);

  useEffect(() => {
    if (known.cards.length === 0) void more();
  }, [known, more]);

  const cards = useMemo(() => {
    const older = known.cards.filter(({ id }) => live[id] === undefined);
    return [...Object.values(live), ...older]
      .filter((card) => fitsFilter(card, filter) && fitsSearch(card, search))
      .sort(byRecency);
  }, [filter, known, live, search]);

  const reached = useCallback(
    (index: number) => {
      if (index >= cards.length - aheadRows) void more();
    },
    [cards.length, more],
  );

  const forget = useCallback((id?: string) => {
    asked.current = '';
    setPages((now) =>
      id === undefined
        ? { ...now, cards: now.cards.filter((card) => !isOver(card)), isWhole: true }
        : { ...now, cards: now.cards.filter((card) => card.id !== id) },
    );
  }, []);

  return { cards, reached, forget };
};
