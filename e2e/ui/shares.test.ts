// The Shares view: folders are shared by hand, by argument, by a second start; who is there is shown; the end.

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { expectExit } from '../support/program.ts';
import { expectSameTree, makeTree } from '../support/trees.ts';
import { useWorld } from '../support/world.ts';
import { browse, entry, openFolder, setOptions, shareRow } from './support/browse.ts';
import { show, transferSays } from './support/moves.ts';
import type { UiDevice, WindowOptions } from './support/window.ts';
import { useBrowser } from './support/window.ts';

const world = useWorld();
const browsers = useBrowser('people can share a folder in the window');

const open = (name: string, options?: WindowOptions): Promise<UiDevice> =>
  browsers.open(world, name, options);

describe.skipIf(!browsers.need.available)('a folder', () => {
  it('is shared by a double click, and who fetches from it is shown while they do', async () => {
    const home = world.folder('user');
    const source = makeTree(join(home, 'Music'), { 'Bach/Aria.flac': 'G major', 'README.txt': 'Listen' });
    const [ada, bob] = await Promise.all([open('ada', { userHome: home }), open('bob')]);
    await show(ada, 'shares');
    await ada.page.getByRole('row', { name: /^Music/u }).dblclick();
    await shareRow(ada, 'Music').getByText('Read only').waitFor();

    await browse(bob, ada);
    await openFolder(bob.page, 'Music');
    await openFolder(bob.page, 'Bach');
    const visitor = shareRow(ada, 'Music').locator('.shares-visitor');
    await visitor.filter({ hasText: 'bob' }).filter({ hasText: 'Music/Bach' }).waitFor();
    await shareRow(ada, 'Music').getByText('1 is connected').waitFor();

    await bob.page.getByRole('navigation', { name: 'Folder path' }).getByText('Music').click();
    await bob.page.getByRole('button', { name: 'Download the folder' }).click();
    await shareRow(ada, 'Music')
      .getByText(/2 files fetched/u)
      .waitFor();
    await transferSays(bob, 'Music', 'Done');
    await expectSameTree(source, join(bob.downloads, 'Music'));
  });

  it('is shared by an argument, and by a second start, which shows it', async () => {
    const [music, photos] = [world.folder('music'), world.folder('photos')];
    const ada = await open('ada', { args: [music] });
    await show(ada, 'shares');
    await shareRow(ada, 'music').waitFor();
    await show(ada, 'transfers');
    expectExit(await ada.device.run(['ui', photos, '--port', '0', '--no-open']), 0);
    await shareRow(ada, 'photos').waitFor();
    await ada.page.getByText('Now shared: photos').waitFor();
  });

  it('is shared again after a restart, writable and with its PIN, unless it was stopped', async () => {
    const music = makeTree(join(world.path, 'music'), { 'a.txt': 'a' });
    const first = await open('ada', { args: [music, world.folder('photos')] });
    await show(first, 'shares');
    await setOptions(first, 'music', { writable: true, pin: '2468' });
    await shareRow(first, 'photos').getByRole('button', { name: 'Stop sharing' }).click();
    await shareRow(first, 'photos').waitFor({ state: 'detached' });
    first.program.signal('SIGINT');
    expectExit(await first.program.end(), 130);

    const [again, bob] = await Promise.all([open('ada'), open('bob')]);
    await show(again, 'shares');
    await shareRow(again, 'music').getByText('Writable').waitFor();
    await shareRow(again, 'music').getByText('PIN', { exact: true }).waitFor();
    expect(await shareRow(again, 'photos').count()).toBe(0);

    await browse(bob, again);
    await entry(bob.page, 'music').dblclick();
    await bob.page.getByLabel('PIN').fill('1111');
    await bob.page.getByLabel('PIN').press('Enter');
    await bob.page.getByRole('alert').waitFor();
    await bob.page.getByLabel('PIN').fill('2468');
    await bob.page.getByLabel('PIN').press('Enter');
    await entry(bob.page, 'a.txt').waitFor();
  });

  it('is no longer reached once it was stopped', async () => {
    const [ada, bob] = await Promise.all([open('ada', { args: [world.folder('music')] }), open('bob')]);
    await browse(bob, ada);
    await openFolder(bob.page, 'music');
    await show(ada, 'shares');
    await shareRow(ada, 'music').locator('.shares-visitor').waitFor();
    await shareRow(ada, 'music').getByRole('button', { name: 'Stop sharing' }).click();
    await ada.page.getByRole('heading', { name: 'Nothing is shared' }).waitFor();
    await bob.page.getByRole('button', { name: 'Read again' }).click();
    await bob.page.getByRole('heading', { name: 'This cannot be shown' }).waitFor();
  });

  it('has an address that can be copied, and read with a camera', async () => {
    const ada = await open('ada', { args: [world.folder('music')] });
    await show(ada, 'shares');
    await shareRow(ada, 'music').getByRole('button', { name: 'Address and QR code' }).click();
    const dialog = ada.page.getByRole('dialog');
    await dialog.getByRole('img', { name: `QR code of ${ada.address}/music` }).waitFor();
    await dialog.getByRole('button', { name: 'Copy the address' }).click();
    await ada.page.getByText('The address was copied.').waitFor();
    expect(await ada.page.evaluate('navigator.clipboard.readText()')).toBe(`${ada.address}/music`);
  });
});
