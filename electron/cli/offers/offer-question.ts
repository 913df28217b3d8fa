/** An offer in words, and the questions about it: who, what, how much, is there room; yes, no, or some of it. */

import { displayName } from '../../../shared/model/display-name.ts';
import type { EntryKind, OfferView, RootView } from '../../../shared/model/transfer.ts';
import { HexdropError } from '../../../shared/errors/errors.ts';
import { formatBytes, formatCount, formatCounted } from '../terminal/format.ts';
import { selectionOf } from './selection.ts';
import type { Selection } from './selection.ts';
import type { Prompter } from '../terminal/prompt.ts';
import { padEnd, textWidth } from '../terminal/text-width.ts';
import { peerInWords } from '../transfer-report.ts';

/** `undefined`: the terminal was closed, or the offer withdrawn. */
export type OfferAnswer =
  | { readonly accept: true; readonly choice?: Choice }
  | { readonly accept: false }
  | undefined;

interface Choice {
  readonly wants: (path: string, kind: EntryKind) => boolean;
  /** The part of it that was given as patterns. */
  readonly selection: Selection | undefined;
}

/** Enough to recognise what it is without scrolling. */
const rootsShown = 10;
const insideShown = 6;
const widestName = 60;

const trustInWords = {
  new: 'never seen before',
  known: 'seen before',
  verified: 'verified',
  unauthenticated: 'NOT encrypted, so it may be anyone',
} as const;

const rootLines = (roots: readonly RootView[], total: number): readonly string[] => {
  const names = roots.map((root) => displayName(root.name) + (root.kind === 'folder' ? '/' : ''));
  const columns = Math.min(widestName, Math.max(0, ...names.map(textWidth)));
  const digits = String(roots.length).length;
  const lines = roots.map((root, index) => {
    const number = String(index + 1).padStart(digits);
    const size = root.kind === 'folder' ? 'folder' : formatBytes(root.size);
    return `  ${number}  ${padEnd(names[index] ?? '', columns)}  ${size}`;
  });
  return total > roots.length ? [...lines, `  and ${formatCount(total - roots.length)} more`] : lines;
};

const totalsLine = ({ totals }: OfferView): string => {
  const folders = totals.folders > 0 ? `, ${formatCounted(totals.folders, 'folder')}` : '';
  const amount = `${formatCounted(totals.files, 'file')}${folders}, ${formatBytes(totals.bytes)}`;
  return totals.complete ? `Together ${amount}.` : `So far ${amount}; the sender is still counting.`;
};

const insideLine = ({ preview, roots }: OfferView): string | undefined => {
  const tops = new Set(roots.map((root) => root.name));
  const inside = preview.filter((entry) => !tops.has(entry.path)).slice(0, insideShown);
  return inside.length === 0
    ? undefined
    : `Among them ${inside.map((entry) => displayName(entry.path)).join(', ')}.`;
};

const renamedLines = ({ renamed, totals }: OfferView): readonly string[] => {
  if (renamed === undefined) return [];
  const { count, first } = renamed;
  const lines = first.map(({ path, here }) => `  ${displayName(path)}  ->  ${displayName(here)}`);
  const more = count - first.length;
  const atLeast = totals.complete ? '' : 'At least ';
  return [
    `${atLeast}${formatCounted(count, 'name')} cannot be written here as sent. Sent back from here, they are as before:`,
    ...lines,
    ...(more > 0 ? [`  and ${formatCount(more)} more`] : []),
  ];
};

const spaceLine = ({ freeBytes, totals }: OfferView, dir: string): string => {
  const where = `Goes to ${displayName(dir)}`;
  if (freeBytes === undefined) return `${where}.`;
  const free = `${where}, where ${formatBytes(freeBytes)} are free`;
  return totals.bytes > freeBytes ? `${free}: NOT ENOUGH for all of it.` : `${free}.`;
};

const offerLines = (offer: OfferView, dir: string): readonly string[] => {
  const { peer, roots, rootCount } = offer;
  return [
    '',
    `${peerInWords(peer)} at ${displayName(peer.address)}, ${trustInWords[peer.trust]}, offers:`,
    ...rootLines(roots.slice(0, rootsShown), rootCount),
    totalsLine(offer),
    insideLine(offer),
    ...renamedLines(offer),
    spaceLine(offer, dir),
  ].filter((line) => line !== undefined);
};

/** "1 3-5 *.jpg" as what to take. Throws a usage error that says what is wrong. */
const parseChoice = (text: string, roots: readonly RootView[]): Choice => {
  const names = new Set<string>();
  const patterns: string[] = [];
  for (const word of text.split(/[\s,]+/).filter((part) => part !== '')) {
    const range = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(word);
    if (range === null) {
      patterns.push(word);
      continue;
    }
    const first = Number(range[1]);
    const last = Number(range[2] ?? range[1]);
    if (first < 1 || last > roots.length || first > last) {
      throw new HexdropError('usage', `There is no ${word} in the list: it goes from 1 to ${roots.length}.`);
    }
    for (const { name } of roots.slice(first - 1, last)) names.add(name);
  }
  const selection = selectionOf(patterns);
  const wants = (path: string, kind: EntryKind): boolean => {
    const slash = path.indexOf('/');
    const isNumbered = names.has(slash === -1 ? path : path.slice(0, slash));
    // Asked in any case: it notes what its patterns fit.
    return (selection?.wants(path, kind) ?? false) || isNumbered;
  };
  return { wants, selection };
};

const askForSome = async (
  offer: OfferView,
  prompter: Prompter,
  signal: AbortSignal,
): Promise<OfferAnswer | 'back'> => {
  if (offer.roots.length > rootsShown) {
    for (const line of rootLines(offer.roots, offer.rootCount)) prompter.tell(line);
  }
  for (;;) {
    const answer = await prompter.ask(
      'Which? Numbers (1 3-5) or patterns (*.jpg); Enter goes back: ',
      signal,
    );
    if (answer === undefined) return undefined;
    if (answer.trim() === '') return 'back';
    try {
      return { accept: true, choice: parseChoice(answer, offer.roots) };
    } catch (thrown) {
      if (!(thrown instanceof HexdropError)) throw thrown;
      prompter.tell(displayName(thrown.message));
    }
  }
};

/** Only within a conversation of the prompter. */
export const askAboutOffer = async (
  offer: OfferView,
  dir: string,
  prompter: Prompter,
  signal: AbortSignal,
): Promise<OfferAnswer> => {
  for (const line of offerLines(offer, dir)) prompter.tell(line);
  for (;;) {
    const answer = await prompter.ask('Accept? [y]es, [n]o, [s]ome of it: ', signal);
    switch (answer?.trim().toLowerCase()) {
      case undefined:
        return undefined;
      case 'y':
      case 'yes':
        return { accept: true };
      case 'n':
      case 'no':
        return { accept: false };
      case 's':
      case 'some': {
        const some = await askForSome(offer, prompter, signal);
        if (some !== 'back') return some;
        break;
      }
      default:
    }
  }
};
