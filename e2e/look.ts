/**
 * Pictures of the window over the fake host of renderer/testing, for the eyes of whoever builds views:
 * `npx tsx e2e/look.ts <folder> [name=query#hash!selector!selector ...]`: what follows a `!` is clicked first.
 */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { withPreview } from './support/preview.ts';

const usual = [
  'devices=?#/devices',
  'devices-dark-zh=?theme=dark&lang=zh#/devices',
  'empty=?state=empty#/devices',
  'offer=?state=offer#/devices',
];

const [folder = 'test-results/look', ...wanted] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
await withPreview(async (browser, preview) => {
  for (const shot of wanted.length > 0 ? wanted : usual) {
    const [name = 'shot', ...rest] = shot.split('=');
    const [address = '', ...clicks] = rest.join('=').split('!');
    for (const [width, height] of [
      [1280, 800],
      [640, 480],
    ] as const) {
      const page = await browser.newPage({ viewport: { width, height } });
      page.on('console', (message) => {
        if (message.type() === 'error') console.error(`${name}: ${message.text()}`);
      });
      page.on('pageerror', (error) => console.error(`${name}: ${error.message}`));
      await page.goto(preview + address);
      await page.locator('.app').waitFor();
      for (const selector of clicks) await page.locator(selector).first().click();
      await page.screenshot({ path: join(folder, `${name}-${width}.png`), animations: 'disabled' });
      await page.close();
    }
  }
});
