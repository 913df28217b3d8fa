// Sending by hand: what is dropped, picked or pasted stands in the draft with its size, goes to whom the person chose,
// and lies on the other disk as it was.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from '@playwright/test';

import { Random } from '../support/random.ts';
import { emptyFolder, expectSameContent, landedPaths, makeTree } from '../support/trees.ts';
import {
  accept,
  acquaint,
  draftNames,
  draftOf,
  draftTotal,
  drop,
  dropOnAddress,
  offerOf,
  sendDraft,
  show,
  transferSays,
} from './support/moves.ts';
import type { Pair } from './support/fixtures.ts';
import { test } from './support/fixtures.ts';
import { pickerOf, typePath } from './support/window.ts';

const random = new Random(7);

test.describe('sending', () => {
  test.beforeEach(({ pair: { kitchen, attic } }) => acquaint(kitchen, attic));

  const arrives = async ({ kitchen, attic }: Pair, title: string): Promise<void> => {
    await accept(attic);
    await transferSays(attic, title, 'Done');
    await transferSays(kitchen, title, 'Done');
  };

  test('files and a folder dropped on an address arrive as they are', async ({ pair }) => {
    const { world, kitchen, attic } = pair;
    const source = makeTree(world.folder('source-address'), {
      'note.txt': 'hello',
      'photos/a.jpg': random.bytes(300_000),
      'photos/deep/ünïcode 中文.txt': 'text',
      'photos/nothing in here': emptyFolder,
      'photos/empty file': '',
    });
    const draft = await dropOnAddress(kitchen, attic, [join(source, 'note.txt'), join(source, 'photos')]);
    await expect(draftTotal(draft).filter({ hasText: '4 files, 300 kB' })).toBeVisible();
    await expect(draftNames(draft)).toHaveText(['note.txt', 'photos']);
    await sendDraft(draft);
    await arrives(pair, 'note.txt and 1 more');
    await expectSameContent(source, attic.downloads);
  });

  test('a folder dropped on a device of the list goes there', { tag: '@page' }, async ({ pair }) => {
    const { world, kitchen, attic } = pair;
    const source = makeTree(world.folder('source-device'), { 'plans/house.txt': 'four walls' });
    const row = kitchen.page.getByRole('listitem').filter({ hasText: 'attic' });
    await drop(kitchen, row, [join(source, 'plans')]);
    const draft = draftOf(kitchen.page);
    await expect(draft.getByRole('heading', { name: 'Send to attic' })).toBeVisible();
    await sendDraft(draft);
    await arrives(pair, 'plans');
    await expectSameContent(source, attic.downloads);
  });

  test('what is dropped anywhere in the window waits until a device is chosen', async ({ pair }) => {
    const { world, kitchen, attic } = pair;
    const source = makeTree(world.folder('source-anywhere'), { 'letter.txt': 'dear all' });
    await show(kitchen, 'shares');
    await show(kitchen, 'transfers');
    await drop(kitchen, kitchen.page.locator('.status'), [join(source, 'letter.txt')]);
    const draft = draftOf(kitchen.page);
    await expect(draftTotal(draft).filter({ hasText: '1 file, 8 B' })).toBeVisible();
    await draft.getByRole('button', { name: 'Send', exact: true }).click();
    await expect(
      draft.getByRole('alert').filter({ hasText: 'Choose a device or type an address.' }),
    ).toBeVisible();
    await draft.getByRole('radio', { name: /attic/u }).check();
    await sendDraft(draft);
    await arrives(pair, 'letter.txt');
    await expectSameContent(source, attic.downloads);
  });

  test('the draft adds up what is in it; what is left out does not arrive', async ({ pair }) => {
    const { world, kitchen, attic } = pair;
    const source = makeTree(world.folder('source-draft'), {
      'keep.bin': random.bytes(1_000),
      'leave.bin': random.bytes(2_000),
      'tree/one.bin': random.bytes(3_000),
      'tree/two.bin': random.bytes(4_000),
      'later.bin': random.bytes(5_000),
    });
    const draft = await dropOnAddress(kitchen, attic, [
      join(source, 'keep.bin'),
      join(source, 'leave.bin'),
      join(source, 'tree'),
    ]);
    await expect(draftTotal(draft).filter({ hasText: '4 files, 10.0 kB' })).toBeVisible();
    await draft.getByRole('button', { name: 'Leave out leave.bin' }).click();
    await expect(draftTotal(draft).filter({ hasText: '3 files, 8.00 kB' })).toBeVisible();
    await kitchen.hands.choose(draft.getByRole('button', { name: 'Files…' }), [join(source, 'later.bin')]);
    await expect(draftTotal(draft).filter({ hasText: '4 files, 13.0 kB' })).toBeVisible();
    await expect(draftNames(draft)).toHaveText(['keep.bin', 'tree', 'later.bin']);
    await sendDraft(draft);
    await expect(offerOf(attic.page).getByText('4 files, 13.0 kB')).toBeVisible();
    await arrives(pair, 'keep.bin and 2 more');
    expect(landedPaths(attic.downloads)).toEqual([
      'keep.bin',
      'later.bin',
      'tree',
      'tree/one.bin',
      'tree/two.bin',
    ]);
  });

  test('a folder chosen in a dialog arrives with its name', async ({ pair }) => {
    const { world, kitchen, attic } = pair;
    const source = makeTree(world.folder('source-chosen'), { 'songs/a.txt': 'la', 'songs/b/c.txt': 'lala' });
    await kitchen.hands.choose(kitchen.page.getByRole('button', { name: 'Folder…' }), [
      join(source, 'songs'),
    ]);
    const draft = draftOf(kitchen.page);
    await expect(draftTotal(draft).filter({ hasText: '2 files, 6 B' })).toBeVisible();
    await draft.getByRole('radio', { name: /attic/u }).check();
    await sendDraft(draft);
    await arrives(pair, 'songs');
    await expectSameContent(source, attic.downloads);
  });

  test(
    'files and folders of the machine that runs it are found and chosen in the program',
    { tag: '@browser' },
    async ({ pair }) => {
      const { world, kitchen, attic } = pair;
      const source = makeTree(world.folder('source-picked'), {
        'a.bin': random.bytes(2_000),
        'box/b.bin': random.bytes(3_000),
        'other.bin': 'stays',
      });
      const { page } = kitchen;
      await page.getByRole('button', { name: 'From the machine that runs Hexdrop…' }).click();
      const picker = pickerOf(page);
      await typePath(picker, source);
      await picker.getByText('a.bin', { exact: true }).click();
      await picker.getByText('box', { exact: true }).click({ modifiers: ['ControlOrMeta'] });
      await expect(picker.getByText('2 selected')).toBeVisible();
      await picker.getByRole('button', { name: 'Choose', exact: true }).click();
      const draft = draftOf(page);
      await expect(draftTotal(draft).filter({ hasText: '2 files, 5.00 kB' })).toBeVisible();
      await draft.getByRole('radio', { name: /attic/u }).check();
      await sendDraft(draft);
      await arrives(pair, 'a.bin and 1 more');
      expect(landedPaths(attic.downloads)).toEqual(['a.bin', 'box', 'box/b.bin']);
    },
  );

  test('a picture that is pasted is sent as a file', async ({ pair }) => {
    const { kitchen, attic } = pair;
    const { page } = kitchen;
    await page.evaluate(async () => {
      const canvas = new OffscreenCanvas(8, 8);
      canvas.getContext('2d')?.fillRect(0, 0, 8, 8);
      const picture = await canvas.convertToBlob({ type: 'image/png' });
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': picture })]);
    });
    await page.keyboard.press('ControlOrMeta+v');
    const draft = draftOf(page);
    await draft.getByRole('radio', { name: /attic/u }).check();
    await sendDraft(draft);
    await arrives(pair, 'image.png');
    const arrived = readFileSync(join(attic.downloads, 'image.png'));
    expect(arrived.subarray(1, 4).toString('latin1')).toBe('PNG');
  });

  test(
    'a folder of 5,000 small files streams out of the page, and no page does anything for each of them',
    { tag: '@browser' },
    async ({ pair }) => {
      const { world, kitchen, attic } = pair;
      const source = makeTree(
        world.folder('source-many'),
        Object.fromEntries(
          Array.from({ length: 5_000 }, (_, index) => [`many/${index % 50}/${index}.txt`, `file ${index}`]),
        ),
      );
      await kitchen.page.evaluate(watchWork);
      const draft = await dropOnAddress(kitchen, attic, [join(source, 'many')]);
      await expect(draftTotal(draft).filter({ hasText: '5,000 files' })).toBeVisible();

      await sendDraft(draft);
      await expect(offerOf(attic.page).getByText('5,000 files')).toBeVisible();
      await attic.page.evaluate(watchWork);

      await arrives(pair, 'many');

      await expectSameContent(source, attic.downloads);
      for (const { page } of [kitchen, attic]) {
        const { mostElements, messages } = await page.evaluate(workDone);
        expect(mostElements).toBeLessThan(1_500);
        expect(messages).toBeLessThan(1_500);
      }
    },
  );
});

/** What would make a page stutter, in figures that are the same on a slow machine. */
interface Work {
  /** That the page had at the same time. */
  mostElements: number;
  /** That the page sent to its program. */
  messages: number;
}

/** Runs in the page. */
function workDone(): Work {
  const { mostElements, messages } = globalThis as unknown as Work;
  return { mostElements, messages };
}

/** Runs in the page. */
function watchWork(): void {
  const work = globalThis as unknown as Work;
  work.mostElements = document.querySelectorAll('*').length;
  work.messages = 0;
  new MutationObserver(() => {
    work.mostElements = Math.max(work.mostElements, document.querySelectorAll('*').length);
  }).observe(document, { childList: true, subtree: true });
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function (this: WebSocket, data): void {
    work.messages += 1;
    send.call(this, data);
  };
}
