// The Shares view: folders are shared by hand, by argument, by a second start; who is there is shown; the end.

import { join } from 'node:path';
import { expect } from '@playwright/test';

import { expectExit } from '../support/program.ts';
import { expectSameTree, makeTree } from '../support/trees.ts';
import { browse, entry, openFolder, setOptions, shareRow } from './support/browse.ts';
import { show, transferSays } from './support/moves.ts';
import { test } from './support/fixtures.ts';

test.describe('a folder', () => {
  test('is shared by a double click, and who fetches from it is shown while they do', async ({
    world,
    open,
  }) => {
    const home = world.folder('user');
    const source = makeTree(join(home, 'Music'), { 'Bach/Aria.flac': 'G major', 'README.txt': 'Listen' });
    const [ada, bob] = await Promise.all([open('ada', { userHome: home }), open('bob')]);
    await show(ada, 'shares');
    await ada.page.getByRole('row', { name: /^Music/u }).dblclick();
    await expect(shareRow(ada, 'Music').getByText('Read only')).toBeVisible();

    await browse(bob, ada);
    await openFolder(bob.page, 'Music');
    await openFolder(bob.page, 'Bach');
    const visitor = shareRow(ada, 'Music').locator('.shares-visitor');
    await expect(visitor.filter({ hasText: 'bob' }).filter({ hasText: 'Music/Bach' })).toBeVisible();
    await expect(shareRow(ada, 'Music').getByText('1 is connected')).toBeVisible();

    await bob.page.getByRole('navigation', { name: 'Folder path' }).getByText('Music').click();
    await bob.page.getByRole('button', { name: 'Download the folder' }).click();
    await expect(shareRow(ada, 'Music').getByText(/2 files fetched/u)).toBeVisible();
    await transferSays(bob, 'Music', 'Done');
    await expectSameTree(source, join(bob.downloads, 'Music'));
  });

  test('is shared by an argument, and by a second start, which shows it', async ({ world, open }) => {
    const [music, photos] = [world.folder('music'), world.folder('photos')];
    const ada = await open('ada', { share: [music] });
    await show(ada, 'shares');
    await expect(shareRow(ada, 'music')).toBeVisible();
    await show(ada, 'transfers');
    expectExit(await ada.device.run(['ui', photos, '--port', '0', '--no-open']), 0);
    await expect(shareRow(ada, 'photos')).toBeVisible();
    await expect(ada.page.getByText('Now shared: photos')).toBeVisible();
  });

  test('is shared again after a restart, writable and with its PIN, unless it was stopped', async ({
    world,
    open,
  }) => {
    const music = makeTree(join(world.path, 'music'), { 'a.txt': 'a' });
    const first = await open('ada', { share: [music, world.folder('photos')] });
    await show(first, 'shares');
    await setOptions(first, 'music', { writable: true, pin: '2468' });
    await shareRow(first, 'photos').getByRole('button', { name: 'Stop sharing' }).click();
    await expect(shareRow(first, 'photos')).not.toBeAttached();
    await first.quit();

    const [again, bob] = await Promise.all([open('ada'), open('bob')]);
    await show(again, 'shares');
    await expect(shareRow(again, 'music').getByText('Writable')).toBeVisible();
    await expect(shareRow(again, 'music').getByText('PIN', { exact: true })).toBeVisible();
    await expect(shareRow(again, 'photos')).toHaveCount(0);

    await browse(bob, again);
    await entry(bob.page, 'music').dblclick();
    await bob.page.getByLabel('PIN').fill('1111');
    await bob.page.getByLabel('PIN').press('Enter');
    await expect(bob.page.getByRole('alert')).toBeVisible();
    await bob.page.getByLabel('PIN').fill('2468');
    await bob.page.getByLabel('PIN').press('Enter');
    await expect(entry(bob.page, 'a.txt')).toBeVisible();
  });

  test('is no longer reached once it was stopped', { tag: '@page' }, async ({ world, open }) => {
    const [ada, bob] = await Promise.all([open('ada', { share: [world.folder('music')] }), open('bob')]);
    await browse(bob, ada);
    await openFolder(bob.page, 'music');
    await show(ada, 'shares');
    await expect(shareRow(ada, 'music').locator('.shares-visitor')).toBeVisible();
    await shareRow(ada, 'music').getByRole('button', { name: 'Stop sharing' }).click();
    await expect(ada.page.getByRole('heading', { name: 'Nothing is shared' })).toBeVisible();
    await bob.page.getByRole('button', { name: 'Read again' }).click();
    await expect(bob.page.getByRole('heading', { name: 'This cannot be shown' })).toBeVisible();
  });

  test(
    'has an address that can be copied, and read with a camera',
    { tag: '@page' },
    async ({ world, open }) => {
      const ada = await open('ada', { share: [world.folder('music')] });
      await show(ada, 'shares');
      await shareRow(ada, 'music').getByRole('button', { name: 'Address and QR code' }).click();
      const dialog = ada.page.getByRole('dialog');
      await expect(dialog.getByRole('img', { name: `QR code of ${ada.address}/music` })).toBeVisible();
      await dialog.getByRole('button', { name: 'Copy the address' }).click();
      await expect(ada.page.getByText('The address was copied.')).toBeVisible();
      expect(await ada.page.evaluate('navigator.clipboard.readText()')).toBe(`${ada.address}/music`);
    },
  );
});
