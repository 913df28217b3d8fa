/** Where this device is reached: addresses by interface, port, discovery, plain connections. */

import { Cable, Copy, Network as NetworkIcon, Repeat, Shield, SquareDashed, Wifi } from 'lucide-react';

import type { InterfaceAddress, InterfaceKind } from '../../../shared/model/device.ts';
import { IconButton } from '../../components/Button.tsx';
import { Switch } from '../../components/Field.tsx';
import { Lamp } from '../../components/Text.tsx';
import { copyText } from '../../components/clipboard.ts';
import { Section } from '../../components/View.tsx';
import { commonText } from '../../i18n/common.ts';
import { errorSentence } from '../../i18n/errors.ts';
import { useLanguage, useText } from '../../i18n/language.ts';
import { useSnapshot } from '../../store/engine.ts';
import type { Save } from './save.ts';
import { settingsText } from './text.ts';
import { TypedSetting } from './TypedSetting.tsx';
import { portOf } from './values.ts';

const icons = {
  ethernet: Cable,
  wifi: Wifi,
  vpn: Shield,
  virtual: SquareDashed,
  loopback: Repeat,
  other: NetworkIcon,
} as const satisfies Record<InterfaceKind, unknown>;

export const Network = ({ save }: { readonly save: Save }) => {
  const text = useText(settingsText);
  const self = useSnapshot((snapshot) => snapshot.self);
  const settings = useSnapshot((snapshot) => snapshot.settings);
  return (
    <Section title={text.network}>
      <Listening />
      <div className="settings-field">
        <TypedSetting
          data
          label={text.port}
          hint={text.portMeaning}
          inputMode="numeric"
          value={String(settings.port)}
          parse={portOf}
          wrong={text.portWrong}
          onSave={(port) => save({ port })}
        />
      </div>
      <h3>{text.addresses}</h3>
      {self.addresses.length === 0 ? (
        <p className="ink-warn">{text.noAddresses}</p>
      ) : (
        <ul className="settings-addresses">
          {self.addresses.map((address) => (
            <AddressRow key={`${address.interfaceName} ${address.address}`} address={address} />
          ))}
        </ul>
      )}
      <Switch
        label={text.discovery}
        hint={text.discoveryMeaning}
        checked={settings.discovery}
        onChange={(discovery) => save({ discovery })}
      />
      <Switch
        label={text.plain}
        hint={text.plainMeaning}
        checked={settings.allowPlain}
        onChange={(allowPlain) => save({ allowPlain })}
      />
    </Section>
  );
};

const Listening = () => {
  const text = useText(settingsText);
  const language = useLanguage();
  const { listening, listenError, wishedPort } = useSnapshot((snapshot) => snapshot.self);
  if (listening === undefined) {
    return (
      <p className="line wrap" role="alert">
        <Lamp tone="error" />
        <span>{text.notListening}</span>
        {listenError === undefined ? null : (
          <span className="ink-error">{errorSentence(language, listenError)}</span>
        )}
      </p>
    );
  }
  const port = String(listening.port);
  return (
    <p className="line wrap">
      <Lamp tone={wishedPort === undefined ? 'on' : 'warn'} />
      <span>{text.listeningAt(port)}</span>
      {wishedPort === undefined ? null : (
        <span className="ink-warn">{text.takenPort(String(wishedPort), port)}</span>
      )}
    </p>
  );
};

const AddressRow = ({ address }: { readonly address: InterfaceAddress }) => {
  const text = useText(settingsText);
  const common = useText(commonText);
  const Icon = icons[address.kind];
  return (
    <li className="settings-address">
      <Icon size={15} strokeWidth={1.6} aria-hidden />
      <span className="settings-address-kind">{text.kinds[address.kind]}</span>
      <span className="data faint clip">{address.interfaceName}</span>
      <span className="data selectable settings-address-text">{address.dialable}</span>
      <IconButton
        small
        icon={Copy}
        label={text.copyAddress(address.dialable)}
        onClick={() => void copyText(address.dialable, common.copied)}
      />
    </li>
  );
};
