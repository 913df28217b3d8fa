/** One device of the list; files can be dropped on it. */

import { FolderTree, MessageSquareText, Star } from 'lucide-react';

import { displayName } from '../../../shared/model/display-name.ts';
import type { DeviceCard, DeviceKind } from '../../../shared/model/device.ts';
import { useAct } from '../../shell/act.ts';
import { hashOf, navigate } from '../../shell/router.ts';
import { Avatar } from '../../components/Avatar.tsx';
import { IconButton } from '../../components/Button.tsx';
import { Lamp, Name, TrustMark } from '../../components/Text.tsx';
import { useFormat, useText } from '../../i18n/language.ts';
import { useSendActions } from '../../send/actions.ts';
import { openDraft } from '../../send/draft.ts';
import { useItem } from '../../store/engine.ts';
import { useDropTarget } from '../../upload/drop-target.ts';
import { dialable } from './dialable.ts';
import { presenceLamp } from '../../devices/presence.ts';
import { SendFilesButton } from './SendFilesButton.tsx';
import { devicesText } from '../../devices/text.ts';

/** The best one, as people type it elsewhere. */
const addressOf = ({ addresses }: DeviceCard): string => {
  const [first] = addresses;
  return first === undefined ? '' : dialable(first);
};

export interface DeviceRowProps {
  readonly id: string;
  readonly isCurrent: boolean;
  /** The one of the list that the Tab key reaches. */
  readonly isStop: boolean;
}

export const DeviceRow = ({ id, isCurrent, isStop }: DeviceRowProps) => {
  const text = useText(devicesText);
  const format = useFormat();
  const act = useAct();
  const { drop } = useSendActions();
  const device = useItem('devices', id);
  const to = { device: id };
  const target = useDropTarget((dropped) => drop(dropped, { to }), { texts: true });
  if (device === undefined) return null;

  const name = displayName(device.alias);
  const kind: DeviceKind = device.kind;
  const about = [
    kind === 'unknown' ? '' : text.kind[kind],
    device.platform === undefined ? '' : displayName(device.platform),
  ].filter(Boolean);

  return (
    <li
      className="device"
      data-over={target.isOver || undefined}
      data-current={isCurrent || undefined}
      {...target.props}
    >
      <Avatar id={device.deviceId ?? device.id} hue={device.hue} faded={device.presence === 'offline'} />
      <div className="device-name">
        <span className="line device-title">
          <a
            className="device-link"
            href={hashOf('devices', [id])}
            aria-label={text.details(name)}
            aria-current={isCurrent || undefined}
            tabIndex={isStop ? 0 : -1}
          >
            <Name of={device.alias} />
          </a>
          <span className="device-trust-short">
            <TrustMark trust={device.trust} short />
          </span>
        </span>
        <span className="device-about faint clip">
          {target.isOver ? <span className="ink-accent">{text.dropTo(name)}</span> : about.join(' · ')}
        </span>
      </div>
      <div className="device-where">
        <span className="data clip">{displayName(addressOf(device))}</span>
        <span className="device-presence">
          <Lamp tone={presenceLamp[device.presence]} />
          {text.presence[device.presence]}
          {device.presence === 'online' || device.lastSeenMs === undefined ? null : (
            <span className="faint clip">{text.lastSeen(format.ago(device.lastSeenMs))}</span>
          )}
        </span>
      </div>
      <div className="device-trust">
        <TrustMark trust={device.trust} />
      </div>
      <div className="device-actions">
        <SendFilesButton id={id} name={name} />
        <IconButton
          icon={MessageSquareText}
          label={text.sendTextTo(name)}
          onClick={() => openDraft({ tab: 'text', to })}
        />
        <IconButton
          icon={FolderTree}
          label={text.browseOf(name)}
          onClick={() => navigate('browse', [], { device: id })}
        />
        <IconButton
          icon={Star}
          label={text.favourite}
          pressed={device.isFavourite}
          onClick={() => void act('devices.favourite', { id, on: !device.isFavourite })}
        />
      </div>
    </li>
  );
};
