// Watching and steering transfers between two windows: pause, resume, cancel, retry, a receiver that is killed, and the
// history that all of it leaves behind.

import { renameSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { expect } from '@playwright/test';

import { Random } from '../support/random.ts';
import { expectSameContent, expectSameTree, landedPaths, makeTree } from '../support/trees.ts';
import {
  accept,
  offer,
  offerFromMachine,
  offerOf,
  setting,
  show,
  transferOf,
  transferSays,
} from './support/moves.ts';
import type { Pair } from './support/fixtures.ts';
import { test } from './support/fixtures.ts';

const random = new Random(11);
const unlimited = '';

test.describe('a transfer', () => {
  /** Of 4 MB at 1 MB/s, accepted and seen running on both sides. */
  const beginSlowly = async ({ world, kitchen, attic }: Pair, name: string): Promise<string> => {
    const source = makeTree(world.folder(`source-${name}`), { [name]: random.bytes(4_000_000) });
    await setting(kitchen, 'Limit for sending', '1');
    await offer(kitchen, attic, [join(source, name)]);
    await accept(attic);
    await transferSays(kitchen, name, /\d ?%/u);
    await transferSays(attic, name, /\d ?%/u);
    return source;
  };

  test('is paused and resumed from either side, and takes a changed limit at once', async ({ pair }) => {
    const { kitchen, attic } = pair;
    const source = await beginSlowly(pair, 'film.bin');
    const bar = transferOf(attic.page, 'film.bin').getByRole('progressbar');
    await expect(bar).toHaveAttribute('aria-valuenow', /^\d+$/u);
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

  test(
    'that is cancelled ends on both sides and leaves no file under its name',
    { tag: '@page' },
    async ({ pair }) => {
      const { kitchen, attic } = pair;
      await beginSlowly(pair, 'broken off.bin');
      await transferOf(kitchen.page, 'broken off.bin').getByRole('button', { name: 'Cancel' }).click();
      await transferSays(kitchen, 'broken off.bin', 'Cancelled');
      await transferSays(attic, 'broken off.bin', 'Cancelled');
      expect(landedPaths(attic.downloads)).toEqual([]);
      await setting(kitchen, 'Limit for sending', unlimited);
      await show(kitchen, 'transfers');
      await transferOf(kitchen.page, 'broken off.bin').getByRole('button', { name: 'Start again' }).click();
      await accept(attic);
      await transferSays(attic, 'broken off.bin', 'Done');
    },
  );

  test(
    'of which a file failed says which and why, and brings it when it is started again',
    { tag: '@page' },
    async ({ pair: { world, kitchen, attic } }) => {
      const source = makeTree(world.folder('source-failed'), {
        'set/good.txt': 'good',
        'set/moved.txt': 'away for a moment',
      });
      await offerFromMachine(kitchen, attic, join(source, 'set', 'moved.txt'));
      await expect(offerOf(attic.page)).toBeVisible();
      renameSync(join(source, 'set/moved.txt'), join(world.path, 'elsewhere.txt'));
      await accept(attic);
      const row = await transferSays(kitchen, 'moved.txt', '1 file failed');
      await row.getByRole('button', { name: 'Details of moved.txt' }).click();
      const sheet = kitchen.page.getByRole('dialog', { name: 'moved.txt' });
      await expect(sheet.getByText('The file is no longer there. Choose it again.')).toBeVisible();
      renameSync(join(world.path, 'elsewhere.txt'), join(source, 'set/moved.txt'));
      await sheet.getByRole('button', { name: 'Start again' }).click();
      await expect(offerOf(attic.page)).toBeVisible();
      await accept(attic);
      await transferSays(attic, 'moved.txt', /Done(?!,)/u);
      expect(landedPaths(attic.downloads)).toEqual(['moved.txt']);
    },
  );

  test('goes on where it stopped when the receiver was killed and is there again', async ({ pair }) => {
    const { world, kitchen, attic } = pair;
    const port = await freePort();
    await setting(attic, 'Port', String(port));
    await expect(attic.page.getByText(`Listening on port ${port}`)).toBeVisible();
    const there = { ...attic, address: `127.0.0.1:${port}` };
    const source = makeTree(world.folder('source-killed'), { 'long/way.bin': random.bytes(24_000_000) });
    // What was verified is noted every MiB.
    await setting(kitchen, 'Limit for sending', '10');
    await offerFromMachine(kitchen, there, join(source, 'long'));
    await accept(attic);
    await transferSays(kitchen, 'long', /[4-9]\d ?%/u);
    await attic.kill();
    await transferSays(kitchen, 'long', 'The connection broke; trying again');
    await setting(kitchen, 'Limit for sending', unlimited);
    const again = await pair.again('attic');
    // It was accepted by a program that is no more: a person is asked again, and told that it goes on.
    await expect(offerOf(again.page).getByText('Goes on where an earlier transfer stopped.')).toBeVisible();
    await accept(again);
    await transferSays(again, 'long', 'Done');
    await transferSays(kitchen, 'long', 'Done');
    await expectSameTree(source, again.downloads);
    await transferOf(again.page, 'long').getByRole('button', { name: 'Details of long' }).click();
    await expect(
      again.page.getByRole('dialog', { name: 'long' }).getByText('From an earlier run'),
    ).toBeVisible();
  });

  test(
    'stays in the history over a restart, is found there, and goes when the history is cleared',
    { tag: '@page' },
    async ({ pair }) => {
      const { world, kitchen, attic } = pair;
      const source = makeTree(world.folder('source-history'), { 'apple.txt': 'a', 'pear.txt': 'p' });
      for (const name of ['apple.txt', 'pear.txt']) {
        await offer(kitchen, attic, [join(source, name)]);
        await accept(attic);
        await transferSays(attic, name, 'Done');
        await transferSays(kitchen, name, 'Done');
      }
      await attic.kill();
      const again = await pair.again('attic');
      const { page } = again;
      await transferSays(again, 'apple.txt', 'Done');
      await transferSays(again, 'pear.txt', 'Done');
      await page.getByRole('searchbox', { name: 'Search transfers' }).fill('PEA');
      await expect(transferOf(page, 'apple.txt')).not.toBeAttached();
      await expect(page.locator('.transfers-row')).toHaveCount(1);
      await page.getByRole('searchbox', { name: 'Search transfers' }).fill('nothing like it');
      await expect(page.getByText('No transfer fits.')).toBeVisible();
      await page.getByRole('button', { name: 'Show all' }).click();
      await expect(transferOf(page, 'apple.txt')).toBeVisible();
      await page.getByRole('radio', { name: 'Sent' }).click();
      await expect(page.getByText('No transfer fits.')).toBeVisible();
      await page.getByRole('radio', { name: 'Received' }).click();
      await page.getByRole('button', { name: 'Clear history' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Clear history' }).click();
      await expect(transferOf(page, 'apple.txt')).not.toBeAttached();
      await page.reload();
      await expect(page.getByRole('heading', { name: 'Nothing has moved yet' })).toBeVisible();
      expect(landedPaths(again.downloads)).toEqual(['apple.txt', 'pear.txt']);
    },
  );
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
