/** The connection doctor: what was tried, what is likely, what to do. */

import { Check, CircleHelp, Stethoscope, X } from 'lucide-react';
import { useState } from 'react';

import type { Target } from '../../../shared/ipc/contract/index.ts';
import { displayName } from '../../../shared/model/display-name.ts';
import type { DoctorReport, DoctorStep } from '../../../shared/model/device.ts';
import { useAct } from '../../shell/act.ts';
import { Button } from '../../components/Button.tsx';
import { errorSentence } from '../../i18n/errors.ts';
import { useFormat, useLanguage, useText } from '../../i18n/language.ts';
import { doctorText } from './doctor-text.ts';
import { devicesText } from '../../devices/text.ts';

const signs = { good: Check, bad: X, unsure: CircleHelp } as const satisfies Record<
  DoctorStep['outcome'],
  unknown
>;

export const Doctor = ({ to }: { readonly to: Target }) => {
  const text = useText(devicesText);
  const act = useAct();
  const [report, setReport] = useState<DoctorReport>();
  const [isExamining, setExamining] = useState(false);
  const examine = async (): Promise<void> => {
    setExamining(true);
    const found = await act('devices.diagnose', { to });
    if (found !== undefined) setReport(found);
    setExamining(false);
  };
  return (
    <div className="stack">
      <div className="line">
        <Button small icon={Stethoscope} busy={isExamining} onClick={() => void examine()}>
          {report === undefined ? text.diagnose : text.diagnoseAgain}
        </Button>
        <span className="quiet" role="status">
          {isExamining ? text.examining : ''}
        </span>
      </div>
      {report === undefined ? null : <Report report={report} />}
    </div>
  );
};

const Report = ({ report }: { readonly report: DoctorReport }) => {
  const text = useText(doctorText);
  const format = useFormat();
  const language = useLanguage();
  const [first, ...others] = report.causes;
  return (
    <section className="stack doctor" aria-label={text.report}>
      {first === undefined ? null : (
        <div className="doctor-cause" data-fine={first === 'fine' || undefined} role="status">
          <p className="label">{text.likely}</p>
          <h3>{text.cause[first]}</h3>
          <p>{text.remedy[first]}</p>
        </div>
      )}
      {others.length === 0 ? null : (
        <div className="stack">
          <p className="label">{text.alsoPossible}</p>
          {others.map((cause) => (
            <p key={cause}>
              {text.cause[cause]} <span className="quiet">{text.remedy[cause]}</span>
            </p>
          ))}
        </div>
      )}
      <ol className="doctor-steps">
        {report.steps.map((step, index) => {
          const Sign = signs[step.outcome];
          return (
            <li key={`${step.tried} ${step.subject} ${index}`} data-outcome={step.outcome}>
              <Sign size={14} aria-hidden />
              <span className="unseen">{text.outcome[step.outcome]}: </span>
              <span>{text.tried[step.tried]}</span>
              <span className="data faint clip" title={displayName(step.subject)}>
                {displayName(step.subject)}
              </span>
              <span className="data faint line-end">
                {step.tookMs === undefined ? '' : text.took(format.number(Math.round(step.tookMs)))}
              </span>
              {step.code === undefined ? null : (
                <p className="doctor-code quiet">{errorSentence(language, step.code)}</p>
              )}
            </li>
          );
        })}
      </ol>
    </section>
  );
};
