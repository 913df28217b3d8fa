/**
 * Files and folders as rows: sorted by a column, chosen by keyboard and mouse, opened by Enter or a double click. Folders
 * stand before files. Long lists are virtual. Who shows it decides what opening means and keeps the choice.
 */

import { ArrowDown, ArrowUp } from 'lucide-react';
import type { KeyboardEvent, MouseEvent, ReactNode } from 'react';
import { useEffect, useId, useMemo, useRef, useState } from 'react';

import { commonText } from '../i18n/common.ts';
import { useFormat, useLanguage, useText } from '../i18n/language.ts';
import { FileIcon, type FileIconProps } from './FileIcon.tsx';
import { clicked, keyed, type Modifiers, noSelection, type Selection, typedAhead } from './selection.ts';
import { Name } from './Text.tsx';
import { VirtualList, type VirtualListHandle } from './VirtualList.tsx';
import './file-table.css';

export interface FileRow {
  readonly id: string;
  readonly name: string;
  readonly kind: FileIconProps['kind'];
  readonly size?: number;
  readonly mtimeMs?: number;
  /** Cannot be chosen or opened. */
  readonly disabled?: boolean;
  /** Behind the name: a lock, a mark. */
  readonly mark?: ReactNode;
}

export type SortColumn = 'name' | 'size' | 'modified';

export interface FileTableProps {
  readonly label: string;
  readonly rows: readonly FileRow[];
  readonly onOpen: (row: FileRow) => void;
  /** Backspace, Alt+Up. */
  readonly onUp?: () => void;
  /** The chosen rows, in the order shown. */
  readonly onChoose?: (rows: readonly FileRow[]) => void;
  readonly single?: boolean;
  /** Takes the focus when it appears: when a folder was opened by keyboard. */
  readonly autoFocus?: boolean;
  /** At the end of a row: a menu. */
  readonly actions?: (row: FileRow) => ReactNode;
  /** In place of rows when there are none. */
  readonly empty?: ReactNode;
}

const rowHeight = 32;
const pageRows = 10;
/** Letters typed within this time belong together. */
const typingMs = 800;

const modifiersOf = (event: MouseEvent | KeyboardEvent): Modifiers => ({
  shift: event.shiftKey,
  toggle: event.ctrlKey || event.metaKey,
});

