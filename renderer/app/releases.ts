/** That a newer version is published is told while a window is open, where a person has allowed to look for it. */

import { useEffect } from 'react';

import { useText } from '../i18n/language.ts';
import { useClient, useSnapshot } from '../store/engine.ts';
import { useWindow } from '../store/window.ts';
import { settingsText } from '../views/settings/text.ts';

const dayMs = 24 * 60 * 60_000;

/** A look that came to nothing is not told: nobody asked for it just now. */
export const useReleaseNotice = (): void => {
  const client = useClient();
  const text = useText(settingsText);
  const isAllowed = useSnapshot((snapshot) => snapshot.settings.checkReleases);
  useEffect(() => {
    if (!isAllowed) return;
    const look = (): void => {
      client.call('program.latestRelease', {}).then(
        ({ isNewer, version, url }) => {
          if (isNewer) useWindow.getState().toast({ tone: 'plain', text: text.newer(version, url) });
        },
        () => {},
      );
    };
    look();
    const timer = setInterval(look, dayMs);
    return () => clearInterval(timer);
  }, [client, text, isAllowed]);
};
