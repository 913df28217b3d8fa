/** The way between the views: a rail at the side, a bar at the bottom of a small window. */

import { railViewNames, viewTable } from '../../shared/model/views.ts';
import { rovingKeys } from '../components/roving.ts';
import { useLanguage, useText } from '../i18n/language.ts';
import { useSnapshot } from '../store/engine.ts';
import { Mark } from './Mark.tsx';
import { hashOf, useRoute } from '../shell/router.ts';
import { appText } from './text.ts';
import { views } from './views.tsx';

export const Rail = () => {
  const text = useText(appText);
  const language = useLanguage();
  const { view } = useRoute();
  const running = useSnapshot(
    (snapshot) =>
      Object.values(snapshot.transfers).filter((transfer) => transfer.endedAtMs === undefined).length,
  );
  const offers = useSnapshot((snapshot) => Object.keys(snapshot.offers).length);
  const current = view === 'browse' ? 'devices' : view;
  const counts: Readonly<Record<string, readonly [number, string]>> = {
    devices: [offers, text.waitingOffers(offers)],
    transfers: [running, text.runningTransfers(running)],
  };
  return (
    <nav className="rail" aria-label={text.navigation} data-tips="right">
      <Mark />
      <ul onKeyDown={rovingKeys('a', 'both')}>
        {railViewNames.map((name, index) => {
          const { icon: Icon } = views[name];
          const [count, meaning] = counts[name] ?? [0, ''];
          return (
            <li key={name}>
              <a
                href={hashOf(name)}
                className="rail-link"
                aria-current={name === current ? 'page' : undefined}
                tabIndex={name === current ? 0 : -1}
                aria-keyshortcuts={String(index + 1)}
                data-tip={viewTable[name].title[language]}
                data-tip-keys={index + 1}
              >
                <Icon size={20} strokeWidth={1.6} aria-hidden />
                <span className="rail-label">{viewTable[name].title[language]}</span>
                {count > 0 ? (
                  <>
                    <span className="rail-count data" aria-hidden>
                      {count}
                    </span>
                    <span className="unseen">{meaning}</span>
                  </>
                ) : null}
              </a>
            </li>
          );
        })}
      </ul>
    </nav>
  );
};
