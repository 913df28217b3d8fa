// The Inspector view over the wire of real devices: live, filtered, down to the byte, by chunk and by request, saved and
// opened again.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Page } from '@playwright/test';
import { expect } from '@playwright/test';

import { headerBytes } from '../../shared/protocol/limits.ts';
import { needs } from '../support/needs.ts';
import { expectExit } from '../support/program.ts';
import type { Program } from '../support/program.ts';
import { Stage } from '../support/stage.ts';
import type { World } from '../support/stage.ts';
import { makeTree } from '../support/trees.ts';
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
  shown,
  tab,
} from './support/inspector.ts';
import { accept, offerOf, show } from './support/moves.ts';
import type { UiDevice } from './support/window.ts';
import { test } from './support/fixtures.ts';

const tsharkNeed = needs('tshark', 'Wireshark reads what the window saves');

/** A window that saw two senders. */
interface Scene {
  readonly world: World;
  readonly attic: UiDevice;
  /** Its letter and photo were sent by "pen", its note by "ink", before any test looks. */
  readonly source: string;
}

/** As a peer sends it from a command line. */
const send = (
  { world, attic }: Pick<Scene, 'world' | 'attic'>,
  alias: string,
  paths: readonly string[],
  ...args: readonly string[]
): Program =>
  world
    .device(alias)
    .start(['send', ...paths, '--to', attic.address, '--alias', alias, '--retry', '0', ...args]);

const prepare = async (world: World, attic: UiDevice): Promise<Scene> => {
  const source = makeTree(join(world.path, 'source'), {
    'letter.txt': 'Dear reader, every byte of this is on the wire.\n',
    'note.txt': 'Buy ink.\n',
    'photo.bin': Uint8Array.from({ length: 300_000 }, (_none, at) => (at * 31) % 251),
  });
  const scene = { world, attic, source };
  for (const [alias, ...names] of [
    ['pen', 'letter.txt', 'photo.bin'],
    ['ink', 'note.txt'],
  ] as const) {
    const sender = send(
      scene,
      alias,
      names.map((name) => join(source, name)),
    );
    await accept(attic);
    expectExit(await sender.end(), 0);
  }
  return scene;
};

