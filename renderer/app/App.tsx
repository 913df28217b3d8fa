/** The window: language and theme from the settings, the frame around the current view, and what stands over it. */

// First, before any component brings its own: this file says the order of the layers.
import '../styles/tokens.css';
import '../styles/base.css';
import './app.css';

import { Suspense, useEffect, useLayoutEffect, useMemo } from 'react';
import { useStore } from 'zustand';

import { Button } from '../components/Button.tsx';
import { Toasts } from '../components/Toasts.tsx';
import { TooltipLayer } from '../components/Tooltip.tsx';
import { railViewNames, viewTable } from '../../shared/model/views.ts';
import { commonText } from '../i18n/common.ts';
import { LanguageContext, languageOf, languageTag, useLanguage, useText } from '../i18n/language.ts';
import { type Engine, TransferContext, useConnection, useEngine } from '../store/engine.ts';
import { OfferStrip } from '../receive/OfferStrip.tsx';
import { useNotifications } from '../receive/notifications.ts';
import { useSendActions } from '../send/actions.ts';
import { sendText } from '../send/text.ts';
import { useWindow } from '../store/window.ts';
import { useDropTarget } from '../upload/drop-target.ts';
import { IntakeContext, useWindowIntake } from '../upload/intake.ts';
import { useEngineEvents, usePaste } from './events.ts';
import { useKeptFocus } from './kept-focus.ts';
import { Mark } from './Mark.tsx';
import { Overlays } from './Overlays.tsx';
import { Rail } from './Rail.tsx';
import { useReleaseNotice } from './releases.ts';
import { navigate, useRoute } from '../shell/router.ts';
import { useShortcuts } from '../shell/shortcuts.ts';
import { ShortcutsDialog } from './ShortcutsDialog.tsx';
import { StatusLine } from './StatusLine.tsx';
import { appText } from './text.ts';
import { useTheme } from './theme.ts';
import { ViewBoundary } from './ViewBoundary.tsx';
import { views } from './views.tsx';

export const App = ({ engine }: { readonly engine: Engine }) => {
  const settings = useStore(engine.store, (state) => state.snapshot?.settings);
  const language = languageOf(settings?.language ?? 'system');
  const intake = useWindowIntake(engine);
  useTheme(settings?.theme ?? 'system');
  useLayoutEffect(() => {
    document.documentElement.lang = languageTag(language);
  }, [language]);
  return (
    <TransferContext value={engine}>
      <LanguageContext value={language}>
        <IntakeContext value={intake}>
          {settings === undefined ? <Waiting /> : <Frame />}
          <TooltipLayer />
        </IntakeContext>
      </LanguageContext>
    </TransferContext>
  );
};

/** Until the first snapshot. Normally too short to be seen. */
const Waiting = () => {
  const text = useText(appText);
  const connection = useConnection();
  const isMismatch = useEngine().client.fault?.code === 'link-mismatch';
  return (
    <main className="waiting">
      <Mark large />
      <p role="status">{connection !== 'lost' ? text.connecting : isMismatch ? text.mismatch : text.lost}</p>
      {connection === 'lost' ? <Button onClick={() => location.reload()}>{text.reload}</Button> : null}
    </main>
  );
};

const Frame = () => {
  const text = useText(appText);
  const language = useLanguage();
  const common = useText(commonText);
  const { view } = useRoute();
  const connection = useConnection();
  const { component: View } = views[view];
  const title = `${viewTable[view].title[language]} · ${common.appName}`;
  useEffect(() => {
    document.title = title;
  }, [title]);
  const send = useText(sendText);
  const { drop } = useSendActions();
  const target = useDropTarget((dropped) => drop(dropped), { texts: true });
  useEngineEvents();
  usePaste();
  useNotifications();
  useReleaseNotice();
  useKeptFocus();
  useShortcuts(
    text.shortcutGroups.window,
    useMemo(
      () => [
        ...railViewNames.map((name, index) => ({
          keys: String(index + 1),
          label: viewTable[name].title[language],
          run: () => navigate(name),
        })),
        { keys: '/', label: text.keySearch, run: focusSearch },
        { keys: '?', label: text.keyShortcuts, run: () => useWindow.getState().showShortcuts(true) },
      ],
      [language, text],
    ),
  );
  return (
    <div
      className="app"
      data-over={target.isOver || undefined}
      data-drop={send.dropAnywhere}
      {...target.props}
    >
      <a
        className="skip"
        href="#main"
        onClick={(event) => {
          // The hash belongs to the router.
          event.preventDefault();
          document.getElementById('main')?.focus();
        }}
      >
        {common.skipToContent}
      </a>
      <Rail />
      <main id="main" className="main" tabIndex={-1} data-lost={connection === 'lost' || undefined}>
        {connection === 'lost' ? (
          <div className="lost" role="alert">
            {text.lost}
          </div>
        ) : null}
        <OfferStrip />
        <ViewBoundary key={view}>
          <Suspense>
            <View />
          </Suspense>
        </ViewBoundary>
      </main>
      <StatusLine />
      <Overlays />
      <ShortcutsDialog />
      <Toasts />
    </div>
  );
};

/** The field that a view marks with `data-search`. */
const focusSearch = (): void => {
  const field = document.querySelector<HTMLInputElement>('main [data-search]');
  field?.focus();
  field?.select();
};
