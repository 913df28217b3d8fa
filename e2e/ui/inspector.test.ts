// The Inspector view over the wire of real devices: live, filtered, down to the byte, by chunk and by request, saved and
// opened again.

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

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
  figure,
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
  shownIs,
  tab,
} from './support/inspector.ts';
import { accept, offerOf, show, transferOf } from './support/moves.ts';
import { type UiDevice, useBrowser } from './support/window.ts';

const world = useWorld('file');
const browsers = useBrowser('people can see the wire in the window');
const tsharkNeed = needs('tshark', 'Wireshark reads what the window saves');
const tshark = tsharkNeed.available ? openTshark(tsharkNeed.path) : undefined;
afterAll(() => tshark?.close());

const letter = 'Dear reader, every byte of this is on the wire.\n';

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
      'letter.txt': letter,
      'photo.bin': Uint8Array.from({ length: 300_000 }, (_none, at) => (at * 31) % 251),
    });
    await move('pen', join(source, 'letter.txt'), join(source, 'photo.bin'));
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

    await field(page, 'type').click();
    expect(await chosenField(page).innerText()).toBe('type');
    await atCursor(page).filter({ hasText: 'Offset 4 (0x4), 1 byte' }).waitFor();
    expect(await dumpRow(page, 0).locator('.inspector-box-cursor').count()).toBe(2);
    expect(await dumpRow(page, 1).locator('.inspector-box-cursor').count()).toBe(0);

    await clickByte(page, 0);
    await page.getByRole('treeitem', { selected: true, name: /^magic/u }).waitFor();
    await clickByte(page, 15);
    await page.getByRole('treeitem', { selected: true, name: /^length/u }).waitFor();
    // The first byte behind the header belongs to what the frame carries.
    await clickByte(page, 16);
    await expect.poll(() => chosenField(page).innerText()).not.toBe('length');
    console.log(await page.getByRole('tree').innerText(), await chosenField(page).innerText(), await dumpRow(page,0).innerText());
  });

  it('answers how long the offer waited, which chunks brought a frame, and what the digest of a file is', async () => {
    const { page } = attic;
    await filter(page, 'peer == pen');
    await frameList(page).press('Home');
    await rowOf(page, 'OFFER', 'pen').click();
    await tab(page, 'Request').click();
    console.log(await page.locator('.inspector-request').innerText());
    await tab(page, 'Chunks').click();
    await page.locator('.inspector-shares').waitFor();
    console.log(await page.locator('.inspector-chunks').innerText());
    await tab(page, 'Frame').click();
    await filter(page, 'peer == pen && type == END');
    console.log(await rowsSeen(page));
    await rowOf(page, 'END', 'pen').first().click();
    await page.getByRole('tree').waitFor();
    console.log(await page.getByRole('tree').innerText());
    await filter(page, 'peer == pen && type != END');
    console.log((await rowsSeen(page)).map(r=>r.type+' '+r.summary));
    await tab(page, 'Frame').click();
  });
});
