/**
 * Buttons that choose files to be sent. The desktop shell asks with the system's dialogs; a browser with its own, for
 * files of the machine that it runs on, and with the program's file browser for files of the engine's machine.
 */

import { FilePlus, FolderPlus, Server } from 'lucide-react';
import { useRef } from 'react';

import { Button, type ButtonProps, IconButton } from '../components/Button.tsx';
import { useText } from '../i18n/language.ts';
import { useSnapshot } from '../store/engine.ts';
import { useSendActions } from './actions.ts';
import type { Opening } from './draft.ts';
import { sendText } from './text.ts';

interface AddButtonsProps {
  readonly opening?: Opening;
  readonly variant?: ButtonProps['variant'];
  readonly small?: boolean;
  /** Files of the engine's machine get a sign alone, where there is little room. */
  readonly short?: boolean;
}

export const AddButtons = ({
  opening = {},
  variant = 'plain',
  small = false,
  short = false,
}: AddButtonsProps) => {
  const text = useText(sendText);
  const { drop, pick } = useSendActions();
  const ownDialogs = useSnapshot((snapshot) => !snapshot.shell.systemDialogs);
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);

  const choose = (kind: 'files' | 'folder'): void => {
    if (ownDialogs) (kind === 'files' ? files : folder).current?.click();
    else void pick(kind, opening);
  };
  const input = (kind: 'files' | 'folder') => (
    <input
      ref={kind === 'files' ? files : folder}
      type="file"
      multiple
      hidden
      // @ts-expect-error React has no name for it; every browser does.
      webkitdirectory={kind === 'folder' ? '' : undefined}
      data-kind={kind}
      onChange={(event) => {
        const chosen = [...(event.target.files ?? [])];
        event.target.value = '';
        if (chosen.length > 0) drop({ entries: [], files: chosen, text: '' }, opening);
      }}
    />
  );

  return (
    <>
      <Button variant={variant} small={small} icon={FilePlus} onClick={() => choose('files')}>
        {text.addFiles}
      </Button>
      <Button small={small} icon={FolderPlus} onClick={() => choose('folder')}>
        {text.addFolder}
      </Button>
      {ownDialogs ? (
        <>
          {short ? (
            <IconButton
              variant="plain"
              icon={Server}
              label={text.addThere}
              onClick={() => void pick('files', opening)}
            />
          ) : (
            <Button small={small} icon={Server} onClick={() => void pick('files', opening)}>
              {text.addThere}
            </Button>
          )}
          {input('files')}
          {input('folder')}
        </>
      ) : null}
    </>
  );
};
