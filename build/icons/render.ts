// Renders the program's icons with Chromium: `npx tsx build/icons/render.ts`. The pictures, and the files for Windows and
// macOS made of them, are kept in the repository, so that a build needs no browser.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';

import { icns, ico } from './containers.ts';
import type { Picture } from './containers.ts';

const folder = import.meta.dirname;

/** File name without folder, drawing, pixels. */
const pictures: readonly (readonly [name: string, drawing: string, pixels: number])[] = [
  ...[16, 24, 32, 48, 64, 128, 256, 512, 1024].map((size) => [`icon-${size}.png`, 'icon.svg', size] as const),
  ['trayTemplate.png', 'tray-template.svg', 16],
  ['trayTemplate@2x.png', 'tray-template.svg', 32],
  ['badge-32.png', 'badge.svg', 32],
];

const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  chromiumSandbox: process.getuid?.() !== 0,
});
try {
  mkdirSync(join(folder, 'png'), { recursive: true });
  for (const [name, drawing, pixels] of pictures) {
    const page = await browser.newPage({ viewport: { width: pixels, height: pixels } });
    const svg = readFileSync(join(folder, drawing), 'utf8');
    await page.setContent(`<style>body{margin:0}svg{display:block;width:100vw;height:100vh}</style>${svg}`);
    writeFileSync(join(folder, 'png', name), await page.screenshot({ omitBackground: true }));
    await page.close();
  }
} finally {
  await browser.close();
}

const picture = (pixels: number): Picture => ({
  pixels,
  png: readFileSync(join(folder, 'png', `icon-${pixels}.png`)),
});
writeFileSync(join(folder, 'icon.ico'), ico([16, 24, 32, 48, 64, 128, 256].map(picture)));
writeFileSync(join(folder, 'icon.icns'), icns([32, 64, 128, 256, 512, 1024].map(picture)));
