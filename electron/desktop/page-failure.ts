/** The window's page has failed again right after it was loaded anew: a person decides what now. */

import { dialog } from 'electron';

import type { Words } from './words.ts';

export const tellPageFailure = async (
  words: Words,
  answers: { openAgain(): void; quit(): void },
): Promise<void> => {
  const { response } = await dialog.showMessageBox({
    type: 'error',
    message: words.pageGoneTitle,
    detail: words.pageGoneBody,
    buttons: [words.openAgain, words.quit],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  });
  if (response === 0) answers.openAgain();
  else answers.quit();
};
