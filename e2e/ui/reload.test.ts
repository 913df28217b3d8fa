// Windows come and go while transfers run: what the engine has goes on; what only the page has asks before it is left, and
// ends with a reason when the page is gone.

import { join } from 'node:path';

import type { Dialog } from '@playwright/test';
import { expect } from '@playwright/test';

import { Random } from '../support/random.ts';
import { expectSameContent, expectSameTree, landedPaths, makeTree } from '../support/trees.ts';
import {
  accept,
  offer,
  offerFromMachine,
  offerOf,
  setting,
  transferOf,
  transferSays,
} from './support/moves.ts';
import type { UiDevice } from './support/window.ts';
import { test } from './support/fixtures.ts';

const random = new Random(13);

test.describe('reloading', { tag: '@browser' }, () => {
  test.beforeEach(({ pair: { kitchen } }) => setting(kitchen, 'Limit for sending', '1'));

  test('both windows loses nothing of a transfer of files of the machine', async ({
    pair: { world, kitchen, attic },
  }) => {
    const source = makeTree(world.folder('source-machine'), { 'disk/image.bin': random.bytes(3_000_000) });
    await offerFromMachine(kitchen, attic, join(source, 'disk'));
    await expect(offerOf(attic.page)).toBeVisible();
    // An offer waits for a window to come back, too.
    await attic.page.reload();
    await accept(attic);
    await transferSays(attic, 'disk', /\d ?%/u);
    await transferSays(kitchen, 'disk', /\d ?%/u);
    await Promise.all([attic.page.reload(), kitchen.page.reload()]);
    await transferSays(attic, 'disk', /\d ?%/u);
    await transferSays(kitchen, 'disk', /\d ?%/u);
    await setting(kitchen, 'Limit for sending', '');
    await transferSays(kitchen, 'disk', 'Done');
    await transferSays(attic, 'disk', 'Done');
    await expectSameTree(source, attic.downloads);
  });

  test('a receiver does not disturb what streams out of the page of the sender', async ({
    pair: { world, kitchen, attic },
  }) => {
    const source = makeTree(world.folder('source-receiver'), { 'streamed.bin': random.bytes(3_000_000) });
    await offer(kitchen, attic, [join(source, 'streamed.bin')]);
    await accept(attic);
    await transferSays(attic, 'streamed.bin', /\d ?%/u);
    await attic.page.reload();
    await transferSays(attic, 'streamed.bin', /\d ?%/u);
    await setting(kitchen, 'Limit for sending', '');
    await transferSays(attic, 'streamed.bin', 'Done');
    await expectSameContent(source, attic.downloads);
  });

  test('a page that streams asks first; once it is gone the transfer ends with the reason', async ({
    pair: { world, kitchen, attic },
  }) => {
    const source = makeTree(world.folder('source-gone'), { 'streamed.bin': random.bytes(4_000_000) });
    const { page } = kitchen;
    await offer(kitchen, attic, [join(source, 'streamed.bin')]);
    await accept(attic);
    await transferSays(kitchen, 'streamed.bin', /\d ?%/u);

    // The person stays: nothing has happened.
    const [asked] = await Promise.all([
      nextDialog(kitchen, (dialog) => dialog.dismiss()),
      page.evaluate(() => location.reload()),
    ]);
    expect(asked).toBe('beforeunload');
    await transferSays(kitchen, 'streamed.bin', /\d ?%/u);

    // The person leaves.
    await Promise.all([
      nextDialog(kitchen, (dialog) => dialog.accept()),
      page.evaluate(() => location.reload()),
    ]);
    await expect(page.locator('.app')).toBeVisible();
    // The page's last word may be lost behind what it still had to send: then the host waits 20 s for it to come back.
    const gone = 'The page that the files came from was closed, or its connection broke.';
    await transferSays(kitchen, 'streamed.bin', gone, 35_000);
    await transferSays(attic, 'streamed.bin', gone);
    await expect(transferOf(page, 'streamed.bin').getByRole('button', { name: 'Start again' })).toHaveCount(
      0,
    );
    expect(landedPaths(attic.downloads)).toEqual([]);
  });
});

async function nextDialog({ page }: UiDevice, answer: (dialog: Dialog) => Promise<void>): Promise<string> {
  const dialog = await page.waitForEvent('dialog');
  await answer(dialog);
  return dialog.type();
}
