/**
 * The one window: made when it is first wanted, kept out of sight while the program goes on without it, put back where
 * it was. Knows nothing of what its page does.
 */

import { BrowserWindow, nativeTheme, screen } from 'electron';

import { pageUrl } from './page.ts';
import { placeWindow, readWindowState, smallestWindow, writeWindowState } from './window-state.ts';
import type { WindowState } from './window-state.ts';

/** --paper of the page's colours: what is seen before the page draws. */
const paper = { light: '#efeeea', dark: '#101214' } as const;
/** While a window is dragged it moves at every frame. */
const writeAfterMs = 500;
/** A page that fails again so soon fails for a reason that a reload does not mend. */
const failsAgainMs = 60_000;

export interface MainWindowOptions {
  readonly home: string;
  /** dist/desktop/preload.cjs */
  readonly preload: string;
  readonly icon: string;
  /** Whether closing only hides it. */
  staysWhenClosed(): boolean;
  /** It was hidden in place of being closed, for the first time ever. */
  onFirstHidden(): void;
  /** Its page is gone or is being replaced: its links are dead. */
  onPageGone(reason: string): void;
  /** Its page has failed twice; it is not loaded again by itself. */
  onPageFailed(): void;
  onShownOrHidden(): void;
  /** Windows ends the session and waits for nobody. */
  onSessionEnd(): void;
  /** The state cannot be kept. */
  onFault(thrown: unknown): void;
}

export class MainWindow {
  readonly #options: MainWindowOptions;
  #window: BrowserWindow | undefined;
  #state: WindowState;
  #writeTimer: NodeJS.Timeout | undefined;
  #failedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: MainWindowOptions) {
    this.#options = options;
    this.#state = readWindowState(options.home);
    nativeTheme.on('updated', () => this.#window?.setBackgroundColor(backgroundColor()));
  }

  /** Undefined before the first one, and after the last one was closed. */
  get browserWindow(): BrowserWindow | undefined {
    return this.#window;
  }

  get isVisible(): boolean {
    return this.#window?.isVisible() ?? false;
  }

  get isInFront(): boolean {
    return this.#window?.isFocused() ?? false;
  }

  show(): void {
    const window = this.#window;
    if (window === undefined) {
      this.#open();
      return;
    }
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  }

  hide(): void {
    this.#window?.hide();
  }

  /** @param hash of a view, `#/settings`. Where it is already nothing is loaded: that would be a reload. */
  goTo(hash: string): void {
    this.show();
    const contents = this.#window?.webContents;
    if (contents === undefined || contents.getURL() === `${pageUrl}${hash}`) return;
    contents.loadURL(`${pageUrl}${hash}`).catch(() => undefined); // Told as did-fail-load.
  }

  reloadPage(): void {
    this.#window?.webContents.reload();
  }

  /** Now, not when the timer says. */
  keepState(): void {
    clearTimeout(this.#writeTimer);
    this.#noteBounds();
    try {
      writeWindowState(this.#options.home, this.#state);
    } catch {
      // Where it was is not worth a word; a home that takes nothing is told by those who need it.
    }
  }

  #open(): void {
    const areas = [screen.getPrimaryDisplay(), ...screen.getAllDisplays()].map(({ workArea }) => workArea);
    const window = new BrowserWindow({
      ...placeWindow(this.#state.bounds, areas),
      minWidth: smallestWindow.width,
      minHeight: smallestWindow.height,
      show: false,
      title: 'Hexdrop',
      icon: this.#options.icon,
      backgroundColor: backgroundColor(),
      // Alt shows it; its shortcuts work all the same.
      autoHideMenuBar: true,
      webPreferences: {
        preload: this.#options.preload,
        contextIsolation: true,
        sandbox: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webSecurity: true,
        webviewTag: false,
        navigateOnDragDrop: false,
        spellcheck: false,
      },
    });
    this.#window = window;
    if (this.#state.isMaximized) window.maximize();
    this.#follow(window);
    window.loadURL(pageUrl).catch((thrown: unknown) => this.#options.onFault(thrown));
  }

  #follow(window: BrowserWindow): void {
    const { webContents } = window;
    window.once('ready-to-show', () => window.show());
    window.on('resize', () => this.#keepSoon());
    window.on('move', () => this.#keepSoon());
    window.on('maximize', () => this.#keepSoon());
    window.on('unmaximize', () => this.#keepSoon());
    window.on('show', () => this.#options.onShownOrHidden());
    window.on('hide', () => this.#options.onShownOrHidden());
    window.on('focus', () => window.flashFrame(false));
    window.on('session-end', () => this.#options.onSessionEnd());
    window.on('close', (event) => {
      if (!this.#options.staysWhenClosed()) return this.keepState();
      event.preventDefault();
      window.hide();
      if (this.#state.toldOfTray) return this.keepState();
      this.#state = { ...this.#state, toldOfTray: true };
      this.keepState();
      this.#options.onFirstHidden();
    });
    window.on('closed', () => {
      clearTimeout(this.#writeTimer);
      this.#window = undefined;
      this.#options.onPageGone('the window was closed');
      this.#options.onShownOrHidden();
    });
    // No page of ours may keep the window open.
    webContents.on('will-prevent-unload', (event) => event.preventDefault());
    webContents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
      if (isMainFrame && !isSameDocument) this.#options.onPageGone('the page was loaded again');
    });
    webContents.on('render-process-gone', (_event, { reason }) => {
      this.#options.onPageGone(`the page's process ended: ${reason}`);
      if (reason !== 'clean-exit') this.#recover(window);
    });
  }

  #recover(window: BrowserWindow): void {
    const now = performance.now();
    const isAgain = now - this.#failedAtMs < failsAgainMs;
    this.#failedAtMs = now;
    if (isAgain) this.#options.onPageFailed();
    else if (!window.isDestroyed()) window.webContents.reload();
  }

  #keepSoon(): void {
    clearTimeout(this.#writeTimer);
    this.#writeTimer = setTimeout(() => this.keepState(), writeAfterMs);
  }

  #noteBounds(): void {
    const window = this.#window;
    if (window === undefined || window.isDestroyed()) return;
    this.#state = {
      ...this.#state,
      bounds: window.getNormalBounds(),
      isMaximized: window.isMaximized(),
    };
  }
}

const backgroundColor = (): string => (nativeTheme.shouldUseDarkColors ? paper.dark : paper.light);
