/** The icon beside the clock: what runs, the window, the end. Where the system has no such place there is none. */

import { Menu, nativeImage, Tray } from 'electron';

import type { Activity } from '../host/api.ts';
import { summary, trayLines } from './tray-lines.ts';
import type { Words } from './words.ts';

/** A menu that changes while somebody reads it is no use, and each change is a call to the desktop. */
const changeEveryMs = 1_000;

export interface TrayOptions {
  readonly icon: string;
  readonly isWindowVisible: () => boolean;
  readonly showWindow: () => void;
  readonly hideWindow: () => void;
  readonly goTo: (view: 'devices' | 'transfers' | 'shares') => void;
  readonly quit: () => void;
}

export class TrayIcon {
  readonly #options: TrayOptions;
  #tray: Tray | undefined;
  #shown = '';
  #wanted: { readonly activity: Activity; readonly words: Words } | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: TrayOptions) {
    this.#options = options;
  }

  open(): void {
    const icon = nativeImage.createFromPath(this.#options.icon);
    if (process.platform === 'darwin') icon.setTemplateImage(true);
    this.#tray = new Tray(icon);
    this.#tray.on('click', () => {
      // On macOS the click opens the menu.
      if (process.platform !== 'darwin') this.#options.showWindow();
    });
  }

  follow(activity: Activity, words: Words): void {
    this.#wanted = { activity, words };
    if (this.#timer !== undefined || this.#tray === undefined) return;
    this.#show();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#show();
    }, changeEveryMs);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#tray?.destroy();
    this.#tray = undefined;
  }

  #show(): void {
    if (this.#tray === undefined || this.#wanted === undefined) return;
    const { activity, words } = this.#wanted;
    const lines = trayLines(activity, words);
    const isVisible = this.#options.isWindowVisible();
    const shown = JSON.stringify([lines, isVisible, words.quit]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#tray.setToolTip(`Hexdrop: ${summary(activity, words)}`);
    const { goTo, hideWindow, showWindow, quit } = this.#options;
    this.#tray.setContextMenu(
      Menu.buildFromTemplate([
        ...lines.map(({ label, view }) =>
          view === undefined ? { label, enabled: false } : { label, click: () => goTo(view) },
        ),
        { type: 'separator' as const },
        isVisible
          ? { label: words.hideWindow, click: hideWindow }
          : { label: words.showWindow, click: showWindow },
        { label: words.quit, click: quit },
      ]),
    );
  }
}
