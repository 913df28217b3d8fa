// The Browse view over the shares of another real device: looking around, previews, downloads, uploads, PINs.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { expectSameContent, expectSameTree, hashFile, makeTree } from '../support/trees.ts';
import { useWorld } from '../support/world.ts';
import { browse, entry, grid, openFolder, setOptions, shareRow } from './support/browse.ts';
import { drop, show, transferSays } from './support/moves.ts';
import { landscape, pngOf } from './support/picture.ts';
import type { UiDevice } from './support/window.ts';
import { useBrowser } from './support/window.ts';

const world = useWorld();
const browsers = useBrowser('people can browse the shares of another device');

const notes = Array.from({ length: 400 }, (_none, line) => `${line}: fog at sea, wind from the north\n`).join(
  '',
);

interface Pair {
  /** Who shares `source`. */
  readonly ada: UiDevice;
  /** Who stands in its list of shares. */
  readonly bob: UiDevice;
  readonly source: string;
}

const visit = async (): Promise<Pair> => {
  const source = makeTree(join(world.path, 'trip'), {
    'photos/harbour.png': pngOf(320, 200, landscape(1)),
    'photos/野花.png': pngOf(64, 64, landscape(2)),
    'notes 10.md': notes,
    'notes 9.md': '# Packing',
    'track.bin': Uint8Array.from({ length: 4_000 }, (_none, at) => at % 256),
  });
  const open = (name: string, args: readonly string[]) => browsers.open(world, name, { args });
  const [ada, bob] = await Promise.all([open('ada', [source]), open('bob', [])]);
  await browse(bob, ada);
  return { ada, bob, source };
};

const names = ({ page }: UiDevice): Promise<readonly string[]> =>
  grid(page).locator('.file-name .name').allInnerTexts();

const chosen = ({ page }: UiDevice) => grid(page).locator('[aria-selected=true] .file-name .name');

