// 640 by 480: nothing is wider than the window, and what a view is for can be reached without scrolling.

import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { expect } from '@playwright/test';

import { makeTree } from '../support/trees.ts';
import { browse, entry, openFolder, shareRow } from './support/browse.ts';
import { accept, dropOnAddress, offerOf, sendDraft, show, transferSays } from './support/moves.ts';
import { landscape, pngOf } from './support/picture.ts';
import { test } from './support/fixtures.ts';

const width = 640;
const height = 480;

/** What reaches beyond the sides of the window, but for what stands in something that scrolls or cuts it off. */
const tooWide = `(() => {
  const isCut = (element) => {
    for (let parent = element.parentElement; parent !== null; parent = parent.parentElement) {
      const { overflowX, clipPath } = getComputedStyle(parent);
      if (overflowX !== 'visible' || clipPath !== 'none') return parent !== document.documentElement && parent !== document.body;
    }
    return false;
  };
  const found = document.documentElement.scrollWidth > innerWidth ? ['the page'] : [];
  for (const element of document.querySelectorAll('body *')) {
    const box = element.getBoundingClientRect();
    if (box.width === 0 || (box.right <= innerWidth + 0.5 && box.left >= -0.5) || isCut(element)) continue;
    found.push(element.tagName + '.' + element.className + ' ' + Math.round(box.left) + ' to ' + Math.round(box.right));
  }
  return found.slice(0, 5);
})()`;

const fits = async (name: string, page: Page, ...needed: readonly Locator[]): Promise<readonly string[]> => {
  const wrong = (await page.evaluate<readonly string[]>(tooWide)).map(
    (what) => `${name}: ${what} is too wide`,
  );
  const missing: string[] = [];
  for (const locator of needed) {
    const box = await locator.boundingBox();
    const isShown =
      box !== null && box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height;
    if (!isShown) missing.push(`${name}: ${locator.toString()} is not in the window: ${JSON.stringify(box)}`);
  }
  return [...wrong, ...missing];
};

test.describe('in a small window', { tag: '@browser' }, () => {
  test('every view shows what it is for', async ({ world, open }) => {
    const folder = makeTree(
      join(world.path, 'A trip with a name that goes on for quite a while, longer than a row'),
      {
        'harbour.png': pngOf(64, 40, landscape(1)),
        'sub/notes.md': '# Packing',
      },
    );
    const [ada, bob] = await Promise.all([
      open('ada', { share: [folder], width, height }),
      open('bob', { width, height }),
    ]);
    const { page } = bob;
    const button = (on: Page, name: string | RegExp): Locator => on.getByRole('button', { name });
    const wrong: string[] = [];
    const look = async (name: string, on: Page, ...needed: readonly Locator[]): Promise<void> => {
      wrong.push(...(await fits(name, on, ...needed)));
    };
    await look(
      'devices, empty',
      page,
      page.getByRole('textbox', { name: 'Address of a device' }),
      button(page, /Files|files/u).first(),
    );
    const draft = await dropOnAddress(bob, ada, [folder]);
    await look('draft', page, button(page, 'Send').last());
    await sendDraft(draft);
    await expect(offerOf(ada.page)).toBeVisible();
    await look('offer', ada.page, button(ada.page, 'Accept'), button(ada.page, 'Decline'));
    await accept(ada);
    await transferSays(ada, 'A trip', 'Done');
    await look('transfers', ada.page, button(ada.page, 'Clear history'), ada.page.getByRole('searchbox'));
    await ada.page.locator('.transfers-main').first().click();
    await expect(ada.page.getByRole('dialog')).toBeVisible();
    await look('transfer', ada.page, ada.page.getByRole('dialog').getByRole('button').first());
    await ada.page.keyboard.press('Escape');

    await show(ada, 'shares');
    const shared = shareRow(ada, 'A trip');
    await look(
      'shares',
      ada.page,
      button(ada.page, 'Share a folder'),
      shared.getByRole('button', { name: 'Stop sharing' }),
    );
    await shared.getByRole('button', { name: 'Address and QR code' }).click();
    await look('address', ada.page, button(ada.page, 'Copy the address'));
    await ada.page.keyboard.press('Escape');
    await shared.getByRole('button', { name: 'Options' }).click();
    await look('options', ada.page, button(ada.page, 'Save'));
    await ada.page.keyboard.press('Escape');

    await browse(bob, ada);
    await openFolder(page, 'A trip');
    await look(
      'browse',
      page,
      button(page, 'Download the folder'),
      entry(page, 'harbour'),
      page.getByRole('searchbox'),
    );
    await entry(page, 'harbour').click();
    await expect(page.getByRole('img', { name: 'Picture harbour.png' })).toBeVisible();
    await look('preview', page, entry(page, 'harbour'), button(page, 'Download').first());

    await show(bob, 'devices');
    await look(
      'devices',
      page,
      page.getByRole('link', { name: 'Details of ada' }),
      button(page, 'Send files to ada').first(),
    );
    await page.getByRole('link', { name: 'Details of ada' }).click();
    await expect(page.locator('.devices[data-details]')).toBeVisible();
    await look('device', page);
    await show(ada, 'settings');
    await look('settings', ada.page, ada.page.getByLabel('Name that others see'));
    await button(ada.page, 'Quit Hexdrop').click();
    await look('quit', ada.page, ada.page.getByRole('dialog').getByRole('button', { name: 'Quit Hexdrop' }));
    await ada.page.keyboard.press('Escape');
    await show(ada, 'inspector');
    await expect(ada.page.locator('h1')).toBeVisible();
    await look('inspector', ada.page);
    await show(ada, 'learn');
    await expect(ada.page.locator('.learn-state')).toBeVisible();
    await look('learn', ada.page);
    for (const name of ['Byte order', 'Address', 'Handshake and close']) {
      await ada.page.getByRole('tab', { name }).click();
      await expect(ada.page.locator('.learn-tool')).toBeVisible();
      await look(name, ada.page);
    }
    expect(wrong).toEqual([]);
  });
});
