/** Language, appearance, start, and the end of the program. */

import { Power, RefreshCw } from 'lucide-react';
import { useState } from 'react';

import type { CallResult } from '../../../shared/ipc/contract/index.ts';
import { useAct } from '../../shell/act.ts';
import { Button } from '../../components/Button.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { Select, Switch } from '../../components/Field.tsx';
import { Section } from '../../components/View.tsx';
import { commonText } from '../../i18n/common.ts';
import { useText } from '../../i18n/language.ts';
import { useSnapshot } from '../../store/engine.ts';
import type { Save } from './save.ts';
import { settingsText } from './text.ts';

const languages = ['system', 'en', 'zh'] as const;
const themes = ['system', 'light', 'dark'] as const;
const ended = new Set(['done', 'failed', 'declined', 'cancelled']);

export const ProgramSection = ({ save }: { readonly save: Save }) => {
  const text = useText(settingsText);
  const settings = useSnapshot((snapshot) => snapshot.settings);
  const canStart = useSnapshot((snapshot) => snapshot.shell.startWithSystem);
  const version = useSnapshot(({ self }) => text.version(self.version, self.platform));
  const [isQuitting, setQuitting] = useState(false);
  return (
    <Section title={text.window}>
      <div className="settings-limits">
        <Select
          label={text.language}
          value={settings.language}
          options={languages.map((value) => ({ value, label: text.languages[value] }))}
          onChange={(language) => save({ language })}
        />
        <Select
          label={text.theme}
          value={settings.theme}
          options={themes.map((value) => ({ value, label: text.themes[value] }))}
          onChange={(theme) => save({ theme })}
        />
      </div>
      <Switch
        label={text.restore}
        hint={text.restoreMeaning}
        checked={settings.restoreShares}
        onChange={(restoreShares) => save({ restoreShares })}
      />
      {canStart ? (
        <Switch
          label={text.start}
          checked={settings.startWithSystem}
          onChange={(startWithSystem) => save({ startWithSystem })}
        />
      ) : null}
      <ReleaseSetting save={save} />
      <div className="line wrap settings-end">
        <span className="data faint">{version}</span>
        <Button icon={Power} className="line-end" onClick={() => setQuitting(true)}>
          {text.quit}
        </Button>
      </div>
      {isQuitting ? <QuitDialog onClose={() => setQuitting(false)} /> : null}
    </Section>
  );
};

/** Whoever looks now has asked for it, whatever the switch says. */
const ReleaseSetting = ({ save }: { readonly save: Save }) => {
  const text = useText(settingsText);
  const act = useAct();
  const isOn = useSnapshot((snapshot) => snapshot.settings.checkReleases);
  const [isLooking, setLooking] = useState(false);
  const [release, setRelease] = useState<CallResult<'program.latestRelease'>>();
  const look = async (): Promise<void> => {
    setLooking(true);
    setRelease(await act('program.latestRelease', {}));
    setLooking(false);
  };
  const told = (found: CallResult<'program.latestRelease'>): string =>
    found.isNewer ? text.newer(found.version, found.url) : text.newest(found.version);
  return (
    <>
      <Switch
        label={text.releases}
        hint={text.releasesMeaning}
        checked={isOn}
        onChange={(checkReleases) => save({ checkReleases })}
      />
      <div className="line wrap">
        <Button small icon={RefreshCw} busy={isLooking} onClick={() => void look()}>
          {text.releasesNow}
        </Button>
        <span role="status">{release === undefined ? '' : told(release)}</span>
      </div>
    </>
  );
};

const QuitDialog = ({ onClose }: { readonly onClose: () => void }) => {
  const text = useText(settingsText);
  const common = useText(commonText);
  const act = useAct();
  const isBusy = useSnapshot((snapshot) =>
    Object.values(snapshot.transfers).some(({ state }) => !ended.has(state)),
  );
  return (
    <Dialog
      title={text.quitTitle}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button variant="danger" data-autofocus onClick={() => void act('program.quit', { force: isBusy })}>
            {text.quit}
          </Button>
        </>
      }
    >
      <p>{isBusy ? text.quitRunning : text.quitIdle}</p>
    </Dialog>
  );
};
