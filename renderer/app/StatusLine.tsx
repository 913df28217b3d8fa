/** The line at the bottom, as an instrument has it: where this device listens, who it is, how fast it moves bytes. */

import { ArrowDown, ArrowUp } from 'lucide-react';

import { shortId } from '../components/Avatar.tsx';
import { Lamp } from '../components/Text.tsx';
import { useFormat, useText } from '../i18n/language.ts';
import { useConnection, useSnapshot } from '../store/engine.ts';
import { hashOf } from '../shell/router.ts';
import { appText } from './text.ts';

const lamps = { connecting: 'warn', open: 'on', lost: 'error' } as const;

export const StatusLine = () => {
  const text = useText(appText);
  const connection = useConnection();
  const self = useSnapshot((snapshot) => snapshot.self);
  const address =
    self.addresses.find(
      ({ kind, family }) => family === 'IPv4' && (kind === 'ethernet' || kind === 'wifi'),
    ) ?? self.addresses[0];
  return (
    <footer className="status data" aria-label={text.status}>
      <span className="status-field" role="status">
        <Lamp tone={lamps[connection]} />
        {text.connection[connection]}
      </span>
      <a className="status-field status-link" href={hashOf('settings')} data-tip={text.statusListening}>
        {self.listening === undefined ? (
          <span className="ink-error">{text.statusNotListening}</span>
        ) : (
          <>
            <span className="unseen">{text.statusListening} </span>
            {address?.dialable ?? `:${self.listening.port}`}
          </>
        )}
      </a>
      <span className="status-field status-id" data-tip={self.words.join(' ')}>
        <span className="faint">{text.statusId}</span> {shortId(self.deviceId)}
      </span>
      <Speed direction="send" />
      <Speed direction="receive" />
    </footer>
  );
};

const Speed = ({ direction }: { readonly direction: 'send' | 'receive' }) => {
  const text = useText(appText);
  const format = useFormat();
  const bytesPerSecond = useSnapshot((snapshot) =>
    Object.values(snapshot.transfers).reduce(
      (sum, transfer) =>
        transfer.direction === direction && transfer.state === 'running'
          ? sum + transfer.bytesPerSecond
          : sum,
      0,
    ),
  );
  const Icon = direction === 'send' ? ArrowUp : ArrowDown;
  const label = direction === 'send' ? text.statusUp : text.statusDown;
  return (
    <span
      className={`status-field status-speed ${bytesPerSecond > 0 ? (direction === 'send' ? 'ink-sent' : 'ink-received') : ''}`}
      data-tip={label}
    >
      <Icon size={12} aria-hidden />
      <span className="unseen">{label} </span>
      {format.speed(bytesPerSecond)}
    </span>
  );
};
