/**
 * A BrowserWindow whose page is shown by the process that started this one (`../shim-window.ts`): it drives Chromium, and
 * asks here what main says to it. app://hexdrop/ is answered by the handler that main registered.
 */

import { EventEmitter } from 'node:events';

import { pack, unpack } from './packing.ts';
import { strict } from './strict.ts';
import { Wire } from './wire.ts';

/** What the shim saw, for tests. */
export const seen = {
  navigations: [] as string[],
  windowsOpened: [] as string[],
  requestsRefused: [] as string[],
  progress: [] as number[],
  flashes: [] as boolean[],
  badges: [] as number[],
  notifications: [] as { title: string; body: string }[],
  revealed: [] as string[],
  opened: [] as string[],
  logins: [] as unknown[],
  errorBoxes: [] as string[],
  trays: [] as unknown[],
  /** How often main loaded the page. */
  webRtcPolicies: [] as string[],
  loads: 0,
};

export type FileHandler = (request: { url: string; method: string }) => Promise<Response>;
export const schemes = new Map<string, FileHandler>();

interface SentEvent {
  readonly sender: object;
  readonly senderFrame: object | null;
  readonly ports: readonly PagePort[];
}

/** Channels of main; an unknown one is an error, also where Electron would keep silent. */
class IpcMain extends EventEmitter {
  readonly _invokeHandlers = new Map<string, (event: SentEvent, ...args: unknown[]) => unknown>();

  handle(channel: string, handler: (event: SentEvent, ...args: unknown[]) => unknown): void {
    if (this._invokeHandlers.has(channel)) throw new Error(`A second handler for '${channel}'.`);
    this._invokeHandlers.set(channel, handler);
  }

  take(kind: 'send' | 'invoke', channel: string, event: SentEvent, args: readonly unknown[]): unknown {
    const handler = this._invokeHandlers.get(channel);
    if (kind === 'invoke' && handler !== undefined) return handler(event, ...args);
    if (kind === 'send' && this.emit(channel, event, ...args)) return undefined;
    throw new Error(`No handler registered for '${channel}'`);
  }
}
export const ipcMain = new IpcMain();

/** Main's end of a MessagePort whose other end is in the page. Its other end never tells that it was closed: nobody may rely on that. */
class PagePort extends EventEmitter {
  readonly #window: number;
  readonly #id: number;
  #queue: unknown[] | undefined = [];

  constructor(window: number, id: number) {
    super();
    this.#window = window;
    this.#id = id;
  }

