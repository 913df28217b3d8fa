/**
 * `npm run screenshots [scene...]`: pictures of every view and main dialog in English and Chinese, light and dark, at 1280
 * by 800 and 640 by 480, into test-results/screenshots. What they show is real: four devices on a network of two
 * namespaces, which root on Linux can make, with real files, a transfer that runs, a guest that fetches. The pictures of
 * the README are copied to docs/images.
 */

import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readdirSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { chromium } from '@playwright/test';

import { chromiumNeed, chromiumOptions } from './support/chromium.ts';
import type { Machine } from './support/network.ts';
import { makeNetwork, networkNeed } from './support/network.ts';
import type { Program } from './support/program.ts';
import { makeTree } from './support/trees.ts';
import { Device } from './support/stage.ts';
import { accept, drop, offerFromMachine, offerOf } from './ui/support/moves.ts';
import { landscape, pngOf } from './ui/support/picture.ts';
import { browserHands } from './ui/support/window.ts';
import type { UiDevice } from './ui/support/window.ts';

const out = join(import.meta.dirname, '../test-results/screenshots');
const images = join(import.meta.dirname, '../docs/images');
const wantedScenes = process.argv.slice(2);

/** Pictures of the README, by the name of the shot. */
const published: Readonly<Record<string, string>> = {
  'browse-en-light-1280': 'browse',
  'inspector-en-light-1280': 'inspector',
  'offer-en-light-1280': 'offer',
  'transfers-en-dark-1280': 'transfers-dark',
  'shares-zh-light-1280': 'shares-zh',
  'inspector-en-dark-1280': 'inspector-dark',
  'devices-zh-dark-640': 'devices-zh-dark-small',
};

const languages = { en: 'en-GB', zh: 'zh-CN' } as const;
const sizes = [
  { width: 1280, height: 800 },
  { width: 640, height: 480 },
] as const;

const proves = 'pictures of the window are taken';
const browserNeed = chromiumNeed(proves);
for (const { available, reason } of [browserNeed, networkNeed(proves)]) {
  if (available) continue;
  console.error(`No pictures can be taken: ${reason}.`);
  process.exit(1);
}

const root = mkdtempSync(join(tmpdir(), 'home-'));
chmodSync(root, 0o755);
const programs = new Set<Program>();
const closers: (() => unknown)[] = [];

/** The devices: Lea's is the one that is looked at. */
const home = join(root, 'lea');

const photos = (count: number, seed: number, prefix: string): Record<string, Buffer> =>
  Object.fromEntries(
    Array.from({ length: count }, (_none, at) => [
      `${prefix}${String(at + 1).padStart(4, '0')}.png`,
      pngOf(720, 450, landscape(seed + at)),
    ]),
  );

/** Two seconds of a tone, as a recorder writes it. */
const wave = (hertz: number): Buffer => {
  const samples = 44_100 * 2;
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + samples * 2, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(44_100, 24);
  head.writeUInt32LE(88_200, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(samples * 2, 40);
  const sound = Buffer.alloc(samples * 2);
  for (let at = 0; at < samples; at += 1)
    sound.writeInt16LE(Math.round(12_000 * Math.sin((2 * Math.PI * hertz * at) / 44_100)), at * 2);
  return Buffer.concat([head, sound]);
};

/** As large as a film; its bytes look like those of one. */
const film = (path: string): void => {
  const part = randomBytes(20_000_000);
  for (let at = 0; at < 40; at += 1) appendFileSync(path, part);
};

/** Times of last change as a summer leaves them: each entry a while after the one before. */
const dated = (folder: string, atMs = Date.UTC(2026, 5, 12, 6, 20)): number => {
  let nextMs = atMs;
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    nextMs += 43 * 60_000 + (name.length % 7) * 191_000;
    if (statSync(path).isDirectory()) nextMs = dated(path, nextMs);
    utimesSync(path, nextMs / 1_000, nextMs / 1_000);
  }
  return nextMs;
};

