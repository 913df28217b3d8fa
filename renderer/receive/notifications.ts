/** Notifications of the system, when the window is not in front and the person allowed them. */

import { useEffect } from 'react';

import { displayName } from '../../shared/model/display-name.ts';
import { navigate } from '../shell/router.ts';
import { useText } from '../i18n/language.ts';
import { bridge } from '../link/connect.ts';
import { useEngine } from '../store/engine.ts';
import { receiveText } from './text.ts';

/** To be called in a click: browsers ask only then. Answers whether notifications will be shown. */
export const askForNotifications = async (): Promise<boolean> => {
  if (!('Notification' in window)) return false;
  if (Notification.permission === 'default') await Notification.requestPermission();
  return Notification.permission === 'granted';
};

const isInFront = (): boolean => !document.hidden && document.hasFocus();

/** Follows `attention` for the whole window. */
export const useNotifications = (): void => {
  const { client, store } = useEngine();
  const text = useText(receiveText);
  useEffect(
    () =>
      client.on('attention', ({ about, id, alias, title }) => {
        if (about === 'window') {
          bridge()?.show?.();
          return window.focus();
        }
        const isWanted = store.getState().snapshot?.settings.notifications === true;
        if (!isWanted || isInFront() || !('Notification' in window) || Notification.permission !== 'granted')
          return;
        const name = displayName(alias ?? '');
        const heading = about === 'offer' || about === 'text' ? text.note[about](name) : text.note[about];
        // The tag: what was told already is not told twice by another window.
        const notification = new Notification(heading, {
          body: displayName(title ?? ''),
          tag: `${about} ${id}`,
        });
        notification.addEventListener('click', () => {
          notification.close();
          bridge()?.show?.();
          window.focus();
          navigate(about === 'done' || about === 'failed' ? 'transfers' : 'devices');
        });
      }),
    [client, store, text],
  );
};
