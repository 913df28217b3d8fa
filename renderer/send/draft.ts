/** What is about to be sent: things, to whom, and whether the sheet is open. Only this window knows it. */

import { create } from 'zustand';

import type { Target } from '../../shared/ipc/contract/index.ts';
import type { PickedItem, Ref } from '../../shared/model/local.ts';

type DraftTab = 'files' | 'text';

/** Somebody counts what was dropped. */
interface Counting {
  readonly id: number;
  readonly files: number;
  readonly stop: () => void;
}

export interface Draft {
  readonly isOpen: boolean;
  readonly tab: DraftTab;
  readonly items: readonly PickedItem[];
  readonly counting: readonly Counting[];
  /** Paths of what was dropped and cannot be sent. */
  readonly unreadable: readonly string[];
  readonly text: string;
  /** A device of the list, or `address` for the typed one. */
  readonly to: string | undefined;
  readonly address: string;
}

const empty: Draft = {
  isOpen: false,
  tab: 'files',
  items: [],
  counting: [],
  unreadable: [],
  text: '',
  to: undefined,
  address: '',
};

export const useDraft = create<Draft>(() => empty);

export interface Opening {
  readonly tab?: DraftTab;
  readonly to?: Target;
  readonly text?: string;
}

/** Shows the sheet; what is in it already stays. */
export const openDraft = ({ tab, to, text }: Opening = {}): void =>
  useDraft.setState({
    isOpen: true,
    ...(tab === undefined ? {} : { tab }),
    ...(text === undefined ? {} : { text, tab: 'text' }),
    ...(to === undefined ? {} : 'device' in to ? { to: to.device } : { to: 'address', address: to.address }),
  });

export const closeDraft = (): void => {
  for (const { stop } of useDraft.getState().counting) stop();
  useDraft.setState(empty);
};

/** Refs that are there already do not come twice. */
export const addItems = (items: readonly PickedItem[], unreadable: readonly string[] = []): void =>
  useDraft.setState((draft) => ({
    tab: 'files',
    items: [...new Map([...draft.items, ...items].map((item) => [item.ref, item])).values()],
    unreadable: [...draft.unreadable, ...unreadable],
  }));

export const removeItem = (ref: Ref): void =>
  useDraft.setState((draft) => ({ items: draft.items.filter((item) => item.ref !== ref) }));

let lastCounting = 0;

/** Shows that something is being counted; answers with how to tell more and how to end it. */
export const beginCounting = (
  stop: () => void,
): { readonly tell: (files: number) => void; readonly end: () => void } => {
  lastCounting += 1;
  const id = lastCounting;
  useDraft.setState(({ counting }) => ({ counting: [...counting, { id, files: 0, stop }] }));
  return {
    tell: (files) =>
      useDraft.setState(({ counting }) => ({
        counting: counting.map((one) => (one.id === id ? { ...one, files } : one)),
      })),
    end: () => useDraft.setState(({ counting }) => ({ counting: counting.filter((one) => one.id !== id) })),
  };
};

export interface DraftTotals {
  readonly files: number;
  readonly bytes: number;
  readonly complete: boolean;
}

export const totalsOf = (items: readonly PickedItem[]): DraftTotals => ({
  files: items.reduce((sum, item) => sum + item.files, 0),
  bytes: items.reduce((sum, item) => sum + item.bytes, 0),
  complete: items.every((item) => item.complete),
});

/** To whom, as the contract says it; undefined while nobody is chosen. */
export const targetOf = ({ to, address }: Pick<Draft, 'to' | 'address'>): Target | undefined => {
  if (to === undefined) return undefined;
  if (to !== 'address') return { device: to };
  return address.trim() === '' ? undefined : { address: address.trim() };
};
