/** Home: who is there, how to reach who is not listed, and the details of one device. */

import { Radar, RefreshCw } from 'lucide-react';

import { useAct } from '../../shell/act.ts';
import { useRoute } from '../../shell/router.ts';
import { Button } from '../../components/Button.tsx';
import { rovingKeys } from '../../components/roving.ts';
import { EmptyState, View } from '../../components/View.tsx';
import { viewTable } from '../../../shared/model/views.ts';
import { useLanguage, useText } from '../../i18n/language.ts';
import { useIds, useSnapshot } from '../../store/engine.ts';
import { useWindow } from '../../store/window.ts';
import { AddressLine } from './AddressLine.tsx';
import { DeviceDetails } from './DeviceDetails.tsx';
import { DeviceRow } from './DeviceRow.tsx';
import { byNearness } from '../../devices/order.ts';
import { devicesText } from '../../devices/text.ts';
import { TextNotes } from '../../receive/TextNotes.tsx';
import './devices.css';

export const DevicesView = () => {
  const text = useText(devicesText);
  const language = useLanguage();
  const act = useAct();
  const { rest } = useRoute();
  const [chosen] = rest;
  const nearby = useIds(
    'devices',
    byNearness,
    (device) => device.isAnnounced || device.presence === 'online',
  );
  const kept = useIds('devices', byNearness, (device) => !device.isAnnounced && device.presence !== 'online');
  const reachable = useSnapshot(
    (snapshot) => Object.values(snapshot.devices).filter(({ presence }) => presence === 'online').length,
  );
  const discovery = useSnapshot((snapshot) => snapshot.settings.discovery);
  const all = [...nearby, ...kept];
  const stop = chosen !== undefined && all.includes(chosen) ? chosen : all[0];

  const lookAgain = async (): Promise<void> => {
    if ((await act('devices.refresh', {})) !== undefined)
      useWindow.getState().toast({ tone: 'plain', text: text.looking });
  };
  const group = (title: string, ids: readonly string[]) =>
    ids.length === 0 ? null : (
      <section className="devices-group">
        <h2 className="label">{title}</h2>
        <ul aria-label={title}>
          {ids.map((id) => (
            <DeviceRow key={id} id={id} isCurrent={id === chosen} isStop={id === stop} />
          ))}
        </ul>
      </section>
    );

  return (
    <View
      fills
      title={viewTable.devices.title[language]}
      detail={
        <span className="data" role="status">
          {text.reachable(reachable)}
        </span>
      }
      actions={
        <Button icon={RefreshCw} onClick={() => void lookAgain()}>
          {text.lookAgain}
        </Button>
      }
    >
      <div className="devices" data-details={chosen === undefined ? undefined : true}>
        <div className="devices-main">
          <AddressLine />
          {discovery ? null : (
            <p className="devices-notice">
              <span className="grow">{text.notAnnounced}</span>
              <Button small onClick={() => void act('settings.update', { discovery: true })}>
                {text.turnOn}
              </Button>
            </p>
          )}
          <TextNotes />
          {all.length === 0 ? (
            <Nobody />
          ) : (
            <div onKeyDown={rovingKeys('.device-link', 'column')}>
              {group(text.nearby, nearby)}
              {group(text.kept, kept)}
              <p className="devices-hint faint">{text.dropHint}</p>
            </div>
          )}
        </div>
        {chosen === undefined ? null : <DeviceDetails key={chosen} id={chosen} />}
      </div>
    </View>
  );
};

const Nobody = () => {
  const text = useText(devicesText);
  const addresses = useSnapshot((snapshot) => snapshot.self.addresses);
  const shown = addresses.filter(({ kind }) => kind === 'ethernet' || kind === 'wifi');
  return (
    <EmptyState icon={Radar} title={text.emptyTitle}>
      <p>{text.emptyText}</p>
      {shown.length === 0 ? null : (
        <dl className="devices-own">
          <dt className="label">{text.emptyOwn}</dt>
          {shown.map(({ dialable }) => (
            <dd key={dialable} className="data selectable">
              {dialable}
            </dd>
          ))}
        </dl>
      )}
    </EmptyState>
  );
};
