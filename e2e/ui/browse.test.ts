// The Browse view over the shares of another real device: looking around, previews, downloads, uploads, PINs.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import type { Locator } from '@playwright/test';

import { expectSameContent, expectSameTree, hashFile, makeTree } from '../support/trees.ts';
import { browse, entry, grid, openFolder, setOptions, shareRow } from './support/browse.ts';
import { drop, show, transferSays } from './support/moves.ts';
import { landscape, pngOf } from './support/picture.ts';
import type { UiDevice } from './support/window.ts';
import type { OfTest } from './support/fixtures.ts';
import { test } from './support/fixtures.ts';

const notes = Array.from({ length: 400 }, (_none, line) => `${line}: fog at sea, wind from the north\n`).join(
  '',
);

interface Visit {
  /** Who shares `source`. */
  readonly ada: UiDevice;
  /** Who stands in its list of shares. */
  readonly bob: UiDevice;
  readonly source: string;
}

const visit = async ({ world, open }: Pick<OfTest, 'world' | 'open'>): Promise<Visit> => {
  const source = makeTree(join(world.path, 'trip'), {
    'photos/harbour.png': pngOf(320, 200, landscape(1)),
    'photos/野花.png': pngOf(64, 64, landscape(2)),
    'notes 10.md': notes,
    'notes 9.md': '# Packing',
    'track.bin': Uint8Array.from({ length: 4_000 }, (_none, at) => at % 256),
  });
  const [ada, bob] = await Promise.all([open('ada', { share: [source] }), open('bob')]);
  await browse(bob, ada);
  return { ada, bob, source };
};

const names = ({ page }: UiDevice): Locator => grid(page).locator('.file-name .name');

const chosen = ({ page }: UiDevice) => grid(page).locator('[aria-selected=true] .file-name .name');

