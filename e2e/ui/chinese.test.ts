// The whole way in Chinese: nothing on the way speaks another language.

import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect } from '@playwright/test';

import { expectSameContent, makeTree } from '../support/trees.ts';
import { drop, show } from './support/moves.ts';
import type { UiDevice } from './support/window.ts';
import { test } from './support/fixtures.ts';

/** Words that are the same in Chinese: names of things, units, keys, values as they stand in frames. */
const allowed = new Set(
  `Hexdrop PIN QR SHA IP TCP TLS DATA VPN Wi Fi Wireshark GitHub pcapng English B kB MB GB KB TB s Ctrl Shift Alt Enter Tab Esc
   Backspace Home End Page Up Down Delete Space linux nas local fe eth HXD id Id ID
   hexdrop blake done`
    .split(/\s+/u)
    .filter(Boolean),
);

/** What people see and hear, without names, addresses and ids, which are nobody's language. */
const spoken = `(() => {
  const data = '.data, bdi, .name, kbd, pre, .words, .avatar, .mark, .files-place bdi, script, style';
  const parts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (node.parentElement.closest(data) === null) parts.push(node.data);
  }
  for (const name of ['aria-label', 'placeholder', 'title', 'alt', 'data-tip', 'aria-valuetext']) {
    for (const element of document.querySelectorAll('[' + name + ']')) {
      if (element.closest('bdi, .name, .hex, .words') === null) parts.push(element.getAttribute(name));
    }
  }
  return parts;
})()`;

const foreignWords = async (page: Page, own: readonly string[]): Promise<readonly string[]> => {
  const parts = await page.evaluate<readonly string[]>(spoken);
  return parts.flatMap((part) => {
    const rest = own
      .reduce((text, name) => text.replaceAll(name, ''), part)
      .replaceAll(/[(（][\da-f]{8}[)）]/gu, '');
    // Types of frames are written as in the protocol, filters in their own language.
    const words = rest.match(/(?<![A-Za-z])[A-Za-z]*[a-z][A-Za-z]+/gu) ?? [];
    // Ids and words of a device stand in labels, too.
    const isData =
      /==| in \{|^marked$/u.test(rest) ||
      /^(?:[a-z]+ ){11}[a-z]+$/u.test(rest) ||
      /^[\da-f\s]*$/u.test(rest) ||
      /设备编号|口令词/u.test(rest) ||
      rest.includes('192.168.1.23');
    return isData ? [] : words.filter((word) => !allowed.has(word)).map((word) => `${word} in “${part}”`);
  });
};

test.describe('in Chinese', { tag: '@browser' }, () => {
  test('files are sent and received, and every view speaks it', async ({ world, open }) => {
    const source = makeTree(join(world.path, '照片'), { '海港.txt': '雾', '山/路.txt': '长' });
    const [ada, bob] = (await Promise.all(
      ['书房', '厨房'].map((name) => open(name, { language: 'zh' })),
    )) as [UiDevice, UiDevice];
    const own = ['照片', '海港.txt', '路.txt', ada.address, bob.address, world.path, 'hexdrop get'];
    const found = new Map<string, readonly string[]>();
    const check = async (name: string, { page }: UiDevice): Promise<void> => {
      const words = [...new Set(await foreignWords(page, own))];
      if (words.length > 0) found.set(name, words);
    };
    await expect(ada.page.locator('html')).toHaveAttribute('lang', 'zh-CN');
    expect(await ada.page.title()).toBe('设备 · Hexdrop');
    await check('nobody', ada);

    const address = ada.page.getByRole('textbox', { name: '设备地址' });
    await address.fill(bob.address);
    await drop(ada, address, [source]);
    const send = ada.page.getByRole('button', { name: '发送', exact: true });
    await expect(send).toBeVisible();
    await check('draft', ada);
    await send.click();
    const offer = bob.page.getByRole('dialog', { name: '书房 想给你发送内容' });
    await expect(offer).toBeVisible();
    await check('offer', bob);
    await offer.getByRole('button', { name: '接受' }).click();
    await show(bob, 'transfers');
    await expect(bob.page.getByText('已完成').or(bob.page.getByText('完成')).first()).toBeVisible();
    await expectSameContent(source, join(bob.downloads, '照片'));
    await check('transfers', bob);
    await bob.page.locator('.transfers-main').click();
    await expect(bob.page.getByRole('dialog')).toBeVisible();
    await check('transfer', bob);
    await bob.page.keyboard.press('Escape');

    for (const view of ['devices', 'shares', 'inspector', 'settings']) {
      await show(bob, view);
      await expect(bob.page.locator('h1')).toBeVisible();
      if (view === 'inspector') await expect(bob.page.getByText('会话结束').first()).toBeVisible();
      await check(view, bob);
    }
    await show(ada, 'devices');
    await ada.page.getByRole('link', { name: '厨房 的详细信息' }).click();
    await expect(ada.page.locator('.devices[data-details]')).toBeVisible();
    await check('device', ada);
    await ada.page.getByRole('button', { name: '浏览 厨房 的共享' }).first().click();
    await expect(ada.page.getByRole('heading', { name: '没有共享任何内容' })).toBeVisible();
    await check('browse', ada);
    await ada.page.keyboard.press('?');
    await expect(ada.page.getByRole('dialog', { name: '键盘快捷键' })).toBeVisible();
    await check('shortcuts', ada);
    expect([...found]).toEqual([]);
  });
});
