/** Why a folder of another device cannot be shown, and what can be done about it; the PIN of a locked share. */

import { KeyRound, TriangleAlert } from 'lucide-react';
import { useState } from 'react';

import { navigate } from '../../shell/router.ts';
import { Button } from '../../components/Button.tsx';
import { TextField } from '../../components/Field.tsx';
import { EmptyState } from '../../components/View.tsx';
import { errorSentence } from '../../i18n/errors.ts';
import { useLanguage, useText } from '../../i18n/language.ts';
import { shareOf } from './place.ts';
import type { RemoteReader } from './remote-folder.ts';
import { browseText } from './text.ts';

export interface FaultProps {
  readonly code: string;
  readonly path: string;
  readonly device: string | undefined;
  readonly reader: RemoteReader;
}

export const Fault = ({ code, path, device, reader }: FaultProps) => {
  const text = useText(browseText);
  const language = useLanguage();
  if (code === 'pin-required' || code === 'pin-wrong') {
    return <PinForm name={shareOf(path)} wrong={code === 'pin-wrong'} onPin={reader.unlock} />;
  }
  return (
    <EmptyState
      icon={TriangleAlert}
      title={text.failedTitle}
      actions={
        <>
          <Button variant="solid" onClick={() => reader.reload()}>
            {text.again}
          </Button>
          {device === undefined ? null : (
            <Button onClick={() => navigate('devices', [device])}>{text.toDevice}</Button>
          )}
          {code === 'peer-key-changed' ? (
            <Button variant="danger" onClick={() => reader.reload({ acceptNewKey: true })}>
              {text.newKey}
            </Button>
          ) : null}
        </>
      }
    >
      <p role="alert">{errorSentence(language, code)}</p>
      {code === 'peer-key-changed' ? <p>{text.newKeyText}</p> : null}
    </EmptyState>
  );
};

const PinForm = ({
  name,
  wrong,
  onPin,
}: {
  readonly name: string;
  readonly wrong: boolean;
  readonly onPin: (pin: string) => void;
}) => {
  const text = useText(browseText);
  const language = useLanguage();
  const [pin, setPin] = useState('');
  return (
    <EmptyState icon={KeyRound} title={text.pinTitle(name)}>
      <form
        className="browse-pin"
        onSubmit={(event) => {
          event.preventDefault();
          if (pin !== '') onPin(pin);
        }}
      >
        <TextField
          data
          type="password"
          label={text.pin}
          maxLength={64}
          value={pin}
          error={wrong ? errorSentence(language, 'pin-wrong') : undefined}
          ref={(input: HTMLInputElement | null) => input?.focus()}
          onChange={(event) => setPin(event.target.value)}
        />
        <Button type="submit" variant="solid" disabled={pin === ''}>
          {text.unlock}
        </Button>
      </form>
    </EmptyState>
  );
};
