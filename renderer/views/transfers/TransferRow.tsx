/** One transfer in the list. */

import { ArrowDown, ArrowUp, Pause, Play, RotateCcw, X } from 'lucide-react';
import { type KeyboardEvent, useId } from 'react';

import type { TransferCard } from '../../../shared/model/transfer-card.ts';
import { navigate } from '../../shell/router.ts';
import { IconButton } from '../../components/Button.tsx';
import { Menu, type MenuItem } from '../../components/Menu.tsx';
import { ProgressBar, Sparkline } from '../../components/Progress.tsx';
import { Name } from '../../components/Text.tsx';
import { commonText } from '../../i18n/common.ts';
import { errorSentence } from '../../i18n/errors.ts';
import { useFormat, useLanguage, useText } from '../../i18n/language.ts';
import { actionsOf, type TransferCommands } from './actions.ts';
import { fractionOf, resumedFractionOf, toneOf } from './card.ts';
import { isOver, settledBytes } from '../../../shared/model/transfer-progress.ts';
import { transfersText } from './text.ts';

export interface TransferRowProps {
  readonly card: TransferCard;
  readonly actions: TransferCommands;
  readonly isCurrent: boolean;
  readonly onOpen: (id: string) => void;
}

export const TransferRow = ({ card, actions, isCurrent, onOpen }: TransferRowProps) => {
  const id = useId();
  const text = useText(transfersText);
  const can = actionsOf(card, actions.reveals);
  const run = (verb: Parameters<TransferCommands['run']>[0]) => () => void actions.run(verb, card.id);
  const Arrow = card.direction === 'send' ? ArrowUp : ArrowDown;
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Delete') void actions.run(can.canCancel ? 'cancel' : 'remove', card.id);
    else if (event.key === 'p' && (can.canPause || can.canResume))
      void actions.run(can.canResume ? 'resume' : 'pause', card.id);
    else if (event.key === 'r' && can.canRetry) void actions.run('retry', card.id);
    else return;
    event.preventDefault();
  };
  return (
    <article
      className="transfers-row"
      data-over={isOver(card) || undefined}
      data-current={isCurrent || undefined}
    >
      <span className={`transfers-arrow ink-${card.direction === 'send' ? 'sent' : 'received'}`} aria-hidden>
        <Arrow size={18} strokeWidth={1.75} />
      </span>
      <div className="transfers-about">
        <span className="transfers-title line">
          <button
            type="button"
            className="transfers-main"
            aria-label={text.details(text.title_(card.title, card.moreRoots))}
            aria-describedby={`${id}-peer ${id}-numbers`}
            onClick={() => onOpen(card.id)}
            onKeyDown={onKeyDown}
          >
            <Name of={text.title_(card.title, card.moreRoots)} className="transfers-name" />
          </button>
          <span id={`${id}-peer`} className="quiet transfers-peer clip">
            {card.direction === 'send' ? text.to : text.from} <Name of={card.peer?.alias ?? text.somebody} />
          </span>
        </span>
        <Numbers id={`${id}-numbers`} card={card} />
      </div>
      {card.speeds.length > 1 && !isOver(card) ? (
        <span className="transfers-speed">
          <Sparkline values={card.speeds} tone={card.direction === 'send' ? 'sent' : 'received'} />
        </span>
      ) : null}
      <div className="transfers-actions">
        {can.canResume ? (
          <IconButton label={text.resume} icon={Play} onClick={run('resume')} />
        ) : can.canPause ? (
          <IconButton label={text.pause} icon={Pause} onClick={run('pause')} />
        ) : null}
        {can.canRetry ? <IconButton label={text.retry} icon={RotateCcw} onClick={run('retry')} /> : null}
        {can.canCancel ? <IconButton label={text.cancel} icon={X} onClick={run('cancel')} /> : null}
        <RowMenu card={card} actions={actions} />
      </div>
      {isOver(card) ? null : (
        <div className="transfers-bar">
          <ProgressBar
            label={text.progressOf(card.title)}
            fraction={fractionOf(card)}
            resumedFraction={resumedFractionOf(card)}
            tone={toneOf(card)}
          />
        </div>
      )}
    </article>
  );
};

const RowMenu = ({ card, actions }: Pick<TransferRowProps, 'card' | 'actions'>) => {
  const text = useText(transfersText);
  const common = useText(commonText);
  const can = actionsOf(card, actions.reveals);
  const item = (label: string, verb: Parameters<TransferCommands['run']>[0], danger = false): MenuItem => ({
    label,
    danger,
    run: () => void actions.run(verb, card.id),
  });
  return (
    <Menu
      label={common.more}
      items={[
        { label: text.inspect, run: () => navigate('inspector', [], { transfer: card.id }) },
        ...(can.canReveal ? [item(text.reveal, 'reveal'), item(text.openFolder, 'openFolder')] : []),
        ...(can.canRemove ? (['rule', item(text.removeOne, 'remove', true)] as const) : []),
      ]}
    />
  );
};

/** State, how much, how fast, how long: one line that is cut at its end, never wrapped. */
const Numbers = ({ id, card }: { readonly id: string; readonly card: TransferCard }) => {
  const text = useText(transfersText);
  const f = useFormat();
  const fraction = fractionOf(card);
  const parts = [
    amountOf(card, text, f),
    card.state === 'running' && card.bytesPerSecond > 0 ? f.speed(card.bytesPerSecond) : '',
    card.state === 'running' && card.secondsLeft !== undefined ? text.left(f.duration(card.secondsLeft)) : '',
    isOver(card) && card.endedAtMs !== undefined ? f.moment(card.endedAtMs) : '',
  ].filter((part) => part !== '');
  return (
    <span id={id} className="transfers-numbers line">
      <StateWord card={card} fraction={fraction} />
      <span className="data quiet clip">{parts.join('  ·  ')}</span>
      {card.state === 'running' && card.currentPath !== undefined ? (
        <Name of={card.currentPath} className="transfers-path data faint" />
      ) : null}
    </span>
  );
};

const amountOf = (
  card: TransferCard,
  text: ReturnType<typeof useText<(typeof transfersText)['en']>>,
  f: ReturnType<typeof useFormat>,
): string => {
  const { files, bytes, complete } = card.totals;
  const isDone = card.state === 'done';
  const settled = f.bytes(settledBytes(card));
  const amounts = [isDone ? settled : text.ofBytes(settled, f.bytes(bytes)), text.ofFiles(card.files, files)];
  if (card.same > 0) amounts.push(text.same(card.same));
  if (!complete && !isDone) amounts.push(text.counting);
  return amounts.join('  ·  ');
};

export const StateWord = ({
  card,
  fraction,
}: {
  readonly card: TransferCard;
  readonly fraction?: number | undefined;
}) => {
  const text = useText(transfersText);
  const language = useLanguage();
  const f = useFormat();
  const tone = toneOf(card);
  const ink = tone === 'idle' ? 'quiet' : `ink-${tone}`;
  if (card.state === 'running' && fraction !== undefined)
    return <span className={`data transfers-percent ${ink}`}>{f.percent(fraction)}</span>;
  return (
    <span className={`transfers-state ${ink}`}>
      {card.state === 'failed' && card.error !== undefined
        ? errorSentence(language, card.error.code)
        : card.state === 'done' && card.failed > 0
          ? text.doneWithFaults(card.failed)
          : card.state === 'paused' && card.pausedBy === 'there'
            ? text.pausedThere
            : card.state === 'paused' && card.pausedBy === 'both'
              ? text.pausedBoth
              : text.states[card.state]}
    </span>
  );
};
