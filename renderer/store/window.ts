/** What only this window knows: toasts and which overlay is open. Everything else is the engine's. */

import { create } from 'zustand';

export interface Toast {
  readonly id: number;
  readonly tone: 'plain' | 'ok' | 'error';
  readonly text: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

interface WindowState {
  readonly toasts: readonly Toast[];
  readonly shortcutsOpen: boolean;
  readonly showShortcuts: (open: boolean) => void;
  readonly toast: (toast: Omit<Toast, 'id'>) => void;
  readonly dismiss: (id: number) => void;
}

/** More would cover the view; the oldest goes. */
const maxToasts = 4;
let lastToast = 0;

export const useWindow = create<WindowState>((set) => ({
  toasts: [],
  shortcutsOpen: false,
  showShortcuts: (open) => set({ shortcutsOpen: open }),
  toast: (toast) => {
    lastToast += 1;
    const shown: Toast = { ...toast, id: lastToast };
    set(({ toasts }) => ({ toasts: [...toasts.slice(1 - maxToasts), shown] }));
  },
  dismiss: (id) => set(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) })),
}));
