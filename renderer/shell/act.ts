/** How views call the engine: the call, and a toast with a sentence when it fails. */

import { useCallback } from 'react';

import type { CallInput } from '../../shared/ipc/client.ts';
import type { CallName, CallResult } from '../../shared/ipc/contract/index.ts';
import { codeOf, errorSentence } from '../i18n/errors.ts';
import { useLanguage } from '../i18n/language.ts';
import { useClient } from '../store/engine.ts';
import { useWindow } from '../store/window.ts';

/** Shows anything thrown as a toast. What a person broke off is no failure. */
export const useReport = (): ((thrown: unknown) => void) => {
  const language = useLanguage();
  return useCallback(
    (thrown) => {
      const code = codeOf(thrown);
      if (code === 'abandoned') return;
      useWindow.getState().toast({ tone: 'error', text: errorSentence(language, code) });
    },
    [language],
  );
};

export type Act = <Name extends CallName>(
  name: Name,
  args: CallInput<Name>,
) => Promise<CallResult<Name> | undefined>;

/** Calls the engine; a failure becomes a toast and `undefined`. For what a view handles itself use `useClient`. */
export const useAct = (): Act => {
  const client = useClient();
  const report = useReport();
  return useCallback(
    async (name, args) => {
      try {
        return await client.call(name, args);
      } catch (thrown) {
        report(thrown);
        return undefined;
      }
    },
    [client, report],
  );
};
