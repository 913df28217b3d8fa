/** What happens to files that come, and how fast they may. */

import { FolderOpen } from 'lucide-react';
import { useState } from 'react';

import { useAct } from '../../shell/act.ts';
import { Button } from '../../components/Button.tsx';
import { Select, Switch } from '../../components/Field.tsx';
import { Name } from '../../components/Text.tsx';
import { Section } from '../../components/View.tsx';
import { usePick } from '../../files/pick.tsx';
import { useText } from '../../i18n/language.ts';
import { askForNotifications } from '../../receive/notifications.ts';
import { useSnapshot } from '../../store/engine.ts';
import type { Save } from './save.ts';
import { settingsText } from './text.ts';
import { TypedSetting } from './TypedSetting.tsx';
import { limitOf, shownLimit } from './values.ts';

const policies = ['rename', 'skip', 'overwrite'] as const;

export const Receiving = ({ save }: { readonly save: Save }) => {
  const text = useText(settingsText);
  const act = useAct();
  const pick = usePick();
  const settings = useSnapshot((snapshot) => snapshot.settings);
  const reveals = useSnapshot((snapshot) => snapshot.shell.reveal);
  const [isBlocked, setBlocked] = useState(false);
  const change = async (): Promise<void> => {
    const [ref] = await pick({ kind: 'folder', title: text.chooseFolder });
    if (ref !== undefined) await act('settings.downloadDir', { ref });
  };
  const notify = async (on: boolean): Promise<void> => {
    const isAllowed = !on || (await askForNotifications());
    setBlocked(!isAllowed);
    if (isAllowed) save({ notifications: on });
  };
  return (
    <Section title={text.receiving}>
      <div className="settings-folder">
        <span className="label">{text.folder}</span>
        <span className="line wrap">
          <Name of={settings.downloadDir} className="data settings-path" />
          <Button small onClick={() => void change()}>
            {text.change}
          </Button>
          {reveals ? (
            <Button
              small
              variant="ghost"
              icon={FolderOpen}
              onClick={() => void act('program.openDownloads', {})}
            >
              {text.openFolder}
            </Button>
          ) : null}
        </span>
      </div>
      <div className="settings-field">
        <Select
          label={text.conflict}
          value={settings.onConflict}
          options={policies.map((value) => ({ value, label: text.conflicts[value] }))}
          onChange={(onConflict) => save({ onConflict })}
        />
      </div>
      <Switch
        label={text.notifications}
        checked={settings.notifications}
        onChange={(on) => void notify(on)}
        {...(isBlocked ? { hint: text.notificationsBlocked } : {})}
      />
    </Section>
  );
};

export const Speed = ({ save }: { readonly save: Save }) => {
  const text = useText(settingsText);
  const { uploadLimit, downloadLimit } = useSnapshot((snapshot) => snapshot.settings);
  const shared = {
    data: true,
    inputMode: 'decimal',
    placeholder: text.unlimited,
    unit: text.unit,
    parse: limitOf,
    wrong: text.limitWrong,
  } as const;
  return (
    <Section title={text.speed}>
      <div className="settings-limits">
        <TypedSetting
          {...shared}
          label={text.upload}
          value={shownLimit(uploadLimit)}
          onSave={({ limit }) => save({ uploadLimit: limit })}
        />
        <TypedSetting
          {...shared}
          label={text.download}
          value={shownLimit(downloadLimit)}
          onSave={({ limit }) => save({ downloadLimit: limit })}
        />
      </div>
      <p className="faint">{text.limitMeaning}</p>
    </Section>
  );
};
