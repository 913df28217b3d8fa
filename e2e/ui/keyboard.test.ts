// By keyboard alone: from the first key to files on the other disk, and the focus is always somewhere.

import { join } from 'node:path';

import type { Page } from 'playwright-core';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { expectSameContent, landedPaths, makeTree } from '../support/trees.ts';
import { useWorld } from '../support/world.ts';
import { draftOf, freshen, offer, offerOf, pickerOf, transferSays } from './support/moves.ts';
import { type UiDevice, useBrowser } from './support/window.ts';

const world = useWorld('file');
const browsers = useBrowser('people can do everything by keyboard');

describe.skipIf(!browsers.need.available)('by keyboard', () => {
  let kitchen: UiDevice;
  let attic: UiDevice;

  beforeAll(async () => {
    [kitchen, attic] = await Promise.all([browsers.open(world, 'kitchen'), browsers.open(world, 'attic')]);
  });
  beforeEach(() => freshen(kitchen, attic));

  it('a folder is chosen, sent, accepted and watched', async () => {
    const source = makeTree(world.folder('source-keys'), { 'bag/a.txt': 'a', 'bag/b/c.txt': 'bc' });
    const { page } = kitchen;
    const { keyboard } = page;

    // The address, then along the line to the files of the machine.
    await keyboard.press('/');
    await keyboard.type(attic.address);
    await tabTo(page, 'From the machine that runs Hexdrop…');
    await keyboard.press('Enter');

    const picker = pickerOf(page);
    await picker.waitFor();
    await tabTo(page, 'Type a path', { back: true });
    await keyboard.press('Enter');
    await keyboard.press('ControlOrMeta+a');
    await keyboard.type(source);
    await keyboard.press('Enter');
    await picker
      .getByRole('gridcell', { name: /bag/u })
      .or(picker.getByText('bag', { exact: true }))
      .first()
      .waitFor();
    await focusIn(page, '[role=grid], [role=listbox], .file-table');
    // The beginning of a name goes there.
    await keyboard.type('ba');
    await picker.getByText('1 selected').waitFor();
    await tabTo(page, 'Choose');
    await keyboard.press('Enter');

    const draft = draftOf(page);
    await draft.getByText('2 files, 3 B').waitFor();
    await picker.waitFor({ state: 'detached' });
    expect(await focused(page)).not.toBe('body');
    // Its heading has the focus, and the same name as its last button.
    await tabTo(page, 'Cancel');
    await tabTo(page, 'Send');
    await keyboard.press('Enter');
    await draft.waitFor({ state: 'detached' });
    expect(await focused(page)).not.toBe('body');

    const front = offerOf(attic.page);
    await front.getByText('2 files, 3 B').waitFor();
    // Out of the tree with one key, into it with another.
    await tabTo(attic.page, 'Take bag');
    await attic.page.keyboard.press('ArrowDown');
    await waitFocused(attic.page, 'Take bag/a.txt');
    await attic.page.keyboard.press('Space');
    await front.getByText('1 file, 2 B of 2 files, 3 B').waitFor();
    await attic.page.keyboard.press('Space');
    await tabTo(attic.page, 'Accept');
    await attic.page.keyboard.press('Enter');
    await front.waitFor({ state: 'detached' });
    expect(await focused(attic.page)).not.toBe('body');

    await attic.page.keyboard.press('2');
    await transferSays(attic, 'bag', 'Done');
    await expectSameContent(source, attic.downloads);

    await tabTo(attic.page, 'Details of bag');
    await attic.page.keyboard.press('Enter');
    await attic.page.getByRole('dialog', { name: 'bag' }).waitFor();
    await attic.page.keyboard.press('Escape');
    await waitFocused(attic.page, 'Details of bag');
    await attic.page.keyboard.press('Delete');
    await attic.page.getByRole('heading', { name: 'Nothing has moved yet' }).waitFor();
    expect(await focused(attic.page)).not.toBe('body');
  });

  it('an offer is put off with Esc, found again and declined', async () => {
    const source = makeTree(world.folder('source-later'), { 'later.txt': 'x' });
    await offer(kitchen, attic, [join(source, 'later.txt')]);
    const { page } = attic;
    const front = offerOf(page);
    await front.waitFor();
    await page.keyboard.press('Escape');
    await front.waitFor({ state: 'detached' });
    expect(await focused(page)).not.toBe('body');
    await tabTo(page, 'Show');
    await page.keyboard.press('Enter');
    await front.waitFor();
    await tabTo(page, 'Decline');
    await page.keyboard.press('Enter');
    await front.waitFor({ state: 'detached' });
    expect(await focused(page)).not.toBe('body');
    await transferSays(kitchen, 'later.txt', 'Declined');
    expect(landedPaths(attic.downloads)).toEqual([]);
  });

  it('a note is sent with Ctrl and Enter, and copied', async () => {
    const { page } = kitchen;
    await page.keyboard.press('/');
    await page.keyboard.type(attic.address);
    await tabTo(page, 'Send a text…');
    await page.keyboard.press('Enter');
    await waitFocused(page, 'A note or a link');
    await page.keyboard.type('by hand');
    await page.keyboard.press('ControlOrMeta+Enter');
    await draftOf(page).waitFor({ state: 'detached' });
    expect(await focused(page)).not.toBe('body');
    await attic.page.getByText('by hand').waitFor();
    await tabTo(attic.page, 'Copy');
    await attic.page.keyboard.press('Enter');
    await attic.page.getByText('Copied').waitFor();
    expect(await attic.page.evaluate(() => navigator.clipboard.readText())).toBe('by hand');
    await tabTo(attic.page, 'Dismiss', { back: true });
    await attic.page.keyboard.press('Enter');
    await attic.page.getByText('by hand').waitFor({ state: 'detached' });
    await expect.poll(() => focused(attic.page)).not.toBe('body');
  });

  it('views are reached by their numbers, and the list of keys says so', async () => {
    const { page } = kitchen;
    for (const [key, title] of [
      ['2', 'Transfers'],
      ['3', 'Shares'],
      ['5', 'This device'],
      ['1', 'Devices'],
    ] as const) {
      await page.keyboard.press(key);
      await page.getByRole('heading', { level: 1, name: title }).waitFor();
    }
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });
});

/** What has the focus: its accessible name, or `body` when nothing has. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const at = document.activeElement;
    if (at === null || at === document.body) return 'body';
    const labelled = at.getAttribute('aria-labelledby');
    const field =
      at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement ? at.labels?.[0] : undefined;
    const labelling = field ?? (labelled === null ? undefined : document.getElementById(labelled)) ?? at;
    return (at.getAttribute('aria-label') ?? labelling.textContent).trim();
  });

async function waitFocused(page: Page, name: string): Promise<void> {
  await expect.poll(() => focused(page), { timeout: 5_000 }).toBe(name);
}

/** More than there are stops in any view. */
const mostStops = 60;

/** Presses Tab until something of this name has the focus. */
async function tabTo(page: Page, name: string, { back = false } = {}): Promise<void> {
  const passed: string[] = [];
  for (let stop = 0; stop < mostStops; stop += 1) {
    if ((await focused(page)) === name) return;
    await page.keyboard.press(back ? 'Shift+Tab' : 'Tab');
    passed.push(await focused(page));
  }
  throw new Error(`Tab does not reach "${name}". It passes: ${passed.join(' | ')}`);
}

async function focusIn(page: Page, selector: string): Promise<void> {
  await expect
    .poll(() => page.evaluate((css) => document.activeElement?.closest(css) !== null, selector), {
      timeout: 5_000,
    })
    .toBe(true);
}
