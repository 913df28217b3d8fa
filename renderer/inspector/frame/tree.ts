/** A dissected frame as a list of rows to show, and the way from a byte to its field. */

import type { DissectNode } from '../../../shared/protocol/dissect.ts';
import type { ColouredRange } from './hex-grid.ts';

export interface TreeRow {
  readonly node: DissectNode;
  /** Steps from the root: "0.1.3". */
  readonly path: string;
  readonly depth: number;
  readonly isOpen: boolean | undefined;
}

/** Punctuation of JSON is in the bytes; in the tree it would only be in the way. */
const isShown = ({ name, colour }: DissectNode): boolean => !(name === 'syntax' && colour === 'syntax');

const shownChildren = (node: DissectNode): readonly (readonly [DissectNode, number])[] =>
  (node.children ?? []).flatMap((child, index) => (isShown(child) ? [[child, index] as const] : []));

/** Open at first: the frame, its header and payload; long lists stay closed. */
const isOpenAtFirst = (node: DissectNode, depth: number): boolean =>
  depth < 2 || (depth < 4 && (node.children?.length ?? 0) <= 12);

/** @param toggled paths that a person opened or closed, against what they are at first */
export function rowsOfTree(tree: DissectNode, toggled: ReadonlySet<string>): readonly TreeRow[] {
  const rows: TreeRow[] = [];
  const walk = (node: DissectNode, path: string, depth: number): void => {
    const children = shownChildren(node);
    const isOpen = children.length === 0 ? undefined : isOpenAtFirst(node, depth) !== toggled.has(path);
    rows.push({ node, path, depth, isOpen });
    if (isOpen !== true) return;
    for (const [child, index] of children)
      walk(child, path === '' ? String(index) : `${path}.${index}`, depth + 1);
  };
  walk(tree, '', 0);
  return rows;
}

/** The innermost shown field that holds a byte, and the paths above it. */
export function fieldAt(
  tree: DissectNode,
  offset: number,
): { readonly node: DissectNode; readonly path: string; readonly above: readonly string[] } {
  let node = tree;
  let path = '';
  const above: string[] = [];
  for (;;) {
    const next = shownChildren(node).find(
      ([child]) => offset >= child.offset && offset < child.offset + child.length,
    );
    if (next === undefined) return { node, path, above };
    above.push(path);
    path = path === '' ? String(next[1]) : `${path}.${next[1]}`;
    [node] = next;
  }
}

/** What has to be toggled so that a field is seen. */
export function openedFor(
  tree: DissectNode,
  above: readonly string[],
  toggled: ReadonlySet<string>,
): ReadonlySet<string> {
  const result = new Set(toggled);
  above.forEach((path, depth) => {
    const node = nodeAt(tree, path);
    if (node === undefined) return;
    if (isOpenAtFirst(node, depth)) result.delete(path);
    else result.add(path);
  });
  return result;
}

export function nodeAt(tree: DissectNode, path: string): DissectNode | undefined {
  let node: DissectNode | undefined = tree;
  for (const step of path === '' ? [] : path.split('.')) node = node?.children?.[Number(step)];
  return node;
}

/** Leaves with a colour, in order: the washes of the dump. */
export function coloursOf(tree: DissectNode): readonly ColouredRange[] {
  const ranges: ColouredRange[] = [];
  const walk = (node: DissectNode): void => {
    if (node.children !== undefined) return node.children.forEach(walk);
    if (node.colour === undefined || node.length === 0) return;
    ranges.push({ from: node.offset, to: node.offset + node.length, colour: node.colour });
  };
  walk(tree);
  return ranges;
}
