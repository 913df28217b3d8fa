/** How TCP opens and closes: a ladder that is made up, and a real connection in the states that the system tells. */

import { useState } from 'react';

import { ladderOf, type Segment } from '../../../shared/lab/ladder/ladder.ts';
import { Switch } from '../../components/Field.tsx';
import { useFormat, useText } from '../../i18n/language.ts';
import { NumberField } from '../NumberField.tsx';
import { LiveConnection } from './LiveConnection.tsx';
import { handshakeText } from './text.ts';
import './handshake.css';

const seedBounds = { least: 0, most: 4_294_967_295 };
const byteBounds = { least: 0, most: 1_460 };

export const HandshakeTool = () => {
  const text = useText(handshakeText);
  const [seed, setSeed] = useState(1);
  const [bytes, setBytes] = useState(5);
  const [merges, setMerges] = useState(false);
  return (
    <div className="learn-tool">
      <div>
        <p className="quiet learn-small">{text.intro}</p>
        <div className="learn-inputs">
          <NumberField label={text.bytes} value={bytes} bounds={byteBounds} onChange={setBytes} />
          <NumberField label={text.seed} value={seed} bounds={seedBounds} onChange={setSeed} />
        </div>
        <Switch label={text.merges} checked={merges} onChange={setMerges} />
        <Ladder segments={ladderOf({ seed, bytes, merges })} />
        <p className="ink-warn learn-small">{text.madeUp}</p>
      </div>
      <div>
        <LiveConnection />
        <h2>{text.questions}</h2>
        <dl className="learn-answers">
          {(['three', 'plusOne', 'four', 'wait'] as const).map((name) => (
            <div key={name}>
              <dt>{text.answers[name].question}</dt>
              <dd>{text.answers[name].answer}</dd>
            </div>
          ))}
        </dl>
      </div>
    </div>
  );
};

const Ladder = ({ segments }: { readonly segments: readonly Segment[] }) => {
  const text = useText(handshakeText);
  const closing = segments.filter(({ phase }) => phase === 'close').length;
  return (
    <div className="learn-ladder">
      <div className="learn-ladder-ends" aria-hidden>
        <b>{text.client}</b>
        <b>{text.server}</b>
      </div>
      {(['open', 'data', 'close'] as const).map((phase) => {
        const own = segments.filter((segment) => segment.phase === phase);
        return own.length === 0 ? null : (
          <section key={phase}>
            <h3>{phase === 'close' && closing === 3 ? text.closeInThree : text.phases[phase]}</h3>
            <ol>
              {own.map((segment) => (
                <Rung key={`${segment.from}${segment.seq}${segment.flags.join('')}`} segment={segment} />
              ))}
            </ol>
          </section>
        );
      })}
    </div>
  );
};

const Rung = ({ segment }: { readonly segment: Segment }) => {
  const text = useText(handshakeText);
  const format = useFormat();
  const { from, flags, seq, ack, length, client, server } = segment;
  const numbers = [
    `seq ${seq}`,
    ...(ack === undefined ? [] : [`ack ${ack}`]),
    ...(length === 0 ? [] : [text.length(format.number(length))]),
  ].join(', ');
  return (
    <li className="learn-rung" data-from={from}>
      <span className="unseen">
        {text.segment(from, flags.join('+'), numbers)} {text.states(client, server)}
      </span>
      <span className="data learn-rung-state" aria-hidden>
        {client}
      </span>
      <span className="learn-arrow" aria-hidden>
        <b className="data">{flags.join('+')}</b>
        <span className="data">{numbers}</span>
      </span>
      <span className="data learn-rung-state" aria-hidden>
        {server}
      </span>
    </li>
  );
};
