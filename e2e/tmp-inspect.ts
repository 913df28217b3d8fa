import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { chromium } from 'playwright-core';
import sirv from 'sirv';
import { build } from 'vite';
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const out = '/tmp/d4-look';
const renderer = join(import.meta.dirname, '../renderer');
if (process.env['BUILD'] !== '0') await build({ configFile: false, root: renderer, base: './', plugins: [react()], logLevel: 'warn',
  build: { outDir: out, emptyOutDir: true, target: 'es2023', assetsInlineLimit: 0, minify: false, modulePreload: { polyfill: false }, rolldownOptions: { input: join(renderer, 'testing/preview.html') } } });
const files = sirv(out);
const server = createServer((q, r) => { r.setHeader('content-security-policy', policy); files(q, r); });
await new Promise<void>((d) => server.listen(0, '127.0.0.1', d));
const { port } = server.address() as AddressInfo;
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', chromiumSandbox: false, args: ['--disable-background-networking'] });
mkdirSync('/tmp/d4-pics', { recursive: true });
const shots = process.argv.slice(2);
// name|WxH|query#hash|steps separated by ;   step: row:N tab:Name key:K type:text click:css
for (const shot of shots) {
  const [name, size, address, steps = ''] = shot.split('|') as [string, string, string, string?];
  const [w, h] = size.split('x').map(Number) as [number, number];
  const page = await browser.newPage({ viewport: { width: w, height: h } });
  page.on('console', (m) => { if (m.type() === 'error') console.error(name, m.text()); });
  page.on('pageerror', (e) => console.error(name, e.message, e.stack?.slice(0, 600)));
  await page.goto(`http://127.0.0.1:${port}/testing/preview.html${address}`);
  await page.locator('.app').waitFor();
  await page.waitForTimeout(500);
  for (const step of steps.split(';').filter(Boolean)) {
    const at = step.indexOf(':'); const verb = step.slice(0, at); const rest = step.slice(at + 1);
    if (verb === 'row') await page.locator('.inspector-layer > .inspector-row').filter({ has: page.locator(`.inspector-number:text-is("${rest}")`) }).first().click();
    if (verb === 'go') { await page.locator('.inspector-grid').focus(); await page.keyboard.press('Home'); for (let i=1;i<Number(rest);i+=1) await page.keyboard.press('ArrowDown'); }
    if (verb === 'home') { await page.locator('.inspector-grid').focus(); await page.keyboard.press('Home'); }
    if (verb === 'tab') await page.getByRole('tab', { name: rest }).first().click();
    if (verb === 'key') await page.keyboard.press(rest);
    if (verb === 'type') await page.keyboard.type(rest);
    if (verb === 'click') await page.locator(rest).first().click();
    if (verb === 'hover') await page.locator(rest).first().hover();
    await page.waitForTimeout(150);
  }
  await page.waitForTimeout(500);
  await page.screenshot({ path: `/tmp/d4-pics/${name}.png` });
  await page.close();
}
await browser.close(); server.close();
