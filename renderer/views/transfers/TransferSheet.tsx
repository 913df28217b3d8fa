/** Everything about one transfer, at the side of the list. */

import { Binary, FolderOpen, Pause, Play, RotateCcw } from 'lucide-react';
import type { ReactNode } from 'react';
import { useEffect, useState } from 'react';

import type { CallResult } from '../../../shared/ipc/contract/index.ts';
import type { TransferCard } from '../../../shared/model/transfer-card.ts';
import { useReport } from '../../shell/act.ts';
import { navigate } from '../../shell/router.ts';
import { Button } from '../../components/Button.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { ProgressBar, Sparkline } from '../../components/Progress.tsx';
import { HexText, Name, TrustMark } from '../../components/Text.tsx';
import { errorSentence } from '../../i18n/errors.ts';
import { useFormat, useLanguage, useText } from '../../i18n/language.ts';
import { useClient } from '../../store/engine.ts';
import { dialable } from '../devices/dialable.ts';
import { actionsOf, type TransferCommands } from './actions.ts';
import { fractionOf, resumedFractionOf, tookSeconds, toneOf } from './card.ts';
import { isOver, settledBytes } from '../../../shared/model/transfer-progress.ts';
import { transfersText } from './text.ts';
import { StateWord } from './TransferRow.tsx';

const shownFaults = 200;

export interface TransferSheetProps {
  readonly card: TransferCard;
  readonly actions: TransferCommands;
  readonly onClose: () => void;
}

export const TransferSheet = ({ card, actions, onClose }: TransferSheetProps) => {
  const text = useText(transfersText);
  const f = useFormat();
  const can = actionsOf(card, actions.reveals);
  const run = (verb: Parameters<TransferCommands['run']>[0]) => () => void actions.run(verb, card.id);
  const took = tookSeconds(card);
  const footer = (
    <>
      <Button icon={Binary} onClick={() => navigate('inspector', [], { transfer: card.id })}>
        {text.inspect}
      </Button>
      {can.canReveal ? (
        <Button icon={FolderOpen} onClick={run('reveal')}>
          {text.reveal}
        </Button>
      ) : null}
      {can.canRetry ? (
        <Button icon={RotateCcw} variant="solid" onClick={run('retry')}>
          {text.retry}
        </Button>
      ) : null}
      {can.canResume ? (
        <Button icon={Play} variant="solid" onClick={run('resume')}>
          {text.resume}
        </Button>
      ) : can.canPause ? (
        <Button icon={Pause} onClick={run('pause')}>
          {text.pause}
        </Button>
      ) : null}
      {can.canCancel ? <Button onClick={run('cancel')}>{text.cancel}</Button> : null}
    </>
  );
  return (
    <Dialog
      kind="sheet"
      title={<Name of={text.title_(card.title, card.moreRoots)} />}
      footer={footer}
      onClose={onClose}
    >
      <div className="stack">
        {isOver(card) ? null : (
          <ProgressBar
            label={text.progressOf(card.title)}
            fraction={fractionOf(card)}
            resumedFraction={resumedFractionOf(card)}
            tone={toneOf(card)}
          />
        )}
        <Speeds card={card} />
        <dl className="transfers-facts">
          <Fact name={text.fields.state}>
            <StateWord card={card} />
          </Fact>
          {card.peer === undefined ? null : (
            <Fact name={text.fields.device}>
              <span className="line wrap">
                <Name of={card.peer.alias} />
                <TrustMark trust={card.peer.trust} />
              </span>
            </Fact>
          )}
          {card.peer === undefined ? null : (
            <Fact name={text.fields.address}>
              <span className="data">{dialable({ host: card.peer.address, port: card.peer.port })}</span>
            </Fact>
          )}
          <Fact name={text.fields.way}>{text.kinds[card.kind][card.direction]}</Fact>
          {card.share === undefined ? null : (
            <Fact name={text.fields.share}>
              <Name of={card.share} />
            </Fact>
          )}
          {card.shownDir === undefined ? null : (
            <Fact name={text.fields.folder}>
              <Name of={card.shownDir} className="data" />
            </Fact>
          )}
          {card.currentPath === undefined || isOver(card) ? null : (
            <Fact name={text.fields.current}>
              <Name of={card.currentPath} className="data" />
            </Fact>
          )}
          <Fact name={text.fields.files}>
            <span className="data">{text.ofFiles(card.files, card.totals.files)}</span>
          </Fact>
          <Fact name={text.fields.bytes}>
            <span className="data">
              {text.ofBytes(f.bytes(settledBytes(card)), f.bytes(card.totals.bytes))}
            </span>
          </Fact>
          {card.resumedBytes === 0 ? null : (
            <Fact name={text.fields.resumed}>
              <span className="data">{f.bytes(card.resumedBytes)}</span>
            </Fact>
          )}
          {card.same === 0 ? null : (
            <Fact name={text.fields.same}>
              <span className="data">{f.number(card.same)}</span>{' '}
              <span className="faint">{text.sameMeaning}</span>
            </Fact>
          )}
          {card.skipped === card.same ? null : (
            <Fact name={text.fields.skipped}>
              <span className="data">{f.number(card.skipped - card.same)}</span>
            </Fact>
          )}
          {card.failed === 0 ? null : (
            <Fact name={text.fields.failed}>
              <span className="data ink-error">{f.number(card.failed)}</span>
            </Fact>
          )}
          {card.omitted === 0 ? null : (
            <Fact name={text.fields.omitted}>
              <span className="data">{f.number(card.omitted)}</span>{' '}
              <span className="faint">{text.omittedMeaning}</span>
            </Fact>
          )}
          <Fact name={text.fields.started}>
            <span className="data">{`${f.date(card.startedAtMs)} ${f.clock(card.startedAtMs)}`}</span>
          </Fact>
          {took === undefined ? null : (
            <Fact name={text.fields.took}>
              <span className="data">{f.duration(took)}</span>
            </Fact>
          )}
          {took === undefined || took === 0 || card.bytes === 0 ? null : (
            <Fact name={text.fields.average}>
              <span className="data">{f.speed(card.bytes / took)}</span>
            </Fact>
          )}
          <Fact name={text.fields.id}>
            <HexText hex={card.id} />
          </Fact>
        </dl>
        {card.failed > 0 || card.noticed !== undefined || card.omitted > 0 ? <Problems card={card} /> : null}
      </div>
    </Dialog>
  );
};

