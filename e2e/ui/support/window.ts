/**
 * Windows of real devices for journeys: `hexdrop ui` of its own home, its page in Chromium. Loopback only, so nothing is
 * announced; devices reach each other by typing an address.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';

import { needs, type Need } from '../../support/needs.ts';
import type { Machine } from '../../support/network.ts';
import type { Program } from '../../support/program.ts';
import type { Device, World } from '../../support/world.ts';

export interface WindowOptions {
  readonly language?: 'en' | 'zh';
  readonly theme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
  /** More words for `hexdrop ui`. */
  readonly args?: readonly string[];
  /** What a person set before: the content of settings.json. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** As people start it again: name and download folder as they were set in the window. */
  readonly asSet?: boolean;
  /** Places of the file browser: HOME of the program. */
  readonly userHome?: string;
  /** Runs the program in a namespace, where it listens on all its addresses. */
  readonly machine?: Machine;
  /** Lets tools look into the page that its content security policy keeps out. */
  readonly bypassCSP?: boolean;
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

/** In a browser of the caller's; for `useBrowser` in that of the file. */
export async function openDevice(
  browser: Browser,
  world: World,
  name: string,
  options: WindowOptions = {},
): Promise<UiDevice> {
  const { language = 'en', theme = 'light', width = 1280, height = 800, bypassCSP = false } = options;
  const device = world.device(name);
  const downloads = world.folder(`downloads-${name}`);
  const program = startProgram(device, name, downloads, options);
  const { url } = await program.event('listening');
  const context = await browser.newContext({
    viewport: { width, height },
    locale: language === 'zh' ? 'zh-CN' : 'en-GB',
    colorScheme: theme,
    reducedMotion: 'reduce',
    bypassCSP,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  // What takes this long hangs: better told by the locator that waited than by the end of the test.
  context.setDefaultTimeout(15_000);
  world.keep(context);
  const page = await context.newPage();
  await page.goto(String(url));
  await page.locator('.app').waitFor();
  return { name, device, program, page, context, downloads, address: await addressOf(page) };
}

function startProgram(
  device: Device,
  name: string,
  downloads: string,
  { args = [], asSet = false, settings, userHome, machine }: WindowOptions,
): Program {
  if (settings !== undefined)
    writeFileSync(join(device.home, 'settings.json'), JSON.stringify({ version: 1, ...settings }));
  return device.start(
    [
      'ui',
      '--port',
      '0',
      '--no-open',
      ...(machine === undefined ? ['--host', '127.0.0.1'] : []),
      ...(asSet ? [] : ['--alias', name, '--dir', downloads]),
      ...args,
    ],
    {
      ...(machine === undefined ? {} : { wrap: machine.wrap }),
      ...(userHome === undefined ? {} : { env: { HOME: userHome } }),
    },
  );
}

/** The status line tells where the device listens. */
async function addressOf(page: Page): Promise<string> {
  const text = await page.locator('.status').innerText();
  const port = /:(\d{2,5})\b/u.exec(text)?.[1];
  if (port === undefined) throw new Error(`The status line names no port: ${text}`);
  return `127.0.0.1:${port}`;
}
