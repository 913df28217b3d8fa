/** Opens the draft for one device. */

import { Send } from 'lucide-react';

import { Button, IconButton } from '../../components/Button.tsx';
import { useText } from '../../i18n/language.ts';
import { openDraft } from '../../send/draft.ts';
import { sendText } from '../../send/text.ts';
import { devicesText } from '../../devices/text.ts';

interface SendFilesButtonProps {
  readonly id: string;
  readonly name: string;
  readonly worded?: boolean;
}

export const SendFilesButton = ({ id, name, worded = false }: SendFilesButtonProps) => {
  const text = useText(devicesText);
  const send = useText(sendText);
  const open = (): void => openDraft({ tab: 'files', to: { device: id } });
  return worded ? (
    <Button variant="solid" icon={Send} onClick={open}>
      {send.send}
    </Button>
  ) : (
    <IconButton icon={Send} label={text.sendFilesTo(name)} onClick={open} />
  );
};
