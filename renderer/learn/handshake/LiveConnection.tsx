/** Opens and closes a real connection on the engine's machine, and shows the states that its system told. */

import { Play } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';

import type { ConnectionLife } from '../../../shared/model/lab.ts';
import { Button } from '../../components/Button.tsx';
import { codeOf, errorSentence } from '../../i18n/errors.ts';
import { useLanguage, useText } from '../../i18n/language.ts';
import { useClient } from '../../store/engine.ts';
import { handshakeText } from './text.ts';

export const LiveConnection = () => {
  const text = useText(handshakeText);
  const language = useLanguage();
  const client = useClient();
  const [life, setLife] = useState<ConnectionLife>();
  const [fault, setFault] = useState<string>();
  const [isRunning, setRunning] = useState(false);
  const abort = useRef<AbortController>(undefined);
  useEffect(() => () => abort.current?.abort(), []);

  const run = async (): Promise<void> => {
    const own = new AbortController();
    abort.current = own;
    setRunning(true);
    setFault(undefined);
    try {
      setLife(await client.call('lab.connection', {}, { signal: own.signal }));
    } catch (thrown) {
      if (!own.signal.aborted) setFault(codeOf(thrown));
    } finally {
      setRunning(false);
    }
  };

  return (
    <>
      <h2>{text.live}</h2>
      <p className="quiet learn-small">{text.liveHint}</p>
      <div className="line">
        <Button icon={Play} busy={isRunning} onClick={() => void run()}>
          {isRunning ? text.running : text.run}
        </Button>
      </div>
      {fault === undefined ? null : (
        <p className="ink-error" role="alert">
          {errorSentence(language, fault)}
        </p>
      )}
      {life === undefined ? null : <Life life={life} />}
    </>
  );
};

const Life = ({ life }: { readonly life: ConnectionLife }) => {
  const text = useText(handshakeText);
  return (
    <div role="status">
      <p className="learn-small">
        {text.ran(life.clientPort, life.serverPort)} {life.isTold ? '' : text.notTold}
      </p>
      {life.isTold ? (
        <>
          <table className="learn-life">
            <thead>
              <tr>
                <th scope="col">{text.step}</th>
                <th scope="col">{text.client}</th>
                <th scope="col">{text.server}</th>
              </tr>
            </thead>
            <tbody>
              {life.steps.map(({ step, client, server }) => (
                <tr key={step}>
                  <td>{text.steps[step]}</td>
                  <td className="data">{client ?? <span className="faint">{text.gone}</span>}</td>
                  <td className="data">{server ?? <span className="faint">{text.gone}</span>}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <p className="quiet learn-small">{text.note}</p>
        </>
      ) : null}
    </div>
  );
};
