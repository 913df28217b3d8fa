// The first start, as a person sees it.

import { expect } from '@playwright/test';

import { test } from './support/fixtures.ts';

test.describe('a first start', () => {
  test('teaches the first step and says where the device listens', async ({ open }) => {
    const { page, address } = await open('kitchen');
    expect(address).toMatch(/^127\.0\.0\.1:\d+$/u);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Devices');
    await expect(page.locator('.empty')).toHaveCount(1);
  });
});
