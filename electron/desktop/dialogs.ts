/** The system's dialogs for files and folders. Their paths stay in main. */

import { dialog } from 'electron';
import type { BrowserWindow } from 'electron';

import type { Words } from './words.ts';

export type DialogKind = 'files' | 'folder' | 'share';

/** One at a time: a page that asks again while one is open gets nothing, not a heap of dialogs. */
export class Dialogs {
  #isOpen = false;

  /** Absolute paths; none when it was cancelled. */
  async choose(
    kind: DialogKind,
    window: BrowserWindow | undefined,
    words: Words,
  ): Promise<readonly string[]> {
    if (this.#isOpen) return [];
    this.#isOpen = true;
    try {
      const options = dialogOptions(kind, words);
      const { filePaths } = await (window === undefined
        ? dialog.showOpenDialog(options)
        : dialog.showOpenDialog(window, options));
      return filePaths;
    } finally {
      this.#isOpen = false;
    }
  }
}

const dialogOptions = (kind: DialogKind, words: Words): Electron.OpenDialogOptions => {
  switch (kind) {
    case 'files':
      return { title: words.chooseFiles, properties: ['openFile', 'multiSelections'] };
    case 'folder':
      return { title: words.chooseFolder, properties: ['openDirectory', 'createDirectory'] };
    case 'share':
      return { title: words.chooseShare, properties: ['openDirectory', 'createDirectory'] };
  }
};
