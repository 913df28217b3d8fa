/**
 * What the system shows and does while the program is busy: progress on the taskbar or dock, a badge for offers that
 * wait, and no sleep while bytes flow.
 */

import { app, nativeImage, powerSaveBlocker } from 'electron';

import type { Activity } from '../host/api.ts';
import type { MainWindow } from './window.ts';
import type { Words } from './words.ts';

/** Electron's values for "no bar" and "busy, who knows how long". */
const noProgress = -1;
const endlessProgress = 2;

export class Presence {
  readonly #window: MainWindow;
  readonly #overlayIcon: string;
  #blocker: number | undefined;
  #offers = 0;
  #progress = noProgress;

  /** @param overlayIcon on the taskbar of Windows, which has no badges */
  constructor(window: MainWindow, overlayIcon: string) {
    this.#window = window;
    this.#overlayIcon = overlayIcon;
  }

  follow(activity: Activity, words: Words): void {
    this.#keepAwake(activity.runningTransfers > 0);
    this.#showProgress(activity);
    this.#showOffers(activity.waitingOffers, words);
  }

  /** A new window knows nothing of what was told to the last one. */
  again(activity: Activity, words: Words): void {
    this.#progress = noProgress;
    this.#showProgress(activity);
    if (activity.waitingOffers > 0) this.#overlay(activity.waitingOffers, words);
  }

  close(): void {
    this.#keepAwake(false);
  }

  #keepAwake(isBusy: boolean): void {
    if (isBusy && this.#blocker === undefined) {
      this.#blocker = powerSaveBlocker.start('prevent-app-suspension');
    } else if (!isBusy && this.#blocker !== undefined) {
      powerSaveBlocker.stop(this.#blocker);
      this.#blocker = undefined;
    }
  }

  #showProgress({ runningTransfers, fraction }: Activity): void {
    const progress = runningTransfers === 0 ? noProgress : (fraction ?? endlessProgress);
    if (progress === this.#progress) return;
    this.#progress = progress;
    this.#window.browserWindow?.setProgressBar(progress);
  }

  #showOffers(count: number, words: Words): void {
    if (count === this.#offers) return;
    const isMore = count > this.#offers;
    this.#offers = count;
    app.setBadgeCount(count);
    this.#overlay(count, words);
    if (!isMore || this.#window.isInFront) return;
    this.#window.browserWindow?.flashFrame(true);
    app.dock?.bounce('informational');
  }

  #overlay(count: number, words: Words): void {
    if (process.platform !== 'win32') return;
    const icon = count === 0 ? null : nativeImage.createFromPath(this.#overlayIcon);
    this.#window.browserWindow?.setOverlayIcon(icon, count === 0 ? '' : words.offers(count));
  }
}