describe.skipIf(!browsers.need.available)('the shares of another device', () => {
  it('are gone through by mouse and by keyboard, sorted and searched', async () => {
    const { bob } = await visit();
    const { page } = bob;
    await openFolder(page, 'trip');
    expect(await names(bob)).toEqual(['photos', 'notes 9.md', 'notes 10.md', 'track.bin']);
    await page.getByRole('columnheader', { name: 'Size' }).getByRole('button').click();
    expect(await names(bob)).toEqual(['photos', 'notes 9.md', 'track.bin', 'notes 10.md']);
    await page.getByRole('columnheader', { name: 'Size' }).getByRole('button').click();
    expect(await names(bob)).toEqual(['photos', 'notes 10.md', 'track.bin', 'notes 9.md']);

    await page.keyboard.press('/');
    await page.keyboard.type('NOTES');
    await page.getByText('2 of 4').waitFor();
    expect(await names(bob)).toEqual(['notes 10.md', 'notes 9.md']);
    await page.getByRole('searchbox').fill('');

    await grid(page).focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Shift+ArrowDown');
    expect(await chosen(bob).allInnerTexts()).toEqual(['photos', 'notes 10.md', 'track.bin']);
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await entry(page, 'harbour.png').waitFor();
    await page.keyboard.press('Backspace');
    await entry(page, 'track.bin').waitFor();
    await page
      .getByRole('navigation', { name: 'Folder path' })
      .getByRole('button', { name: 'Shares' })
      .click();
    await entry(page, 'trip').waitFor();
    await page.goBack();
    await entry(page, 'track.bin').waitFor();
  });

  it('are looked into without downloading: pictures, text, bytes', async () => {
    const { bob } = await visit();
    const { page } = bob;
    await openFolder(page, 'trip');
    const preview = page.getByRole('complementary', { name: 'Preview' });
    await entry(page, 'notes 9').click();
    await preview.getByText('# Packing').waitFor();
    await entry(page, 'notes 10').click();
    await preview.getByText(/399: fog at sea/u).waitFor();
    await entry(page, 'track').click();
    await preview.getByText(/00000010 {2}10 11 12/u).waitFor();
    await openFolder(page, 'photos');
    await entry(page, 'harbour').click();
    const picture = preview.getByRole('img', { name: 'Picture harbour.png' });
    await picture.waitFor();
    // Drawn from its own bytes.
    await page.waitForFunction('document.querySelector(".browse-picture")?.naturalWidth === 320');
  });

  it('are downloaded: a file by a double click, a selection and a whole folder by button', async () => {
    const { bob, source } = await visit();
    const { page } = bob;
    await openFolder(page, 'trip');
    await entry(page, 'notes 9').dblclick();
    await page.getByText('Downloading 1 item').waitFor();
    await transferSays(bob, 'notes 9.md', 'Done');
    expect(hashFile(join(bob.downloads, 'notes 9.md'))).toBe(hashFile(join(source, 'notes 9.md')));

    await page.goBack();
    await openFolder(page, 'photos');
    await grid(page).focus();
    await page.keyboard.press('Control+a');
    await page.getByRole('button', { name: 'Download', exact: true }).first().click();
    await page.getByText('Downloading 2 items').waitFor();
    await page.getByRole('navigation', { name: 'Folder path' }).getByText('trip').click();
    await page.getByRole('button', { name: 'Download the folder' }).click();
    await transferSays(bob, 'trip', 'Done');
    await transferSays(bob, 'harbour.png', 'Done');
    await expectSameTree(source, join(bob.downloads, 'trip'));
    expect(hashFile(join(bob.downloads, 'harbour.png'))).toBe(hashFile(join(source, 'photos/harbour.png')));
    expect(hashFile(join(bob.downloads, '野花.png'))).toBe(hashFile(join(source, 'photos/野花.png')));
  });

  it('are downloaded into another folder, which is chosen in the file browser', async () => {
    const { bob, source } = await visit();
    const elsewhere = world.folder('elsewhere');
    const { page } = bob;
    await openFolder(page, 'trip');
    await page.getByRole('button', { name: 'Download to…' }).click();
    const picker = page.getByRole('dialog', { name: 'Where to download to' });
    await picker.getByRole('button', { name: 'Type a path' }).click();
    await picker.getByRole('textbox', { name: 'Path' }).fill(elsewhere);
    await picker.getByRole('textbox', { name: 'Path' }).press('Enter');
    await picker.getByRole('button', { name: 'Choose “elsewhere”' }).click();
    await transferSays(bob, 'trip', 'Done');
    await expectSameTree(source, join(elsewhere, 'trip'));
  });

  it('take uploads by drop where they are writable, and say so where they are not', async () => {
    const { ada, bob, source } = await visit();
    const { page } = bob;
    const folder = makeTree(join(world.path, 'from bob'), { 'a/b.txt': 'b', 'a/c.txt': 'c' });
    const file = join(world.path, 'single.txt');
    writeFileSync(file, 'one file');
    await openFolder(page, 'trip');
    await drop(bob, grid(page), [file]);
    await page.getByText('This share takes no uploads.').waitFor();

    await show(ada, 'shares');
    await setOptions(ada, 'trip', { writable: true });
    await shareRow(ada, 'trip').getByText('Writable').waitFor();
    await page.getByRole('button', { name: 'Read again' }).click();
    await page.getByText('Takes uploads').waitFor();
    await openFolder(page, 'photos');
    await drop(bob, grid(page), [folder, file]);
    await page.getByText('Uploading 2 items').waitFor();
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.getByRole('dialog').getByText('Done').waitFor();
    await expectSameContent(folder, join(source, 'photos', 'from bob'));
    expect(hashFile(join(source, 'photos', 'single.txt'))).toBe(hashFile(file));
  });

  it('ask for their PIN, also before a download', async () => {
    const { ada, bob, source } = await visit();
    const { page } = bob;
    await show(ada, 'shares');
    await setOptions(ada, 'trip', { pin: 'north wind' });
    await page.getByRole('button', { name: 'Read again' }).click();
    await entry(page, 'trip').getByRole('img', { name: 'Asks for a PIN' }).waitFor();
    await entry(page, 'trip').dblclick();
    await page.getByRole('heading', { name: '“trip” asks for a PIN' }).waitFor();
    await page.getByLabel('PIN').fill('south wind');
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('PIN').fill('north wind');
    await page.keyboard.press('Enter');
    await entry(page, 'notes 9').dblclick();
    await transferSays(bob, 'notes 9.md', 'Done');
    expect(hashFile(join(bob.downloads, 'notes 9.md'))).toBe(hashFile(join(source, 'notes 9.md')));
  });
});
