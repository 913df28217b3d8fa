/** The preview page of renderer/testing, built and served, and Chromium to open it: for tools that look at the window. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import react from '@vitejs/plugin-react';
import { type Browser, chromium } from '@playwright/test';
import sirv from 'sirv';
import { build } from 'vite';

import { chromiumOptions } from './chromium.ts';

/** As the shells have it, so that what it forbids is seen here first. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const renderer = join(import.meta.dirname, '../../renderer');

/** Runs `work` with the page's address, to which a query and a hash may be added. */
export async function withPreview(work: (browser: Browser, address: string) => Promise<void>): Promise<void> {
  const out = await mkdtemp(join(tmpdir(), 'hexdrop-preview-'));
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
      chunkSizeWarningLimit: 4_096,
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
  const browser = await chromium.launch(chromiumOptions('/usr/bin/chromium'));
  try {
    await work(browser, `http://127.0.0.1:${port}/testing/preview.html`);
  } finally {
    await browser.close();
    server.close();
    await rm(out, { recursive: true, force: true });
  }
}
