// Texts: a link or a note goes to another window, where it is copied with one click.

import { expect } from '@playwright/test';

import { acquaint, addressField, draftOf, sendDraft, show } from './support/moves.ts';
import type { UiDevice } from './support/window.ts';
import { test } from './support/fixtures.ts';

test.describe('a text', () => {
  test.beforeEach(({ pair: { kitchen, attic } }) => acquaint(kitchen, attic));

  const clipboard = ({ page }: UiDevice): Promise<string> =>
    page.evaluate(() => navigator.clipboard.readText());

  test('that is a link can be copied, opened and dismissed where it arrives', async ({
    pair: { kitchen, attic },
  }) => {
    const link = 'https://example.org/a?b=c#d';
    const { page } = kitchen;
    await addressField(page).fill(attic.address);
    await page.getByRole('button', { name: 'Send a text…' }).click();
    await draftOf(page).getByRole('textbox', { name: 'A note or a link' }).fill(link);
    await sendDraft(draftOf(page));
    await expect(page.getByText(`Text sent to ${attic.address}.`)).toBeVisible();
    const note = attic.page.getByRole('listitem', { name: 'Text from kitchen' });
    await expect(note.getByText(link)).toBeVisible();
    await expect(note.getByRole('link', { name: 'Open link' })).toHaveAttribute('href', link);
    await note.getByRole('button', { name: 'Copy' }).click();
    await expect(attic.page.getByText('Copied')).toBeVisible();
    expect(await clipboard(attic)).toBe(link);
    await note.getByRole('button', { name: 'Dismiss' }).click();
    await expect(note).not.toBeAttached();
    await attic.page.reload();
    await expect(attic.page.locator('.app')).toBeVisible();
    await expect(note).toHaveCount(0);
  });

  test('of several lines is copied as it was typed, and survives a reload until it is dismissed', async ({
    pair: { kitchen, attic },
  }) => {
    const written = 'Dear all,\n\n\tbring  bread & 面包 <b>.\n';
    await kitchen.page.getByRole('button', { name: 'Send a text to attic' }).click();
    await draftOf(kitchen.page).getByRole('textbox', { name: 'A note or a link' }).fill(written);
    await kitchen.page.keyboard.press('ControlOrMeta+Enter');
    const note = attic.page.getByRole('listitem', { name: 'Text from kitchen' });
    await expect(note).toBeVisible();
    await attic.page.reload();
    await expect(note.getByRole('link')).toHaveCount(0);
    await note.getByRole('button', { name: 'Copy' }).click();
    await expect(attic.page.getByText('Copied')).toBeVisible();
    expect(await clipboard(attic)).toBe(written);
    await note.getByRole('button', { name: 'Dismiss' }).click();
    await expect(note).not.toBeAttached();
  });

  test('that is pasted where nobody types leads into the draft', async ({ pair: { kitchen, attic } }) => {
    const { page } = kitchen;
    await page.evaluate(() => navigator.clipboard.writeText('pasted words'));
    await page.locator('main').focus();
    await page.keyboard.press('ControlOrMeta+v');
    const field = draftOf(page).getByRole('textbox', { name: 'A note or a link' });
    await expect(field).toHaveValue('pasted words');
    await draftOf(page).getByRole('radio', { name: /attic/u }).check();
    await sendDraft(draftOf(page));
    const note = attic.page.getByRole('listitem', { name: 'Text from kitchen' });
    await expect(note.getByText('pasted words')).toBeVisible();
    await show(attic, 'transfers');
    await show(attic, 'devices');
    await note.getByRole('button', { name: 'Dismiss' }).click();
    await expect(note).not.toBeAttached();
  });
});
