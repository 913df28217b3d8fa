/** What leads into the draft: drops, pastes, picks. */

import { useCallback, useMemo } from 'react';

import type { Ref } from '../../shared/model/local.ts';
import { useReport } from '../shell/act.ts';
import { usePick } from '../files/pick.tsx';
import type { Dropped } from '../upload/dropped.ts';
import { useIntake } from '../upload/intake.ts';
import { addItems, beginCounting, type Opening, openDraft } from './draft.ts';

export interface SendActions {
  /** Opens the sheet with what was dropped or pasted. */
  readonly drop: (dropped: Dropped, opening?: Opening) => void;
  /** Asks for files or a folder of the engine's machine first. */
  readonly pick: (kind: 'files' | 'folder', opening?: Opening) => Promise<void>;
  /** Opens the sheet with what the engine knows already. */
  readonly add: (refs: readonly Ref[], opening?: Opening) => Promise<void>;
}

export const useSendActions = (): SendActions => {
  const intake = useIntake();
  const ask = usePick();
  const report = useReport();

  const drop = useCallback(
    (dropped: Dropped, opening: Opening = {}): void => {
      if (dropped.files.length === 0 && dropped.entries.length === 0)
        return openDraft({ ...opening, text: dropped.text });
      openDraft({ ...opening, tab: 'files' });
      const ending = new AbortController();
      const counting = beginCounting(() => ending.abort());
      intake
        .take(dropped, { onCount: counting.tell, signal: ending.signal })
        .then(({ items, unreadable }) => {
          if (ending.signal.aborted) for (const item of items) intake.forget(item.ref);
          else addItems(items, unreadable);
        })
        .catch((thrown: unknown) => {
          if (!ending.signal.aborted) report(thrown);
        })
        .finally(counting.end);
    },
    [intake, report],
  );

  const add = useCallback(
    async (refs: readonly Ref[], opening: Opening = {}): Promise<void> => {
      if (refs.length === 0) return;
      openDraft({ ...opening, tab: 'files' });
      const counting = beginCounting(() => undefined);
      try {
        addItems(await intake.measure(refs));
      } catch (thrown) {
        report(thrown);
      } finally {
        counting.end();
      }
    },
    [intake, report],
  );

  const pick = useCallback(
    async (kind: 'files' | 'folder', opening: Opening = {}): Promise<void> =>
      add(await ask({ kind }), opening),
    [add, ask],
  );

  return useMemo(() => ({ drop, pick, add }), [drop, pick, add]);
};
