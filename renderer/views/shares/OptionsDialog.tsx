/** How a folder is shared: writable, PIN. */

import { useState } from 'react';

import type { ShareCard } from '../../../shared/model/share.ts';
import { useAct } from '../../shell/act.ts';
import { Button } from '../../components/Button.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { Switch, TextField } from '../../components/Field.tsx';
import { commonText } from '../../i18n/common.ts';
import { useText } from '../../i18n/language.ts';
import { sharesText } from './text.ts';

export const OptionsDialog = ({
  share,
  onClose,
}: {
  readonly share: ShareCard;
  readonly onClose: () => void;
}) => {
  const text = useText(sharesText);
  const common = useText(commonText);
  const act = useAct();
  const [writable, setWritable] = useState(share.writable);
  const [locked, setLocked] = useState(share.locked);
  const [pin, setPin] = useState('');
  const [isTried, setTried] = useState(false);
  const isMissing = locked && !share.locked && pin === '';
  const save = async (): Promise<void> => {
    setTried(true);
    if (isMissing) return;
    const pinChange = locked ? (pin === '' ? {} : { pin }) : share.locked ? { pin: null } : {};
    const answer = await act('shares.update', { name: share.name, writable, ...pinChange });
    if (answer !== undefined) onClose();
  };
  return (
    <Dialog
      title={text.optionsTitle}
      onClose={onClose}
      onSubmit={() => void save()}
      footer={
        <>
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button variant="solid" type="submit">
            {common.save}
          </Button>
        </>
      }
    >
      <div className="stack">
        <Switch
          label={text.writableLabel}
          hint={text.writableHint}
          checked={writable}
          onChange={setWritable}
        />
        <Switch label={text.pinLabel} hint={text.pinHint} checked={locked} onChange={setLocked} />
        {locked ? (
          <TextField
            data
            label={text.pin}
            type="password"
            maxLength={64}
            autoComplete="new-password"
            value={pin}
            onChange={(event) => setPin(event.target.value)}
            {...(share.locked ? { hint: text.pinKept } : {})}
            error={isTried && isMissing ? text.pinMissing : undefined}
          />
        ) : null}
      </div>
    </Dialog>
  );
};
