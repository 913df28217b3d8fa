/**
 * A BrowserWindow that is a page of Chromium, driven through Playwright. app://hexdrop/ is answered by the handler that
 * main registered, under an https address, since Chromium itself knows no app:. Nothing else is ever fetched.
 */

import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { BrowserContext, Frame, Page, Route } from 'playwright-core';

import { pack, unpack } from './packing.ts';
import { strict } from './strict.ts';

const appOrigin = 'app://hexdrop';
const shownOrigin = 'https://hexdrop.shim';
const toShown = (url: string): string => url.replace(appOrigin, shownOrigin);
const toApp = (url: string): string => url.replace(shownOrigin, appOrigin);

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
  readonly #page: Page;
  readonly #id: number;
  #queue: unknown[] | undefined = [];

  constructor(page: Page, id: number) {
    super();
    this.#page = page;
    this.#id = id;
  }

  postMessage(message: unknown, transfer: readonly unknown[] = []): void {
    if (transfer.length > 0) throw new TypeError('Ports of Electron transfer ports and nothing else.');
    const data = pack(structuredClone(message));
    this.#inPage(([id, data]) => Reflect.get(globalThis, 'hexdropShimDeliver')(id, data), data);
  }

  start(): void {
    for (const data of this.#queue?.splice(0) ?? []) this.emit('message', { data, ports: [] });
    this.#queue = undefined;
  }

  close(): void {
    this.#inPage(([id]) => Reflect.get(globalThis, 'hexdropShimClosePort')(id), undefined);
    this.emit('close');
  }

  came(data: unknown): void {
    if (this.#queue === undefined) this.emit('message', { data, ports: [] });
    else this.#queue.push(data);
  }

  #inPage(work: (args: [number, unknown]) => void, data: unknown): void {
    // The page may be on its way out.
    this.#page.evaluate(work, [this.#id, data] as [number, unknown]).catch(() => undefined);
  }
}

let context: BrowserContext | undefined;
export const closeBrowser = async (): Promise<void> => {
  await context?.close();
};

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

async function openContext(profile: string): Promise<BrowserContext> {
  const port = await freePort();
  context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    chromiumSandbox: process.getuid?.() !== 0,
    viewport: { width: 1280, height: 800 },
    args: ['--disable-background-networking', `--remote-debugging-port=${port}`],
  });
  process.send?.({ kind: 'debugging', port });
  return context;
}

export interface WindowOptions {
  readonly webPreferences: { readonly preload: string };
  readonly [name: string]: unknown;
}

/** What main uses of WebContents. */
class WebContents extends EventEmitter {
  readonly id = 1;
  readonly #options: WindowOptions;
  readonly #profile: string;
  #page: Page | undefined;
  #opening: Promise<Page> | undefined;
  #decideOpen: (details: { url: string }) => { action: string } = () => ({ action: 'allow' });
  readonly #ports = new Map<number, PagePort>();
  /** The navigation that main itself asked for. */
  #asked: string | undefined;
  readonly handle: WebContents;

  constructor(options: WindowOptions, profile: string) {
    super();
    this.#options = options;
    this.#profile = profile;
    this.handle = strict('webContents', this);
  }

  setWindowOpenHandler(decide: (details: { url: string }) => { action: string }): void {
    this.#decideOpen = decide;
  }

  getURL(): string {
    return this.#page === undefined ? '' : toApp(this.#page.url());
  }

