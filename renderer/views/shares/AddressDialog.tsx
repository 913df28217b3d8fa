/** How others reach a share: its address to copy, as a code to scan, and as a command. */

import { Copy } from 'lucide-react';
import { useState } from 'react';

import type { InterfaceAddress } from '../../../shared/model/device.ts';
import { Button } from '../../components/Button.tsx';
import { copyText } from '../../components/clipboard.ts';
import { Dialog } from '../../components/Dialog.tsx';
import { Select } from '../../components/Field.tsx';
import { useText } from '../../i18n/language.ts';
import { useSnapshot } from '../../store/engine.ts';
import { QrCode } from './QrCode.tsx';
import { sharesText } from './text.ts';

/** What another device most likely reaches first: a wire, Wi-Fi, and only then what leads elsewhere. */
const rank = { ethernet: 0, wifi: 1, other: 2, vpn: 3, virtual: 4, loopback: 5 } as const;

export const reachable = (addresses: readonly InterfaceAddress[]): readonly InterfaceAddress[] =>
  addresses.toSorted(
    (one, other) =>
      rank[one.kind] - rank[other.kind] || Number(one.family === 'IPv6') - Number(other.family === 'IPv6'),
  );

export const AddressDialog = ({ name, onClose }: { readonly name: string; readonly onClose: () => void }) => {
  const text = useText(sharesText);
  const self = useSnapshot((snapshot) => snapshot.self);
  const choices = reachable(self.addresses);
  const [chosen, setChosen] = useState(choices[0]?.dialable ?? '');
  const address = `${chosen}/${name}`;
  return (
    <Dialog
      title={text.addressTitle}
      onClose={onClose}
      footer={
        <Button
          variant="solid"
          icon={Copy}
          onClick={() => void copyText(address, text.copied)}
          disabled={chosen === ''}
          data-autofocus
        >
          {text.copyAddress}
        </Button>
      }
    >
      {self.listening === undefined || chosen === '' ? (
        <p className="ink-warn">{self.listening === undefined ? text.notListening : text.noNetwork}</p>
      ) : (
        <div className="shares-address">
          <QrCode text={address} label={text.qrOf(address)} />
          <div className="stack">
            <p className="quiet">{text.addressText}</p>
            <p className="shares-address-text data selectable">{address}</p>
            {choices.length > 1 ? (
              <Select
                label={text.addressOf}
                value={chosen}
                options={choices.map(({ dialable, interfaceName }) => ({
                  value: dialable,
                  label: `${dialable} (${interfaceName})`,
                }))}
                onChange={setChosen}
              />
            ) : null}
            <div>
              <p className="label">{text.command}</p>
              <p className="data selectable shares-command">{`hexdrop get ${quoted(address)}`}</p>
            </div>
          </div>
        </div>
      )}
    </Dialog>
  );
};

/** For a shell: names may hold spaces and signs. */
const quoted = (address: string): string =>
  /^[\w.:[\]%/-]+$/u.test(address) ? address : `'${address.replaceAll("'", `'\\''`)}'`;
