/**
 * An offer as a tree of what is known of it, and which parts are taken. The offer tells its first names only: a folder
 * that is left out takes all its content with it, also what is not known here. Pure.
 */

import type { OfferView, PreviewEntry } from '../../shared/model/transfer.ts';

export interface OfferNode {
  readonly path: string;
  readonly name: string;
  readonly kind: 'file' | 'folder';
  /** Bytes of a file; of a folder the sum of what is known. */
  readonly size: number;
  readonly children: readonly OfferNode[];
}

export interface OfferTree {
  readonly roots: readonly OfferNode[];
  /** Everything that is offered is in the tree. */
  readonly isWhole: boolean;
}

interface Draft extends PreviewEntry {
  readonly name: string;
  readonly children: Draft[];
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

const finished = (draft: Draft): OfferNode => {
  const children = draft.children.map(finished);
  const size = draft.kind === 'file' ? draft.size : children.reduce((sum, child) => sum + child.size, 0);
  return { path: draft.path, name: draft.name, kind: draft.kind, size, children };
};

export const treeOf = (offer: Pick<OfferView, 'roots' | 'rootCount' | 'preview' | 'totals'>): OfferTree => {
  const byPath = new Map<string, Draft>();
  const roots: Draft[] = [];
  const add = (entry: PreviewEntry): Draft => {
    const before = byPath.get(entry.path);
    if (before !== undefined) return before;
    const draft: Draft = { ...entry, name: nameOf(entry.path), children: [] };
    byPath.set(entry.path, draft);
    const parent = parentOf(entry.path);
    if (parent === '') roots.push(draft);
    else add({ path: parent, kind: 'folder', size: 0 }).children.push(draft);
    return draft;
  };
  for (const { name, kind, size } of offer.roots) add({ path: name, kind, size });
  for (const entry of offer.preview) add(entry);
  const files = [...byPath.values()].filter(({ kind }) => kind === 'file').length;
  return {
    roots: roots.map(finished),
    isWhole: offer.totals.complete && files === offer.totals.files && offer.roots.length === offer.rootCount,
  };
};

/** Left out by itself or by a folder above. */
export const isLeftOut = (except: ReadonlySet<string>, path: string): boolean => {
  for (let at = path; at !== ''; at = parentOf(at)) if (except.has(at)) return true;
  return false;
};

/** Some of what is in it is left out. */
export const isMixed = (except: ReadonlySet<string>, path: string): boolean =>
  !isLeftOut(except, path) && [...except].some((one) => one.startsWith(`${path}/`));

/** Leaves out or takes; what is left out below a folder is no longer said when the folder itself is. */
export const toggled = (except: ReadonlySet<string>, path: string, isTaken: boolean): ReadonlySet<string> => {
  const next = new Set([...except].filter((one) => one !== path && !one.startsWith(`${path}/`)));
  if (!isTaken) next.add(path);
  return next;
};

/** What is taken of a whole tree. */
export const takenOf = (
  { roots }: OfferTree,
  except: ReadonlySet<string>,
): { readonly files: number; readonly bytes: number } => {
  let files = 0;
  let bytes = 0;
  const walk = (node: OfferNode): void => {
    if (except.has(node.path)) return;
    if (node.kind === 'file') {
      files += 1;
      bytes += node.size;
    }
    node.children.forEach(walk);
  };
  roots.forEach(walk);
  return { files, bytes };
};

/** Rows to be shown: a folder's content follows it while it is open. */
export const rowsOf = (
  { roots }: OfferTree,
  open: ReadonlySet<string>,
): readonly { readonly node: OfferNode; readonly depth: number }[] => {
  const rows: { node: OfferNode; depth: number }[] = [];
  const walk = (node: OfferNode, depth: number): void => {
    rows.push({ node, depth });
    if (open.has(node.path)) for (const child of node.children) walk(child, depth + 1);
  };
  for (const root of roots) walk(root, 0);
  return rows;
};
