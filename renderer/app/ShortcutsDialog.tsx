/** The list of keys that work now. */

import { Dialog } from '../components/Dialog.tsx';
import { Kbd } from '../components/Text.tsx';
import { useText } from '../i18n/language.ts';
import { useWindow } from '../store/window.ts';
import { shownKeys, useShortcutGroups } from '../shell/shortcuts.ts';
import { appText } from './text.ts';

export const ShortcutsDialog = () => {
  const text = useText(appText);
  const groups = useShortcutGroups((state) => state.groups);
  const isOpen = useWindow((state) => state.shortcutsOpen);
  const show = useWindow((state) => state.showShortcuts);
  if (!isOpen) return null;
  const lists = [
    ['↑ ↓', text.keyMove],
    ['Shift ↑ ↓', text.keyRange],
    [shownKeys('mod+a').join(' '), text.keyAll],
    ['Space', text.keyToggle],
    ['Enter', text.keyOpen],
    ['Backspace', text.keyUp],
    ['a…z', text.keyType],
  ] as const;
  return (
    <Dialog title={text.shortcuts} onClose={() => show(false)}>
      {groups.map((group) => (
        <KeyList
          key={group.title}
          title={group.title}
          keys={group.shortcuts.map(({ keys, label }) => [shownKeys(keys).join(' '), label] as const)}
        />
      ))}
      <KeyList title={text.shortcutGroups.lists} keys={lists} />
    </Dialog>
  );
};

interface KeyListProps {
  readonly title: string;
  readonly keys: readonly (readonly [string, string])[];
}

const KeyList = ({ title, keys }: KeyListProps) => (
  <section className="stack">
    <h3>{title}</h3>
    <dl className="key-list">
      {keys.map(([shown, label]) => (
        <div key={shown}>
          <dt className="line">
            {shown.split(' ').map((key) => (
              <Kbd key={key}>{key}</Kbd>
            ))}
          </dt>
          <dd>{label}</dd>
        </div>
      ))}
    </dl>
  </section>
);
