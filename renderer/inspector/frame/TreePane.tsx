/** The fields of a frame: name, value, meaning, what is wrong. Linked with the bytes both ways. */

import { ChevronDown, ChevronRight } from 'lucide-react';
import type { KeyboardEvent } from 'react';
import { useEffect, useMemo, useRef, useState } from 'react';

import { displayName } from '../../../shared/model/display-name.ts';
import type { DissectNode } from '../../../shared/protocol/dissect.ts';
import { VirtualList, type VirtualListHandle } from '../../components/VirtualList.tsx';
import { useText } from '../../i18n/language.ts';
import { useInspected, useInspector } from '../model.ts';
import { inspectorText } from '../text.ts';
import { fieldAt, openedFor, rowsOfTree, type TreeRow } from './tree.ts';

const rowHeight = 22;

export const TreePane = ({ tree }: { readonly tree: DissectNode }) => {
  const text = useText(inspectorText);
  const inspector = useInspector();
  const cursor = useInspected((state) => state.cursor);
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const list = useRef<VirtualListHandle>(null);
  const element = useRef<HTMLDivElement>(null);
  const isByKey = useRef(false);
  const rows = useMemo(() => rowsOfTree(tree, toggled), [tree, toggled]);
  const chosenPath = useMemo(() => {
    if (cursor === undefined) return undefined;
    return cursor.path ?? fieldAt(tree, cursor.from).path;
  }, [tree, cursor]);
  const index = rows.findIndex(({ path }) => path === chosenPath);

  // A byte was chosen: its field is opened and scrolled to.
  useEffect(() => {
    if (cursor === undefined || cursor.path !== undefined) return;
    const { above } = fieldAt(tree, cursor.from);
    setToggled((before) => openedFor(tree, above, before));
  }, [tree, cursor]);
  useEffect(() => {
    if (index < 0) return;
    list.current?.scrollTo(index);
    if (!isByKey.current) return;
    isByKey.current = false;
    // A row that was far away is there after the list has scrolled.
    requestAnimationFrame(() =>
      requestAnimationFrame(() =>
        element.current?.querySelector<HTMLElement>('[role=treeitem][aria-selected=true]')?.focus(),
      ),
    );
  }, [index]);

  const choose = ({ node, path }: TreeRow): void =>
    inspector.set({ cursor: { from: node.offset, to: node.offset + node.length, path } });
  const toggle = (path: string): void =>
    setToggled((before) => {
      const next = new Set(before);
      if (!next.delete(path)) next.add(path);
      return next;
    });
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const at = Math.max(0, index);
    const row = rows[at];
    const to =
      event.key === 'ArrowDown'
        ? at + (index < 0 ? 0 : 1)
        : event.key === 'ArrowUp'
          ? at - 1
          : event.key === 'Home'
            ? 0
            : event.key === 'End'
              ? rows.length - 1
              : undefined;
    if (to !== undefined) {
      const next = rows[Math.min(Math.max(0, to), rows.length - 1)];
      isByKey.current = true;
      if (next !== undefined) choose(next);
    } else if (row?.isOpen !== undefined && event.key === (row.isOpen ? 'ArrowLeft' : 'ArrowRight')) {
      toggle(row.path);
    } else if (event.key === 'ArrowLeft') {
      const above = rows.slice(0, at).findLast(({ depth }) => depth < (row?.depth ?? 0));
      isByKey.current = true;
      if (above !== undefined) choose(above);
    } else return;
    event.preventDefault();
  };

  return (
    <div
      ref={element}
      className="inspector-tree"
      role="tree"
      aria-label={text.tree}
      onKeyDown={onKeyDown}
      onPointerLeave={() => inspector.set({ hover: undefined })}
    >
      <VirtualList
        role="presentation"
        handle={list}
        count={rows.length}
        rowHeight={rowHeight}
        keyOf={(at) => rows[at]?.path ?? String(at)}
        row={(at) => {
          const row = rows[at];
          return row === undefined ? null : (
            <Field
              row={row}
              isChosen={at === index}
              isStop={at === Math.max(0, index)}
              onChoose={() => choose(row)}
              onToggle={() => toggle(row.path)}
            />
          );
        }}
      />
    </div>
  );
};

interface FieldProps {
  readonly row: TreeRow;
  readonly isChosen: boolean;
  /** The one that Tab reaches. */
  readonly isStop: boolean;
  readonly onChoose: () => void;
  readonly onToggle: () => void;
}

/** Values beyond a line are in the bytes. */
const longestValue = 240;

const Field = ({ row: { node, depth, isOpen }, isChosen, isStop, onChoose, onToggle }: FieldProps) => {
  const inspector = useInspector();
  const isHovered = useInspected(
    ({ hover }) =>
      hover !== undefined && hover.from === node.offset && hover.to === node.offset + node.length,
  );
  const value = displayName(String(node.value).slice(0, longestValue));
  const Chevron = isOpen === true ? ChevronDown : ChevronRight;
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      tabIndex={isStop ? 0 : -1}
      role="treeitem"
      aria-level={depth + 1}
      aria-expanded={isOpen}
      aria-selected={isChosen}
      className="inspector-field"
      data-colour={node.colour}
      data-chosen={isChosen || undefined}
      data-hovered={isHovered || undefined}
      data-problem={node.problem !== undefined || undefined}
      style={{ paddingInlineStart: 6 + depth * 14 }}
      onClick={onChoose}
      onDoubleClick={isOpen === undefined ? undefined : onToggle}
      onPointerEnter={() => inspector.set({ hover: { from: node.offset, to: node.offset + node.length } })}
    >
      {isOpen === undefined ? (
        <span className="inspector-field-mark" />
      ) : (
        // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions
        <span
          className="inspector-field-chevron"
          onClick={(event) => {
            event.stopPropagation();
            onToggle();
          }}
        >
          <Chevron size={13} strokeWidth={2} aria-hidden />
        </span>
      )}
      <span className="inspector-field-name data">{displayName(node.name)}</span>
      <bdi className="inspector-field-value data clip" title={value}>
        {value}
      </bdi>
      {node.problem === undefined ? (
        <span className="inspector-field-meaning clip" title={node.meaning}>
          {node.meaning}
        </span>
      ) : (
        <span className="inspector-field-problem clip" title={node.problem}>
          {node.problem}
        </span>
      )}
    </div>
  );
};