  postMessage(message: unknown, transfer: readonly unknown[] = []): void {
    if (transfer.length > 0) throw new TypeError('Ports of Electron transfer ports and nothing else.');
    outside.tell('deliver', this.#window, this.#id, pack(structuredClone(message)));
  }

  start(): void {
    for (const data of this.#queue?.splice(0) ?? []) this.emit('message', { data, ports: [] });
    this.#queue = undefined;
  }

  close(): void {
    outside.tell('closePort', this.#window, this.#id);
    this.emit('close');
  }

  came(data: unknown): void {
    if (this.#queue === undefined) this.emit('message', { data, ports: [] });
    else this.#queue.push(data);
  }
}

export interface WindowOptions {
  readonly webPreferences: { readonly preload: string };
  readonly [name: string]: unknown;
}

/** The frame of a page that sent something. */
interface Sender {
  readonly url: string;
  readonly isMainFrame: boolean;
}

export type PageMessage =
  | {
      readonly kind: 'send' | 'invoke';
      readonly channel: string;
      readonly args: unknown;
      readonly ports?: readonly number[];
    }
  | { readonly kind: 'port'; readonly id: number; readonly data: unknown }
  | { readonly kind: 'open'; readonly url: string };

export interface FileAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What main uses of WebContents. */
class WebContents extends EventEmitter {
  readonly id = 1;
  readonly #window: number;
  readonly #options: WindowOptions;
  #isOpen = false;
  #url = '';
  #decideOpen: (details: { url: string }) => { action: string } = () => ({ action: 'allow' });
  readonly #ports = new Map<number, PagePort>();
  /** The navigation that main itself asked for. */
  #asked: string | undefined;
  readonly handle: WebContents;

  constructor(window: number, options: WindowOptions) {
    super();
    this.#window = window;
    this.#options = options;
    this.handle = strict('webContents', this);
  }

  setWindowOpenHandler(decide: (details: { url: string }) => { action: string }): void {
    this.#decideOpen = decide;
  }

  setWebRTCIPHandlingPolicy(policy: string): void {
    seen.webRtcPolicies.push(policy);
  }

  getURL(): string {
    return this.#url;
  }

  async loadURL(url: string): Promise<void> {
    seen.loads += 1;
    this.#asked = url;
    const preload = this.#isOpen ? undefined : this.#options.webPreferences.preload;
    this.#isOpen = true;
    await outside.call('load', this.#window, url, preload);
    this.emit('loaded');
  }

  /** In a page of its own: the one before may have crashed. */
  reload(): void {
    this.#isOpen = false;
    void this.loadURL(this.#url);
  }

  dispose(): void {
    outside.tell('dispose', this.#window);
  }

  /** Asks main as Electron asks it. */
  mayNavigate(url: string, isMainFrame: boolean): boolean {
    const [address = ''] = (this.#asked ?? '').split('#', 1);
    const isAsked = isMainFrame && url === address;
    if (isAsked) this.#asked = undefined;
    let isPrevented = false;
    const event = { url, isMainFrame, preventDefault: () => (isPrevented = true) };
    if (!isAsked) {
      this.emit('will-frame-navigate', event);
      if (isMainFrame) this.emit('will-navigate', event);
      if (isPrevented) return false;
      seen.navigations.push(url);
    }
    this.emit('did-start-navigation', { url, isMainFrame, isSameDocument: false });
    return true;
  }

  navigated(url: string): void {
    this.#url = url;
  }

  crashed(): void {
    this.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 1 });
  }

  take({ url, isMainFrame }: Sender, message: PageMessage): unknown {
    switch (message.kind) {
      case 'port':
        return this.#ports.get(message.id)?.came(unpack(message.data));
      case 'open':
        if (this.#decideOpen({ url: message.url }).action !== 'deny') seen.windowsOpened.push(message.url);
        return undefined;
      default: {
        const ports = (message.ports ?? []).map((id) => {
          const port = new PagePort(this.#window, id);
          this.#ports.set(id, port);
          return port;
        });
        const origin = url.split('/', 3).join('/');
        const senderFrame = { url, origin, parent: isMainFrame ? null : {} };
        const args = unpack(message.args) as readonly unknown[];
        const event = { sender: this.handle, senderFrame, ports };
        return Promise.resolve(ipcMain.take(message.kind, message.channel, event, args)).then(pack);
      }
    }
  }
}

const windows = new Map<number, BrowserWindow>();
let lastWindow = 0;

const contentsOf = (window: number): WebContents => {
  const found = windows.get(window);
  if (found === undefined) throw new Error(`Window ${window} was closed.`);
  return found.webContents;
};

/** The process that shows the pages. */
export const outside = new Wire(process, {
  mayNavigate: (window: number, url: string, isMainFrame: boolean) =>
    contentsOf(window).mayNavigate(url, isMainFrame),
  navigated: (window: number, url: string) => contentsOf(window).navigated(url),
  crashed: (window: number) => contentsOf(window).crashed(),
  said: (window: number, sender: Sender, message: PageMessage) => contentsOf(window).take(sender, message),
  file: async (url: string, method: string): Promise<FileAnswer | undefined> => {
    const [scheme = ''] = url.split(':', 1);
    const response = await schemes.get(scheme)?.({ url, method });
    if (response === undefined) {
      seen.requestsRefused.push(url);
      return undefined;
    }
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: new Uint8Array(await response.arrayBuffer()),
    };
  },
  /** A function's text and its argument, as Playwright's `evaluate` for Electron: it gets the module `electron`. */
  evaluate: async (source: string, argument: unknown) => {
    // eslint-disable-next-line no-eval -- the test's own function, in the process that it tests
    const work = (0, eval)(`(${source})`) as (electron: object, argument: unknown) => unknown;
    return work(await import('./electron.ts'), argument);
  },
});
process.channel?.unref();

/** Set by electron.ts: what the window needs of the program. */
export const program = {
  onContents: (_contents: object): void => undefined,
  onAllClosed: (): void => undefined,
};

/** What main uses of BrowserWindow. */
export class BrowserWindow extends EventEmitter {
  static getAllWindows(): BrowserWindow[] {
    return [...windows.values()];
  }

  readonly #id: number;
  readonly options: WindowOptions;
  readonly webContents: WebContents;
  backgroundColor: unknown;
  #bounds: object;
  #isVisible = false;
  #isMaximized = false;
  #isDestroyed = false;

  constructor(options: WindowOptions) {
    super();
    lastWindow += 1;
    this.#id = lastWindow;
    this.options = options;
    this.backgroundColor = options['backgroundColor'];
    const { x, y, width, height } = options;
    this.#bounds = { x, y, width, height };
    this.#isVisible = options['show'] !== false;
    const contents = new WebContents(this.#id, options);
    contents.once('loaded', () => this.emit('ready-to-show'));
    this.webContents = contents.handle;
    windows.set(this.#id, this);
    program.onContents(this.webContents);
    return strict('BrowserWindow', this);
  }

  loadURL(url: string): Promise<void> {
    return this.webContents.loadURL(url);
  }
  show(): void {
    this.#isVisible = true;
    this.emit('show');
  }
  hide(): void {
    this.#isVisible = false;
    this.emit('hide');
  }
  focus(): void {
    this.emit('focus');
  }
  restore(): void {
    this.emit('restore');
  }
  maximize(): void {
    this.#isMaximized = true;
    this.emit('maximize');
  }
  isVisible(): boolean {
    return this.#isVisible;
  }
  isFocused(): boolean {
    return this.#isVisible;
  }
  isMinimized(): boolean {
    return false;
  }
  isMaximized(): boolean {
    return this.#isMaximized;
  }
  isDestroyed(): boolean {
    return this.#isDestroyed;
  }
  getNormalBounds(): object {
    return this.#bounds;
  }
  setBounds(bounds: object): void {
    this.#bounds = bounds;
    this.emit('resize');
  }
  setBackgroundColor(color: string): void {
    this.backgroundColor = color;
  }
  setProgressBar(progress: number): void {
    seen.progress.push(progress);
  }
  flashFrame(isOn: boolean): void {
    seen.flashes.push(isOn);
  }
  close(): void {
    let isPrevented = false;
    this.emit('close', { preventDefault: () => (isPrevented = true) });
    if (isPrevented) return;
    this.#isDestroyed = true;
    windows.delete(this.#id);
    this.webContents.dispose();
    this.emit('closed');
    if (windows.size === 0) program.onAllClosed();
  }
}
