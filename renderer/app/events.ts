/** What the engine's side tells once, for the whole window. */

import { useEffect } from 'react';

import { displayName } from '../../shared/model/display-name.ts';
import { errorSentence } from '../i18n/errors.ts';
import { useFormat, useLanguage, useText } from '../i18n/language.ts';
import { addItems, openDraft } from '../send/draft.ts';
import { useSendActions } from '../send/actions.ts';
import { useClient } from '../store/engine.ts';
import { useWindow } from '../store/window.ts';
import { droppedOf, isNothing } from '../upload/dropped.ts';
import { navigate } from '../shell/router.ts';
import { appText } from './text.ts';

/** The program was opened with files or folders; something went wrong that belongs to no call. */
export const useEngineEvents = (): void => {
  const client = useClient();
  const text = useText(appText);
  const language = useLanguage();
  const format = useFormat();
  useEffect(() => {
    const ends = [
      client.on('opened-with', ({ shared, toSend, links }) => {
        const { toast, askLinks } = useWindow.getState();
        askLinks(links);
        if (shared.length > 0) {
          navigate('shares');
          toast({ tone: 'ok', text: text.nowShared(format.list(shared.map(displayName))) });
        }
        if (toSend.length === 0) return;
        openDraft({ tab: 'files' });
        addItems(toSend);
      }),
      client.on('trouble', ({ code }) =>
        useWindow.getState().toast({ tone: 'error', text: errorSentence(language, code) }),
      ),
    ];
    return () => {
      for (const end of ends) end();
    };
  }, [client, text, language, format]);
};

/** Files, pictures, links and texts that are pasted where nobody types lead into the draft. */
export const usePaste = (): void => {
  const { drop } = useSendActions();
  useEffect(() => {
    const onPaste = (event: ClipboardEvent): void => {
      const isTyping =
        event.target instanceof Element &&
        event.target.closest('input, textarea, [contenteditable]') !== null;
      if (isTyping || event.clipboardData === null) return;
      const pasted = droppedOf(event.clipboardData);
      if (isNothing(pasted)) return;
      event.preventDefault();
      drop(pasted);
    };
    addEventListener('paste', onPaste);
    return () => removeEventListener('paste', onPaste);
  }, [drop]);
};
