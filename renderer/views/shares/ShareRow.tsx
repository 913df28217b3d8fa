/** One shared folder: what it is, who is there, what was fetched. */

import { FolderOpen, QrCode as QrIcon, SlidersHorizontal, Square } from 'lucide-react';
import { useState } from 'react';

import type { ShareVisitor } from '../../../shared/model/share.ts';
import { useAct } from '../../shell/act.ts';
import { Avatar } from '../../components/Avatar.tsx';
import { Button, IconButton } from '../../components/Button.tsx';
import { FileIcon } from '../../components/FileIcon.tsx';
import { Name, Tag } from '../../components/Text.tsx';
import { commonText } from '../../i18n/common.ts';
import { useFormat, useText } from '../../i18n/language.ts';
import { useItem, useSnapshot } from '../../store/engine.ts';
import { useWindow } from '../../store/window.ts';
import { AddressDialog } from './AddressDialog.tsx';
import { OptionsDialog } from './OptionsDialog.tsx';
import { sharesText } from './text.ts';

export const ShareRow = ({ id, isNew }: { readonly id: string; readonly isNew: boolean }) => {
  const text = useText(sharesText);
  const common = useText(commonText);
  const f = useFormat();
  const act = useAct();
  const share = useItem('shares', id);
  const reveals = useSnapshot((snapshot) => snapshot.shell.reveal);
  const toast = useWindow((state) => state.toast);
  const [dialog, setDialog] = useState<'address' | 'options'>();
  if (share === undefined) return null;
  const { name } = share;
  const stop = async (): Promise<void> => {
    const answer = await act('shares.remove', { name });
    if (answer !== undefined) toast({ tone: 'plain', text: text.stopped(name) });
  };
  return (
    <li className="shares-row" data-new={isNew || undefined}>
      <div className="shares-head">
        <FileIcon kind="share" name={name} />
        <div className="grow">
          <div className="line">
            <Name of={name} className="shares-name" />
            <Tag tone={share.writable ? 'accent' : 'plain'}>
              {share.writable ? text.writable : text.readOnly}
            </Tag>
            {share.locked ? <Tag>{text.locked}</Tag> : null}
          </div>
          <Name of={share.path} className="data faint" />
        </div>
        <div className="shares-actions">
          <IconButton label={text.address} icon={QrIcon} onClick={() => setDialog('address')} />
          <IconButton label={text.options} icon={SlidersHorizontal} onClick={() => setDialog('options')} />
          {reveals ? (
            <IconButton
              label={text.openFolder}
              icon={FolderOpen}
              onClick={() => void act('shares.openFolder', { name })}
            />
          ) : null}
          <Button small icon={Square} onClick={() => void stop()}>
            {text.stop}
          </Button>
        </div>
      </div>
      {share.fault === undefined ? null : (
        <p className="ink-error" role="alert">
          {text.fault}
        </p>
      )}
      <div className="shares-life quiet" aria-live="polite">
        <span>{share.visitors.length === 0 ? text.nobody : text.visitors(share.visitors.length)}</span>
        {share.servedFiles > 0 ? (
          <span className="data faint">
            {text.servedSoFar(common.files(share.servedFiles), f.bytes(share.servedBytes))}
          </span>
        ) : null}
      </div>
      {share.visitors.length > 0 ? (
        <ul className="shares-visitors">
          {share.visitors.map((visitor) => (
            <Visitor key={`${visitor.deviceId} ${visitor.sinceMs}`} visitor={visitor} />
          ))}
        </ul>
      ) : null}
      {dialog === 'address' ? <AddressDialog name={name} onClose={() => setDialog(undefined)} /> : null}
      {dialog === 'options' ? <OptionsDialog share={share} onClose={() => setDialog(undefined)} /> : null}
    </li>
  );
};

const Visitor = ({ visitor }: { readonly visitor: ShareVisitor }) => {
  const text = useText(sharesText);
  const f = useFormat();
  const device = useItem('devices', visitor.deviceId);
  const speed = useSnapshot((snapshot) =>
    visitor.transferIds.reduce((sum, id) => sum + (snapshot.transfers[id]?.bytesPerSecond ?? 0), 0),
  );
  const isFetching = visitor.transferIds.length > 0;
  return (
    <li className="shares-visitor">
      <Avatar id={visitor.deviceId} hue={device?.hue ?? 0} size={24} />
      <Name of={visitor.alias} />
      <span className="data faint shares-visitor-address">{visitor.address}</span>
      <span className="clip grow">
        <span className="quiet">{isFetching ? text.fetches : text.looksAt}</span>{' '}
        <Name of={visitor.lastPath} className="data" />
      </span>
      <span className="data quiet">
        {isFetching ? f.speed(speed) : text.since(f.moment(visitor.sinceMs))}
      </span>
    </li>
  );
};
