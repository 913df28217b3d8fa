// Windows come and go while transfers run: what the engine has goes on; what only the page has asks before it is left, and
// ends with a reason when the page is gone.

import { join } from 'node:path';

import type { Dialog } from 'playwright-core';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { Random } from '../support/random.ts';
import { expectSameContent, expectSameTree, landedPaths, makeTree } from '../support/trees.ts';
import { useWorld } from '../support/world.ts';
import {
  accept,
  freshen,
  offer,
  offerFromMachine,
  offerOf,
  setting,
  transferOf,
  transferSays,
} from './support/moves.ts';
import { type UiDevice, useBrowser } from './support/window.ts';

const world = useWorld('file');
const browsers = useBrowser('a window can be closed and reloaded while transfers run');
const random = new Random(13);

describe.skipIf(!browsers.need.available)('reloading', () => {
  let kitchen: UiDevice;
  let attic: UiDevice;

  beforeAll(async () => {
    [kitchen, attic] = await Promise.all([browsers.open(world, 'kitchen'), browsers.open(world, 'attic')]);
  });
  beforeEach(async () => {
    await freshen(kitchen, attic);
    await setting(kitchen, 'Limit for sending', '1');
  });

  it('both windows loses nothing of a transfer of files of the machine', async () => {
    const source = makeTree(world.folder('source-machine'), { 'disk/image.bin': random.bytes(3_000_000) });
    await offerFromMachine(kitchen, attic, join(source, 'disk'));
    await offerOf(attic.page).waitFor();
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

  it('a receiver does not disturb what streams out of the page of the sender', async () => {
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

  it('a page that streams asks first; once it is gone the transfer ends with the reason', async () => {
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
    await page.locator('.app').waitFor();
    // The page's last word may be lost behind what it still had to send: then the host waits 20 s for it to come back.
    const gone = 'The page that the files came from was closed.';
    await transferSays(kitchen, 'streamed.bin', gone, 35_000);
    await transferSays(attic, 'streamed.bin', gone);
    expect(await transferOf(page, 'streamed.bin').getByRole('button', { name: 'Start again' }).count()).toBe(
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
