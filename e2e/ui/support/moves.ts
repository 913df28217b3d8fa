/** What hands do in a window: drop files of the disk, send, answer offers, look at the list of transfers. */

import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import type { Locator, Page } from '@playwright/test';

import type { UiDevice } from './window.ts';

/** Something went wrong that would show as hanging otherwise. */
export const soonMs = 10_000;

/** Leads the window to a view by its address, as a link does. */
export async function show({ page }: Pick<UiDevice, 'page'>, view: string): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, `#/${view}`);
  const shown = view.split('/', 1)[0] ?? '';
  await page.locator(`.rail-link[aria-current=page][href="#/${shown}"]`).waitFor();
}

/** For tests that share devices: windows as if just opened, nothing received, no transfer of an earlier test in the list. */
export async function freshen(...devices: readonly UiDevice[]): Promise<void> {
  await Promise.all(
    devices.map(async (device) => {
      mkdirSync(device.downloads, { recursive: true });
      for (const name of readdirSync(device.downloads))
        rmSync(join(device.downloads, name), { recursive: true });
      await device.page.keyboard.press('Escape');
      await show(device, 'devices');
      await clearHistory(device);
      await show(device, 'devices');
      await device.page.reload();
      await device.page.locator('.app').waitFor();
    }),
  );
}

/** A transfer of an earlier test may have the title of one that is waited for. */
async function clearHistory(device: UiDevice): Promise<void> {
  const { page } = device;
  const clear = /^(?:Clear history|清除历史)$/u;
  const nothing = page.getByRole('heading', { name: /^(?:Nothing has moved yet|还没有任何传输)$/u });
  await show(device, 'transfers');
  await page.locator('.transfers-row').or(nothing).first().waitFor();
  const button = page.getByRole('button', { name: clear });
  if (!(await button.isVisible())) return;
  await button.click();
  const question = page.getByRole('dialog');
  await question.getByRole('button', { name: clear }).click();
  await question.waitFor({ state: 'hidden' });
}

/** Drops files and folders of the disk, as a file manager does it. */
export async function drop(
  { context, hands, page }: Pick<UiDevice, 'context' | 'hands' | 'page'>,
  on: Locator,
  paths: readonly string[],
): Promise<void> {
  await hands.dragging(paths);
  const box = await on.boundingBox();
  if (box === null) throw new Error('Nothing to drop on.');
  const session = await context.newCDPSession(page);
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, x, y, data });
  await session.detach();
}

export const addressField = (page: Page): Locator =>
  page.getByRole('textbox', { name: 'Address of a device' });

/** Dials an address; the device is listed from then on. */
export async function connect(
  { page }: UiDevice,
  { name, address }: Pick<UiDevice, 'name' | 'address'>,
): Promise<void> {
  await addressField(page).fill(address);
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await page.getByRole('listitem').filter({ hasText: name }).waitFor();
}

/** Dials a device unless it is listed already, and leaves the window as if just opened. */
export async function acquaint(from: UiDevice, to: UiDevice): Promise<void> {
  if ((await from.page.getByRole('listitem').filter({ hasText: to.name }).count()) > 0) return;
  await connect(from, to);
  await freshen(from);
}

/** Drops files on an address; the draft shows them. */
export async function dropOnAddress(
  from: UiDevice,
  to: Pick<UiDevice, 'address'>,
  paths: readonly string[],
): Promise<Locator> {
  await show(from, 'devices');
  await addressField(from.page).fill(to.address);
  await drop(from, addressField(from.page), paths);
  const draft = draftOf(from.page);
  await draft.waitFor();
  return draft;
}

/** The sheet that shows what is about to be sent. */
export const draftOf = (page: Page): Locator => page.getByRole('dialog', { name: /^Send/u });

/** Names in the draft, as they stand there. */
export const draftNames = (draft: Locator): Locator => draft.locator('.send-item-name .name');

export const draftTotal = (draft: Locator): Locator => draft.locator('.send-total');

/** Presses Send, which waits until everything is counted, and waits until the draft is gone. */
export async function sendDraft(draft: Locator): Promise<void> {
  await draft.getByRole('button', { name: 'Send', exact: true }).click();
  await draft.waitFor({ state: 'detached' });
}

/** By drops on its address: from the page of one device to another. */
export async function offer(
  from: UiDevice,
  to: Pick<UiDevice, 'address'>,
  paths: readonly string[],
): Promise<void> {
  await sendDraft(await dropOnAddress(from, to, paths));
}

/** Files of the engine's machine, which need no page. */
export async function offerFromMachine(
  from: Pick<UiDevice, 'page' | 'hands'>,
  to: Pick<UiDevice, 'address'>,
  path: string,
): Promise<void> {
  const { hands, page } = from;
  await show(from, 'devices');
  await addressField(page).fill(to.address);
  await hands.chooseOfMachine(path);
  await sendDraft(draftOf(page));
}

/** The offer in front, of anybody or of this alias. */
export const offerOf = (page: Page, alias = ''): Locator =>
  page.getByRole('dialog', { name: new RegExp(`${alias} wants to send you something`, 'u') });

export async function accept({ page }: UiDevice): Promise<void> {
  const front = offerOf(page);
  await front.getByRole('button', { name: /^Accept/u }).click();
  await front.waitFor({ state: 'detached' });
}

/** The row of a transfer, by the name of what it carries; the view has to be shown. */
export const transferOf = (page: Page, title: string): Locator =>
  page.locator('.transfers-row').filter({ has: page.getByRole('button', { name: `Details of ${title}` }) });

/** Waits until the row of a transfer says this. */
export async function transferSays(
  device: UiDevice,
  title: string,
  words: string | RegExp,
  withinMs = soonMs,
): Promise<Locator> {
  if (!device.page.url().includes('#/transfers')) await show(device, 'transfers');
  const row = transferOf(device.page, title).filter({ hasText: words }).first();
  await row.waitFor({ timeout: withinMs });
  return row;
}

/** Types a setting of "This device" and waits until the engine has it. */
export async function setting(device: UiDevice, label: string, value: string): Promise<void> {
  await show(device, 'settings');
  const field = device.page.getByRole('textbox', { name: label });
  await field.fill(value);
  await field.press('Enter');
  await field.and(device.page.locator(`[value="${value}"]`)).waitFor();
}
