// By keyboard alone: from the first key to files on the other disk, and the focus is always somewhere.

import { join } from 'node:path';

import type { Page } from '@playwright/test';
import { expect } from '@playwright/test';

import { expectSameContent, landedPaths, makeTree } from '../support/trees.ts';
import { draftOf, offer, offerOf, transferSays } from './support/moves.ts';
import { test } from './support/fixtures.ts';
import { pickerOf } from './support/window.ts';

test.describe('by keyboard', { tag: '@browser' }, () => {
  test('a folder is chosen, sent, accepted and watched', async ({ pair: { world, kitchen, attic } }) => {
    const source = makeTree(world.folder('source-keys'), { 'bag/a.txt': 'a', 'bag/b/c.txt': 'bc' });
    const { page } = kitchen;
    const { keyboard } = page;

    // The address, then along the line to the files of the machine.
    await keyboard.press('/');
    await keyboard.type(attic.address);
    await tabTo(page, 'From the machine that runs Hexdrop…');
    await keyboard.press('Enter');

    const picker = pickerOf(page);
    await expect(picker).toBeVisible();
    await tabTo(page, 'Type a path', { back: true });
    await keyboard.press('Enter');
    await keyboard.press('ControlOrMeta+a');
    await keyboard.type(source);
    await keyboard.press('Enter');
    await expect(
      picker
        .getByRole('gridcell', { name: /bag/u })
        .or(picker.getByText('bag', { exact: true }))
        .first(),
    ).toBeVisible();
    await focusIn(page, '[role=grid], [role=listbox], .file-table');
    // The beginning of a name goes there.
    await keyboard.type('ba');
    await expect(picker.getByText('1 selected')).toBeVisible();
    await tabTo(page, 'Choose');
    await keyboard.press('Enter');

    const draft = draftOf(page);
    await expect(draft.getByText('2 files, 3 B')).toBeVisible();
    await expect(picker).not.toBeAttached();
    expect(await focused(page)).not.toBe('body');
    // Its heading has the focus, and the same name as its last button.
    await tabTo(page, 'Cancel');
    await tabTo(page, 'Send');
    await keyboard.press('Enter');
    await expect(draft).not.toBeAttached();
    expect(await focused(page)).not.toBe('body');

    const front = offerOf(attic.page);
    await expect(front.getByText('2 files, 3 B')).toBeVisible();
    // Out of the tree with one key, into it with another.
    await tabTo(attic.page, 'Take bag');
    await attic.page.keyboard.press('ArrowDown');
    await waitFocused(attic.page, 'Take bag/a.txt');
    await attic.page.keyboard.press('Space');
    await expect(front.getByText('1 file, 2 B of 2 files, 3 B')).toBeVisible();
    await attic.page.keyboard.press('Space');
    await tabTo(attic.page, 'Accept');
    await attic.page.keyboard.press('Enter');
    await expect(front).not.toBeAttached();
    expect(await focused(attic.page)).not.toBe('body');

    await attic.page.keyboard.press('2');
    await transferSays(attic, 'bag', 'Done');
    await expectSameContent(source, attic.downloads);

    await tabTo(attic.page, 'Details of bag');
    await attic.page.keyboard.press('Enter');
    await expect(attic.page.getByRole('dialog', { name: 'bag' })).toBeVisible();
    await attic.page.keyboard.press('Escape');
    await waitFocused(attic.page, 'Details of bag');
    await attic.page.keyboard.press('Delete');
    await expect(attic.page.getByRole('heading', { name: 'Nothing has moved yet' })).toBeVisible();
    expect(await focused(attic.page)).not.toBe('body');
  });

  test('an offer is put off with Esc, found again and declined', async ({
    pair: { world, kitchen, attic },
  }) => {
    const source = makeTree(world.folder('source-later'), { 'later.txt': 'x' });
    await offer(kitchen, attic, [join(source, 'later.txt')]);
    const { page } = attic;
    const front = offerOf(page);
    await expect(front).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(front).not.toBeAttached();
    expect(await focused(page)).not.toBe('body');
    await tabTo(page, 'Show');
    await page.keyboard.press('Enter');
    await expect(front).toBeVisible();
    await tabTo(page, 'Decline');
    await page.keyboard.press('Enter');
    await expect(front).not.toBeAttached();
    expect(await focused(page)).not.toBe('body');
    await transferSays(kitchen, 'later.txt', 'Declined');
    expect(landedPaths(attic.downloads)).toEqual([]);
  });

  test('a note is sent with Ctrl and Enter, and copied', async ({ pair: { kitchen, attic } }) => {
    const { page } = kitchen;
    await page.keyboard.press('/');
    await page.keyboard.type(attic.address);
    await tabTo(page, 'Send a text…');
    await page.keyboard.press('Enter');
    await waitFocused(page, 'A note or a link');
    await page.keyboard.type('by hand');
    await page.keyboard.press('ControlOrMeta+Enter');
    await expect(draftOf(page)).not.toBeAttached();
    expect(await focused(page)).not.toBe('body');
    await expect(attic.page.getByText('by hand')).toBeVisible();
    await tabTo(attic.page, 'Copy');
    await attic.page.keyboard.press('Enter');
    await expect(attic.page.getByText('Copied')).toBeVisible();
    expect(await attic.page.evaluate(() => navigator.clipboard.readText())).toBe('by hand');
    await tabTo(attic.page, 'Dismiss', { back: true });
    await attic.page.keyboard.press('Enter');
    await expect(attic.page.getByText('by hand')).not.toBeAttached();
    await expect.poll(() => focused(attic.page)).not.toBe('body');
  });

  test('views are reached by their numbers, and the list of keys says so', async ({ pair: { kitchen } }) => {
    const { page } = kitchen;
    for (const [key, title] of [
      ['2', 'Transfers'],
      ['3', 'Shares'],
      ['5', 'Learn'],
      ['6', 'This device'],
      ['1', 'Devices'],
    ] as const) {
      await page.keyboard.press(key);
      await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible();
    }
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).not.toBeAttached();
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
