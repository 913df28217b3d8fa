/**
 * What a BrowserWindow of the shim shows: a page of Chromium, driven through Playwright by the process that runs the test.
 * Every request of the page is answered by main, and nothing is ever fetched. Since Chromium itself knows no app:, the page
 * stands under an https address.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext, Frame, Page, Route } from '@playwright/test';

import type { FileAnswer, PageMessage } from './shim/page-window.ts';
import type { Wire } from './shim/wire.ts';

const appOrigin = 'app://hexdrop';
const shownOrigin = 'https://hexdrop.shim';
const toShown = (url: string): string => url.replace(appOrigin, shownOrigin);
const toApp = (url: string): string => url.replace(shownOrigin, appOrigin);

const preloadWorld = (preload: string): string =>
  readFileSync(join(import.meta.dirname, 'shim/preload-world.js'), 'utf8')
    .replace(
      '/* PRELOAD */ undefined',
      () => `(function (require, module, exports, process) {${readFileSync(preload, 'utf8')}\n})`,
    )
    .replace('PLATFORM', process.platform);

export class ShimWindow {
  readonly #id: number;
  readonly #context: BrowserContext;
  readonly #main: Wire;
  #page: Page | undefined;

  constructor(id: number, context: BrowserContext, main: Wire) {
    this.#id = id;
    this.#context = context;
    this.#main = main;
  }

  /** Undefined before it was loaded. */
  get page(): Page | undefined {
    return this.#page;
  }

  /** @param preload of a page that takes the place of the one before; absent when that one goes to another address */
  async load(url: string, preload: string | undefined): Promise<void> {
    const before = this.#page;
    const page = before === undefined || preload !== undefined ? await this.#open(preload ?? '') : before;
    await page.goto(toShown(url), { waitUntil: 'domcontentloaded' });
    this.#page = page;
    if (before !== page) await before?.close();
  }

  deliver(port: number, data: unknown): void {
    this.#inPage(([port, data]) => Reflect.get(globalThis, 'hexdropShimDeliver')(port, data), [port, data]);
  }

  closePort(port: number): void {
    this.#inPage(([port]) => Reflect.get(globalThis, 'hexdropShimClosePort')(port), [port, undefined]);
  }

  async close(): Promise<void> {
    await this.#page?.close();
  }

  #inPage(work: (argument: [number, unknown]) => void, argument: [number, unknown]): void {
    // The page may be on its way out.
    this.#page?.evaluate(work, argument).catch(() => undefined);
  }

  async #open(preload: string): Promise<Page> {
    const page = await this.#context.newPage();
    page.on('crash', () => this.#main.tell('crashed', this.#id));
    page.on('framenavigated', (frame) => {
      if (frame === page.mainFrame()) this.#main.tell('navigated', this.#id, toApp(frame.url()));
    });
    await page.route('**/*', (route) => this.#answer(route, page).catch(() => route.abort()));
    await page.exposeBinding('hexdropShim', ({ frame }, message: PageMessage) => this.#said(frame, message));
    await page.addInitScript({ content: preloadWorld(preload) });
    return page;
  }

  #said(frame: Frame, message: PageMessage): Promise<unknown> {
    const sender = { url: toApp(frame.url()), isMainFrame: frame.parentFrame() === null };
    return this.#main.call('said', this.#id, sender, message);
  }

  async #answer(route: Route, page: Page): Promise<void> {
    const request = route.request();
    const url = toApp(request.url());
    const isMainFrame = request.frame() === page.mainFrame();
    if (
      request.isNavigationRequest() &&
      !(await this.#main.call<boolean>('mayNavigate', this.#id, url, isMainFrame))
    ) {
      return route.abort('aborted');
    }
    const answer = await this.#main.call<FileAnswer | undefined>('file', url, request.method());
    if (answer === undefined) return route.abort('blockedbyclient');
    await route.fulfill({ ...answer, headers: { ...answer.headers }, body: Buffer.from(answer.body) });
  }
}
