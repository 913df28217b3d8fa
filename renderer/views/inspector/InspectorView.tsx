/** The Inspector view: the list of frames over the details of the chosen one. */

import { Binary } from 'lucide-react';
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';

import { typeLabel } from '../../../shared/protocol/catalog.ts';
import { replaceRoute, useRoute } from '../../shell/router.ts';
import { Button } from '../../components/Button.tsx';
import { Select } from '../../components/Field.tsx';
import { Menu } from '../../components/Menu.tsx';
import { Tabs } from '../../components/Tabs.tsx';
import { EmptyState, View } from '../../components/View.tsx';
import { errorSentence } from '../../i18n/errors.ts';
import { useFormat, useLanguage, useText } from '../../i18n/language.ts';
import { useFrameActions } from '../../inspector/frame-actions.ts';
import { FilterChips, FilterField, useFilter } from '../../inspector/filter/FilterBar.tsx';
import { BytesPane } from '../../inspector/frame/BytesPane.tsx';
import { TreePane } from '../../inspector/frame/TreePane.tsx';
import { useFrame } from '../../inspector/frame/use-frame.ts';
import { ValuesPane } from '../../inspector/frame/ValuesPane.tsx';
import { FrameList } from '../../inspector/list/FrameList.tsx';
import { summaryWords } from '../../inspector/list/row-words.ts';
import { timeModes } from '../../inspector/list/words.ts';
import {
  type DockTab,
  InspectorContext,
  inspectorOf,
  type SmallPane,
  useFeed,
  useInspected,
  useInspector,
} from '../../inspector/model.ts';
import { ChunkPanel } from '../../inspector/panels/ChunkPanel.tsx';
import { FindBar } from '../../inspector/panels/FindBar.tsx';
import { Meter } from '../../inspector/panels/Meter.tsx';
import { NotesPanel } from '../../inspector/panels/NotesPanel.tsx';
import { RatesPanel } from '../../inspector/panels/RatesPanel.tsx';
import { RequestPanel } from '../../inspector/panels/RequestPanel.tsx';
import { SourceActions, SourceTabs } from '../../inspector/panels/SourceBar.tsx';
import { Splitter, useShare } from '../../inspector/panels/Split.tsx';
import { inspectorText } from '../../inspector/text.ts';
import { useClient } from '../../store/engine.ts';
import './inspector.css';

export const InspectorView = () => {
  const client = useClient();
  const inspector = useMemo(() => inspectorOf(client), [client]);
  useEffect(() => inspector.watch(), [inspector]);
  return (
    <InspectorContext value={inspector}>
      <Inspection />
    </InspectorContext>
  );
};

const smallWindow = '(max-width: 760px), (max-height: 560px)';

/** Too small for three panes at once. */
const useSmall = (): boolean =>
  useSyncExternalStore(
    useCallback((listener) => {
      const query = matchMedia(smallWindow);
      query.addEventListener('change', listener);
      return () => query.removeEventListener('change', listener);
    }, []),
    () => matchMedia(smallWindow).matches,
  );