test.describe('the shares of another device', () => {
  test(
    'are gone through by mouse and by keyboard, sorted and searched',
    { tag: '@page' },
    async ({ world, open }) => {
      const { bob } = await visit({ world, open });
      const { page } = bob;
      await openFolder(page, 'trip');
      await expect(names(bob)).toHaveText(['photos', 'notes 9.md', 'notes 10.md', 'track.bin']);
      await page.getByRole('columnheader', { name: 'Size' }).getByRole('button').click();
      await expect(names(bob)).toHaveText(['photos', 'notes 9.md', 'track.bin', 'notes 10.md']);
      await page.getByRole('columnheader', { name: 'Size' }).getByRole('button').click();
      await expect(names(bob)).toHaveText(['photos', 'notes 10.md', 'track.bin', 'notes 9.md']);

      await page.keyboard.press('/');
      await page.keyboard.type('NOTES');
      await expect(page.getByText('2 of 4')).toBeVisible();
      await expect(names(bob)).toHaveText(['notes 10.md', 'notes 9.md']);
      await page.getByRole('searchbox').fill('');

      await grid(page).focus();
      await page.keyboard.press('Home');
      await page.keyboard.press('Shift+ArrowDown');
      await page.keyboard.press('Shift+ArrowDown');
      await expect(chosen(bob)).toHaveText(['photos', 'notes 10.md', 'track.bin']);
      await page.keyboard.press('Home');
      await page.keyboard.press('Enter');
      await expect(entry(page, 'harbour.png')).toBeVisible();
      await page.keyboard.press('Backspace');
      await expect(entry(page, 'track.bin')).toBeVisible();
      await page
        .getByRole('navigation', { name: 'Folder path' })
        .getByRole('button', { name: 'Shares' })
        .click();
      await expect(entry(page, 'trip')).toBeVisible();
      await page.goBack();
      await expect(entry(page, 'track.bin')).toBeVisible();
    },
  );

  test(
    'are looked into without downloading: pictures, text, bytes',
    { tag: '@page' },
    async ({ world, open }) => {
      const { bob } = await visit({ world, open });
      const { page } = bob;
      await openFolder(page, 'trip');
      const preview = page.getByRole('complementary', { name: 'Preview' });
      await entry(page, 'notes 9').click();
      await expect(preview.getByText('# Packing')).toBeVisible();
      await entry(page, 'notes 10').click();
      await expect(preview.getByText(/399: fog at sea/u)).toBeVisible();
      await entry(page, 'track').click();
      await expect(preview.getByText(/00000010 {2}10 11 12/u)).toBeVisible();
      await openFolder(page, 'photos');
      await entry(page, 'harbour').click();
      const picture = preview.getByRole('img', { name: 'Picture harbour.png' });
      await expect(picture).toBeVisible();
      // Drawn from its own bytes.
      await page.waitForFunction('document.querySelector(".browse-picture")?.naturalWidth === 320');
    },
  );

  test(
    'are downloaded: a file by a double click, a selection and a whole folder by button',
    { tag: '@page' },
    async ({ world, open }) => {
      const { bob, source } = await visit({ world, open });
      const { page } = bob;
      await openFolder(page, 'trip');
      await entry(page, 'notes 9').dblclick();
      await expect(page.getByText('Downloading 1 item')).toBeVisible();
      await transferSays(bob, 'notes 9.md', 'Done');
      expect(hashFile(join(bob.downloads, 'notes 9.md'))).toBe(hashFile(join(source, 'notes 9.md')));

      await page.goBack();
      await openFolder(page, 'photos');
      const download = page.getByRole('button', { name: 'Download', exact: true }).first();
      // A list that is drawn anew between focus and keys does not hear them.
      await expect(async () => {
        await grid(page).focus();
        await page.keyboard.press('Control+a');
        await expect(download).toBeVisible({ timeout: 1_000 });
      }).toPass();
      await download.click();
      await expect(page.getByText('Downloading 2 items')).toBeVisible();
      await page.getByRole('navigation', { name: 'Folder path' }).getByText('trip').click();
      await page.getByRole('button', { name: 'Download the folder' }).click();
      await transferSays(bob, 'trip', 'Done');
      await transferSays(bob, 'harbour.png', 'Done');
      await expectSameTree(source, join(bob.downloads, 'trip'));
      expect(hashFile(join(bob.downloads, 'harbour.png'))).toBe(hashFile(join(source, 'photos/harbour.png')));
      expect(hashFile(join(bob.downloads, '野花.png'))).toBe(hashFile(join(source, 'photos/野花.png')));
    },
  );

  test('are downloaded into another folder, which is chosen by hand', async ({ world, open }) => {
    const { bob, source } = await visit({ world, open });
    const elsewhere = world.folder('elsewhere');
    const { page } = bob;
    await openFolder(page, 'trip');
    await bob.hands.choosePlace(page.getByRole('button', { name: 'Download to…' }), elsewhere);
    await transferSays(bob, 'trip', 'Done');
    await expectSameTree(source, join(elsewhere, 'trip'));
  });

  test('take uploads by drop where they are writable, and say so where they are not', async ({
    world,
    open,
  }) => {
    const { ada, bob, source } = await visit({ world, open });
    const { page } = bob;
    const folder = makeTree(join(world.path, 'from bob'), { 'a/b.txt': 'b', 'a/c.txt': 'c' });
    const file = join(world.path, 'single.txt');
    writeFileSync(file, 'one file');
    await openFolder(page, 'trip');
    await drop(bob, grid(page), [file]);
    await expect(page.getByText('This share takes no uploads.')).toBeVisible();

    await show(ada, 'shares');
    await setOptions(ada, 'trip', { writable: true });
    await expect(shareRow(ada, 'trip').getByText('Writable')).toBeVisible();
    await page.getByRole('button', { name: 'Read again' }).click();
    await expect(page.getByText('Takes uploads')).toBeVisible();
    await openFolder(page, 'photos');
    await drop(bob, grid(page), [folder, file]);
    await expect(page.getByText('Uploading 2 items')).toBeVisible();
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await expect(page.getByRole('dialog').getByText('Done')).toBeVisible();
    await expectSameContent(folder, join(source, 'photos', 'from bob'));
    expect(hashFile(join(source, 'photos', 'single.txt'))).toBe(hashFile(file));
  });

  test('ask for their PIN, also before a download', { tag: '@page' }, async ({ world, open }) => {
    const { ada, bob, source } = await visit({ world, open });
    const { page } = bob;
    await show(ada, 'shares');
    await setOptions(ada, 'trip', { pin: 'north wind' });
    await page.getByRole('button', { name: 'Read again' }).click();
    await expect(entry(page, 'trip').getByRole('img', { name: 'Asks for a PIN' })).toBeVisible();
    await entry(page, 'trip').dblclick();
    await expect(page.getByRole('heading', { name: '“trip” asks for a PIN' })).toBeVisible();
    await page.getByLabel('PIN').fill('south wind');
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await expect(page.getByRole('alert')).toBeVisible();
    await page.getByLabel('PIN').fill('north wind');
    await page.keyboard.press('Enter');
    await entry(page, 'notes 9').dblclick();
    await transferSays(bob, 'notes 9.md', 'Done');
    expect(hashFile(join(bob.downloads, 'notes 9.md'))).toBe(hashFile(join(source, 'notes 9.md')));
  });
});
