/** Verifying a device: a person compares its words with what its own window shows. */

import { BadgeCheck } from 'lucide-react';
import { useState } from 'react';

import { useAct } from '../../shell/act.ts';
import { Button } from '../../components/Button.tsx';
import { WordGrid } from '../../components/WordGrid.tsx';
import { commonText } from '../../i18n/common.ts';
import { useText } from '../../i18n/language.ts';
import { devicesText } from '../../devices/text.ts';

interface VerifyWordsProps {
  readonly id: string;
  readonly name: string;
  readonly isVerified: boolean;
}

export const VerifyWords = ({ id, name, isVerified }: VerifyWordsProps) => {
  const text = useText(devicesText);
  const common = useText(commonText);
  const act = useAct();
  const [words, setWords] = useState<readonly string[]>();
  const [differ, setDiffer] = useState(false);

  const show = async (): Promise<void> => {
    setDiffer(false);
    setWords((await act('devices.words', { id }))?.words);
  };
  const verify = async (on: boolean): Promise<void> => {
    await act('devices.verify', { id, on });
    setWords(undefined);
  };

  if (words === undefined)
    return (
      <div className="line wrap">
        <Button small icon={BadgeCheck} onClick={() => void show()}>
          {text.compare}
        </Button>
        {isVerified ? (
          <Button small variant="ghost" onClick={() => void verify(false)}>
            {text.unverify}
          </Button>
        ) : null}
      </div>
    );
  return (
    <div className="verify">
      <p>{text.compareHow(name)}</p>
      <WordGrid words={words} label={text.words} />
      {differ ? (
        <p className="ink-error" role="alert">
          {text.differText}
        </p>
      ) : null}
      <div className="line wrap">
        <Button small variant="solid" onClick={() => void verify(true)}>
          {text.same}
        </Button>
        <Button
          small
          onClick={() => {
            setDiffer(true);
            if (isVerified) void act('devices.verify', { id, on: false });
          }}
        >
          {text.differ}
        </Button>
        <Button small variant="ghost" onClick={() => setWords(undefined)}>
          {common.close}
        </Button>
      </div>
    </div>
  );
};