const Fact = ({ name, children }: { readonly name: string; readonly children: ReactNode }) => (
  <div className="transfers-fact">
    <dt className="label">{name}</dt>
    <dd>{children}</dd>
  </div>
);

const Speeds = ({ card }: { readonly card: TransferCard }) => {
  const text = useText(transfersText);
  const f = useFormat();
  if (card.speeds.length < 2) return null;
  const peak = text.peak(f.speed(Math.max(...card.speeds)));
  return (
    <figure className="transfers-graph">
      <Sparkline
        values={card.speeds}
        width={480}
        height={72}
        tone={card.direction === 'send' ? 'sent' : 'received'}
        label={`${text.speedGraph}: ${peak}`}
      />
      <figcaption className="line">
        <span className="label">{text.speedGraph}</span>
        <span className="data quiet line-end">{peak}</span>
      </figcaption>
    </figure>
  );
};

type Told = CallResult<'transfers.faults'>;

/** What failed, what arrived other than it was told, and what was left out. Asked for again as more comes. */
const Problems = ({ card }: { readonly card: TransferCard }) => {
  const text = useText(transfersText);
  const language = useLanguage();
  const client = useClient();
  const report = useReport();
  const { id, failed, noticed = 0, omitted } = card;
  const [{ faults, notices, omissions }, setTold] = useState<Told>({
    faults: [],
    notices: [],
    omissions: [],
  });
  useEffect(() => {
    const gone = new AbortController();
    client.call('transfers.faults', { id }, { signal: gone.signal }).then(setTold, (thrown: unknown) => {
      if (!gone.signal.aborted) report(thrown);
    });
    return () => gone.abort();
  }, [client, failed, noticed, omitted, id, report]);
  return (
    <>
      {failed === 0 ? null : (
        <ProblemList
          title={text.faultsTitle}
          of={faults.map((fault) => ({ ...fault, sentence: errorSentence(language, fault.code) }))}
          total={failed}
        />
      )}
      {noticed === 0 ? null : (
        <ProblemList
          title={text.noticesTitle}
          of={notices.map((notice) => ({ ...notice, sentence: text.notices[notice.code] }))}
          total={noticed}
        />
      )}
      {omissions.length === 0 ? null : (
        <ProblemList
          title={text.omissionsTitle}
          of={omissions.map(({ path, reason }) => ({ path, sentence: text.omissions[reason] }))}
          total={Math.max(omitted, omissions.length)}
        />
      )}
    </>
  );
};

interface Problem {
  readonly path: string;
  /** Absent where it lies in the thing itself. */
  readonly side?: 'here' | 'there';
  readonly sentence: string;
}

const ProblemList = ({
  title,
  of: problems,
  total,
}: {
  readonly title: string;
  readonly of: readonly Problem[];
  readonly total: number;
}) => {
  const text = useText(transfersText);
  const more = total - Math.min(problems.length, shownFaults);
  return (
    <section className="stack">
      <h3>{title}</h3>
      <ul className="transfers-faults">
        {problems.slice(0, shownFaults).map(({ path, side, sentence }, index) => (
          // Names that are not UTF-8 may read the same.
          <li key={`${index} ${path}`}>
            <Name of={path} className="data" />
            <span className="quiet">
              {sentence}
              {side === undefined ? null : (
                <span className="faint"> ({side === 'here' ? text.faultHere : text.faultThere})</span>
              )}
            </span>
          </li>
        ))}
      </ul>
      {more > 0 && problems.length > 0 ? <p className="faint">{text.moreFaults(more)}</p> : null}
    </section>
  );
};