export const FileTable = ({
  label,
  rows,
  onOpen,
  onUp,
  onChoose,
  single = false,
  autoFocus = false,
  actions,
  empty,
}: FileTableProps) => {
  const id = useId();
  const text = useText(commonText);
  const format = useFormat();
  const language = useLanguage();
  const [sort, setSort] = useState<{ readonly by: SortColumn; readonly down: boolean }>({
    by: 'name',
    down: false,
  });
  const [selection, setSelection] = useState<Selection>(noSelection);
  const list = useRef<VirtualListHandle>(null);
  const grid = useRef<HTMLDivElement>(null);
  const typed = useRef({ text: '', atMs: 0 });

  const sorted = useMemo(() => {
    const collator = new Intl.Collator(language, { numeric: true, sensitivity: 'base' });
    const by = {
      name: (one: FileRow, other: FileRow) => collator.compare(one.name, other.name),
      size: (one: FileRow, other: FileRow) => (one.size ?? 0) - (other.size ?? 0),
      modified: (one: FileRow, other: FileRow) => (one.mtimeMs ?? 0) - (other.mtimeMs ?? 0),
    }[sort.by];
    const rank = (row: FileRow): number => (row.kind === 'folder' || row.kind === 'share' ? 0 : 1);
    return rows.toSorted(
      (one, other) => rank(one) - rank(other) || (sort.down ? by(other, one) : by(one, other)),
    );
  }, [rows, sort, language]);

  const choose = (next: Selection): void => {
    const chosen = single && next.cursor >= 0 ? new Set([next.cursor]) : next.chosen;
    setSelection({ ...next, chosen });
    list.current?.scrollTo(next.cursor);
    onChoose?.(sorted.filter((row, index) => chosen.has(index) && row.disabled !== true));
  };

  // Positions mean other rows after the list or its order changed.
  const names = useMemo(() => sorted.map((row) => row.name), [sorted]);
  const [shownRows, setShownRows] = useState(sorted);
  if (shownRows !== sorted) {
    setShownRows(sorted);
    setSelection(carriedOver(selection, shownRows, sorted));
  }

  useEffect(() => {
    if (autoFocus) grid.current?.focus();
  }, [autoFocus]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget) return;
    const row = sorted[selection.cursor];
    const done = (): void => event.preventDefault();
    if (event.key === 'Enter' && row !== undefined && row.disabled !== true) {
      done();
      return onOpen(row);
    }
    if (onUp !== undefined && (event.key === 'Backspace' || (event.altKey && event.key === 'ArrowUp'))) {
      done();
      return onUp();
    }
    if (event.altKey) return;
    const next = keyed(selection, event.key, modifiersOf(event), sorted.length, pageRows);
    if (next !== undefined && !(event.key === ' ' && isTyping(typed.current, event.timeStamp))) {
      done();
      return choose(next);
    }
    if (event.key.length !== 1 || event.ctrlKey || event.metaKey) return;
    const before = isTyping(typed.current, event.timeStamp) ? typed.current.text : '';
    // Without letters before it, `/` and `?` are shortcuts of the window, digits too.
    if (before === '' && /[/?1-5]/u.test(event.key)) return;
    typed.current = { text: before + event.key, atMs: event.timeStamp };
    const index = typedAhead(names, typed.current.text, selection.cursor);
    event.stopPropagation();
    done();
    if (index !== -1) choose({ cursor: index, anchor: index, chosen: new Set([index]) });
  };

  const headOf = (column: SortColumn, title: string) => (
    <span
      role="columnheader"
      className={`file-${column}`}
      aria-sort={sort.by === column ? (sort.down ? 'descending' : 'ascending') : 'none'}
    >
      <button
        type="button"
        className="file-sort"
        onClick={() => setSort({ by: column, down: sort.by === column && !sort.down })}
      >
        {title}
        {sort.by === column ? (
          sort.down ? (
            <ArrowDown size={12} aria-hidden />
          ) : (
            <ArrowUp size={12} aria-hidden />
          )
        ) : null}
      </button>
    </span>
  );

  return (
    <div className="file-table" data-actions={actions === undefined ? undefined : true}>
      <div
        ref={grid}
        role="grid"
        tabIndex={0}
        className="file-grid"
        aria-label={label}
        aria-multiselectable={!single}
        aria-rowcount={sorted.length + 1}
        aria-activedescendant={selection.cursor < 0 ? undefined : `${id}-${selection.cursor}`}
        onKeyDown={onKeyDown}
        onFocus={(event) => {
          if (event.target === event.currentTarget && selection.cursor < 0 && sorted.length > 0)
            setSelection({ ...selection, cursor: 0, anchor: 0 });
        }}
      >
        <div role="row" aria-rowindex={1} className="file-row file-head">
          {headOf('name', text.name)}
          {headOf('size', text.size)}
          {headOf('modified', text.modified)}
          {actions === undefined ? null : (
            <span role="columnheader" className="file-actions">
              <span className="unseen">{text.more}</span>
            </span>
          )}
        </div>
        {sorted.length === 0 ? (
          <div role="row" className="file-empty">
            <div role="gridcell">{empty ?? <p className="quiet">{text.nothingFound}</p>}</div>
          </div>
        ) : (
          <VirtualList
            handle={list}
            role="presentation"
            count={sorted.length}
            rowHeight={rowHeight}
            keyOf={(index) => sorted[index]?.id ?? String(index)}
            row={(index) => {
              const row = sorted[index];
              if (row === undefined) return null;
              return (
                // Keys are taken by the grid, which has the focus.
                // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
                <div
                  id={`${id}-${index}`}
                  role="row"
                  className="file-row"
                  aria-rowindex={index + 2}
                  aria-selected={selection.chosen.has(index)}
                  aria-disabled={row.disabled || undefined}
                  data-cursor={selection.cursor === index || undefined}
                  onClick={(event) => {
                    grid.current?.focus({ preventScroll: true });
                    choose(clicked(selection, index, modifiersOf(event)));
                  }}
                  onDoubleClick={() => {
                    if (row.disabled !== true) onOpen(row);
                  }}
                >
                  <span role="gridcell" className="file-name">
                    <FileIcon name={row.name} kind={row.kind} />
                    <Name of={row.name} />
                    {row.mark}
                  </span>
                  <span role="gridcell" className="file-size data">
                    {row.size === undefined || row.kind !== 'file' ? '' : format.bytes(row.size)}
                  </span>
                  <span role="gridcell" className="file-modified data">
                    {row.mtimeMs === undefined ? '' : format.moment(row.mtimeMs)}
                  </span>
                  {actions === undefined ? null : (
                    <span role="gridcell" className="file-actions">
                      {actions(row)}
                    </span>
                  )}
                </div>
              );
            }}
          />
        )}
      </div>
    </div>
  );
};

const isTyping = (typed: { readonly text: string; readonly atMs: number }, nowMs: number): boolean =>
  typed.text !== '' && nowMs - typed.atMs < typingMs;

/** The same rows stay chosen in another order. */
const carriedOver = (
  selection: Selection,
  before: readonly FileRow[],
  after: readonly FileRow[],
): Selection => {
  if (selection.cursor < 0 && selection.chosen.size === 0) return selection;
  const indexOf = new Map(after.map((row, index) => [row.id, index]));
  const now = (index: number): number => indexOf.get(before[index]?.id ?? '') ?? -1;
  return {
    cursor: now(selection.cursor),
    anchor: now(selection.anchor),
    chosen: new Set([...selection.chosen].map(now).filter((index) => index >= 0)),
  };
};
