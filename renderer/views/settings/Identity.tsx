/** Who this device is: name, colour, words and id. */

import { Copy } from 'lucide-react';

import { Avatar } from '../../components/Avatar.tsx';
import { Button } from '../../components/Button.tsx';
import { copyText } from '../../components/clipboard.ts';
import { Section } from '../../components/View.tsx';
import { WordGrid } from '../../components/WordGrid.tsx';
import { useText } from '../../i18n/language.ts';
import { useSnapshot } from '../../store/engine.ts';
import { IdDump } from '../devices/IdDump.tsx';
import { commonText } from '../../i18n/common.ts';
import type { Save } from './save.ts';
import { settingsText } from './text.ts';
import { TypedSetting } from './TypedSetting.tsx';
import { aliasOf } from './values.ts';

export const Identity = ({ save }: { readonly save: Save }) => {
  const text = useText(settingsText);
  const common = useText(commonText);
  const self = useSnapshot((snapshot) => snapshot.self);
  const settings = useSnapshot((snapshot) => snapshot.settings);
  return (
    <Section title={text.identity}>
      <div className="settings-identity">
        <Avatar id={self.deviceId} hue={settings.hue} size={56} />
        <div className="stack grow">
          <TypedSetting
            label={text.name}
            value={settings.alias}
            maxLength={128}
            parse={aliasOf}
            wrong={text.nameEmpty}
            onSave={(alias) => save({ alias })}
          />
          <label className="settings-hue">
            <span className="label">{text.colour}</span>
            <input
              type="range"
              min={0}
              max={359}
              value={settings.hue}
              aria-valuetext={text.colourOf(String(settings.hue))}
              onChange={(event) => save({ hue: Number(event.target.value) })}
            />
          </label>
        </div>
      </div>
      <div className="settings-pair">
        <div className="stack">
          <h3>{text.words}</h3>
          <WordGrid words={self.words} label={text.words} />
          <p className="faint">{text.wordsMeaning}</p>
        </div>
        <div className="stack">
          <h3>{text.id}</h3>
          <IdDump hex={self.deviceId} label={common.idOf(self.deviceId)} />
          <div className="line wrap">
            <Button small icon={Copy} onClick={() => void copyText(self.deviceId, common.copied)}>
              {text.copyId}
            </Button>
            <span className="faint">{text.idMeaning}</span>
          </div>
        </div>
      </div>
    </Section>
  );
};
