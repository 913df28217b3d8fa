// Texts: a link or a note goes to another window, where it is copied with one click.

import { beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { useWorld } from '../support/world.ts';
import { addressField, connect, draftOf, freshen, sendDraft, show } from './support/moves.ts';
import { type UiDevice, useBrowser } from './support/window.ts';

const world = useWorld('file');
const browsers = useBrowser('people can send texts from a window');

describe.skipIf(!browsers.need.available)('a text', () => {
  let kitchen: UiDevice;
  let attic: UiDevice;

  beforeAll(async () => {
    [kitchen, attic] = await Promise.all([browsers.open(world, 'kitchen'), browsers.open(world, 'attic')]);
    await connect(kitchen, attic);
  });
  beforeEach(() => freshen(kitchen, attic));

  const clipboard = ({ page }: UiDevice): Promise<string> =>
    page.evaluate(() => navigator.clipboard.readText());

  it('that is a link can be copied, opened and dismissed where it arrives', async () => {
    const link = 'https://example.org/a?b=c#d';
    const { page } = kitchen;
    await addressField(page).fill(attic.address);
    await page.getByRole('button', { name: 'Send a text…' }).click();
    await draftOf(page).getByRole('textbox', { name: 'A note or a link' }).fill(link);
    await sendDraft(draftOf(page));
    await page.getByText(`Text sent to ${attic.address}.`).waitFor();
    const note = attic.page.getByRole('listitem', { name: 'Text from kitchen' });
    await note.getByText(link).waitFor();
    expect(await note.getByRole('link', { name: 'Open link' }).getAttribute('href')).toBe(link);
    await note.getByRole('button', { name: 'Copy' }).click();
    await attic.page.getByText('Copied').waitFor();
    expect(await clipboard(attic)).toBe(link);
    await note.getByRole('button', { name: 'Dismiss' }).click();
    await note.waitFor({ state: 'detached' });
    await attic.page.reload();
    await attic.page.locator('.app').waitFor();
    expect(await note.count()).toBe(0);
  });

  it('of several lines is copied as it was typed, and survives a reload until it is dismissed', async () => {
    const written = 'Dear all,\n\n\tbring  bread & 面包 <b>.\n';
    await kitchen.page.getByRole('button', { name: 'Send a text to attic' }).click();
    await draftOf(kitchen.page).getByRole('textbox', { name: 'A note or a link' }).fill(written);
    await kitchen.page.keyboard.press('ControlOrMeta+Enter');
    const note = attic.page.getByRole('listitem', { name: 'Text from kitchen' });
    await note.waitFor();
    await attic.page.reload();
    expect(await note.getByRole('link').count()).toBe(0);
    await note.getByRole('button', { name: 'Copy' }).click();
    await attic.page.getByText('Copied').waitFor();
    expect(await clipboard(attic)).toBe(written);
    await note.getByRole('button', { name: 'Dismiss' }).click();
    await note.waitFor({ state: 'detached' });
  });

  it('that is pasted where nobody types leads into the draft', async () => {
    const { page } = kitchen;
    await page.evaluate(() => navigator.clipboard.writeText('pasted words'));
    await page.locator('main').focus();
    await page.keyboard.press('ControlOrMeta+v');
    const field = draftOf(page).getByRole('textbox', { name: 'A note or a link' });
    expect(await field.inputValue()).toBe('pasted words');
    await draftOf(page).getByRole('radio', { name: /attic/u }).check();
    await sendDraft(draftOf(page));
    const note = attic.page.getByRole('listitem', { name: 'Text from kitchen' });
    await note.getByText('pasted words').waitFor();
    await show(attic, 'transfers');
    await show(attic, 'devices');
    await note.getByRole('button', { name: 'Dismiss' }).click();
    await note.waitFor({ state: 'detached' });
  });
});
