/** The tree of an offer with a check box for each entry. */

import { ChevronDown, ChevronRight } from 'lucide-react';
import { type KeyboardEvent, useRef, useState } from 'react';

import { displayName } from '../../shared/model/display-name.ts';
import { Checkbox } from '../components/Field.tsx';
import { FileIcon } from '../components/FileIcon.tsx';
import { Name } from '../components/Text.tsx';
import { VirtualList, type VirtualListHandle } from '../components/VirtualList.tsx';
import { useFormat, useText } from '../i18n/language.ts';
import { isLeftOut, isMixed, type OfferTree, rowsOf, toggled } from './offer-tree.ts';
import { receiveText } from './text.ts';

interface OfferTreeViewProps {
  readonly tree: OfferTree;
  readonly except: ReadonlySet<string>;
  readonly onChange: (except: ReadonlySet<string>) => void;
}

const rowHeight = 30;
/** Half a row tells that there is more. */
const shownRows = 7.5;
/** A tree this small is shown open. */
const openRows = 16;

const allFolders = (tree: OfferTree): ReadonlySet<string> => {
  const folders = new Set<string>();
  const walk = (nodes: OfferTree['roots']): void => {
    for (const node of nodes) {
      if (node.kind === 'folder') folders.add(node.path);
      walk(node.children);
    }
  };
  walk(tree.roots);
  return folders;
};

export const OfferTreeView = ({ tree, except, onChange }: OfferTreeViewProps) => {
  const text = useText(receiveText);
  const format = useFormat();
  const list = useRef<VirtualListHandle>(null);
  const box = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<ReadonlySet<string>>(() => {
    const folders = allFolders(tree);
    return rowsOf(tree, folders).length <= openRows ? folders : new Set();
  });
  const [cursor, setCursor] = useState('');
  const rows = rowsOf(tree, open);
  const at = Math.max(
    0,
    rows.findIndex(({ node }) => node.path === cursor),
  );

  const setIsOpen = (path: string, isOpen: boolean): void => {
    const next = new Set(open);
    if (isOpen) next.add(path);
    else next.delete(path);
    setOpen(next);
  };
  const go = (index: number): void => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (row === undefined) return;
    setCursor(row.node.path);
    list.current?.scrollTo(rows.indexOf(row));
    requestAnimationFrame(() =>
      box.current?.querySelector<HTMLElement>(`[data-path="${CSS.escape(row.node.path)}"] input`)?.focus(),
    );
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const row = rows[at];
    if (row === undefined) return;
    const { node } = row;
    const isOpen = open.has(node.path);
    const parent = node.path.slice(0, Math.max(0, node.path.lastIndexOf('/')));
    if (event.key === 'ArrowDown') go(at + 1);
    else if (event.key === 'ArrowUp') go(at - 1);
    else if (event.key === 'Home') go(0);
    else if (event.key === 'End') go(rows.length - 1);
    else if (event.key === 'ArrowRight' && node.children.length > 0) {
      if (isOpen) go(at + 1);
      else setIsOpen(node.path, true);
    } else if (event.key === 'ArrowLeft' && isOpen) setIsOpen(node.path, false);
    else if (event.key === 'ArrowLeft' && parent !== '')
      go(rows.findIndex((other) => other.node.path === parent));
    else return;
    event.preventDefault();
  };

  return (
    <div
      ref={box}
      className="offer-tree"
      style={{ height: Math.min(rows.length, shownRows) * rowHeight + 2 }}
      onKeyDown={onKeyDown}
    >
      <VirtualList
        handle={list}
        label={text.tree}
        count={rows.length}
        rowHeight={rowHeight}
        keyOf={(index) => rows[index]?.node.path ?? String(index)}
        row={(index) => {
          const row = rows[index];
          if (row === undefined) return null;
          const { node, depth } = row;
          const name = displayName(node.name);
          const isOpen = open.has(node.path);
          const parent = node.path.slice(0, Math.max(0, node.path.lastIndexOf('/')));
          const Chevron = isOpen ? ChevronDown : ChevronRight;
          return (
            <div
              className="offer-row"
              data-path={node.path}
              data-out={isLeftOut(except, node.path) || undefined}
              style={{ paddingInlineStart: 8 + depth * 18 }}
            >
              {node.children.length === 0 ? (
                <span className="offer-gap" />
              ) : (
                <button
                  type="button"
                  className="offer-open"
                  tabIndex={-1}
                  aria-expanded={isOpen}
                  aria-label={isOpen ? text.closeFolder(name) : text.openFolder(name)}
                  onClick={() => setIsOpen(node.path, !isOpen)}
                >
                  <Chevron size={14} aria-hidden />
                </button>
              )}
              <Checkbox
                hideLabel
                label={text.take(displayName(node.path))}
                checked={!isLeftOut(except, node.path)}
                mixed={isMixed(except, node.path)}
                disabled={parent !== '' && isLeftOut(except, parent)}
                tabIndex={index === at ? 0 : -1}
                onChange={(isTaken) => {
                  setCursor(node.path);
                  onChange(toggled(except, node.path, isTaken));
                }}
              />
              <FileIcon name={node.name} kind={node.kind} open={isOpen} size={15} />
              <span className="grow line">
                <Name of={node.name} />
              </span>
              <span className="data quiet">
                {node.kind === 'file' || (tree.isWhole && node.size > 0) ? format.bytes(node.size) : ''}
              </span>
            </div>
          );
        }}
      />
    </div>
  );
};
