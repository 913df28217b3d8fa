// Watching and steering transfers between two windows: pause, resume, cancel, retry, a receiver that is killed, and the
// history that all of it leaves behind.

import { renameSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

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
  show,
  transferOf,
  transferSays,
} from './support/moves.ts';
import { type UiDevice, useBrowser } from './support/window.ts';

const world = useWorld('file');
const browsers = useBrowser('people can watch and steer transfers in a window');
const random = new Random(11);
const unlimited = '';

describe.skipIf(!browsers.need.available)('a transfer', () => {
  let kitchen: UiDevice;
  let attic: UiDevice;

  beforeAll(async () => {
    [kitchen, attic] = await Promise.all([browsers.open(world, 'kitchen'), browsers.open(world, 'attic')]);
  });
  beforeEach(() => freshen(kitchen, attic));

  /** Of 4 MB at 1 MB/s, accepted and seen running on both sides. */
  const beginSlowly = async (name: string): Promise<string> => {
    const source = makeTree(world.folder(`source-${name}`), { [name]: random.bytes(4_000_000) });
    await setting(kitchen, 'Limit for sending', '1');
    await offer(kitchen, attic, [join(source, name)]);
    await accept(attic);
    await transferSays(kitchen, name, /\d ?%/u);
    await transferSays(attic, name, /\d ?%/u);
    return source;
  };

  it('is paused and resumed from either side, and takes a changed limit at once', async () => {
    const source = await beginSlowly('film.bin');
    const bar = transferOf(attic.page, 'film.bin').getByRole('progressbar');
    expect(await bar.getAttribute('aria-valuenow')).toMatch(/^\d+$/u);
    await transferOf(attic.page, 'film.bin').getByRole('button', { name: 'Pause' }).click();
    await transferSays(attic, 'film.bin', /Paused(?! by)/u);
    await transferSays(kitchen, 'film.bin', 'Paused by the other device');
    await transferOf(kitchen.page, 'film.bin').getByRole('button', { name: 'Pause' }).click();
    await transferSays(kitchen, 'film.bin', 'Paused on both devices');
    await transferOf(attic.page, 'film.bin').getByRole('button', { name: 'Resume' }).click();
    await transferSays(attic, 'film.bin', 'Paused by the other device');
    expect(landedPaths(attic.downloads)).toEqual([]);
    await transferOf(kitchen.page, 'film.bin').getByRole('button', { name: 'Resume' }).click();
    await transferSays(kitchen, 'film.bin', /\d ?%/u);
    await setting(kitchen, 'Limit for sending', unlimited);
    await transferSays(kitchen, 'film.bin', 'Done');
    await transferSays(attic, 'film.bin', 'Done');
    await expectSameContent(source, attic.downloads);
  });

  it('that is cancelled ends on both sides and leaves no file under its name', async () => {
    await beginSlowly('broken off.bin');
    await transferOf(kitchen.page, 'broken off.bin').getByRole('button', { name: 'Cancel' }).click();
    await transferSays(kitchen, 'broken off.bin', 'Cancelled');
    await transferSays(attic, 'broken off.bin', 'Cancelled');
    expect(landedPaths(attic.downloads)).toEqual([]);
    await setting(kitchen, 'Limit for sending', unlimited);
    await show(kitchen, 'transfers');
    await transferOf(kitchen.page, 'broken off.bin').getByRole('button', { name: 'Start again' }).click();
    await accept(attic);
    await transferSays(attic, 'broken off.bin', 'Done');
  });

  it('of which a file failed says which and why, and brings it when it is started again', async () => {
    const source = makeTree(world.folder('source-failed'), {
      'set/good.txt': 'good',
      'set/moved.txt': 'away for a moment',
    });
    await offerFromMachine(kitchen, attic, join(source, 'set', 'moved.txt'));
    await offerOf(attic.page).waitFor();
    renameSync(join(source, 'set/moved.txt'), join(world.path, 'elsewhere.txt'));
    await accept(attic);
    const row = await transferSays(kitchen, 'moved.txt', '1 file failed');
    await row.getByRole('button', { name: 'Details of moved.txt' }).click();
    const sheet = kitchen.page.getByRole('dialog', { name: 'moved.txt' });
    await sheet.getByText('The file is no longer there. Choose it again.').waitFor();
    renameSync(join(world.path, 'elsewhere.txt'), join(source, 'set/moved.txt'));
    await sheet.getByRole('button', { name: 'Start again' }).click();
    await offerOf(attic.page).waitFor();
    await accept(attic);
    await transferSays(attic, 'moved.txt', /Done(?!,)/u);
    expect(landedPaths(attic.downloads)).toEqual(['moved.txt']);
  });

  it('goes on where it stopped when the receiver was killed and is there again', async () => {
    const port = await freePort();
    await setting(attic, 'Port', String(port));
    await attic.page.getByText(`Listening on port ${port}`).waitFor();
    const there = { ...attic, address: `127.0.0.1:${port}` };
    const source = makeTree(world.folder('source-killed'), { 'long/way.bin': random.bytes(24_000_000) });
    // What was verified is noted every MiB.
    await setting(kitchen, 'Limit for sending', '10');
    await offerFromMachine(kitchen, there, join(source, 'long'));
    await accept(attic);
    await transferSays(kitchen, 'long', /[4-9]\d ?%/u);
    await attic.program.kill();
    await transferSays(kitchen, 'long', 'The connection broke; trying again');
    await setting(kitchen, 'Limit for sending', unlimited);
    await attic.context.close();
    attic = await browsers.open(world, 'attic');
    // It was accepted by a program that is no more: a person is asked again, and told that it goes on.
    await offerOf(attic.page).getByText('Goes on where an earlier transfer stopped.').waitFor();
    await accept(attic);
    await transferSays(attic, 'long', 'Done');
    await transferSays(kitchen, 'long', 'Done');
    await expectSameTree(source, attic.downloads);
    await transferOf(attic.page, 'long').getByRole('button', { name: 'Details of long' }).click();
    await attic.page.getByRole('dialog', { name: 'long' }).getByText('From an earlier run').waitFor();
  });

  it('stays in the history over a restart, is found there, and goes when the history is cleared', async () => {
    const source = makeTree(world.folder('source-history'), { 'apple.txt': 'a', 'pear.txt': 'p' });
    for (const name of ['apple.txt', 'pear.txt']) {
      await offer(kitchen, attic, [join(source, name)]);
      await accept(attic);
      await transferSays(attic, name, 'Done');
      await transferSays(kitchen, name, 'Done');
    }
    await attic.program.kill();
    await attic.context.close();
    attic = await browsers.open(world, 'attic');
    const { page } = attic;
    await transferSays(attic, 'apple.txt', 'Done');
    await transferSays(attic, 'pear.txt', 'Done');
    await page.getByRole('searchbox', { name: 'Search transfers' }).fill('PEA');
    await transferOf(page, 'apple.txt').waitFor({ state: 'detached' });
    expect(await page.locator('.transfers-row').count()).toBe(1);
    await page.getByRole('searchbox', { name: 'Search transfers' }).fill('nothing like it');
    await page.getByText('No transfer fits.').waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
    await transferOf(page, 'apple.txt').waitFor();
    await page.getByRole('radio', { name: 'Sent' }).click();
    await page.getByText('No transfer fits.').waitFor();
    await page.getByRole('radio', { name: 'Received' }).click();
    await page.getByRole('button', { name: 'Clear history' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Clear history' }).click();
    await transferOf(page, 'apple.txt').waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('heading', { name: 'Nothing has moved yet' }).waitFor();
    expect(landedPaths(attic.downloads)).toEqual(['apple.txt', 'pear.txt']);
  });
});

/** One that nobody else takes in the meantime: not of those that devices try one after the other. */
const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
