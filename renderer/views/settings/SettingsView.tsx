/** The view of this device: who it is, where it is reached, and how the program behaves. Everything takes effect at once. */

import { View } from '../../components/View.tsx';
import { useText } from '../../i18n/language.ts';
import { Identity } from './Identity.tsx';
import { Network } from './Network.tsx';
import { ProgramSection } from './ProgramSection.tsx';
import { Receiving, Speed } from './Receiving.tsx';
import { useSave } from './save.ts';
import { settingsText } from './text.ts';
import './settings.css';

export const SettingsView = () => {
  const text = useText(settingsText);
  const save = useSave();
  return (
    <View title={text.title}>
      <div className="settings">
        <div className="settings-column">
          <Identity save={save} />
          <Receiving save={save} />
          <Speed save={save} />
        </div>
        <div className="settings-column">
          <Network save={save} />
          <ProgramSection save={save} />
        </div>
      </div>
    </View>
  );
};
