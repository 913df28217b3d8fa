// Receiving by hand: an offer comes to the front with who, what, where to and what is taken there; what is left out does
// not come, and nothing comes before it is accepted.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from '@playwright/test';

import { expectSameContent, landedPaths, makeTree } from '../support/trees.ts';
import { accept, connect, offer, offerOf, show, transferSays } from './support/moves.ts';
import { test } from './support/fixtures.ts';

test.describe('an offer', () => {
  test('says who, what and where to, over whatever view is shown', async ({
    pair: { world, kitchen, attic },
  }) => {
    const source = makeTree(world.folder('source-front'), {
      'trip/day 1/sea.txt': 'x'.repeat(1_500),
      'trip/list.txt': 'y'.repeat(500),
    });
    await show(attic, 'settings');
    await offer(kitchen, attic, [join(source, 'trip')]);
    const front = offerOf(attic.page, 'kitchen');
    await expect(front).toBeVisible();
    for (const words of ['New device', '127.0.0.1', '2 files, 2.00 kB', attic.downloads, /\d GB free/u])
      await expect(front.getByText(words).first()).toBeVisible();
    const rows = await front.locator('.offer-row').allInnerTexts();
    expect(rows.map((row) => row.replaceAll(/\s+/gu, ' ').trim())).toEqual([
      'Take trip trip 2.00 kB',
      'Take trip/day 1 day 1 1.50 kB',
      'Take trip/day 1/sea.txt sea.txt 1.50 kB',
      'Take trip/list.txt list.txt 500 B',
    ]);
    expect(landedPaths(attic.downloads)).toEqual([]);
    await accept(attic);
    await transferSays(attic, 'trip', 'Done');
    await expectSameContent(source, attic.downloads);
  });

  test(
    'is taken in part: what is left out does not come',
    { tag: '@page' },
    async ({ pair: { world, kitchen, attic } }) => {
      const source = makeTree(world.folder('source-part'), {
        'box/keep.txt': '12',
        'box/leave.txt': '345',
        'box/sub/also left.txt': '6789',
        'single.txt': '0',
      });
      await offer(kitchen, attic, [join(source, 'single.txt'), join(source, 'box')]);
      const front = offerOf(attic.page);
      await front.getByRole('checkbox', { name: 'Take box/leave.txt' }).uncheck();
      await front.getByRole('checkbox', { name: 'Take box/sub', exact: true }).uncheck();
      await expect(front.getByText('2 files, 3 B of 4 files, 10 B')).toBeVisible();
      await front.getByRole('button', { name: 'Accept these' }).click();
      await transferSays(attic, 'box and 1 more', 'Done');
      await transferSays(kitchen, 'box and 1 more', 'Done');
      expect(landedPaths(attic.downloads)).toEqual(['box', 'box/keep.txt', 'single.txt']);
    },
  );

  test(
    'of which everything is left out can only be declined',
    { tag: '@page' },
    async ({ pair: { world, kitchen, attic } }) => {
      const source = makeTree(world.folder('source-nothing'), { 'unwanted.txt': '1' });
      await offer(kitchen, attic, [join(source, 'unwanted.txt')]);
      const front = offerOf(attic.page);
      await front.getByRole('checkbox', { name: 'Take unwanted.txt' }).uncheck();
      await expect(front.getByRole('button', { name: /^Accept/u })).toBeDisabled();
      await front.getByRole('button', { name: 'Decline' }).click();
      await transferSays(kitchen, 'unwanted.txt', 'Declined');
      await transferSays(attic, 'unwanted.txt', 'Declined');
      expect(landedPaths(attic.downloads)).toEqual([]);
    },
  );

  test('goes into another folder when that is chosen, which is looked at for what is taken there', async ({
    pair: { world, kitchen, attic },
  }) => {
    const source = makeTree(world.folder('source-place'), { 'same.txt': 'new' });
    const other = makeTree(world.folder('elsewhere'), { 'same.txt': 'old' });
    await offer(kitchen, attic, [join(source, 'same.txt')]);
    const front = offerOf(attic.page);
    await attic.hands.choosePlace(front.getByRole('button', { name: 'Change…' }), other);
    await expect(front.getByText(other)).toBeVisible();
    await expect(front.getByText('1 name is taken there')).toBeVisible();
    await accept(attic);
    await transferSays(attic, 'same.txt', 'Done');
    expect(landedPaths(attic.downloads)).toEqual([]);
    expect(landedPaths(other)).toEqual(['same (1).txt', 'same.txt']);
    expect(readFileSync(join(other, 'same.txt'), 'utf8')).toBe('old');
  });

  for (const [policy, expected] of [
    ['Keep both: one that differs gets a number', { 'a (1).txt': 'new', 'a.txt': 'old', 'b.txt': 'same' }],
    ['Skip what is the same, keep both otherwise', { 'a (1).txt': 'new', 'a.txt': 'old', 'b.txt': 'same' }],
    ['Replace what is there', { 'a.txt': 'new', 'b.txt': 'same' }],
  ] as const)
    test(
      `with names that are taken: ${policy}`,
      { tag: '@page' },
      async ({ pair: { world, kitchen, attic } }) => {
        const source = makeTree(world.folder('source-taken'), { 'a.txt': 'new', 'b.txt': 'same' });
        makeTree(attic.downloads, { 'a.txt': 'old', 'b.txt': 'same' });
        await offer(kitchen, attic, [join(source, 'a.txt'), join(source, 'b.txt')]);
        const front = offerOf(attic.page);
        await expect(front.getByText('2 names are taken there')).toBeVisible();
        await front.getByRole('combobox', { name: 'Names that are taken' }).selectOption({ label: policy });
        await accept(attic);
        await transferSays(kitchen, 'a.txt and 1 more', 'Done');
        await transferSays(attic, 'a.txt and 1 more', 'Done');
        expect(landedPaths(attic.downloads).toSorted()).toEqual(Object.keys(expected).toSorted());
        for (const [name, content] of Object.entries(expected))
          expect(readFileSync(join(attic.downloads, name), 'utf8')).toBe(content);
      },
    );

  test(
    'stands in a queue with others; one that is put off waits in a line and comes back',
    { tag: '@page' },
    async ({ pair: { world, kitchen, attic } }) => {
      const source = makeTree(world.folder('source-queue'), {
        'one.txt': '1',
        'two.txt': '2',
        'three.txt': '3',
      });
      for (const name of ['one', 'two', 'three']) await offer(kitchen, attic, [join(source, `${name}.txt`)]);
      const front = offerOf(attic.page);
      await expect(front.getByText('2 more offers wait')).toBeVisible();
      await expect(front.getByText('one.txt', { exact: true })).toBeVisible();
      await attic.page.keyboard.press('Escape');
      await expect(front.getByText('two.txt', { exact: true })).toBeVisible();
      await expect(front.getByText('1 more offer waits')).toBeVisible();
      await front.getByRole('button', { name: 'Decline' }).click();
      await expect(front.getByText('three.txt', { exact: true })).toBeVisible();
      await front.getByRole('button', { name: 'Decide later' }).click();
      await expect(attic.page.getByText('2 offers wait for your answer')).toBeVisible();
      await attic.page.getByRole('button', { name: 'Show', exact: true }).click();
      await expect(front.getByText('one.txt', { exact: true })).toBeVisible();
      await front.getByRole('button', { name: 'Accept' }).click();
      await expect(front.getByText('three.txt', { exact: true })).toBeVisible();
      await accept(attic);
      for (const [name, state] of [
        ['one.txt', 'Done'],
        ['two.txt', 'Declined'],
        ['three.txt', 'Done'],
      ] as const)
        await transferSays(kitchen, name, state);
      await transferSays(attic, 'three.txt', 'Done');
      expect(landedPaths(attic.downloads)).toEqual(['one.txt', 'three.txt']);
    },
  );

  test(
    'goes when the sender takes it back, and says so',
    { tag: '@page' },
    async ({ pair: { world, kitchen, attic } }) => {
      const source = makeTree(world.folder('source-back'), { 'mistake.txt': 'oops' });
      await offer(kitchen, attic, [join(source, 'mistake.txt')]);
      await expect(offerOf(attic.page)).toBeVisible();
      const row = await transferSays(kitchen, 'mistake.txt', /Waiting for an answer.*0 of 1 file/su);
      await row.getByRole('button', { name: 'Cancel' }).click();
      await expect(attic.page.getByText('kitchen took the offer back.')).toBeVisible();
      await expect(offerOf(attic.page)).not.toBeAttached();
      await transferSays(kitchen, 'mistake.txt', 'Cancelled');
      expect(landedPaths(attic.downloads)).toEqual([]);
    },
  );

  test(
    'of a device that was verified and is trusted with it is taken without asking',
    { tag: '@page' },
    async ({ pair: { world, kitchen, attic } }) => {
      const source = makeTree(world.folder('source-auto'), { 'trusted.txt': 'hello' });
      await connect(attic, kitchen);
      const { page } = attic;
      await page.getByRole('button', { name: 'Compare words' }).click();
      await page.getByRole('button', { name: 'They are the same' }).click();
      await page.getByRole('switch', { name: 'Accept its files without asking' }).click();
      await offer(kitchen, attic, [join(source, 'trusted.txt')]);
      await transferSays(attic, 'trusted.txt', 'Done');
      await expectSameContent(source, attic.downloads);
    },
  );
});
