/** The framing lab: controls beside the picture of one run, and the parser under it. */

import { Binary, RotateCw } from 'lucide-react';
import { useState } from 'react';

import { labLimits } from '../../../shared/model/lab.ts';
import { Button } from '../../components/Button.tsx';
import { errorSentence } from '../../i18n/errors.ts';
import { useFormat, useLanguage, useText } from '../../i18n/language.ts';
import { navigate } from '../../shell/router.ts';
import { useSnapshot } from '../../store/engine.ts';
import { Controls } from './Controls.tsx';
import { Parser } from './Parser.tsx';
import { Deliveries, Results } from './Results.tsx';
import { Legend, Rulers } from './Rulers.tsx';
import { type Picture, useRun } from './run.ts';
import { startSettings } from './settings.ts';
import { framingText } from './text.ts';
import './framing.css';

export const FramingLab = () => {
  const text = useText(framingText);
  const format = useFormat();
  const language = useLanguage();
  const [settings, setSettings] = useState(startSettings);
  const { picture, isRunning, fault, obstacle, again } = useRun(settings);
  const isShown = picture !== undefined && obstacle === undefined && fault === undefined;
  return (
    <div className="learn-lab">
      <Controls settings={settings} onChange={setSettings} />
      <div className="learn-stage">
        <p className="quiet learn-intro">{text.intro}</p>
        <div className="line wrap">
          <Legend />
          <span className="line line-end">
            <LastTransfer />
            <Button small icon={RotateCw} busy={isRunning} disabled={obstacle !== undefined} onClick={again}>
              {text.again}
            </Button>
          </span>
        </div>
        {obstacle !== undefined ? (
          <p className="ink-warn" role="alert">
            {obstacle === 'nothing' ? text.nothing : text.tooMuch(format.number(labLimits.streamBytes))}
          </p>
        ) : fault !== undefined ? (
          <p className="ink-error" role="alert">
            {errorSentence(language, fault)}
          </p>
        ) : picture === undefined ? (
          <p className="faint">{text.running}</p>
        ) : null}
        {isShown ? <Shown key={picture.decoded.stops.length} picture={picture} /> : null}
      </div>
    </div>
  );
};

const Shown = ({ picture }: { readonly picture: Picture }) => {
  const text = useText(framingText);
  const format = useFormat();
  const { stops } = picture.decoded;
  const [chosen, setIndex] = useState(() =>
    Math.max(
      0,
      stops.findIndex(
        ({ state }) => state.kind === 'header' || state.kind === 'body' || state.kind === 'terminator',
      ),
    ),
  );
  const index = Math.min(chosen, stops.length - 1);
  const stop = stops[index];
  const { run, experiment, isOffPlan } = picture;
  const isPlanned = experiment.plan.segmentEnds.length > 0;
  return (
    <>
      <Rulers picture={picture} cursor={{ start: stop?.from ?? 0, end: stop?.to ?? 0 }} />
      <Parser picture={picture} index={index} onIndex={setIndex} />
      <Results picture={picture} />
      <p className="quiet learn-note">
        {text.ran(
          run.senderPort,
          run.receiverPort,
          format.number(experiment.stream.bytes.length),
          run.reads.length,
        )}{' '}
        {isPlanned ? text.planned : text.free} {isOffPlan ? text.offPlan : ''}
      </p>
      <Deliveries picture={picture} />
    </>
  );
};

/** The student's own frames in the inspector, which shows the same ribbons over what was really captured. */
const LastTransfer = () => {
  const text = useText(framingText);
  const last = useSnapshot(
    (snapshot) =>
      Object.values(snapshot.transfers).reduce<{ readonly id: string; readonly atMs: number } | undefined>(
        (latest, { id, startedAtMs }) =>
          startedAtMs !== undefined && startedAtMs > (latest?.atMs ?? 0) ? { id, atMs: startedAtMs } : latest,
        undefined,
      )?.id,
  );
  return (
    <Button
      small
      variant="ghost"
      icon={Binary}
      disabled={last === undefined}
      data-tip={last === undefined ? text.lastTransferNone : text.lastTransferWhere}
      onClick={() => navigate('inspector', [], last === undefined ? {} : { transfer: last })}
    >
      {text.lastTransfer}
    </Button>
  );
};
