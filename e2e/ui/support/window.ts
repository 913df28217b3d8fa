/**
 * Windows of real devices for journeys, each with a home of its own. Loopback only, so nothing is announced; devices reach
 * each other by typing an address. Here in the browser shell: `hexdrop ui`, its page in Chromium.
 */

import { existsSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from '@playwright/test';

import type { Machine } from '../../support/network.ts';
import { expectExit } from '../../support/program.ts';
import type { Device, World } from '../../support/stage.ts';

export interface WindowOptions {
  readonly language?: 'en' | 'zh';
  readonly theme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
  /** Folders to be shared. */
  readonly share?: readonly string[];
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

/** What only the shell can do for the hands of a person. */
export interface Hands {
  /** Makes ready what a file manager hands over with files and folders that are about to be dropped. */
  dragging(paths: readonly string[]): Promise<void>;
  /** Presses the button and chooses files, or a folder, of the computer that the window is on. */
  choose(button: Locator, paths: readonly string[]): Promise<void>;
  /** Chooses a file or folder of the machine that the engine runs on, on the view of devices. */
  chooseOfMachine(path: string): Promise<void>;
  /** Presses the button and chooses a folder of the machine that the engine runs on. */
  choosePlace(button: Locator, folder: string): Promise<void>;
}

/** A device with its window. */
export interface UiDevice {
  readonly name: string;
  readonly device: Device;
  readonly page: Page;
  readonly context: BrowserContext;
  readonly hands: Hands;
  /** Where the files go that it receives. */
  readonly downloads: string;
  /** What others type to reach it: 127.0.0.1:port. */
  readonly address: string;
  /** As the system's own tools end it; resolves when it and its window are gone. */
  kill(): Promise<void>;
  /** As people end it; complains when it does not end well. */
  quit(): Promise<void>;
}

export const contextOptions = ({
  language = 'en',
  theme = 'light',
  width = 1280,
  height = 800,
  bypassCSP = false,
}: WindowOptions): BrowserContextOptions => ({
  viewport: { width, height },
  locale: language === 'zh' ? 'zh-CN' : 'en-GB',
  colorScheme: theme,
  reducedMotion: 'reduce',
  bypassCSP,
  permissions: ['clipboard-read', 'clipboard-write'],
});

/** Interrupted by a signal, as Ctrl-C does it. */
const interrupted = 130;

export async function openInBrowser(
  browser: Browser,
  world: World,
  name: string,
  options: WindowOptions = {},
): Promise<UiDevice> {
  const device = world.device(name);
  const downloads = world.folder(`downloads-${name}`);
  const { asSet = false, settings, userHome, machine, share = [] } = options;
  keepSettings(device, settings);
  const program = device.start(
    [
      'ui',
      ...share,
      '--port',
      '0',
      '--no-open',
      ...(machine === undefined ? ['--host', '127.0.0.1'] : []),
      ...(asSet ? [] : ['--alias', name, '--dir', downloads]),
    ],
    {
      ...(machine === undefined ? {} : { wrap: machine.wrap }),
      ...(userHome === undefined ? {} : { env: { HOME: userHome } }),
    },
  );
  const [context, { url }] = await Promise.all([
    browser.newContext(contextOptions(options)),
    program.event('listening'),
  ]);
  world.keep(context);
  const page = await context.newPage();
  await page.goto(String(url));
  return {
    name,
    device,
    page,
    context,
    downloads,
    address: await addressOf(page),
    hands: browserHands(page),
    kill: async () => {
      await program.kill();
      await context.close();
    },
    quit: async () => {
      program.signal('SIGINT');
      expectExit(await program.end(), interrupted);
      await context.close();
    },
  };
}

/** False when a run before has left its own. */
export function keepSettings({ home }: Device, settings: WindowOptions['settings']): boolean {
  const path = join(home, 'settings.json');
  if (existsSync(path)) return false;
  if (settings !== undefined) writeFileSync(path, JSON.stringify({ version: 1, ...settings }));
  return true;
}

export const browserHands = (page: Page): Hands => ({
  dragging: async () => {},
  choose: async (button, paths) => {
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), button.click()]);
    await chooser.setFiles([...paths]);
  },
  chooseOfMachine: async (path) => {
    await page.getByRole('button', { name: 'From the machine that runs Hexdrop…' }).click();
    const picker = pickerOf(page);
    await typePath(picker, dirname(path));
    await picker.getByText(basename(path), { exact: true }).click();
    await picker.getByRole('button', { name: 'Choose', exact: true }).click();
  },
  choosePlace: async (button, folder) => {
    await button.click();
    const picker = pickerOf(page);
    await typePath(picker, folder);
    // Until the folder is there, the button still names the one before.
    await picker.getByRole('button', { name: `Choose “${basename(folder)}”` }).click();
  },
});

/** The program's own file browser. */
export const pickerOf = (page: Page): Locator => page.getByRole('dialog', { name: /^(?:Choose|Where)/u });

export async function typePath(picker: Locator, path: string): Promise<void> {
  await picker.getByRole('button', { name: 'Type a path' }).click();
  await picker.getByRole('textbox', { name: 'Path' }).fill(path);
  await picker.getByRole('textbox', { name: 'Path' }).press('Enter');
}

/** The status line tells where the device listens. */
export async function addressOf(page: Page): Promise<string> {
  const status = page.locator('.status').filter({ hasText: /:\d{2,5}/u });
  const text = await status.innerText();
  return `127.0.0.1:${/:(\d{2,5})\b/u.exec(text)?.[1]}`;
}
