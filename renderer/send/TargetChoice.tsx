/** To whom: one of the devices, or an address that is typed. */

import { Avatar } from '../components/Avatar.tsx';
import { TextField } from '../components/Field.tsx';
import { Lamp, Name, TrustMark } from '../components/Text.tsx';
import { useText } from '../i18n/language.ts';
import { useIds, useItem } from '../store/engine.ts';
import { byNearness } from '../devices/order.ts';
import { presenceLamp } from '../devices/presence.ts';
import { useDraft } from './draft.ts';
import { devicesText } from '../devices/text.ts';
import { sendText } from './text.ts';

export const TargetChoice = () => {
  const text = useText(sendText);
  const ids = useIds('devices', byNearness);
  const to = useDraft((draft) => draft.to);
  const address = useDraft((draft) => draft.address);
  return (
    <fieldset className="stack">
      <legend className="label">{text.toWhom}</legend>
      <div className="target-list">
        {ids.map((id) => (
          <DeviceChoice key={id} id={id} isChosen={to === id} />
        ))}
        <label className="target" data-chosen={to === 'address' || undefined}>
          <input
            type="radio"
            name="target"
            className="target-radio"
            checked={to === 'address' || (ids.length === 0 && to === undefined)}
            onChange={() => useDraft.setState({ to: 'address' })}
          />
          <span className="grow">{text.otherAddress}</span>
        </label>
      </div>
      {to === 'address' || ids.length === 0 ? (
        <TextField
          data
          label={text.address}
          placeholder={text.addressPlaceholder}
          hint={text.addressHint}
          value={address}
          data-autofocus={to === 'address' && address === '' ? true : undefined}
          onChange={(event) => useDraft.setState({ to: 'address', address: event.target.value })}
        />
      ) : null}
    </fieldset>
  );
};

const DeviceChoice = ({ id, isChosen }: { readonly id: string; readonly isChosen: boolean }) => {
  const devices = useText(devicesText);
  const device = useItem('devices', id);
  if (device === undefined) return null;
  return (
    <label className="target" data-chosen={isChosen || undefined}>
      <input
        type="radio"
        name="target"
        className="target-radio"
        checked={isChosen}
        onChange={() => useDraft.setState({ to: id })}
      />
      <Avatar
        id={device.deviceId ?? device.id}
        hue={device.hue}
        size={24}
        faded={device.presence === 'offline'}
      />
      <span className="grow line">
        <Name of={device.alias} />
      </span>
      <TrustMark trust={device.trust} short />
      <Lamp tone={presenceLamp[device.presence]} />
      <span className="unseen">{devices.presence[device.presence]}</span>
    </label>
  );
};
