/** The Transfers view: one list for everything in both directions, what runs on top, the history below. */

import { ArrowDownUp, Search, Trash2 } from 'lucide-react';
import { useCallback, useDeferredValue, useMemo, useState } from 'react';

import { useAct } from '../../shell/act.ts';
import { navigate, replaceRoute, useRoute } from '../../shell/router.ts';
import { useShortcuts } from '../../shell/shortcuts.ts';
import { Button } from '../../components/Button.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { TextField } from '../../components/Field.tsx';
import { rovingKeys } from '../../components/roving.ts';
import { Tag } from '../../components/Text.tsx';
import { EmptyState, View } from '../../components/View.tsx';
import { VirtualList } from '../../components/VirtualList.tsx';
import { commonText } from '../../i18n/common.ts';
import { useText } from '../../i18n/language.ts';
import { useSnapshot } from '../../store/engine.ts';
import { useWindow } from '../../store/window.ts';
import { useTransferCommands } from './actions.ts';
import { type TransferFilter } from './card.ts';
import { isOver } from '../../../shared/model/transfer-progress.ts';
import { useTransferList } from './history.ts';
import { transfersText } from './text.ts';
import { TransferRow } from './TransferRow.tsx';
import { TransferSheet } from './TransferSheet.tsx';
import './transfers.css';

const rowHeight = 68;
const filters = ['all', 'active', 'sent', 'received', 'failed'] as const satisfies readonly TransferFilter[];

export const TransfersView = () => {
  const text = useText(transfersText);
  const {
    rest: [openId],
  } = useRoute();
  const [filter, setFilter] = useState<TransferFilter>('all');
  const [typed, setTyped] = useState('');
  const [isClearing, setClearing] = useState(false);
  const search = useDeferredValue(typed.trim());
  const { cards, reached, forget } = useTransferList(filter, search);
  const actions = useTransferCommands(forget);
  const running = useSnapshot(
    (snapshot) => Object.values(snapshot.transfers).filter((card) => !isOver(card)).length,
  );
  const isEmpty = cards.length === 0 && filter === 'all' && search === '';
  const opened = cards.find(({ id }) => id === openId);
  const open = useCallback((id: string) => replaceRoute('transfers', [id]), []);
  const close = useCallback(() => replaceRoute('transfers'), []);
  useTransferKeys();

  return (
    <View
      fills
      title={text.title}
      detail={running > 0 ? <Tag tone="accent">{text.running(running)}</Tag> : undefined}
      actions={
        cards.some(isOver) ? (
          <Button icon={Trash2} variant="ghost" onClick={() => setClearing(true)}>
            {text.clear}
          </Button>
        ) : undefined
      }
      bar={
        isEmpty ? undefined : (
          <>
            <div
              className="transfers-filters"
              role="radiogroup"
              aria-label={text.show}
              onKeyDown={rovingKeys('[role=radio]', 'row', true)}
            >
              {filters.map((name) => (
                <button
                  key={name}
                  type="button"
                  role="radio"
                  aria-checked={filter === name}
                  tabIndex={filter === name ? 0 : -1}
                  className="transfers-filter"
                  onClick={() => setFilter(name)}
                >
                  {text.filters[name]}
                </button>
              ))}
            </div>
            <div className="transfers-search line-end">
              <TextField
                label={text.search}
                hideLabel
                type="search"
                placeholder={text.searchHint}
                before={<Search size={14} aria-hidden />}
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
                data-search=""
              />
            </div>
          </>
        )
      }
    >
      {isEmpty ? (
        <EmptyState
          icon={ArrowDownUp}
          title={text.noneTitle}
          actions={<Button onClick={() => navigate('devices')}>{text.toDevices}</Button>}
        >
          {text.none}
        </EmptyState>
      ) : cards.length === 0 ? (
        <div className="transfers-none stack">
          <p className="quiet">{text.noMatch}</p>
          <div>
            <Button
              onClick={() => {
                setFilter('all');
                setTyped('');
              }}
            >
              {text.showAll}
            </Button>
          </div>
        </div>
      ) : (
        // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
        <div className="transfers-list" onKeyDown={rovingKeys('.transfers-main', 'column')}>
          <VirtualList
            label={text.list}
            count={cards.length}
            rowHeight={rowHeight}
            keyOf={(index) => cards[index]?.id ?? String(index)}
            row={(index) => {
              reached(index);
              const card = cards[index];
              return card === undefined ? null : (
                <TransferRow card={card} actions={actions} isCurrent={card.id === openId} onOpen={open} />
              );
            }}
          />
        </div>
      )}
      {opened === undefined ? null : <TransferSheet card={opened} actions={actions} onClose={close} />}
      {isClearing ? <ClearDialog forget={forget} onClose={() => setClearing(false)} /> : null}
    </View>
  );
};

/** Shows the keys in the list of shortcuts; the rows themselves listen. */
const useTransferKeys = (): void => {
  const text = useText(transfersText);
  useShortcuts(
    text.keys.title,
    useMemo(
      () =>
        (
          [
            ['p', text.keys.pause],
            ['Delete', text.keys.cancel],
            ['r', text.keys.retry],
          ] as const
        ).map(([keys, label]) => ({ keys, label, run: () => {} })),
      [text],
    ),
  );
};

const ClearDialog = ({ forget, onClose }: { readonly forget: () => void; readonly onClose: () => void }) => {
  const text = useText(transfersText);
  const common = useText(commonText);
  const act = useAct();
  const toast = useWindow((state) => state.toast);
  const clear = async (): Promise<void> => {
    if ((await act('transfers.clear', {})) === undefined) return;
    forget();
    toast({ tone: 'ok', text: text.cleared });
    onClose();
  };
  return (
    <Dialog
      title={text.clearTitle}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button variant="danger" onClick={() => void clear()} data-autofocus>
            {text.clear}
          </Button>
        </>
      }
    >
      <p>{text.clearText}</p>
    </Dialog>
  );
};
