// The Inspector view over the wire of real devices: live, filtered, down to the byte, by chunk and by request, saved and
// opened again.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { headerBytes } from '../../shared/protocol/limits.ts';
import { needs } from '../support/needs.ts';
import { expectExit, type Program } from '../support/program.ts';
import { makeTree } from '../support/trees.ts';
import { useWorld } from '../support/world.ts';
import { openTshark } from '../wireshark/tshark.ts';
import { browse, entry } from './support/browse.ts';
import {
  atCursor,
  chosenField,
  chosenRow,
  clickByte,
  dumpRow,
  exportShown,
  field,
  figureNow,
  filter,
  filterField,
  frameList,
  goOn,
  inspect,
  load,
  pause,
  rowOf,
  rowsSeen,
  type SeenRow,
  shownIs,
  tab,
} from './support/inspector.ts';
import { accept, offerOf, show } from './support/moves.ts';
import { type UiDevice, useBrowser } from './support/window.ts';

const world = useWorld('file');
const browsers = useBrowser('people can see the wire in the window');
const tsharkNeed = needs('tshark', 'Wireshark reads what the window saves');
const tshark = tsharkNeed.available ? openTshark(tsharkNeed.path) : undefined;
afterAll(() => tshark?.close());

describe.skipIf(!browsers.need.available)('the inspector', () => {
  let attic: UiDevice;
  /** Sent by "pen" before each test looks. */
  let source: string;

  const send = (alias: string, paths: readonly string[], ...args: readonly string[]): Program =>
    world
      .device(alias)
      .start(['send', ...paths, '--to', attic.address, '--alias', alias, '--retry', '0', ...args]);

  /** Sends and accepts, to the end. */
  const move = async (alias: string, ...paths: readonly string[]): Promise<void> => {
    const sender = send(alias, paths);
    await accept(attic);
    expectExit(await sender.end(), 0);
  };

  beforeAll(async () => {
    attic = await browsers.open(world, 'attic');
    source = makeTree(join(world.path, 'source'), {
      'letter.txt': 'Dear reader, every byte of this is on the wire.\n',
      'note.txt': 'Buy ink.\n',
      'photo.bin': Uint8Array.from({ length: 300_000 }, (_none, at) => (at * 31) % 251),
    });
    await move('pen', join(source, 'letter.txt'), join(source, 'photo.bin'));
    await move('ink', join(source, 'note.txt'));
  });
  beforeEach(() => inspect(attic));

  it('shows the frames of a transfer while it runs, and keeps to the end until a row is chosen', async () => {
    const { page } = attic;
    const film = join(world.path, 'film.bin');
    writeFileSync(film, Buffer.alloc(4 << 20, 'film'));
    const sender = send('brush', [film], '--limit', '2M');
    // Nobody has answered yet.
    await offerOf(page, 'brush').waitFor();
    await rowOf(page, 'HELLO', 'brush').first().waitFor();
    await rowOf(page, 'OFFER', 'brush').waitFor();
    expect(await rowOf(page, 'ACCEPT', 'brush').count()).toBe(0);
    await accept(attic);

    await rowOf(page, 'DATA', 'brush').first().waitFor();
    expect(sender.isOver).toBe(false);
    await pause(page).waitFor();
    await rowOf(page, 'DATA', 'brush').first().click();
    await goOn(page).waitFor();
    const [top] = await rowsSeen(page);
    const captured = await figureNow(page, 'captured');
    expectExit(await sender.end(), 0);
    await page.waitForFunction(
      (before) =>
        Number(document.querySelector('.inspector-figure b')?.textContent?.replaceAll(/\D/gu, '')) > before,
      captured,
    );
    expect((await rowsSeen(page))[0]).toEqual(top);

    await goOn(page).click();
    await rowOf(page, 'BYE', 'brush').first().waitFor();
  });

  it('narrows the list by a filter, and keeps the last good one while the text is wrong', async () => {
    const { page } = attic;
    await filter(page, 'type == OFFER && peer == pen');
    await shownIs(page, 1);
    expect((await rowsSeen(page)).map(({ type, direction }) => [type, direction])).toEqual([['OFFER', '←']]);

    await filter(page, 'type == OFFFER');
    await page.getByText('This field does not have that value.').waitFor();
    await page.getByText('The filter from before still holds.').waitFor();
    expect(await page.locator('.inspector-filter-under u').innerText()).toBe('OFFFER');
    expect(await filterField(page).getAttribute('aria-invalid')).toBe('true');
    expect(await figureNow(page, 'shown')).toBe(1);

    // Half a word brings suggestions; the first is taken by Tab.
    await filterField(page).fill('type == HEL');
    await page.getByRole('option', { name: 'HELLO' }).waitFor();
    await filterField(page).press('Tab');
    expect(await filterField(page).inputValue()).toBe('type == HELLO ');
    await rowOf(page, 'HELLO', 'pen').first().waitFor();
    expect(new Set((await rowsSeen(page)).map(({ type }) => type))).toEqual(new Set(['HELLO']));
  });

  it('leads from a field to its bytes and from a byte to its field; the header is the first row', async () => {
    const { page } = attic;
    await filter(page, 'type == OFFER && peer == pen');
    await rowOf(page, 'OFFER', 'pen').click();
    await dumpRow(page, 0).getByText(/^48 58 44 31/u).waitFor();
    expect(await dumpRow(page, 0).locator('.inspector-hex-digits').innerText()).toMatch(
      /^(?:[\da-f]{2}\s*){16}$/u,
    );

    await field(page, 'length').click();
    await atCursor(page).filter({ hasText: 'Offset 4 (0x4), 4 bytes' }).waitFor();
    // Over the digits and over the text of the first row, nowhere else.
    expect(await page.locator('.inspector-box-cursor').count()).toBe(2);
    expect(await dumpRow(page, 0).locator('.inspector-box-cursor').count()).toBe(2);

    await clickByte(page, 0);
    await isChosenField(page, 'magic');
    await clickByte(page, 9);
    await isChosenField(page, 'flags');
    await atCursor(page).filter({ hasText: 'Offset 9 (0x9), 1 byte' }).waitFor();
    // A field deep inside, first by its value in the tree, then by a byte of it.
    await field(page, 'bytes').click();
    const [, at = ''] = /Offset (\d+)/u.exec(await atCursor(page).innerText()) ?? [];
    await clickByte(page, 0);
    await isChosenField(page, 'magic');
    await clickByte(page, Number(at));
    await isChosenField(page, 'bytes');
  });

  it('answers how long the offer waited for its ACCEPT, and leads there', async () => {
    const { page } = attic;
    await filter(page, 'peer == pen');
    await frameList(page).press('Home');
    await rowOf(page, 'OFFER', 'pen').click();
    await tab(page, 'Request').click();
    const wait = page.getByRole('button', { name: 'OFFER waited for ACCEPT' });
    expect(await wait.innerText()).toMatch(/\d (?:ms|s)$/u);
    expect(
      await page.getByRole('list', { name: 'Steps' }).locator('.inspector-rung > b, .inspector-rung > .data').allInnerTexts(),
    ).toEqual(['OFFER', 'MANIFEST', 'ACCEPT', 'WANT', 'PACK', 'DATA', 'END', 'FINISH', 'ACK', 'DONE']);
    await wait.click();
    expect(await chosenRow(page).locator('.inspector-type').innerText()).toBe('ACCEPT');
  });

  it('shows which chunks brought a frame, and what a chunk held', async () => {
    const { page } = attic;
    await filter(page, 'peer == pen && type == DATA && len > 100k');
    await frameList(page).press('Home');
    await tab(page, 'Chunks').click();
    await page.getByRole('heading', { name: /^Frame \d+ came in \d+ chunks/u }).waitFor();
    const [data] = await rowsSeen(page);
    const shares = page.locator('.inspector-shares tbody tr');
    const bytes = (await shares.locator('td:last-child').allInnerTexts()).map(numberIn);
    expect(bytes.length).toBeGreaterThan(1);
    expect(bytes.reduce((sum, each) => sum + each, 0)).toBe(numberIn(data?.length ?? '') + headerBytes);

    await shares.first().locator('td:first-child button').click();
    await page.getByRole('heading', { name: /^Chunk \d+ held bytes of \d+ frame/u }).waitFor();
    expect(await shares.count()).toBeGreaterThan(0);
    await shares.last().getByRole('button', { name: 'DATA' }).click();
    await page.getByRole('heading', { name: `Frame ${data?.number} came in` }).waitFor();
  });

  it('tells the digest of a file by a click on its END', async () => {
    const { page } = attic;
    await filter(page, 'type == END && peer == pen');
    await rowOf(page, 'END', 'pen').click();
    const digest = await field(page, 'digest').locator('.inspector-field-value').innerText();
    expect(digest).toMatch(/^[\da-f]{64}$/u);
    const dump = await Promise.all([2, 3].map((row) => dumpRow(page, row).locator('.inspector-hex-digits').innerText()));
    expect(dump.join('').replaceAll(/\s/gu, '')).toBe(digest);
  });

  it('shows only the frames of a transfer that somebody came from', async () => {
    const { page } = attic;
    await show(attic, 'transfers');
    await page.getByRole('button', { name: 'Details of note.txt' }).click();
    await page.getByRole('dialog', { name: 'note.txt' }).getByRole('button', { name: 'Show its frames' }).click();
    await page.getByRole('button', { name: /^One transfer/u }).waitFor();
    await rowOf(page, 'DONE', 'ink').waitFor();
    const rows = await rowsSeen(page);
    expect(rows.filter(({ connection }) => !connection.endsWith(' ink'))).toEqual([]);
    expect(rows.map(({ type }) => type)).toContain('OFFER');
    expect(await figureNow(page, 'shown')).toBe(rows.length);

    await page.getByRole('button', { name: /^One transfer/u }).click();
    await rowOf(page, 'LISTEN').or(rowOf(page, 'HELLO', 'pen')).first().waitFor();
    expect(page.url()).not.toContain('transfer=');
  });

  it('opens what it saved as a second capture that shows the same frames', async () => {
    const { page } = attic;
    await filter(page, 'peer == pen && kind == frame');
    await frameList(page).press('Home');
    await rowOf(page, 'HELLO', 'pen').waitFor();
    await expect.poll(async () => (await rowsSeen(page)).every(({ summary }) => summary !== '')).toBe(true);
    const saved = (await rowsSeen(page)).map(asFrame);
    const path = await exportShown(attic);
    await load(attic, path);
    await page.getByRole('radiogroup', { name: 'Captures' }).getByRole('radio').nth(1).and(page.locator('[aria-checked=true]')).waitFor();
    console.log(await rowsSeen(page), await page.locator('.inspector-meter').innerText());
    await filter(page, 'kind == frame');
    await frameList(page).press('Home');
    await expect.poll(async () => (await rowsSeen(page)).map(asFrame)).toEqual(saved);

    await page.getByRole('radio', { name: 'Live' }).click();
    await filter(page, 'peer == pen && kind == frame');
    await rowOf(page, 'BYE', 'pen').waitFor();
    await page.getByRole('button', { name: /^Close / }).click();
    await page.getByRole('radiogroup', { name: 'Captures' }).waitFor({ state: 'detached' });
  });

  it.skipIf(tshark === undefined)('saves the shown frames so that Wireshark reads the same', async () => {
    const { page } = attic;
    await filter(page, 'peer == pen && (type == HELLO || type == OFFER || type == ACCEPT || type == DONE)');
    await shownIs(page, 4);
    const types = (await rowsSeen(page)).map(({ type }) => type);
    expect(types).toEqual(['HELLO', 'OFFER', 'ACCEPT', 'DONE']);
    const capture = readFileSync(await exportShown(attic));
    const read = tshark?.run(capture, '-T', 'fields', '-e', 'hexdrop.type', '-E', 'occurrence=a');
    console.log(read);
    expect(read?.split(/[\s,]+/u).filter((word) => word !== '')).toEqual(types);
  });

  it('never shows a PIN', async () => {
    const { page } = attic;
    const pin = '82917364';
    const pinFile = join(world.path, 'pin');
    writeFileSync(pinFile, `${pin}\n`);
    const host = await world.device('vault').share(source, '--alias', 'vault', '--pin-file', pinFile);
    await browse(attic, host);
    await entry(page, 'source').dblclick();
    await page.getByLabel('PIN').fill(pin);
    await page.getByLabel('PIN').press('Enter');
    await entry(page, 'letter.txt').waitFor();

    await show(attic, 'inspector');
    await filter(page, `peer == vault && text contains "pin"`);
    console.log(await rowsSeen(page), await page.locator('.inspector-fault').allInnerTexts());
    await filter(page, `peer == vault`);
    await frameList(page).press('Home');
    console.log(await rowsSeen(page), await page.locator('.inspector-fault').allInnerTexts());
  });

  it('is gone through by keyboard alone', async () => {
    const { page } = attic;
    const { keyboard } = page;
    await filter(page, 'peer == pen && kind == frame');
    await frameList(page).focus();
    await keyboard.press('Home');
    await chosenIs(page, 'HELLO');
    await keyboard.press('ArrowDown');
    await keyboard.press('ArrowDown');
    await chosenIs(page, 'OFFER');
    await keyboard.press('m');
    await chosenRow(page).and(page.locator('[data-marked]')).waitFor();
    await keyboard.press('.');
    await chosenIs(page, 'MANIFEST');
    await keyboard.press('.');
    await chosenIs(page, 'ACCEPT');
    await keyboard.press(',');
    await keyboard.press(',');
    await chosenIs(page, 'OFFER');
    await keyboard.press('End');
    await chosenIs(page, 'BYE');
    await keyboard.press('ArrowUp');
    await chosenIs(page, 'DONE');
    await goOn(page).waitFor();
    await page.getByRole('button', { name: 'Marked', exact: true }).focus();
    await keyboard.press('Enter');
    await shownIs(page, 1);
  });
});

const numberIn = (text: string): number => Number(text.replaceAll(/\D/gu, ''));

/** What two captures of one wire have in common: no numbers of records and connections. */
const asFrame = ({ direction, type, length, summary }: SeenRow) => ({ direction, type, length, summary });

const isChosenField = (page: Page, name: string): Promise<void> =>
  chosenField(page).filter({ hasText: new RegExp(`^${name}$`, 'u') }).waitFor();

const chosenIs = (page: Page, type: string): Promise<void> =>
  chosenRow(page).filter({ has: page.locator('.inspector-type', { hasText: new RegExp(`^${type}$`, 'u') }) }).waitFor();