/** `#/inspector?transfer=<id>` shows only that transfer. */
const useTransferOfRoute = (): void => {
  const inspector = useInspector();
  const { query } = useRoute();
  const only = useInspected((state) => state.only);
  const wanted = query['transfer'];
  useEffect(() => {
    if (wanted !== undefined)
      inspector.set({ only: { kind: 'transfer', transferId: wanted }, chips: [], typed: '' });
  }, [inspector, wanted]);
  useEffect(() => {
    // Lifted by hand: the address says so too. The state, not the last rendering: the effect above may just have set it.
    const { only: now } = inspector.state;
    if (wanted !== undefined && (now?.kind !== 'transfer' || now.transferId !== wanted))
      replaceRoute('inspector');
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [only]);
};

const Inspection = () => {
  const text = useText(inspectorText);
  const feed = useFeed();
  const isSmall = useSmall();
  const [isFinding, setFinding] = useState(false);
  const fault = useFilter();
  const language = useLanguage();
  const error = feed.status?.file?.error;
  useTransferOfRoute();
  const find = useCallback(() => setFinding(true), []);
  const isEmpty = feed.status !== undefined && feed.rows.count === 0 && feed.status.state !== 'loading';
  return (
    <View
      fills
      title={text.title}
      detail={<Meter />}
      actions={<SourceActions onFind={find} />}
      bar={
        <>
          <SourceTabs />
          <FilterField fault={fault} />
          <FilterChips />
          <TimeChoice />
        </>
      }
    >
      {isFinding ? <FindBar onClose={() => setFinding(false)} /> : null}
      {feed.fault !== undefined && feed.rows.count === 0 ? (
        <p className="inspector-none ink-error">{text.empty.fault}</p>
      ) : isEmpty ? (
        <EmptyState icon={Binary} title={error === undefined ? text.empty.title : text.notOpened}>
          {error !== undefined
            ? errorSentence(language, error.code)
            : feed.status?.state === 'off'
              ? text.empty.off
              : text.empty.body}
        </EmptyState>
      ) : isSmall ? (
        <SmallPanes onFind={find} />
      ) : (
        <Panes onFind={find} />
      )}
    </View>
  );
};

const TimeChoice = () => {
  const text = useText(inspectorText);
  const inspector = useInspector();
  const timeMode = useInspected((state) => state.timeMode);
  return (
    <div className="inspector-time-choice line-end">
      <Select
        label={text.time}
        hideLabel
        value={timeMode}
        options={timeModes.map((value) => ({ value, label: text.timeModes[value] }))}
        onChange={(value) => inspector.set({ timeMode: value })}
      />
    </div>
  );
};

/** The list, or why it is empty. */
const ListPane = ({ onOpen }: { readonly onOpen: () => void }) => {
  const text = useText(inspectorText);
  const inspector = useInspector();
  const feed = useFeed();
  const only = useInspected((state) => state.only);
  const isEmpty = feed.shown === 0 && feed.rows.count > 0 && feed.isJudged;
  return (
    <>
      <FrameList onOpen={onOpen} />
      {isEmpty ? (
        <div className="inspector-no-match">
          <p>{only?.kind === 'transfer' ? text.empty.noneTransfer : text.empty.none}</p>
          <Button small onClick={() => inspector.set({ typed: '', chips: [], only: undefined })}>
            {text.empty.clearFilter}
          </Button>
        </div>
      ) : null}
    </>
  );
};

const dockTabs: readonly DockTab[] = ['frame', 'chunks', 'request', 'notes', 'rates'];

const Panes = ({ onFind }: { readonly onFind: () => void }) => {
  const text = useText(inspectorText);
  const inspector = useInspector();
  const feed = useFeed();
  const tab = useInspected((state) => state.tab);
  const [listShare, setListShare] = useShare('list', 0.48);
  const counts: Partial<Record<DockTab, number>> = { notes: feed.notes.list.length };
  return (
    <div
      className="inspector-panes"
      style={{ gridTemplateRows: `minmax(0, ${listShare}fr) auto minmax(0, ${1 - listShare}fr)` }}
    >
      <div className="inspector-list">
        <ListPane onOpen={() => inspector.set({ tab: 'frame' })} />
      </div>
      <Splitter label={text.splitList} of="rows" share={listShare} onChange={setListShare} />
      <section className="inspector-dock" aria-label={text.dock}>
        <Tabs
          label={text.dock}
          tabs={dockTabs.map((name) => ({
            name,
            label: text.tabs[name],
            ...((counts[name] ?? 0) > 0 ? { count: counts[name] as number } : {}),
          }))}
          chosen={tab}
          onChoose={(name) => inspector.set({ tab: name })}
        >
          <FrameTitle onFind={onFind} />
          <div className="inspector-dock-body">{tab === 'frame' ? <FramePanes /> : <Panel tab={tab} />}</div>
        </Tabs>
      </section>
    </div>
  );
};

const Panel = ({ tab }: { readonly tab: Exclude<DockTab, 'frame'> }) => {
  switch (tab) {
    case 'chunks':
      return <ChunkPanel />;
    case 'request':
      return <RequestPanel />;
    case 'notes':
      return <NotesPanel />;
    case 'rates':
      return <RatesPanel />;
  }
};

/** Which frame it is, in words, and what can be done with it. */
const FrameTitle = ({ onFind }: { readonly onFind: () => void }) => {
  const text = useText(inspectorText);
  const language = useLanguage();
  const format = useFormat();
  const inspector = useInspector();
  const feed = useFeed();
  const selected = useInspected((state) => state.selected);
  const record = useMemo(
    () => (selected === undefined ? undefined : feed.rows.find(selected)),
    // Rows come and go under the same number only when the capture is emptied.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
    [feed, selected, feed.rows.first],
  );
  const { items } = useFrameActions(record, onFind);
  const { heads } = inspector;
  useSyncExternalStore(
    heads.onChange,
    useCallback(() => heads.version, [heads]),
  );
  if (record === undefined) return null;
  const words = summaryWords(
    language,
    record,
    record.length === 0 ? new Uint8Array(0) : heads.of(record.number),
    feed.connections.get(record.connection),
  );
  return (
    <div className="inspector-frame-title">
      <b className="data">{record.number}</b>
      {record.kind === 'frame' ? <b className="data">{typeLabel(record.type)}</b> : null}
      <span className="clip">{words}</span>
      <span className="faint data line-end">
        {record.kind === 'event' ? '' : format.bytes(record.length + (record.kind === 'frame' ? 16 : 0))}
      </span>
      {record.kind === 'frame' ? (
        <span
          className="inspector-badge"
          data-chunk={record.chunkClass}
          data-tip={text.chunkMeanings[record.chunkClass]}
        >
          {text.chunkNames[record.chunkClass]}
        </span>
      ) : null}
      <Menu small label={text.actions} items={items} />
    </div>
  );
};

const FramePanes = () => {
  const text = useText(inspectorText);
  const { frame, tree } = useFrame();
  const [treeShare, setTreeShare] = useShare('tree', 0.26);
  if (frame === undefined) return <p className="inspector-none faint">{text.empty.choose}</p>;
  if (frame.length === 0) return <EventPane />;
  return (
    <div
      className="inspector-frame"
      style={{ gridTemplateColumns: `minmax(0, ${treeShare}fr) auto minmax(0, ${1 - treeShare}fr)` }}
    >
      <div className="inspector-pane">
        {tree === undefined ? null : <TreePane key={frame.record.number} tree={tree} />}
      </div>
      <Splitter label={text.splitTree} of="columns" share={treeShare} onChange={setTreeShare} />
      <div className="inspector-pane inspector-bytes-values">
        <BytesPane frame={frame} tree={tree} />
        <ValuesPane frame={frame} />
      </div>
    </div>
  );
};

/** An event has no bytes: what happened, between whom. */
const EventPane = () => {
  const text = useText(inspectorText);
  const language = useLanguage();
  const feed = useFeed();
  const selected = useInspected((state) => state.selected);
  const record = selected === undefined ? undefined : feed.rows.find(selected);
  if (record === undefined) return null;
  const connection = feed.connections.get(record.connection);
  const event = connection?.events.find(({ number }) => number === record.number);
  return (
    <div className="inspector-event">
      <p>{summaryWords(language, record, undefined, connection)}</p>
      {connection === undefined ? null : (
        <p className="data faint">
          {[connection.near, connection.far]
            .filter(({ port }) => port !== 0)
            .map(({ address, port }) => `${address}:${port}`)
            .join(connection.dialer === 'far' ? ' ← ' : ' → ')}
          {connection.number === 0
            ? ''
            : ` · ${connection.secure === undefined ? text.plain : `${connection.secure.protocol} ${connection.secure.cipher}, ${text.encrypted}`}`}
        </p>
      )}
      {event?.code === undefined ? null : <p className="data ink-error">{event.code}</p>}
    </div>
  );
};

const smallPanes: readonly SmallPane[] = ['list', 'fields', 'bytes', 'chunks', 'request', 'notes', 'rates'];

/** One pane at a time. */
const SmallPanes = ({ onFind }: { readonly onFind: () => void }) => {
  const text = useText(inspectorText);
  const inspector = useInspector();
  const pane = useInspected((state) => state.pane);
  const { frame, tree } = useFrame();
  const none = <p className="inspector-none faint">{text.empty.choose}</p>;
  return (
    <section className="inspector-dock" data-small>
      <Tabs
        label={text.panesLabel}
        tabs={smallPanes.map((name) => ({
          name,
          label:
            name === 'list' || name === 'fields' || name === 'bytes' ? text.panes[name] : text.tabs[name],
        }))}
        chosen={pane}
        onChoose={(name) => inspector.set({ pane: name })}
      >
        {pane === 'list' || pane === 'notes' || pane === 'rates' ? null : <FrameTitle onFind={onFind} />}
        <div className="inspector-dock-body">
          {pane === 'list' ? (
            <div className="inspector-list">
              <ListPane onOpen={() => inspector.set({ pane: 'fields' })} />
            </div>
          ) : pane === 'fields' ? (
            frame?.length === 0 ? (
              <EventPane />
            ) : tree === undefined ? (
              none
            ) : (
              <TreePane key={frame?.record.number} tree={tree} />
            )
          ) : pane === 'bytes' ? (
            frame === undefined || frame.length === 0 ? (
              none
            ) : (
              <div className="inspector-pane inspector-bytes-values">
                <BytesPane frame={frame} tree={tree} />
                <ValuesPane frame={frame} />
              </div>
            )
          ) : (
            <Panel tab={pane} />
          )}
        </div>
      </Tabs>
    </section>
  );
};
