// The view "This device": every setting takes effect at once, on the other device too, and is kept.

import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { expectExit } from '../support/program.ts';
import { hashFile, makeTree } from '../support/trees.ts';
import { useWorld } from '../support/world.ts';
import { browse, entry, openFolder } from './support/browse.ts';
import { accept, addressField, offer, show, transferSays, typePath } from './support/moves.ts';
import type { UiDevice, WindowOptions } from './support/window.ts';
import { useBrowser } from './support/window.ts';

const world = useWorld();
const browsers = useBrowser('settings take effect at once and are kept');

const open = (name: string, options?: WindowOptions): Promise<UiDevice> =>
  browsers.open(world, name, options);

/** A port that nobody has at this moment; `taken` keeps it. */
const somePort = async (taken = false): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
  if (taken) world.keep({ close });
  else await close();
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

describe.skipIf(!browsers.need.available)('a setting', () => {
  it('of the name is seen by the others', async () => {
    const [ada, bob] = await Promise.all([open('ada'), open('bob')]);
    await show(ada, 'settings');
    await typed(ada, 'Name that others see', 'Studio 书房');
    await connect(bob, ada.address);
    await bob.page.getByRole('link', { name: 'Details of Studio 书房' }).waitFor();
  });

  it('of the port moves where it listens, and another one is taken and told where that is taken', async () => {
    const [ada, bob] = await Promise.all([open('ada'), open('bob')]);
    const [free, taken] = [await somePort(), await somePort(true)];
    await show(ada, 'settings');
    await typed(ada, 'Port', String(free));
    await ada.page.getByText(`Listening on port ${free}`).waitFor();
    await connect(bob, `127.0.0.1:${free}`);
    await bob.page.getByRole('link', { name: 'Details of ada' }).waitFor();

    await typed(ada, 'Port', String(taken));
    const told = ada.page.getByText(`Port ${taken} is taken by another program:`);
    await told.waitFor();
    const used = /: (\d+) is used/u.exec(await told.innerText())?.[1] ?? '';
    expect(Number(used)).toBeGreaterThan(taken);
    await show(bob, 'devices');
    await connect(bob, `127.0.0.1:${used}`);
    await bob.page.getByRole('complementary').or(bob.page.locator('.device-details')).first().waitFor();

    await typed(ada, 'Port', '70000');
    await ada.page.getByText('A port is a whole number from 1 to 65535.').waitFor();
  });

  it('of the language and of the appearance changes the window', async () => {
    const { page, ...ada } = await open('ada');
    await show({ page }, 'settings');
    await page.getByRole('combobox', { name: 'Appearance' }).selectOption('dark');
    await page.locator('html[data-theme=dark]').waitFor();
    await page.getByRole('combobox', { name: 'Language' }).selectOption('zh');
    await page.getByRole('heading', { level: 1, name: '本机' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toMatch(/^zh/u);
    await page.reload();
    await page.getByRole('heading', { level: 1, name: '本机' }).waitFor();
    await page.locator('html[data-theme=dark]').waitFor();
    await page.getByRole('combobox', { name: '语言' }).selectOption('en');
    await page.getByRole('heading', { level: 1, name: 'This device' }).waitFor();
    expect(ada.program.isOver).toBe(false);
  });

  it('of the folder that files go to holds for the next ones', async () => {
    const [ada, bob] = await Promise.all([open('ada'), open('bob')]);
    const other = world.folder('other');
    const source = makeTree(join(world.path, 'from'), { 'plan.txt': 'Ferry at 7:40' });
    await show(bob, 'settings');
    await bob.page.getByRole('button', { name: 'Change…' }).click();
    const picker = bob.page.getByRole('dialog', { name: 'Where received files go' });
    await typePath(picker, other);
    await picker.getByRole('button', { name: 'Choose “other”' }).click();
    await bob.page.locator('.settings-path').getByText(other).waitFor();
    await offer(ada, bob, [join(source, 'plan.txt')]);
    await accept(bob);
    await transferSays(bob, 'plan.txt', 'Done');
    expect(readFileSync(join(other, 'plan.txt'), 'utf8')).toBe('Ferry at 7:40');
    expect(existsSync(join(bob.downloads, 'plan.txt'))).toBe(false);
  });

  it('of a limit holds for a transfer that runs', async () => {
    // At 500 kB/s it would take a minute.
    const source = makeTree(join(world.path, 'films'), { 'film.mp4': randomBytes(30_000_000) });
    const settings = { uploadLimit: 500_000 };
    const [ada, bob] = await Promise.all([open('ada', { settings, args: [source] }), open('bob')]);
    await browse(bob, ada);
    await openFolder(bob.page, 'films');
    await entry(bob.page, 'film.mp4').dblclick();
    await transferSays(bob, 'film.mp4', /\d %|\d%/u);
    await show(ada, 'settings');
    expect(await ada.page.getByLabel('Limit for sending').inputValue()).toBe('0.5');
    await typed(ada, 'Limit for sending', '');
    await transferSays(bob, 'film.mp4', 'Done');
    expect(hashFile(join(bob.downloads, 'film.mp4'))).toBe(hashFile(join(source, 'film.mp4')));
  });

  it('is kept over a restart', async () => {
    const port = await somePort();
    const before = await open('ada', { asSet: true });
    const { page } = before;
    await show(before, 'settings');
    await typed(before, 'Name that others see', 'workshop');
    await typed(before, 'Port', String(port));
    await page.getByText(`Listening on port ${port}`).waitFor();
    await typed(before, 'Limit for receiving', '2.5');
    await page.getByRole('combobox', { name: 'When a name is taken' }).selectOption('skip');
    await page.getByRole('combobox', { name: 'Appearance' }).selectOption('dark');
    await page.getByRole('combobox', { name: 'Language' }).selectOption('zh');
    await page.getByRole('heading', { level: 1, name: '本机' }).waitFor();
    before.program.signal('SIGINT');
    expectExit(await before.program.end(), 130);

    const after = await open('ada', { asSet: true });
    expect(after.address).toBe(`127.0.0.1:${port}`);
    await show(after, 'settings');
    await after.page.locator('html[data-theme=dark]').waitFor();
    expect(await after.page.getByLabel('他人看到的名称').inputValue()).toBe('workshop');
    expect(await after.page.getByLabel('接收限速').inputValue()).toBe('2.5');
    expect(await after.page.getByLabel('名称已存在时').inputValue()).toBe('skip');
  });
});