test.describe('the inspector', () => {
  const stage = new Stage();
  let scene: Scene;

  test.beforeAll(async ({ shell, openIn }) => {
    test.skip(shell.lacking !== '', shell.lacking);
    stage.open();
    scene = await prepare(stage, await openIn(stage)('attic'));
  });
  test.beforeEach(() => inspect(scene.attic));
  test.afterAll(() => stage.close());

  test('shows the frames of a transfer while it runs, and keeps to the end until a row is chosen', async () => {
    const { page } = scene.attic;
    const film = join(stage.path, 'film.bin');
    writeFileSync(film, Buffer.alloc(6 << 20, 'film'));
    const sender = send(scene, 'brush', [film], '--limit', '500K');
    // Nobody has answered yet.
    await expect(offerOf(page, 'brush')).toBeVisible();
    await expect(rowOf(page, 'HELLO', 'brush').first()).toBeVisible();
    await expect(rowOf(page, 'OFFER', 'brush')).toBeVisible();
    await expect(rowOf(page, 'ACCEPT', 'brush')).toHaveCount(0);
    await accept(scene.attic);

    await expect(rowOf(page, 'DATA', 'brush').first()).toBeVisible();
    expect(sender.isOver).toBe(false);
    await expect(pause(page)).toBeVisible();
    await rowOf(page, 'DATA', 'brush').first().click();
    await expect(goOn(page)).toBeVisible();
    const [top] = await rowsSeen(page);
    const captured = await figureNow(page, 'captured');
    await expect.poll(() => figureNow(page, 'captured')).toBeGreaterThan(captured);
    expect((await rowsSeen(page))[0]?.number).toBe(top?.number);

    sender.signal('SIGINT');
    await sender.end();
    await goOn(page).click();
    await expect(rowOf(page, 'BYE', 'brush').first()).toBeVisible();
  });

  test(
    'narrows the list by a filter, and keeps the last good one while the text is wrong',
    { tag: '@page' },
    async () => {
      const { page } = scene.attic;
      await filter(page, 'type == OFFER && peer == pen');
      await expect(shown(page, 1)).toBeVisible();
      expect((await rowsSeen(page)).map(({ type, direction }) => [type, direction])).toEqual([
        ['OFFER', '←'],
      ]);

      await filter(page, 'type == OFFFER');
      await expect(page.getByText('This field does not have that value.')).toBeVisible();
      await expect(page.getByText('The filter from before still holds.')).toBeVisible();
      await expect(page.locator('.inspector-filter-under u')).toHaveText('OFFFER');
      await expect(filterField(page)).toHaveAttribute('aria-invalid', 'true');
      expect(await figureNow(page, 'shown')).toBe(1);

      // Half a word brings suggestions; the first is taken by Tab.
      await filterField(page).fill('type == HEL');
      await expect(page.getByRole('option', { name: 'HELLO' })).toBeVisible();
      await filterField(page).press('Tab');
      await expect(filterField(page)).toHaveValue('type == HELLO ');
      await expect(rowOf(page, 'HELLO', 'pen').first()).toBeVisible();
      expect(new Set((await rowsSeen(page)).map(({ type }) => type))).toEqual(new Set(['HELLO']));
    },
  );

  test(
    'leads from a field to its bytes and from a byte to its field; the header is the first row',
    { tag: '@page' },
    async () => {
      const { page } = scene.attic;
      await filter(page, 'type == OFFER && peer == pen');
      await rowOf(page, 'OFFER', 'pen').click();
      await expect(dumpRow(page, 0).getByText(/^48 58 44 31/u)).toBeVisible();
      await expect(dumpRow(page, 0).locator('.inspector-hex-digits')).toHaveText(/^(?:[\da-f]{2}\s*){16}$/u);

      await field(page, 'length').click();
      await expect(atCursor(page).filter({ hasText: 'Offset 4 (0x4), 4 bytes' })).toBeVisible();
      // Over the digits and over the text of the first row, nowhere else.
      await expect(page.locator('.inspector-box-cursor')).toHaveCount(2);
      await expect(dumpRow(page, 0).locator('.inspector-box-cursor')).toHaveCount(2);

      // The pointer over a field shows which bytes are meant.
      await field(page, 'magic').hover();
      await expect(dumpRow(page, 0).locator('.inspector-box-hover').first()).toBeVisible();
      await clickByte(page, 0);
      await isChosenField(page, 'magic');
      await clickByte(page, 9);
      await isChosenField(page, 'flags');
      await expect(atCursor(page).filter({ hasText: 'Offset 9 (0x9), 1 byte' })).toBeVisible();
      // A value deep inside a folded part of the text that the frame carries: the byte opens the way to it.
      const carried = await field(page, 'payload').locator('.inspector-field-value').innerText();
      await field(page, 'roots').click();
      await page.keyboard.press('ArrowLeft');
      await expect(field(page, 'name').first()).not.toBeAttached();
      await clickByte(page, headerBytes + carried.indexOf('letter.txt'));
      await isChosenField(page, 'name');
      await expect(page.getByRole('treeitem', { selected: true }).getByText('letter.txt')).toBeVisible();
    },
  );

  test('answers how long the offer waited for its ACCEPT, and leads there', { tag: '@page' }, async () => {
    const { page } = scene.attic;
    await filter(page, 'peer == pen');
    await frameList(page).press('Home');
    await rowOf(page, 'OFFER', 'pen').click();
    await tab(page, 'Request').click();
    const wait = page.getByRole('button', { name: 'OFFER waited for ACCEPT' });
    await expect(wait).toHaveText(/\d (?:ms|s)$/u);
    const steps = page
      .getByRole('list', { name: 'Steps' })
      .locator('.inspector-rung > b, .inspector-rung > .data');
    // When the disk is slow an acknowledgement comes early as well.
    await expect(steps.filter({ hasNotText: /^ACK$/u })).toHaveText([
      'OFFER',
      'MANIFEST',
      'ACCEPT',
      'WANT',
      'PACK',
      'DATA',
      'END',
      'FINISH',
      'DONE',
    ]);
    await expect(steps.filter({ hasText: /^ACK$/u }).last()).toBeVisible();
    await wait.click();
    await chosenIs(page, 'ACCEPT');
  });

  test('shows which chunks brought a frame, and what a chunk held', { tag: '@page' }, async () => {
    const { page } = scene.attic;
    await filter(page, 'peer == pen && type == DATA && len > 100k');
    await frameList(page).press('Home');
    await tab(page, 'Chunks').click();
    await expect(page.getByRole('heading', { name: /^Frame \d+ came in \d+ chunks/u })).toBeVisible();
    const [data] = await rowsSeen(page);
    const shares = page.locator('.inspector-shares tbody tr');
    const bytes = (await shares.locator('td:last-child').allInnerTexts()).map(numberIn);
    expect(bytes.length).toBeGreaterThan(1);
    expect(bytes.reduce((sum, each) => sum + each, 0)).toBe(numberIn(data?.length ?? '') + headerBytes);

    await shares.first().locator('td:first-child button').click();
    await expect(page.getByRole('heading', { name: /^Chunk \d+ held bytes of \d+ frame/u })).toBeVisible();
    expect(await shares.count()).toBeGreaterThan(0);
    await shares.last().getByRole('button', { name: 'DATA' }).click();
    await expect(page.getByRole('heading', { name: `Frame ${data?.number} came in` })).toBeVisible();
  });

  test('tells the digest of a file by a click on its END', { tag: '@page' }, async () => {
    const { page } = scene.attic;
    await filter(page, 'type == END && peer == pen');
    await rowOf(page, 'END', 'pen').click();
    const digest = await field(page, 'digest').locator('.inspector-field-value').innerText();
    expect(digest).toMatch(/^[\da-f]{64}$/u);
    // The last field of 64 bytes: two whole rows of the dump.
    const dumped = async (): Promise<string> =>
      (await page.locator('.inspector-hex-row:not([hidden]) .inspector-hex-digits').allInnerTexts())
        .slice(2, 4)
        .join('')
        .replaceAll(/\s/gu, '');
    await expect.poll(dumped).toBe(digest);
  });

  test('finds bytes, copies a frame, and counts time from a row', { tag: '@page' }, async () => {
    const { page } = scene.attic;
    const { keyboard } = page;
    await filter(page, 'peer == pen && kind == frame');
    await frameList(page).focus();
    await keyboard.press('Home');
    await keyboard.press('Control+f');
    await keyboard.type('every byte');
    await expect(page.locator('.inspector-find').getByText('1 frame', { exact: true })).toBeVisible();
    await keyboard.press('Enter');
    await chosenIs(page, 'PACK');
    await expect(page.locator('.inspector-find').getByText('1 of 1', { exact: true })).toBeVisible();
    await expect(atCursor(page).filter({ hasText: `${'every byte'.length} bytes` })).toBeVisible();
    await keyboard.press('Escape');

    await rowOf(page, 'BYE', 'pen').click();
    await page.getByRole('button', { name: 'Actions for this frame' }).click();
    await page.getByRole('menuitem', { name: 'Copy as hex', exact: true }).click();
    await expect(page.getByText('Copied', { exact: true })).toBeVisible();
    expect(await page.evaluate('navigator.clipboard.readText()')).toMatch(/^48 ?58 ?44 ?31/u);

    await rowOf(page, 'OFFER', 'pen').click();
    await keyboard.press('t');
    await expect(
      rowOf(page, 'OFFER', 'pen').locator('.inspector-time', { hasText: '0.000000' }),
    ).toBeVisible();
    const waited = Number(await rowOf(page, 'ACCEPT', 'pen').locator('.inspector-time').innerText());
    expect(waited).toBeGreaterThan(0);
    // The first row is out of sight where more acknowledgements came than usual.
    await frameList(page).press('Home');
    expect(Number(await rowOf(page, 'HELLO', 'pen').locator('.inspector-time').innerText())).toBeLessThan(0);
  });

  test(
    'narrows the list to the stretch of time that is dragged over in the rates',
    { tag: '@page' },
    async () => {
      const { page } = scene.attic;
      await tab(page, 'Rates').click();
      const chart = page.getByRole('figure').filter({ hasText: 'pen' }).locator('.inspector-chart-area');
      const box = await chart.boundingBox();
      if (box === null) throw new Error('There is no chart.');
      const captured = await figureNow(page, 'captured');
      await page.mouse.move(box.x + 1, box.y + box.height / 2);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width / 3, box.y + box.height / 2, { steps: 3 });
      await page.mouse.up();
      await expect.poll(() => filterField(page).inputValue()).toMatch(/^time in \d+\.\d{3}\.\.\d+\.\d{3}$/u);
      await expect.poll(() => figureNow(page, 'shown')).toBeLessThan(captured);
    },
  );

  test('shows only the frames of the transfer from whose row somebody came', { tag: '@page' }, async () => {
    const { page } = scene.attic;
    await show(scene.attic, 'transfers');
    await page.getByRole('button', { name: 'Details of note.txt' }).click();
    await page
      .getByRole('dialog', { name: 'note.txt' })
      .getByRole('button', { name: 'Show its frames' })
      .click();
    await expect(page.getByRole('button', { name: /^One transfer/u })).toBeVisible();
    const connections = async (): Promise<ReadonlySet<string>> =>
      new Set((await rowsSeen(page)).map(({ connection }) => connection.replace(/^\d+ /u, '')));
    await expect.poll(connections).toEqual(new Set(['ink']));
    const rows = await rowsSeen(page);
    expect(rows.map(({ type }) => type)).toEqual(expect.arrayContaining(['OFFER', 'ACCEPT', 'DONE']));
    await expect(shown(page, rows.length)).toBeVisible();

    await page.getByRole('button', { name: /^One transfer/u }).click();
    await frameList(page).press('Home');
    await expect(rowOf(page, 'LISTEN')).toBeVisible();
    await page.waitForURL((url) => !url.hash.includes('transfer'));
  });

  test(
    'opens what it saved as a second capture that shows the same frames',
    { tag: '@browser' },
    async () => {
      const { page } = scene.attic;
      // How often was acknowledged is for the disk to say, and more rows than fit would be other ones after a change of size.
      await filter(page, 'peer == pen && kind == frame && type != ACK');
      await frameList(page).press('Home');
      await expect(rowOf(page, 'HELLO', 'pen')).toBeVisible();
      await expect.poll(async () => (await rowsSeen(page)).every(({ summary }) => summary !== '')).toBe(true);
      const saved = (await rowsSeen(page)).map(asFrame);
      const path = await exportShown(scene.attic);
      await load(scene.attic, path);
      await expect(
        page
          .getByRole('radiogroup', { name: 'Captures' })
          .getByRole('radio')
          .nth(1)
          .and(page.locator('[aria-checked=true]')),
      ).toBeVisible();
      await filter(page, 'kind == frame && type != ACK');
      await frameList(page).press('Home');
      // A file that lacks the rest of long payloads says so of their frames; the live capture never had it.
      const lacking = ' · some of its bytes are not in the capture';
      const loaded = async () =>
        (await rowsSeen(page))
          .map(asFrame)
          .map((row) => ({ ...row, summary: row.summary.replace(lacking, '') }));
      await expect.poll(loaded).toEqual(saved);

      await page.getByRole('radio', { name: 'Live' }).click();
      await filter(page, 'peer == pen && kind == frame');
      await expect(rowOf(page, 'BYE', 'pen')).toBeVisible();
      await page.getByRole('button', { name: /^Close / }).click();
      await expect(page.getByRole('radiogroup', { name: 'Captures' })).not.toBeAttached();
    },
  );

  test('saves the shown frames so that Wireshark reads the same', { tag: '@browser' }, async () => {
    test.skip(!tsharkNeed.available, tsharkNeed.reason);
    const { page } = scene.attic;
    await filter(page, 'peer == pen && (type == HELLO || type == OFFER || type == ACCEPT || type == DONE)');
    await expect(shown(page, 4)).toBeVisible();
    const types = (await rowsSeen(page)).map(({ type }) => type);
    expect(types).toEqual(['HELLO', 'OFFER', 'ACCEPT', 'DONE']);
    const capture = readFileSync(await exportShown(scene.attic));
    const tshark = stage.keep(openTshark(tsharkNeed.path));
    const read = tshark.run(capture, '-T', 'fields', '-e', 'hexdrop.type', '-E', 'occurrence=a');
    expect(read.split(/[\s,]+/u).filter((word) => word !== '')).toEqual(types);
  });

  test('never shows a PIN', { tag: '@browser' }, async () => {
    const { page } = scene.attic;
    const pin = '82917364';
    const pinFile = join(stage.path, 'pin');
    writeFileSync(pinFile, `${pin}\n`);
    const host = await stage.device('vault').share(scene.source, '--alias', 'vault', '--pin-file', pinFile);
    await browse(scene.attic, host);
    await entry(page, 'source').dblclick();
    await page.getByLabel('PIN').fill(pin);
    await page.getByLabel('PIN').press('Enter');
    await expect(entry(page, 'letter.txt')).toBeVisible();

    await show(scene.attic, 'inspector');
    await filter(page, 'peer == vault && text contains "source"');
    await rowOf(page, 'UNLOCK', 'vault').click();
    await expect(page.getByText('Secrets in this frame were replaced by *')).toBeVisible();
    await expect(field(page, 'pin').getByText('(secret)')).toBeVisible();
    await expect(dumpRow(page, 2).getByText('"pin":"*')).toBeVisible();
    expect(await page.locator('body').innerText()).not.toContain(pin);
    await filter(page, 'peer == vault');
    const capture = readFileSync(await exportShown(scene.attic));
    expect(capture.includes('"source"')).toBe(true);
    expect(capture.includes(pin)).toBe(false);
    await filter(page, `peer == vault && text contains "${pin}"`);
    await expect(page.getByText('No frame fits this filter.')).toBeVisible();
  });

  test('is gone through by keyboard alone', { tag: '@page' }, async () => {
    const { page } = scene.attic;
    const { keyboard } = page;
    await filter(page, 'peer == pen && kind == frame');
    await frameList(page).focus();
    await keyboard.press('Home');
    await chosenIs(page, 'HELLO');
    await keyboard.press('ArrowDown');
    await keyboard.press('ArrowDown');
    await chosenIs(page, 'OFFER');
    await keyboard.press('m');
    await expect(chosenRow(page).and(page.locator('[data-marked]'))).toBeVisible();
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
    await expect(goOn(page)).toBeVisible();
    await keyboard.press('p');
    await expect(pause(page)).toBeVisible();
    await page.getByRole('button', { name: 'Marked', exact: true }).focus();
    await keyboard.press('Enter');
    await expect(shown(page, 1)).toBeVisible();
  });
});

const numberIn = (text: string): number => Number(text.replaceAll(/\D/gu, ''));

/** What two captures of one wire have in common: no numbers of records and connections. */
const asFrame = ({ direction, type, length, summary }: SeenRow) => ({ direction, type, length, summary });

const isChosenField = (page: Page, name: string): Promise<void> => expect(chosenField(page)).toHaveText(name);

const chosenIs = (page: Page, type: string): Promise<void> =>
  expect(chosenRow(page).locator('.inspector-type')).toHaveText(type);
