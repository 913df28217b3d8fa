// axe-core over every view and dialog, light and dark: nothing that it calls serious or critical.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect } from '@playwright/test';

import { makeTree } from '../support/trees.ts';
import { browse, entry, openFolder, shareRow } from './support/browse.ts';
import {
  accept,
  addressField,
  dropOnAddress,
  offer,
  offerOf,
  sendDraft,
  show,
  transferSays,
} from './support/moves.ts';
import { landscape, pngOf } from './support/picture.ts';
import { test } from './support/fixtures.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

const judged = ['serious', 'critical'];

/** Judges what is shown, in light and in dark, and keeps what is wrong under a name. */
class Judge {
  readonly findings: string[] = [];

  async look(name: string, page: Page): Promise<void> {
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme });
      await expect(page.locator(`html[data-theme=${theme}]`)).toBeVisible();
      await page.evaluate(`if (globalThis.axe === undefined) { ${axe} }`);
      const violations = await page.evaluate<readonly Violation[]>(
        'axe.run(document, { resultTypes: ["violations"] }).then((result) => result.violations)',
      );
      for (const { id, impact, help, nodes } of violations.filter((found) => judged.includes(found.impact)))
        this.findings.push(
          `${name}, ${theme}: ${id} (${impact}): ${help}: ${nodes
            .slice(0, 3)
            .map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary.split('\n')[1] ?? ''}`)
            .join(' | ')}`,
        );
    }
  }
}

test.describe('axe finds nothing serious', { tag: '@browser' }, () => {
  test('on the views', async ({ world, open }) => {
    const judge = new Judge();
    const folder = makeTree(join(world.path, 'trip'), {
      'harbour.png': pngOf(64, 40, landscape(1)),
      'notes.md': '# Packing',
    });
    const [ada, bob] = await Promise.all([
      open('ada', { share: [folder], bypassCSP: true }),
      open('bob', { bypassCSP: true }),
    ]);
    await judge.look('devices, empty', bob.page);
    await show(bob, 'transfers');
    await judge.look('transfers, empty', bob.page);
    await show(bob, 'shares');
    await expect(bob.page.getByRole('grid')).toBeVisible();
    await judge.look('shares, empty', bob.page);
    await browse(bob, ada);
    await openFolder(bob.page, 'trip');
    await entry(bob.page, 'harbour').click();
    await expect(bob.page.getByRole('img', { name: 'Picture harbour.png' })).toBeVisible();
    await judge.look('browse, picture', bob.page);
    await entry(bob.page, 'notes').dblclick();
    await transferSays(bob, 'notes.md', 'Done');
    await judge.look('transfers', bob.page);
    await show(ada, 'shares');
    await expect(shareRow(ada, 'trip').getByText('is connected')).toBeVisible();
    await judge.look('shares', ada.page);
    await show(ada, 'settings');
    await judge.look('settings', ada.page);
    await show(ada, 'inspector');
    await judge.look('inspector', ada.page);
    await show(ada, 'learn');
    await expect(ada.page.locator('.learn-state')).toBeVisible();
    await judge.look('learn', ada.page);
    for (const name of ['Byte order', 'Address', 'Handshake and close']) {
      await ada.page.getByRole('tab', { name }).click();
      await expect(ada.page.locator('.learn-tool')).toBeVisible();
      await judge.look(name, ada.page);
    }
    await show(bob, 'devices');
    await bob.page.getByRole('link', { name: 'Details of ada' }).click();
    await expect(bob.page.locator('.devices[data-details]')).toBeVisible();
    await judge.look('device', bob.page);
    expect(judge.findings).toEqual([]);
  });

  test('on the dialogs', async ({ world, open }) => {
    const judge = new Judge();
    const folder = makeTree(join(world.path, 'trip'), { 'a/notes.md': '# Packing', 'b.txt': 'b' });
    const [ada, bob] = await Promise.all([
      open('ada', { share: [folder], bypassCSP: true }),
      open('bob', { bypassCSP: true }),
    ]);
    const draft = await dropOnAddress(bob, ada, [folder]);
    await judge.look('draft', bob.page);
    await sendDraft(draft);
    await expect(offerOf(ada.page)).toBeVisible();
    await judge.look('offer', ada.page);
    await accept(ada);
    await transferSays(ada, 'trip', 'Done');
    await ada.page.getByRole('button', { name: 'Details of trip' }).click();
    await expect(ada.page.getByRole('dialog')).toBeVisible();
    await judge.look('transfer', ada.page);
    await ada.page.keyboard.press('Escape');
    await ada.page.getByRole('button', { name: 'Clear history' }).click();
    await judge.look('clear', ada.page);
    await ada.page.keyboard.press('Escape');

    await show(ada, 'shares');
    for (const name of ['Options', 'Address and QR code']) {
      await shareRow(ada, 'trip').getByRole('button', { name }).click();
      await expect(ada.page.getByRole('dialog')).toBeVisible();
      await judge.look(name, ada.page);
      await ada.page.keyboard.press('Escape');
    }
    await ada.page.getByRole('button', { name: 'Share a folder' }).click();
    await expect(ada.page.getByRole('dialog').getByRole('grid')).toBeVisible();
    await judge.look('file picker', ada.page);
    await ada.page.keyboard.press('Escape');
    await ada.page.keyboard.press('?');
    await expect(ada.page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
    await judge.look('shortcuts', ada.page);
    await ada.page.keyboard.press('Escape');
    await show(ada, 'settings');
    await ada.page.getByRole('button', { name: 'Quit Hexdrop' }).click();
    await judge.look('quit', ada.page);
    await ada.page.keyboard.press('Escape');

    await show(bob, 'devices');
    await addressField(bob.page).fill('127.0.0.1:9');
    await bob.page.getByRole('button', { name: 'Connect' }).click();
    await bob.page.getByRole('button', { name: 'Find out why' }).click();
    await expect(bob.page.getByRole('dialog')).toBeVisible();
    await judge.look('doctor', bob.page);
    await bob.page.keyboard.press('Escape');
    await offer(ada, bob, [join(folder, 'b.txt')]);
    await offerOf(bob.page).getByRole('button', { name: 'Decide later' }).click();
    await judge.look('offer waits', bob.page);
    expect(judge.findings).toEqual([]);
  });
});
