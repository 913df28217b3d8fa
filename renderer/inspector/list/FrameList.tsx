/** The list of frames: mounts the grid, fills its rows from the feed, keeps to the end while it follows. */

import { useEffect, useRef } from 'react';

import { emptyRecord } from '../../../shared/model/capture-rows.ts';
import { messageByNumber } from '../../../shared/protocol/catalog.ts';
import { useFormat, useLanguage, useText } from '../../i18n/language.ts';
import { type Inspector, useFeed, useInspected, useInspector } from '../model.ts';
import { inspectorText } from '../text.ts';
import { severityOf } from '../data/notes.ts';
import { paintMap } from './minimap.ts';
import { RowGrid } from './row-grid.ts';
import { peerWord, summaryWords, typeWord } from './row-words.ts';
import { kindOfRow } from './tone.ts';
import { clock, seconds } from './words.ts';

const rowHeight = 22;
/** The map shows where things lie, not what happens now. */
const mapMs = 250;

const columnNames = [
  'number',
  'time',
  'connection',
  'direction',
  'type',
  'chunk',
  'id',
  'length',
  'summary',
] as const;

/** The time of a row as the chosen mode tells it. */
function timeOf(inspector: Inspector, place: number, position: number): string {
  const { feed, state } = inspector;
  const { rows } = feed;
  const timeMs = rows.timeAt(place);
  switch (state.timeMode) {
    case 'absolute':
      return clock((feed.status?.originMs ?? 0) + (feed.status?.originNs ?? 0) / 1e6 + timeMs);
    case 'delta': {
      const before = feed.placeAt(position - 1);
      return before === undefined || before < rows.first ? seconds(0) : seconds(timeMs - rows.timeAt(before));
    }
    case 'reference': {
      const at = state.reference === undefined ? rows.end : rows.placeOf(state.reference);
      return seconds(at < rows.end ? timeMs - rows.timeAt(at) : timeMs);
    }
    case 'relative':
      return seconds(timeMs);
  }
}

export const FrameList = ({ onOpen }: { readonly onOpen: () => void }) => {
  const text = useText(inspectorText);
  const language = useLanguage();
  const format = useFormat();
  const inspector = useInspector();
  const feed = useFeed();
  const source = useInspected((state) => state.source);
  const selected = useInspected((state) => state.selected);
  const timeMode = useInspected((state) => state.timeMode);
  const reference = useInspected((state) => state.reference);
  const follows = useInspected((state) => state.follows);
  const root = useRef<HTMLDivElement>(null);
  const grid = useRef<RowGrid>(null);
  const open = useRef(onOpen);
  open.current = onOpen;

  useEffect(() => {
    const element = root.current;
    if (element === null) return;
    const { rows } = feed;
    const { heads } = inspector;
    const row = emptyRecord();
    const numbers = { format: format.number };
    let { lost, filterVersion } = feed;
    let wantTimer: ReturnType<typeof setTimeout> | undefined;
    const made = new RowGrid({
      root: element,
      label: text.list,
      columns: columnNames.map((name) => ({ name, label: text.columns[name] })),
      rowHeight,
      count: () => feed.shown,
      fill: (position, shown) => {
        const place = feed.placeAt(position);
        if (place === undefined || place < rows.first || place >= rows.end) return false;
        rows.read(place, row);
        const connection = feed.connections.get(row.connection);
        const isFrame = row.kind === 'frame';
        const { texts, marks } = shown;
        texts.push(
          String(row.number),
          timeOf(inspector, place, position),
          row.connection === 0 ? text.listener : `${row.connection} ${peerWord(connection)}`,
          row.direction === 'in' ? '←' : '→',
          typeWord(language, row),
          isFrame && row.chunkClass !== 'exact' ? text.chunkShort[row.chunkClass] : '',
          isFrame && row.id !== 0 ? String(row.id) : '',
          row.kind === 'event' ? '' : numbers.format(row.length),
          summaryWords(language, row, row.length === 0 ? noBytes : heads.of(row.number), connection),
        );
        marks['tone'] = kindOfRow(kindNumbers[row.kind], row.type, messageByNumber(row.type));
        marks['direction'] = row.direction;
        if (isFrame) marks['chunk'] = row.chunkClass;
        if (feed.marks.has(row.number)) marks['marked'] = '';
        if (inspector.state.reference === row.number) marks['reference'] = '';
        const note = feed.notes.kindAt(row.number);
        if (note !== undefined) marks['note'] = severityOf[note];
        return true;
      },
      onChoose: (position) => {
        const number = feed.numberAt(position);
        if (number === undefined) return;
        // What somebody looks at must not run away under the pointer.
        inspector.set({ follows: false });
        inspector.choose(number);
      },
      onOpen: () => open.current(),
      onMoved: () => {
        const atEnd = made.scroller.isAtEnd;
        if (inspector.state.follows !== atEnd) inspector.set({ follows: atEnd });
      },
      onPainted: (from, to) => {
        clearTimeout(wantTimer);
        wantTimer = setTimeout(() => {
          const wanted: number[] = [];
          for (let position = from; position < to; position += 1) {
            const place = feed.placeAt(position);
            if (place === undefined || place < rows.first || place >= rows.end) continue;
            if (rows.kindAt(place) === 0) wanted.push(rows.numberAt(place));
          }
          heads.want(wanted);
        }, 30);
      },
    });
    grid.current = made;
    let mapTimer: ReturnType<typeof setTimeout> | undefined;
    const mapLater = (): void => {
      mapTimer ??= setTimeout(() => {
        mapTimer = undefined;
        paintMap(made.map, feed);
      }, mapMs);
    };
    const onRows = (): void => {
      const { selected: chosen } = inspector.state;
      if (feed.filterVersion !== filterVersion) {
        filterVersion = feed.filterVersion;
        // What was looked at stays in sight under another filter.
        if (chosen !== undefined) made.scroller.centre(feed.positionOf(chosen));
      } else if (feed.lost > lost) made.scroller.shift(feed.lost - lost);
      lost = feed.lost;
      if (inspector.state.follows) made.scroller.scrollTo(made.scroller.mostTop);
      made.paint();
      mapLater();
    };
    const stops = [feed.onRows(onRows), heads.onChange(() => made.paint())];
    onRows();
    return () => {
      for (const stop of stops) stop();
      clearTimeout(mapTimer);
      clearTimeout(wantTimer);
      made.dispose();
      grid.current = null;
    };
  }, [inspector, feed, source, language, text, format]);

  useEffect(() => {
    const made = grid.current;
    if (made === null) return;
    const position = selected === undefined ? -1 : feed.positionOf(selected);
    made.chosen = position >= 0 && feed.numberAt(position) === selected ? position : -1;
  });

  // Chosen from elsewhere (a note, a step of a request): brought into sight.
  useEffect(() => {
    if (selected === undefined) return;
    const position = feed.positionOf(selected);
    if (feed.numberAt(position) === selected) grid.current?.scroller.centre(position);
  }, [selected, feed]);

  useEffect(() => {
    if (follows) grid.current?.scroller.scrollTo(grid.current.scroller.mostTop);
  }, [follows]);

  useEffect(() => grid.current?.paint(), [timeMode, reference]);

  return <div ref={root} className="inspector-grid" data-time={timeMode} />;
};

const noBytes = new Uint8Array(0);
const kindNumbers = { frame: 0, event: 1, loose: 2, gap: 3 } as const;
