/**
 * Windows of real devices for journeys: `hexdrop ui` of its own home, its page in Chromium. Loopback only, so nothing is
 * announced; devices reach each other by typing an address.
 */

import type { Browser, BrowserContext, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';

import { needs, type Need } from '../../support/needs.ts';
import type { Program } from '../../support/program.ts';
import type { Device, World } from '../../support/world.ts';

export interface WindowOptions {
  readonly language?: 'en' | 'zh';
  readonly theme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
  /** More words for `hexdrop ui`. */
  readonly args?: readonly string[];
}

/** A device with its window. */
export interface UiDevice {
  readonly name: string;
  readonly device: Device;
  readonly program: Program;
  readonly page: Page;
  readonly context: BrowserContext;
  /** Where the files go that it receives. */
  readonly downloads: string;
  /** What others type to reach it: 127.0.0.1:port. */
  readonly address: string;
}

export interface Browsers {
  readonly need: Need;
  open(world: World, name: string, options?: WindowOptions): Promise<UiDevice>;
}

/** One Chromium for all tests of the file. To be called at its top; give `!need.available` to `describe.skipIf`. */
export function useBrowser(proves: string): Browsers {
  const need = needs('chromium', proves);
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (!need.available) return;
    browser = await chromium.launch({
      executablePath: need.path,
      chromiumSandbox: false,
      args: ['--disable-background-networking'],
    });
  });
  afterAll(async () => browser?.close());
  return {
    need,
    open: (world, name, options) => openDevice(browser as Browser, world, name, options),
  };
}

async function openDevice(
  browser: Browser,
  world: World,
  name: string,
  { language = 'en', theme = 'light', width = 1280, height = 800, args = [] }: WindowOptions = {},
): Promise<UiDevice> {
  const device = world.device(name);
  const downloads = world.folder(`downloads-${name}`);
  const program = device.start([
    'ui',
    ...['--port', '0', '--host', '127.0.0.1', '--no-open', '--alias', name, '--dir', downloads],
    ...args,
  ]);
  const { url } = await program.event('listening');
  const context = await browser.newContext({
    viewport: { width, height },
    locale: language === 'zh' ? 'zh-CN' : 'en-GB',
    colorScheme: theme,
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  world.keep(context);
  const page = await context.newPage();
  await page.goto(String(url));
  await page.locator('.app').waitFor();
  return { name, device, program, page, context, downloads, address: await addressOf(page) };
}

/** The status line tells where the device listens. */
async function addressOf(page: Page): Promise<string> {
  const text = await page.locator('.status').innerText();
  const port = /:(\d{2,5})\b/u.exec(text)?.[1];
  if (port === undefined) throw new Error(`The status line names no port: ${text}`);
  return `127.0.0.1:${port}`;
}
