// The first start, as a person sees it.

import { describe, expect, it } from 'vitest';

import { useWorld } from '../support/world.ts';
import { useBrowser } from './support/window.ts';

const world = useWorld();
const browsers = useBrowser('people can use the window in a browser');

describe.skipIf(!browsers.need.available)('a first start', () => {
  it('teaches the first step and says where the device listens', async () => {
    const { page, address } = await browsers.open(world, 'kitchen');
    expect(address).toMatch(/^127\.0\.0\.1:\d+$/u);
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Devices');
    expect(await page.locator('.empty').count()).toBe(1);
  });
});