const plan = `# Iceland, ten days in June

| day | from      | to           | bed        |
| --- | --------- | ------------ | ---------- |
| 1   | Keflavík  | Reykjavík    | guesthouse |
| 2   | Reykjavík | Vík í Mýrdal | hut        |
| 3   | Vík       | Höfn         | tent       |

Ferry at 7:40, platform 3. Bring the long rope.
`;

makeTree(home, {
  'Documents/Iceland plan.md': plan,
  'Documents/budget 2026.csv': 'item,amount\nferry,218.40\nfuel,340.00\n',
  'Documents/letters/Anna.txt': 'Dear Anna,\n',
  'Pictures/Iceland/IMG_2041.png': pngOf(720, 450, landscape(3)),
  'Pictures/Iceland/IMG_2042.png': pngOf(720, 450, landscape(4)),
  'Pictures/Harbour.png': pngOf(720, 450, landscape(7)),
  'Music/recordings/geysir.wav': wave(220),
  'Projects/atlas/README.md': '# Atlas\n',
  'Projects/atlas/data/tiles.txt': 'x'.repeat(60_000_000),
  'Downloads/.keep': '',
  'Desktop/.keep': '',
});
film(join(home, 'Pictures/Iceland/glacier lagoon.mp4'));
const albums = makeTree(join(root, 'nas/photos'), {
  ...photos(9, 1, '2026 Iceland/IMG_'),
  '2026 Iceland/plan.md': plan,
  '2026 Iceland/track.gpx': '<?xml version="1.0"?>\n<gpx version="1.1"></gpx>\n',
  '2026 Iceland/drone/clip 01.txt': 'see the archive',
  '2025 Lisbon/IMG_0001.png': pngOf(300, 200, landscape(11)),
  '2024 海南/沙滩.png': pngOf(300, 200, landscape(12)),
});
const music = makeTree(join(root, 'nas/music'), {
  'field recordings/geysir.wav': wave(180),
  'field recordings/surf.wav': wave(90),
});
const trip = makeTree(join(root, 'study/海边旅行'), {
  ...photos(6, 20, '照片/DSC_'),
  '行程.md': '# 三天\n',
  '费用.csv': '项目,金额\n',
});
const sketches = makeTree(join(root, 'studio/sketches'), photos(5, 30, 'sketch '));

for (const name of readdirSync(root)) dated(join(root, name));

const network = makeNetwork('IPv4 and IPv6');
closers.push(() => network.close());
const [here, there] = network.machines;

const browserPath = (machine: Machine): string => {
  const script = join(root, `browser-${machine.interfaceName}`);
  writeFileSync(script, `#!/bin/sh\nexec ${machine.wrap([browserNeed.path]).join(' ')} "$@"\n`, {
    mode: 0o755,
  });
  return script;
};

const launch = async (machine: Machine): Promise<Browser> => {
  const browser = await chromium.launch(chromiumOptions(browserPath(machine)));
  closers.push(() => browser.close());
  return browser;
};

const start = (name: string, machine: Machine, args: readonly string[], env = {}): Program =>
  new Device(join(root, 'homes', name), programs).start(args, {
    env,
    wrap: machine.wrap,
  });

const ui = async (name: string, alias: string, machine: Machine, args: readonly string[] = []) => {
  const folder = join(root, 'homes', name);
  await mkdir(folder, { recursive: true });
  const userHome = join(root, name);
  const settings = {
    alias,
    downloadDir: join(userHome, 'Downloads'),
    uploadLimit: name === 'lea' ? 9_000_000 : null,
  };
  writeFileSync(join(folder, 'settings.json'), JSON.stringify({ version: 1, ...settings }));
  await mkdir(join(userHome, 'Downloads'), { recursive: true });
  const program = start(name, machine, ['ui', '--port', '0', '--no-open', ...args], {
    HOME: userHome,
  });
  const { url } = await program.event('listening');
  return String(url);
};

interface Window {
  readonly page: Page;
  readonly language: keyof typeof languages;
}

const openWindow = async (
  browser: Browser,
  language: keyof typeof languages,
  url: string,
  entered?: BrowserContext,
): Promise<Window> => {
  const context = await browser.newContext({
    locale: languages[language],
    reducedMotion: 'reduce',
    viewport: sizes[0],
    ...(entered === undefined ? {} : { storageState: await entered.storageState() }),
  });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  await page.goto(entered === undefined ? url : new URL('/', url).href);
  await page.locator('.app').waitFor();
  return { page, language };
};

