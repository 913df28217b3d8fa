/** The same as a tool shows, as a program in C, Python or Node that runs as printed. */

import { Copy } from 'lucide-react';
import { useState } from 'react';

import { type ProgramLanguage, programLanguages, type Programs } from '../../shared/lab/program.ts';
import { IconButton } from '../components/Button.tsx';
import { copyText } from '../components/clipboard.ts';
import { Tabs } from '../components/Tabs.tsx';
import { commonText } from '../i18n/common.ts';
import { useText } from '../i18n/language.ts';
import { learnText } from './text.ts';
import './program.css';

const names: Readonly<Record<ProgramLanguage, string>> = { c: 'C', python: 'Python', node: 'Node' };

export const ProgramPane = ({ programs }: { readonly programs: Programs }) => {
  const text = useText(learnText);
  const common = useText(commonText);
  const [language, setLanguage] = useState<ProgramLanguage>('c');
  const source = programs.sources[language];
  return (
    <section className="learn-programs" aria-label={text.calls}>
      <h2>{text.calls}</h2>
      <p className="quiet learn-small">{text.callsHint}</p>
      <Tabs
        label={text.calls}
        tabs={programLanguages.map((name) => ({ name, label: names[name] }))}
        chosen={language}
        onChoose={setLanguage}
      >
        <div className="learn-source">
          <IconButton
            small
            icon={Copy}
            label={common.copy}
            onClick={() => void copyText(source, common.copied)}
          />
          <pre className="data selectable">{source}</pre>
        </div>
      </Tabs>
      <p className="label">{text.prints}</p>
      <pre className="data selectable learn-output">{programs.output.join('\n')}</pre>
    </section>
  );
};
