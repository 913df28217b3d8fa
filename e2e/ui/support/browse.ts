/** What hands do with the shares of another device, and with their own. */

import type { Locator, Page } from '@playwright/test';

import { addressField, show } from './moves.ts';
import type { UiDevice } from './window.ts';

/** By typing its address on the Devices view. */
export async function browse(visitor: UiDevice, host: Pick<UiDevice, 'address'>): Promise<void> {
  await show(visitor, 'devices');
  await addressField(visitor.page).fill(host.address);
  await visitor.page.getByRole('button', { name: 'Browse shares', exact: true }).click();
  await grid(visitor.page).waitFor();
}

export const grid = (page: Page): Locator => page.getByRole('grid', { name: 'Content of the folder' });

/** The row of a file or folder, by the beginning of its name. */
export const entry = (page: Page, name: string): Locator =>
  grid(page)
    .getByRole('row')
    .filter({ has: page.locator('.file-name .name', { hasText: new RegExp(`^${name}`, 'u') }) });

export async function openFolder(page: Page, name: string): Promise<void> {
  await entry(page, name).dblclick();
  await page.locator('.breadcrumbs [aria-current=page]').getByText(name).waitFor();
}

/** The row of a shared folder in the Shares view. */
export const shareRow = ({ page }: UiDevice, name: string): Locator =>
  page.locator('.shares-row').filter({ has: page.locator('.shares-name', { hasText: name }) });

/** Switches of a share are set by hand; the view has to be shown. */
export async function setOptions(
  device: UiDevice,
  name: string,
  { writable = false, pin }: { readonly writable?: boolean; readonly pin?: string },
): Promise<void> {
  await shareRow(device, name).getByRole('button', { name: 'Options' }).click();
  const dialog = device.page.getByRole('dialog', { name: 'How it is shared' });
  if (writable) await dialog.getByRole('switch', { name: 'Others may upload into it' }).click();
  if (pin !== undefined) {
    await dialog.getByRole('switch', { name: 'Ask for a PIN' }).click();
    await dialog.getByRole('textbox', { name: 'PIN' }).fill(pin);
  }
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
}
