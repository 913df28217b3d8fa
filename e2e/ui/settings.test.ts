// The view "This device": every setting takes effect at once, on the other device too, and is kept.

import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from '@playwright/test';

import type { World } from '../support/stage.ts';
import { hashFile, makeTree } from '../support/trees.ts';
import { browse, entry, openFolder } from './support/browse.ts';
import { accept, addressField, offer, show, transferSays } from './support/moves.ts';
import type { UiDevice } from './support/window.ts';
import { test } from './support/fixtures.ts';

/** A port that nobody has at this moment; the keeper keeps it. */
const somePort = async (keeper?: World): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
  if (keeper === undefined) await close();
  else keeper.keep({ close });
  return port;
};

const typed = async ({ page }: UiDevice, label: string, value: string): Promise<void> => {
  await page.getByRole('textbox', { name: label, exact: true }).fill(value);
  await page.keyboard.press('Enter');
};

const connect = async ({ page }: UiDevice, address: string): Promise<void> => {
  await addressField(page).fill(address);
  await page.getByRole('button', { name: 'Connect' }).click();
};

test.describe('a setting', () => {
  test('of the name is seen by the others', { tag: '@page' }, async ({ open }) => {
    const [ada, bob] = await Promise.all([open('ada'), open('bob')]);
    await show(ada, 'settings');
    await typed(ada, 'Name that others see', 'Studio 书房');
    await connect(bob, ada.address);
    await expect(bob.page.getByRole('link', { name: 'Details of Studio 书房' })).toBeVisible();
  });

  test(
    'of the port moves where it listens, and another one is taken and told where that is taken',
    { tag: '@page' },
    async ({ world, open }) => {
      const [ada, bob] = await Promise.all([open('ada'), open('bob')]);
      const [free, taken] = [await somePort(), await somePort(world)];
      await show(ada, 'settings');
      await typed(ada, 'Port', String(free));
      await expect(ada.page.getByText(`Listening on port ${free}`)).toBeVisible();
      await connect(bob, `127.0.0.1:${free}`);
      await expect(bob.page.getByRole('link', { name: 'Details of ada' })).toBeVisible();

      await typed(ada, 'Port', String(taken));
      const told = ada.page.getByText(`Port ${taken} is taken by another program:`);
      await expect(told).toBeVisible();
      const used = /: (\d+) is used/u.exec(await told.innerText())?.[1] ?? '';
      expect(Number(used)).toBeGreaterThan(taken);
      await show(bob, 'devices');
      await connect(bob, `127.0.0.1:${used}`);
      await expect(
        bob.page.getByRole('complementary').or(bob.page.locator('.device-details')).first(),
      ).toBeVisible();

      await typed(ada, 'Port', '70000');
      await expect(ada.page.getByText('A port is a whole number from 1 to 65535.')).toBeVisible();
    },
  );

  test('of the language and of the appearance changes the window', async ({ open }) => {
    const { page } = await open('ada');
    await show({ page }, 'settings');
    await page.getByRole('combobox', { name: 'Appearance' }).selectOption('dark');
    await expect(page.locator('html[data-theme=dark]')).toBeVisible();
    await page.getByRole('combobox', { name: 'Language' }).selectOption('zh');
    await expect(page.getByRole('heading', { level: 1, name: '本机' })).toBeVisible();
    await expect(page.locator('html')).toHaveAttribute('lang', /^zh/u);
    await page.reload();
    await expect(page.getByRole('heading', { level: 1, name: '本机' })).toBeVisible();
    await expect(page.locator('html[data-theme=dark]')).toBeVisible();
    await page.getByRole('combobox', { name: '语言' }).selectOption('en');
    await expect(page.getByRole('heading', { level: 1, name: 'This device' })).toBeVisible();
  });

  test('of the folder that files go to holds for the next ones', async ({ world, open }) => {
    const [ada, bob] = await Promise.all([open('ada'), open('bob')]);
    const other = world.folder('other');
    const source = makeTree(join(world.path, 'from'), { 'plan.txt': 'Ferry at 7:40' });
    await show(bob, 'settings');
    await bob.hands.choosePlace(bob.page.getByRole('button', { name: 'Change…' }), other);
    await expect(bob.page.locator('.settings-path').getByText(other)).toBeVisible();
    await offer(ada, bob, [join(source, 'plan.txt')]);
    await accept(bob);
    await transferSays(bob, 'plan.txt', 'Done');
    expect(readFileSync(join(other, 'plan.txt'), 'utf8')).toBe('Ferry at 7:40');
    expect(existsSync(join(bob.downloads, 'plan.txt'))).toBe(false);
  });

  test('of a limit holds for a transfer that runs', { tag: '@page' }, async ({ world, open }) => {
    // At 500 kB/s it would take a minute.
    const source = makeTree(join(world.path, 'films'), { 'film.mp4': randomBytes(30_000_000) });
    const settings = { uploadLimit: 500_000 };
    const [ada, bob] = await Promise.all([open('ada', { settings, share: [source] }), open('bob')]);
    await browse(bob, ada);
    await openFolder(bob.page, 'films');
    await entry(bob.page, 'film.mp4').dblclick();
    await transferSays(bob, 'film.mp4', /\d %|\d%/u);
    await show(ada, 'settings');
    await expect(ada.page.getByLabel('Limit for sending')).toHaveValue('0.5');
    await typed(ada, 'Limit for sending', '');
    await transferSays(bob, 'film.mp4', 'Done');
    expect(hashFile(join(bob.downloads, 'film.mp4'))).toBe(hashFile(join(source, 'film.mp4')));
  });

  test('is kept over a restart', async ({ open }) => {
    const port = await somePort();
    const before = await open('ada', { asSet: true });
    const { page } = before;
    await show(before, 'settings');
    await typed(before, 'Name that others see', 'workshop');
    await typed(before, 'Port', String(port));
    await expect(page.getByText(`Listening on port ${port}`)).toBeVisible();
    await typed(before, 'Limit for receiving', '2.5');
    await page.getByRole('combobox', { name: 'When a name is taken' }).selectOption('skip');
    await page.getByRole('combobox', { name: 'Appearance' }).selectOption('dark');
    await page.getByRole('combobox', { name: 'Language' }).selectOption('zh');
    await expect(page.getByRole('heading', { level: 1, name: '本机' })).toBeVisible();
    await before.quit();

    const after = await open('ada', { asSet: true });
    expect(after.address).toBe(`127.0.0.1:${port}`);
    await show(after, 'settings');
    await expect(after.page.locator('html[data-theme=dark]')).toBeVisible();
    await expect(after.page.getByLabel('他人看到的名称')).toHaveValue('workshop');
    await expect(after.page.getByLabel('接收限速')).toHaveValue('2.5');
    await expect(after.page.getByLabel('名称已存在时')).toHaveValue('skip');
  });
});
