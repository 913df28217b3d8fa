/** What only this window knows: toasts and which overlay is open. Everything else is the engine's. */

import { create } from 'zustand';

import type { PeerLink } from '../../shared/model/peer-link.ts';

export interface Toast {
  readonly id: number;
  readonly tone: 'plain' | 'ok' | 'error';
  readonly text: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

interface WindowState {
  readonly toasts: readonly Toast[];
  readonly shortcutsOpen: boolean;
  /** Links from elsewhere that wait for an answer, one question at a time. */
  readonly links: readonly PeerLink[];
  readonly showShortcuts: (open: boolean) => void;
  readonly toast: (toast: Omit<Toast, 'id'>) => void;
  readonly dismiss: (id: number) => void;
  readonly askLinks: (links: readonly PeerLink[]) => void;
  /** The first one's question is answered. */
  readonly linkAnswered: () => void;
}

/** More would cover the view; the oldest goes. */
const maxToasts = 4;
/** Whoever makes a browser open a hundred links must not make a hundred questions. */
const maxLinks = 3;
let lastToast = 0;

export const useWindow = create<WindowState>((set) => ({
  toasts: [],
  shortcutsOpen: false,
  links: [],
  showShortcuts: (open) => set({ shortcutsOpen: open }),
  toast: (toast) => {
    lastToast += 1;
    const shown: Toast = { ...toast, id: lastToast };
    set(({ toasts }) => ({ toasts: [...toasts.slice(1 - maxToasts), shown] }));
  },
  dismiss: (id) => set(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) })),
  askLinks: (more) => set(({ links }) => ({ links: [...links, ...more].slice(0, maxLinks) })),
  linkAnswered: () => set(({ links }) => ({ links: links.slice(1) })),
}));
