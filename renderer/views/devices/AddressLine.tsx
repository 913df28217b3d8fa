/** Reaches a device that is in no list: an address is typed, and connected to, sent to, browsed, or examined. */

import { AtSign, FolderTree, MessageSquareText } from 'lucide-react';
import { type FormEvent, useState } from 'react';

import { navigate } from '../../shell/router.ts';
import { Button, IconButton } from '../../components/Button.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { TextField } from '../../components/Field.tsx';
import { codeOf, errorSentence } from '../../i18n/errors.ts';
import { useLanguage, useText } from '../../i18n/language.ts';
import { useSendActions } from '../../send/actions.ts';
import { AddButtons } from '../../send/AddButtons.tsx';
import { openDraft } from '../../send/draft.ts';
import { useClient } from '../../store/engine.ts';
import { useDropTarget } from '../../upload/drop-target.ts';
import { Doctor } from './Doctor.tsx';
import { devicesText } from '../../devices/text.ts';

export const AddressLine = () => {
  const text = useText(devicesText);
  const language = useLanguage();
  const client = useClient();
  const { drop } = useSendActions();
  const [address, setAddress] = useState('');
  const [fault, setFault] = useState<string>();
  const [isDialing, setDialing] = useState(false);
  const [isExamining, setExamining] = useState(false);
  const to = { address };
  const target = useDropTarget((dropped) => drop(dropped, { to }), { texts: true });
  const typed = address.trim();

  const connect = (event: FormEvent): void => {
    event.preventDefault();
    if (typed === '' || isDialing) return;
    setFault(undefined);
    setDialing(true);
    client
      .call('devices.probe', { to: { address: typed } })
      .then(({ id }) => {
        setAddress('');
        navigate('devices', [id]);
      })
      .catch((thrown: unknown) => setFault(codeOf(thrown)))
      .finally(() => setDialing(false));
  };

  return (
    <form
      className="devices-address"
      data-over={target.isOver || undefined}
      {...target.props}
      onSubmit={connect}
    >
      <div className="devices-address-field">
        <TextField
          data
          data-search
          hideLabel
          label={text.address}
          placeholder={text.addressPlaceholder}
          value={address}
          maxLength={300}
          before={<AtSign size={15} strokeWidth={1.75} aria-hidden />}
          onChange={(event) => {
            setAddress(event.target.value);
            setFault(undefined);
          }}
        />
      </div>
      {typed === '' ? (
        <>
          <AddButtons short />
          <Button icon={MessageSquareText} onClick={() => openDraft({ tab: 'text' })}>
            {text.sendText}
          </Button>
        </>
      ) : (
        <>
          <Button type="submit" variant="solid" busy={isDialing}>
            {text.connect}
          </Button>
          <AddButtons short opening={{ to: { address: typed } }} />
          <IconButton
            icon={MessageSquareText}
            variant="plain"
            label={text.sendText}
            onClick={() => openDraft({ tab: 'text', to: { address: typed } })}
          />
          <IconButton
            icon={FolderTree}
            variant="plain"
            label={text.browse}
            onClick={() => navigate('browse', [], { at: typed })}
          />
        </>
      )}
      {fault === undefined ? null : (
        <p className="devices-address-fault" role="alert">
          <span>{errorSentence(language, fault)}</span>
          <Button small onClick={() => setExamining(true)}>
            {text.whyNot}
          </Button>
        </p>
      )}
      {isExamining ? (
        <Dialog title={typed} onClose={() => setExamining(false)}>
          <Doctor to={{ address: typed }} />
        </Dialog>
      ) : null}
    </form>
  );
};
