/**
 * The end of the program: asked for by a person, it asks back while transfers run; by the system or by the window's own
 * question, it does not. Whatever asked, the host is closed before the process ends.
 */

import { app, dialog, powerMonitor } from 'electron';

import { onEndSignal } from '../host/hang-up.ts';
import type { MainWindow } from './window.ts';
import type { Words } from './words.ts';

/** The host takes a second at most. A network folder that hangs must not keep the program. */
const closesWithinMs = 3_000;

export interface QuittingOptions {
  readonly window: MainWindow;
  words(): Words;
  hasRunningTransfers(): boolean;
  /** Everything that must be in order before the process ends. */
  close(): Promise<void>;
}

export class Quitting {
  readonly #options: QuittingOptions;
  #phase: 'running' | 'asking' | 'closing' | 'closed' = 'running';

  constructor(options: QuittingOptions) {
    this.#options = options;
  }

  get isUnderWay(): boolean {
    return this.#phase === 'closing' || this.#phase === 'closed';
  }

  listen(): void {
    app.on('before-quit', (event) => {
      if (this.#phase === 'closed') return;
      event.preventDefault();
      if (this.#phase === 'running') void this.#askThenQuit();
    });
    // On macOS a program goes on without windows; elsewhere one that has no reason to stay has hidden none.
    app.on('window-all-closed', () => {
      if (process.platform !== 'darwin') app.quit();
    });
    powerMonitor.on('shutdown', () => this.quitNow());
    // From a terminal or a service manager: whoever says this has decided.
    onEndSignal(() => this.quitNow());
  }

  /** Without a question. */
  quitNow(): void {
    if (this.isUnderWay) return;
    void this.#close();
  }

  async #askThenQuit(): Promise<void> {
    if (this.#options.hasRunningTransfers()) {
      this.#phase = 'asking';
      const isSure = await this.#isSure().catch(() => true);
      // The system may have asked in the meantime, and does not wait for answers.
      if (this.#phase !== 'asking') return;
      this.#phase = 'running';
      if (!isSure) return;
    }
    await this.#close();
  }

  async #isSure(): Promise<boolean> {
    const words = this.#options.words();
    const { window } = this.#options;
    const options = {
      type: 'question' as const,
      message: words.quitQuestion,
      detail: words.quitDetail,
      buttons: [words.keepRunning, words.quitAnyway],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
    };
    const shown = window.isVisible ? window.browserWindow : undefined;
    const { response } = await (shown === undefined
      ? dialog.showMessageBox(options)
      : dialog.showMessageBox(shown, options));
    return response === 1;
  }

  async #close(): Promise<void> {
    this.#phase = 'closing';
    this.#options.window.keepState();
    const tooLong = new Promise<void>((resolve) => {
      setTimeout(resolve, closesWithinMs).unref();
    });
    await Promise.race([this.#options.close().catch(() => undefined), tooLong]);
    this.#phase = 'closed';
    app.quit();
  }
}
