/** Changing settings, and copying. */

import { useCallback } from 'react';

import type { CallInput } from '../../../shared/ipc/client.ts';
import { useAct, useReport } from '../../app/act.ts';
import { useText } from '../../i18n/language.ts';
import { useWindow } from '../../store/window.ts';
import { settingsText } from './text.ts';

/** Takes effect at once; a failure is shown as a toast. */
export type Save = (change: CallInput<'settings.update'>) => void;

export const useSave = (): Save => {
  const act = useAct();
  return useCallback((change) => void act('settings.update', change), [act]);
};

export const useCopy = (): ((text: string) => void) => {
  const text = useText(settingsText);
  const report = useReport();
  const toast = useWindow((state) => state.toast);
  return useCallback(
    (copied) => {
      navigator.clipboard.writeText(copied).then(() => toast({ tone: 'ok', text: text.copied }), report);
    },
    [report, text, toast],
  );
};
