/**
 * Pictures of the window over the fake host of renderer/testing, for the eyes of whoever builds views:
 * `npx tsx e2e/look.ts <folder> [name=query#hash!selector!selector ...]`: what follows a `!` is clicked first. Served under the content security policy of the shells, so that
 * what it forbids is seen here first.
 */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import react from '@vitejs/plugin-react';
import { chromium } from 'playwright-core';
import sirv from 'sirv';
import { build } from 'vite';

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const usual = [
  'devices=?#/devices',
  'devices-dark-zh=?theme=dark&lang=zh#/devices',
  'empty=?state=empty#/devices',
  'offer=?state=offer#/devices',
];

const [folder = 'test-results/look', ...wanted] = process.argv.slice(2);
const out = await mkdtemp(join(tmpdir(), 'hexdrop-look-'));
const renderer = join(import.meta.dirname, '../renderer');
await build({
  configFile: false,
  root: renderer,
  base: './',
  plugins: [react()],
  logLevel: 'warn',
  build: {
    outDir: out,
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    minify: false,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: join(renderer, 'testing/preview.html') },
  },
});
const files = sirv(out);
const server = createServer((request, response) => {
  response.setHeader('content-security-policy', policy);
  files(request, response);
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address() as AddressInfo;
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  chromiumSandbox: false,
  args: ['--disable-background-networking'],
});
await mkdir(folder, { recursive: true });
try {
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
      await page.goto(`http://127.0.0.1:${port}/testing/preview.html${address}`);
      await page.locator('.app').waitFor();
      for (const selector of clicks) await page.locator(selector).first().click();
      await page.screenshot({ path: join(folder, `${name}-${width}.png`), animations: 'disabled' });
      await page.close();
    }
  }
} finally {
  await browser.close();
  server.close();
  await rm(out, { recursive: true, force: true });
}