/** In every look of a window; `wanted` is there before each picture. */
const shoot = async ({ page, language }: Window, scene: string, wanted = 'h1'): Promise<void> => {
  if (wantedScenes.length > 0 && !wantedScenes.includes(scene)) return;
  for (const { width, height } of sizes) {
    await page.setViewportSize({ width, height });
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme });
      await page.locator(`html[data-theme=${theme}]`).waitFor();
      await page.locator(wanted).first().waitFor();
      const name = `${scene}-${language}-${theme}-${width}`;
      const path = join(out, `${name}.png`);
      await page.screenshot({ path, animations: 'disabled' });
      const image = published[name];
      if (image !== undefined) await copyFile(path, join(images, `${image}.png`));
    }
  }
  await page.setViewportSize(sizes[0]);
};

const go = async (page: Page, hash: string): Promise<void> => {
  await page.evaluate(`location.hash = ${JSON.stringify(`#/${hash}`)}`);
};

/** Closes what is open and what floats, so that the next picture does not show it. */
const tidy = async (page: Page): Promise<void> => {
  await page.keyboard.press('Escape');
  await page.locator('dialog[open]').waitFor({ state: 'detached' });
  for (const toast = page.locator('.toast button').last(); (await toast.count()) > 0;) await toast.click();
};

const done = async (page: Page, title: string): Promise<void> => {
  await go(page, 'transfers');
  await page.locator('.transfers-row[data-over]').filter({ hasText: title }).first().waitFor();
};

/** Devices that are known, a history, a film on its way to the studio, a guest who fetches. */
const setTheStage = async (lea: Window, studio: Window): Promise<{ readonly nas: string }> => {
  const { page } = lea;
  for (const name of ['nas', 'studio', '书房']) {
    await page.getByRole('button', { name: `Browse shares of ${name}` }).click();
    await page.locator('.browse').waitFor();
    await page
      .locator('.browse [role=row], .browse .empty')
      .nth(1)
      .or(page.locator('.browse .empty'))
      .first()
      .waitFor();
    await go(page, 'devices');
  }
  await page.getByRole('link', { name: 'Details of nas' }).click();
  await page.getByRole('button', { name: 'Compare words' }).click();
  await page.getByRole('button', { name: 'They are the same' }).click();
  await page.locator('.device').filter({ hasText: 'nas' }).getByRole('button', { name: 'Favourite' }).click();
  const nas = decodeURIComponent(page.url().split('/').at(-1) ?? '');

  await go(page, `browse?${new URLSearchParams({ device: nas, path: 'music/field recordings' })}`);
  await page.getByRole('row', { name: /^surf/u }).dblclick();
  await done(page, 'surf.wav');
  await go(page, `browse?${new URLSearchParams({ device: nas, path: 'photos/2025 Lisbon' })}`);
  await page.getByRole('row', { name: /^IMG_0001/u }).waitFor();
  await page.getByRole('button', { name: 'Download the folder' }).click();
  await done(page, '2025 Lisbon');

  const leaAddress = await addressOf(lea);
  const sent = start('studio', there, ['send', sketches, '--to', leaAddress, '--alias', 'studio']);
  await offerOf(page).waitFor();
  await offerOf(page).getByRole('button', { name: 'Accept' }).click();
  await sent.end();

  const film = { page, hands: browserHands(page) };
  await offerFromMachine(film, { address: await addressOf(studio) }, join(home, 'Pictures/Iceland'));
  await accept({ page: studio.page } as UiDevice);
  await done(page, 'sketches');
  start('studio', there, [
    'get',
    `${leaAddress}/atlas/data`,
    '--limit',
    '400K',
    '--dir',
    join(root, 'guest'),
    '--alias',
    'studio',
  ]);
  return { nas };
};

/** As the status line tells it. */
const addressOf = async ({ page }: Window): Promise<string> => {
  const told = /[\d.]+:\d{2,5}\b/u.exec(await page.locator('.status').innerText())?.[0];
  if (told === undefined) throw new Error('The status line tells no address.');
  return told;
};

const shootViews = async (window: Window, nas: string): Promise<void> => {
  const { page } = window;
  await tidy(page);
  await go(page, 'devices');
  await shoot(window, 'devices', '.device');
  await go(page, `devices/${encodeURIComponent(nas)}`);
  await shoot(window, 'device', '.device-details');
  await go(page, 'devices');
  const nearest = page.locator('.device').filter({ hasText: 'nas' });
  await drop({ page, context: page.context(), hands: browserHands(page) }, nearest, [
    join(home, 'Documents'),
    join(home, 'Pictures/Harbour.png'),
  ]);
  await shoot(window, 'draft', '.send-item');
  await tidy(page);

  await go(page, 'shares');
  await shoot(window, 'shares', '.shares-visitor');
  const actions = page.locator('.shares-row').first().locator('.shares-actions button');
  await actions.nth(0).click();
  await shoot(window, 'address', 'dialog .shares-address');
  await tidy(page);
  await actions.nth(1).click();
  await shoot(window, 'options', 'dialog [role=switch]');
  await tidy(page);

  await go(page, `browse?${new URLSearchParams({ device: nas, path: 'photos/2026 Iceland' })}`);
  await page.getByRole('row', { name: /^IMG_0003/u }).click();
  await shoot(window, 'browse', '.browse-picture');
  await page.getByRole('row', { name: /^plan/u }).click();
  await shoot(window, 'browse-text', '.browse-text');

  await go(page, 'settings');
  await shoot(window, 'settings', '.words');
  await go(page, 'inspector');
  await page.locator('.inspector-grid').waitFor();
  await page.locator('.inspector-grid').click({ position: { x: 200, y: 70 } });
  await page.keyboard.press('Home');
  for (let row = 0; row < 9; row += 1) await page.keyboard.press('ArrowDown');
  // What frames say is read after they are listed.
  await page.locator('.inspector-grid').filter({ hasText: 'hexdrop/' }).waitFor();
  await shoot(window, 'inspector', '.inspector-grid');
  await page.keyboard.press('?');
  await shoot(window, 'shortcuts', 'dialog .key-list');
  await tidy(page);
  await go(page, 'shares');
  await page.locator('.view-actions button').last().click();
  await shoot(window, 'picker', 'dialog .file-row');
  await tidy(page);

  await go(page, 'transfers');
  await shoot(window, 'transfers', '.transfers-percent');
  await page
    .locator('.transfers-row:not([data-over])')
    .filter({ hasText: 'Iceland' })
    .locator('.transfers-main')
    .click();
  await shoot(window, 'transfer', 'dialog .transfers-facts');
  await tidy(page);
};

const main = async (): Promise<void> => {
  await mkdir(out, { recursive: true });
  await mkdir(images, { recursive: true });
  const leaUrl = await ui('lea', 'Lea’s laptop', here, [
    join(home, 'Pictures'),
    join(home, 'Projects/atlas'),
  ]);
  await ui('nas', 'nas', there, [albums, music]);
  const studioUrl = await ui('studio', 'studio', there);
  await ui('study', '书房', there);

  const browser = await launch(here);
  const english = await openWindow(browser, 'en', leaUrl);
  const chinese = await openWindow(browser, 'zh', leaUrl, english.page.context());
  // The page of the studio is on a loopback of its own.
  const studio = await openWindow(await launch(there), 'en', studioUrl);
  const { nas } = await setTheStage(english, studio);
  for (const window of [english, chinese]) await shootViews(window, nas);

  start('study', there, ['send', trip, '--to', await addressOf(english), '--alias', '书房']);
  for (const window of [english, chinese]) {
    await go(window.page, 'devices');
    await shoot(window, 'offer', 'dialog .offer-what');
  }
};

try {
  await main();
} finally {
  for (const close of closers.reverse()) await close();
  await Promise.all([...programs].map((program) => program.kill()));
  await rm(root, { recursive: true, force: true });
}
