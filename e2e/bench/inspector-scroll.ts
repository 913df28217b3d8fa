/**
 * Scrolls the inspector over a million frames while more come at full speed, in Chromium, and says how long frames of the
 * screen took: `npx tsx e2e/bench/inspector-scroll.ts`. Fails when the 95th percentile is over 17 ms, when the last row
 * cannot be reached, or when the window keeps more memory than it may.
 */

import type { Page } from '@playwright/test';

import { withPreview } from '../support/preview.ts';

const rows = 1_000_000;
const mostFrameMs = 17;
/** 50 MB of rows, and what a page needs anyway. */
const mostMemoryBytes = 192 * 1_048_576;
const framesOfEach = 240;

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

/** Runs in the page; a text, because a function would carry its compiler's helpers along. */
const scrolling = (deltaY: number): string => `new Promise((resolve) => {
  const body = document.querySelector('.inspector-body');
  const times = [];
  let last = performance.now();
  requestAnimationFrame(function step(now) {
    times.push(now - last);
    last = now;
    if (times.length > ${framesOfEach}) return resolve(times.slice(1));
    if (${deltaY} !== 0) body.dispatchEvent(new WheelEvent('wheel', { deltaY: ${deltaY}, bubbles: true, cancelable: true }));
    requestAnimationFrame(step);
  });
})`;

/** Nothing; a notch of a wheel; thousands of rows at once, as the thumb moves them. */
const ways = { tail: 0, wheel: 100, far: 88_000 } as const;

/** Times between frames of the screen while the list moves in each of them. */
const measure = (page: Page, way: keyof typeof ways): Promise<number[]> =>
  page.evaluate(scrolling(ways[way]));

const faults: string[] = [];
await withPreview(async (browser, preview) => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.on('pageerror', (error) => faults.push(error.message));
  const startedAt = performance.now();
  await page.goto(`${preview}?state=million#/inspector`);
  const grid = page.locator('.inspector-grid');
  await grid.waitFor();
  const rowCount = `Number(document.querySelector('.inspector-grid')?.getAttribute('aria-rowcount'))`;
  await page.waitForFunction(`${rowCount} > ${rows}`, undefined, { timeout: 120_000 });
  console.log(`${rows} rows came within ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`);

  const measured: Record<string, readonly number[]> = { tail: await measure(page, 'tail') };
  await grid.focus();
  await page.keyboard.press('Home');
  measured['wheel'] = await measure(page, 'wheel');
  measured['far'] = await measure(page, 'far');
  await page.getByRole('combobox', { name: 'Filter' }).fill('type == DATA && dir == out');
  await grid.focus();
  await page.keyboard.press('Home');
  measured['filtered'] = await measure(page, 'far');
  for (const [name, times] of Object.entries(measured)) {
    const sorted = times.toSorted((one, other) => one - other);
    const [middle, high] = [percentile(sorted, 0.5), percentile(sorted, 0.95)];
    console.log(
      `${name.padEnd(9)} p50 ${middle.toFixed(1)} ms  p95 ${high.toFixed(1)} ms  most ${sorted.at(-1)?.toFixed(1)} ms`,
    );
    if (high > mostFrameMs)
      faults.push(`${name}: p95 is ${high.toFixed(1)} ms; at most ${mostFrameMs} ms are allowed`);
  }

  await page.getByRole('combobox', { name: 'Filter' }).fill('');
  await grid.focus();
  await page.keyboard.press('End');
  await page.waitForTimeout(300);
  const last = Number(
    await page.evaluate(`Math.max(...Array.from(
      document.querySelectorAll('.inspector-layer > .inspector-row:not([hidden])'),
      (row) => Number(row.getAttribute('aria-rowindex')),
    ))`),
  );
  const count = Number(await page.evaluate(rowCount));
  console.log(`last row: ${last} of ${count}`);
  // Rows go on coming between the keystroke and the look.
  if (last < rows || count - last > 1_000) faults.push(`the last row that is seen is ${last} of ${count}`);

  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const heap = (await session.send('Runtime.getHeapUsage')) as {
    usedSize: number;
    backingStorageSize?: number;
  };
  const bytes = heap.usedSize + (heap.backingStorageSize ?? 0);
  console.log(`memory: ${(bytes / 1_048_576).toFixed(0)} MiB`);
  if (bytes > mostMemoryBytes)
    faults.push(`the window keeps ${bytes} bytes; at most ${mostMemoryBytes} are allowed`);
});
for (const fault of faults) console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;
