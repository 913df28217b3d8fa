/** A dialog that chooses files and folders, or one folder, of the engine's machine. Answers with refs. */

import { useState } from 'react';

import { displayName } from '../../shared/model/display-name.ts';
import type { LocalEntry, LocalFolder, Ref } from '../../shared/model/local.ts';
import { Button } from '../components/Button.tsx';
import { Dialog } from '../components/Dialog.tsx';
import { commonText } from '../i18n/common.ts';
import { useText } from '../i18n/language.ts';
import { useSnapshot } from '../store/engine.ts';
import { LocalBrowser } from './LocalBrowser.tsx';
import { filesText } from './text.ts';

export interface FilePickerProps {
  readonly title: string;
  /** `files`: any number of files and folders. `folder`: one folder. */
  readonly kind: 'files' | 'folder';
  readonly onPick: (refs: readonly Ref[]) => void;
  readonly onClose: () => void;
}

export const FilePicker = ({ title, kind, onPick, onClose }: FilePickerProps) => {
  const text = useText(filesText);
  const common = useText(commonText);
  const isRemote = useSnapshot((snapshot) => snapshot.shell.kind === 'browser');
  const [folder, setFolder] = useState<LocalFolder>();
  const [chosen, setChosen] = useState<readonly LocalEntry[]>([]);

  // Without a choice in it, a folder itself is what is chosen.
  const wanted: { readonly ref: Ref; readonly name: string } | undefined =
    kind === 'folder' ? (chosen[0] ?? folder) : chosen[0];
  const refs = kind === 'files' ? chosen.map(({ ref }) => ref) : wanted === undefined ? [] : [wanted.ref];

  return (
    <Dialog
      title={title}
      width="wide"
      onClose={onClose}
      footer={
        <>
          <span className="grow quiet" role="status">
            {kind === 'files' && chosen.length > 0
              ? common.selected(chosen.length)
              : isRemote
                ? text.onThatMachine
                : ''}
          </span>
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button variant="solid" disabled={refs.length === 0} onClick={() => onPick(refs)}>
            {kind === 'folder' && wanted !== undefined ? (
              <span className="clip files-choose">{text.chooseThis(displayName(wanted.name))}</span>
            ) : (
              common.choose
            )}
          </Button>
        </>
      }
    >
      <div className="files-picker">
        <LocalBrowser kind={kind} onFolder={setFolder} onChoose={setChosen} onFile={(ref) => onPick([ref])} />
      </div>
    </Dialog>
  );
};
