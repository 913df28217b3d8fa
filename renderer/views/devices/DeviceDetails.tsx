/** One device: who it is, where it is, and what to do with it. */

import { ArrowLeft, Copy, FolderTree, MessageSquareText, Trash2, X } from 'lucide-react';
import { useState } from 'react';

import { displayName } from '../../../shared/model/display-name.ts';
import { useAct } from '../../shell/act.ts';
import { navigate } from '../../shell/router.ts';
import { Avatar } from '../../components/Avatar.tsx';
import { Button, IconButton } from '../../components/Button.tsx';
import { copyText } from '../../components/clipboard.ts';
import { Dialog } from '../../components/Dialog.tsx';
import { Switch } from '../../components/Field.tsx';
import { Lamp, Name, TrustMark } from '../../components/Text.tsx';
import { Section } from '../../components/View.tsx';
import { commonText } from '../../i18n/common.ts';
import { errorSentence } from '../../i18n/errors.ts';
import { useFormat, useLanguage, useText } from '../../i18n/language.ts';
import { openDraft } from '../../send/draft.ts';
import { useItem } from '../../store/engine.ts';
import { useWindow } from '../../store/window.ts';
import { dialable } from './dialable.ts';
import { Doctor } from './Doctor.tsx';
import { IdDump } from './IdDump.tsx';
import { presenceLamp } from '../../devices/presence.ts';
import { SendFilesButton } from './SendFilesButton.tsx';
import { devicesText } from '../../devices/text.ts';
import { VerifyWords } from './VerifyWords.tsx';

export const DeviceDetails = ({ id }: { readonly id: string }) => {
  const text = useText(devicesText);
  const common = useText(commonText);
  const format = useFormat();
  const language = useLanguage();
  const act = useAct();
  const device = useItem('devices', id);
  const [isForgetting, setForgetting] = useState(false);
  const close = (): void => navigate('devices');

  if (device === undefined)
    return (
      <aside className="device-details">
        <p>{text.gone}</p>
        <Button icon={ArrowLeft} onClick={close}>
          {text.backToList}
        </Button>
      </aside>
    );

  const name = displayName(device.alias);
  const isVerified = device.trust === 'verified';
  const forget = async (): Promise<void> => {
    setForgetting(false);
    if ((await act('devices.forget', { id })) === undefined) return;
    useWindow.getState().toast({ tone: 'plain', text: text.forgotten(name) });
    close();
  };

  return (
    <aside className="device-details" aria-label={text.details(name)}>
      <header className="device-head">
        <Avatar
          id={device.deviceId ?? device.id}
          hue={device.hue}
          size={56}
          faded={device.presence === 'offline'}
        />
        <div className="grow">
          <h2>
            <Name of={device.alias} />
          </h2>
          <p className="device-presence">
            <Lamp tone={presenceLamp[device.presence]} />
            {text.presence[device.presence]}
            {device.presence === 'online' || device.lastSeenMs === undefined ? null : (
              <span className="faint">{text.lastSeen(format.ago(device.lastSeenMs))}</span>
            )}
          </p>
          <TrustMark trust={device.trust} />
        </div>
        <IconButton icon={X} label={common.close} onClick={close} />
      </header>

      <div className="line wrap">
        <SendFilesButton worded id={id} name={name} />
        <Button icon={MessageSquareText} onClick={() => openDraft({ tab: 'text', to: { device: id } })}>
          {text.sendText}
        </Button>
        <Button icon={FolderTree} onClick={() => navigate('browse', [], { device: id })}>
          {text.browse}
        </Button>
      </div>

      {device.lastError === undefined ? null : (
        <p className="device-fault" role="status">
          {device.lastError === 'peer-key-changed'
            ? text.keyChanged
            : errorSentence(language, device.lastError)}
        </p>
      )}

      <Section title={text.trustTitle}>
        <p className="quiet">{common.trustMeaning[device.trust]}</p>
        {device.deviceId === undefined ? (
          <p className="quiet">{text.noWords}</p>
        ) : (
          <VerifyWords id={id} name={name} isVerified={isVerified} />
        )}
        <Switch
          label={text.autoAccept}
          hint={isVerified ? text.autoAcceptHint : text.autoAcceptNeeds}
          checked={device.autoAccept}
          disabled={!isVerified}
          onChange={(on) => void act('devices.autoAccept', { id, on })}
        />
        <Switch
          label={text.favourite}
          checked={device.isFavourite}
          onChange={(on) => void act('devices.favourite', { id, on })}
        />
      </Section>

      <Section title={text.addresses}>
        <ul className="device-addresses">
          {device.addresses.map((endpoint) => (
            <li key={dialable(endpoint)} className="line">
              <span className="data selectable grow clip">{dialable(endpoint)}</span>
              <IconButton
                small
                icon={Copy}
                label={`${text.copyAddress}: ${dialable(endpoint)}`}
                onClick={() => void copyText(dialable(endpoint), common.copied)}
              />
            </li>
          ))}
        </ul>
        {device.platform === undefined ? null : (
          <p className="line">
            <span className="label">{text.platform}</span>
            <span>
              {displayName(device.platform)} · {text.kind[device.kind]}
            </span>
          </p>
        )}
      </Section>

      {device.deviceId === undefined ? null : (
        <Section title={text.id}>
          <IdDump hex={device.deviceId} label={common.idOf(device.deviceId)} />
        </Section>
      )}

      <Section title={text.doctor}>
        <Doctor to={{ device: id }} />
      </Section>

      <div>
        <Button variant="danger" small icon={Trash2} onClick={() => setForgetting(true)}>
          {text.forget}
        </Button>
      </div>
      {isForgetting ? (
        <Dialog
          title={text.forgetTitle(name)}
          onClose={() => setForgetting(false)}
          footer={
            <>
              <Button onClick={() => setForgetting(false)}>{common.cancel}</Button>
              <Button variant="danger" onClick={() => void forget()}>
                {text.forget}
              </Button>
            </>
          }
        >
          <p>{text.forgetText}</p>
        </Dialog>
      ) : null}
    </aside>
  );
};
