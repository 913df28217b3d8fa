/** What hands and eyes do in the Inspector view: read rows, choose frames, filter, save. */

import type { Locator, Page } from '@playwright/test';

import { show } from './moves.ts';
import type { UiDevice } from './window.ts';

/** A row of the list as it is read. */
export interface SeenRow {
  readonly number: string;
  readonly connection: string;
  readonly direction: string;
  readonly type: string;
  readonly length: string;
  readonly summary: string;
}

export const frameList = (page: Page): Locator => page.getByRole('grid', { name: 'Frames', exact: true });

/** Rows that are seen; they stand in the page in any order. */
const shownRows = (page: Page): Locator => page.locator('.inspector-layer .inspector-row:not([hidden])');

/** The rows in sight of one type (`LISTEN`, `OFFER`), of all connections or of those with this peer. */
export const rowOf = (page: Page, type: string, peer?: string): Locator => {
  const rows = shownRows(page).filter({
    has: page.locator('.inspector-type', { hasText: new RegExp(`^${type}$`, 'u') }),
  });
  return peer === undefined
    ? rows
    : rows.filter({ has: page.locator('.inspector-connection', { hasText: peer }) });
};

export const chosenRow = (page: Page): Locator =>
  frameList(page).locator('.inspector-row[aria-selected=true]');

/** What the rows in sight say, from the top. */
export const rowsSeen = (page: Page): Promise<readonly SeenRow[]> =>
  shownRows(page).evaluateAll((elements) =>
    elements
      .sort((one, other) => Number(one.ariaRowIndex) - Number(other.ariaRowIndex))
      .map((element) => {
        const of = (name: string): string => element.querySelector(`.inspector-${name}`)?.textContent ?? '';
        return {
          number: of('number'),
          connection: of('connection'),
          direction: of('direction'),
          type: of('type'),
          length: of('length'),
          summary: of('summary'),
        };
      }),
  );

export const filterField = (page: Page): Locator => page.getByRole('combobox', { name: 'Filter' });

/** Types a filter and closes the suggestions. */
export async function filter(page: Page, text: string): Promise<void> {
  await filterField(page).fill(text);
  await filterField(page).press('Enter');
}

/** The number before "captured", "shown" or "dropped". */
export const figure = (page: Page, name: string): Locator =>
  page.locator('.inspector-figure').filter({ hasText: name }).locator('b');

export const figureNow = async (page: Page, name: string): Promise<number> =>
  Number((await figure(page, name).innerText()).replaceAll(/\D/gu, ''));

/** There while so many rows are shown. */
export const shown = (page: Page, count: number): Locator =>
  page.locator('.inspector-figure').filter({ hasText: `${count} shown` });

/** There while the list keeps to the end. */
export const pause = (page: Page): Locator => page.getByRole('button', { name: 'Pause the list' });
/** There while it does not. */
export const goOn = (page: Page): Locator => page.getByRole('button', { name: 'Go on', exact: true });

export const field = (page: Page, name: string): Locator =>
  page
    .getByRole('treeitem')
    .filter({ has: page.locator('.inspector-field-name', { hasText: new RegExp(`^${name}$`, 'u') }) });

export const chosenField = (page: Page): Locator =>
  page.locator('[role=treeitem][aria-selected=true] .inspector-field-name');

/** A row of the dump that is in sight, counted from the top. */
export const dumpRow = (page: Page, row: number): Locator =>
  page.locator('.inspector-hex-row:not([hidden])').nth(row);

/** "Offset 4 (0x4), 1 byte": what the bytes at the cursor are read from. */
export const atCursor = (page: Page): Locator => page.locator('.inspector-values caption');

/** Presses the pointer on the first digit of a byte. */
export async function clickByte(page: Page, offset: number): Promise<void> {
  const digits = dumpRow(page, Math.floor(offset / 16)).locator('.inspector-hex-digits');
  const box = await digits.boundingBox();
  const text = (await digits.textContent()) ?? '';
  if (box === null || text === '') throw new Error('The dump shows no digits.');
  // Two digits and a space each, one more space in the middle; from the text itself, so that a change of it is noticed.
  const at = [...text.matchAll(/[\da-f]{2}/gu)][offset % 16]?.index;
  if (at === undefined) throw new Error(`The dump shows no byte ${offset}: ${text}`);
  await page.mouse.click(box.x + (box.width * (at + 1)) / text.length, box.y + box.height / 2);
}

export const tab = (page: Page, name: string): Locator => page.getByRole('tab', { name });

/** Saves what the filter shows through the dialog; answers with the path of the download. */
export async function exportShown({ page }: Pick<UiDevice, 'page'>): Promise<string> {
  await page.getByRole('button', { name: 'Capture', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Save as pcapng…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Save as pcapng' });
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('button', { name: 'Download', exact: true }).click(),
  ]);
  await dialog.waitFor({ state: 'detached' });
  return download.path();
}

/** Opens a capture of this computer as a further source. */
export const load = ({ page }: Pick<UiDevice, 'page'>, path: string): Promise<void> =>
  page.locator('input[type=file][accept*=pcapng]').setInputFiles(path);

/** The view as if just opened: no filter, nothing chosen, at the tail. */
export async function inspect(device: UiDevice): Promise<void> {
  await device.page.keyboard.press('Escape');
  await show(device, 'inspector');
  await device.page.reload();
  await frameList(device.page).waitFor();
}
