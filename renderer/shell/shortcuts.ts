/**
 * Keys that work anywhere in the window. A view adds its own with `useShortcuts` while it is shown; `?` lists all of
 * them. Single keys rest while somebody types, and all of them while a dialog is open.
 */

import { useEffect } from 'react';
import { create } from 'zustand';

export interface Shortcut {
  /** `1`, `/`, `?`, `Delete`, `mod+o` (mod: Ctrl, Command on a Mac). */
  readonly keys: string;
  readonly label: string;
  readonly run: () => void;
}

interface Group {
  readonly title: string;
  readonly shortcuts: readonly Shortcut[];
}

export const useShortcutGroups = create<{ readonly groups: readonly Group[] }>(() => ({ groups: [] }));

const isMac = (): boolean => /mac/iu.test(navigator.platform);

/** As it is printed on keys: `mod+o` is "Ctrl O" or "⌘ O". */
export const shownKeys = (keys: string): readonly string[] =>
  keys.split('+').map((key) => {
    if (key === 'mod') return isMac() ? '⌘' : 'Ctrl';
    return key.length === 1 ? key.toUpperCase() : key;
  });

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.closest('input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]') !== null;

const keysOf = (event: KeyboardEvent): string => {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return event.ctrlKey || event.metaKey ? `mod+${key}` : key;
};

const onKeyDown = (event: KeyboardEvent): void => {
  if (event.defaultPrevented || event.altKey || document.querySelector('dialog[open]') !== null) return;
  const keys = keysOf(event);
  if (!keys.startsWith('mod+') && isTyping(event.target)) return;
  // The latest group wins: a view may take a key of the window.
  for (const group of useShortcutGroups.getState().groups.toReversed()) {
    const shortcut = group.shortcuts.find((one) => one.keys.toLowerCase() === keys.toLowerCase());
    if (shortcut === undefined) continue;
    event.preventDefault();
    shortcut.run();
    return;
  }
};

let users = 0;

/** Keep `shortcuts` stable (useMemo), or they are registered anew at each render. */
export const useShortcuts = (title: string, shortcuts: readonly Shortcut[]): void => {
  useEffect(() => {
    const group: Group = { title, shortcuts };
    useShortcutGroups.setState(({ groups }) => ({ groups: [...groups, group] }));
    users += 1;
    if (users === 1) addEventListener('keydown', onKeyDown);
    return () => {
      useShortcutGroups.setState(({ groups }) => ({ groups: groups.filter((one) => one !== group) }));
      users -= 1;
      if (users === 0) removeEventListener('keydown', onKeyDown);
    };
  }, [title, shortcuts]);
};
