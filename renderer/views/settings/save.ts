/** Changing settings. */

import { useCallback } from 'react';

import type { CallInput } from '../../../shared/ipc/client.ts';
import { useAct } from '../../shell/act.ts';

/** Takes effect at once; a failure is shown as a toast. */
export type Save = (change: CallInput<'settings.update'>) => void;

export const useSave = (): Save => {
  const act = useAct();
  return useCallback((change) => void act('settings.update', change), [act]);
};
