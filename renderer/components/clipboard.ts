/** Copies text, and says so. */

import { useWindow } from '../store/window.ts';

/** Where the page has no clipboard (no secure context), an invisible field is copied from. */
const copyBySelection = (text: string): boolean => {
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'unseen';
  (document.querySelector('dialog[open]') ?? document.body).append(field);
  field.select();
  try {
    return document.execCommand('copy');
  } finally {
    field.remove();
  }
};

/** `copied` is what the toast says. Answers whether it worked. */
export const copyText = async (text: string, copied: string): Promise<boolean> => {
  let isDone: boolean;
  try {
    await navigator.clipboard.writeText(text);
    isDone = true;
  } catch {
    isDone = copyBySelection(text);
  }
  if (isDone) useWindow.getState().toast({ tone: 'ok', text: copied });
  return isDone;
};