  async loadURL(url: string): Promise<void> {
    seen.loads += 1;
    const page = await (this.#opening ??= this.#open());
    this.#asked = toShown(url);
    await page.goto(this.#asked, { waitUntil: 'domcontentloaded' });
    this.emit('loaded');
  }

  reload(): void {
    void this.#reload();
  }

  forcefullyCrashRenderer(): void {
    void this.#page
      ?.context()
      .newCDPSession(this.#page)
      .then((session) => session.send('Page.crash'))
      .catch(() => undefined);
  }

  async dispose(): Promise<void> {
    await this.#page?.close();
  }

  async #reload(): Promise<void> {
    this.#opening = undefined;
    const before = this.#page;
    const url = this.getURL();
    await this.loadURL(url);
    await before?.close();
  }

  async #open(): Promise<Page> {
    const inside = context ?? (await openContext(this.#profile));
    const page = await inside.newPage();
    for (const other of inside.pages())
      if (other.url() === 'about:blank' && other !== page) await other.close();
    this.#page = page;
    page.on('crash', () => this.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 1 }));
    await page.route('**/*', (route) => this.#answer(route, page));
    await page.exposeBinding('hexdropShim', ({ frame }, message: PageMessage) =>
      this.#take(page, frame, message),
    );
    await page.addInitScript({ content: this.#preloadWorld() });
    return page;
  }

  #preloadWorld(): string {
    const world = readFileSync(join(import.meta.dirname, 'preload-world.js'), 'utf8');
    const preload = readFileSync(this.#options.webPreferences.preload, 'utf8');
    return world
      .replace(
        '/* PRELOAD */ undefined',
        () => `(function (require, module, exports, process) {${preload}\n})`,
      )
      .replace('PLATFORM', process.platform);
  }

  async #answer(route: Route, page: Page): Promise<void> {
    const request = route.request();
    const url = request.url();
    if (request.isNavigationRequest() && !this.#mayNavigate(url, request.frame() === page.mainFrame())) {
      return route.abort('aborted');
    }
    const handler = schemes.get('app');
    if (!url.startsWith(`${shownOrigin}/`) || handler === undefined) {
      seen.requestsRefused.push(url);
      return route.abort('blockedbyclient');
    }
    const response = await handler({ url: toApp(url), method: request.method() });
    await route.fulfill({
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: Buffer.from(await response.arrayBuffer()),
    });
  }

  /** Asks main as Electron asks it. */
  #mayNavigate(url: string, isMainFrame: boolean): boolean {
    const [address = ''] = (this.#asked ?? '').split('#', 1);
    const isAsked = isMainFrame && url === address;
    if (isAsked) this.#asked = undefined;
    let isPrevented = false;
    const event = { url: toApp(url), isMainFrame, preventDefault: () => (isPrevented = true) };
    if (!isAsked) {
      this.emit('will-frame-navigate', event);
      if (isMainFrame) this.emit('will-navigate', event);
      if (isPrevented) return false;
      seen.navigations.push(event.url);
    }
    this.emit('did-start-navigation', { url: event.url, isMainFrame, isSameDocument: false });
    return true;
  }

  #take(page: Page, frame: Frame, message: PageMessage): unknown {
    switch (message.kind) {
      case 'port':
        return this.#ports.get(message.id)?.came(unpack(message.data));
      case 'open':
        if (this.#decideOpen({ url: message.url }).action !== 'deny') seen.windowsOpened.push(message.url);
        return undefined;
      default: {
        const url = toApp(frame.url());
        const ports = (message.ports ?? []).map((id) => {
          const port = new PagePort(page, id);
          this.#ports.set(id, port);
          return port;
        });
        const senderFrame = {
          url,
          origin: url.split('/', 3).join('/'),
          parent: frame.parentFrame() === null ? null : {},
        };
        const args = unpack(message.args) as readonly unknown[];
        const event = { sender: this.handle, senderFrame, ports };
        return Promise.resolve(ipcMain.take(message.kind, message.channel, event, args)).then(pack);
      }
    }
  }
}

type PageMessage =
  | {
      readonly kind: 'send' | 'invoke';
      readonly channel: string;
      readonly args: unknown;
      readonly ports?: readonly number[];
    }
  | { readonly kind: 'port'; readonly id: number; readonly data: unknown }
  | { readonly kind: 'open'; readonly url: string };

const windows = new Set<BrowserWindow>();
/** Set by electron.ts: what the window needs of the program. */
export const program = {
  profile: '',
  onContents: (_contents: object): void => undefined,
  onAllClosed: (): void => undefined,
};

/** What main uses of BrowserWindow. */
export class BrowserWindow extends EventEmitter {
  static getAllWindows(): BrowserWindow[] {
    return [...windows];
  }

  readonly options: WindowOptions;
  readonly webContents: WebContents;
  backgroundColor: unknown;
  #bounds: object;
  #isVisible = false;
  #isMaximized = false;
  #isDestroyed = false;

  constructor(options: WindowOptions) {
    super();
    this.options = options;
    this.backgroundColor = options['backgroundColor'];
    const { x, y, width, height } = options;
    this.#bounds = { x, y, width, height };
    this.#isVisible = options['show'] !== false;
    const contents = new WebContents(options, program.profile);
    contents.once('loaded', () => this.emit('ready-to-show'));
    this.webContents = contents.handle;
    windows.add(this);
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
    windows.delete(this);
    void this.webContents.dispose();
    this.emit('closed');
    if (windows.size === 0) program.onAllClosed();
  }
}
