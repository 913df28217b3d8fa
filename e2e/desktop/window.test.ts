// The window of the desktop program: its page, its bridge, its menu, and what the page may not do. On the shim and on a real
// Electron alike.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';

import type { HexdropBridge } from '../../shared/ipc/preload.ts';
import { Stage } from '../support/stage.ts';
import { test } from '../ui/support/fixtures.ts';
import type { DesktopApp } from './desktop-app.ts';
import { makeHome, quietly } from './home.ts';
import { call, snapshot } from './page-calls.ts';

/** Of the page. */
declare const window: { readonly hexdrop: HexdropBridge; open(url: string): unknown };
declare const location: { href: string; reload(): void };

test.describe('the desktop window', () => {
  const stage = new Stage();
  let app: DesktopApp;
  test.beforeAll(async ({ shell, launch }) => {
    test.skip(shell.lacking !== '', shell.lacking);
    stage.open();
    app = stage.keep(await launch({ home: makeHome(stage.path), args: quietly }));
  });
  test.afterAll(() => stage.close());

  test('opens its window, shows the page, and the page gets a snapshot over the link', async () => {
    const page = await app.page();
    await expect.poll(() => page.title()).toMatch(/Hexdrop$/);
    const { shell, self } = await snapshot(page);
    expect(shell).toMatchObject({ kind: 'desktop', systemDialogs: true, droppedPaths: true });
    expect(self.deviceId).toMatch(/^[0-9a-f]{64}$/);
  });

  test('carries calls, and answers for the wrong ones', async () => {
    const page = await app.page();
    const settings = await call(page, 'settings.update', { alias: 'Writing desk' });
    expect(settings.alias).toBe('Writing desk');
    expect((await snapshot(page)).self.alias).toBe('Writing desk');
    await expect(call(page, 'nothing.at-all' as never, {} as never)).rejects.toThrow('unknown-call');
    await expect(call(page, 'settings.update', { hue: 'red' })).rejects.toThrow('bad-arguments');
  });

  test('lets a page open links again and again, and no heap of them at once', async () => {
    const page = await app.page();
    for (let round = 0; round < 10; round += 1) await snapshot(page);
    const reason = await page.evaluate(async () => {
      const links: ReturnType<HexdropBridge['openLink']>[] = [];
      const reason = await new Promise<string>((resolve) => {
        for (let count = 0; count < 10; count += 1) {
          links.push(window.hexdrop.openLink(() => undefined, resolve));
        }
      });
      for (const link of links) (await link).close();
      return reason;
    });
    expect(reason).toBe('too many links of one page');
  });

  test('has a page without Node, with the functions of the bridge and nothing of Electron', async () => {
    const page = await app.page();
    const found = await page.evaluate(() => ({
      globals: ['require', 'process', 'module', 'Buffer', 'ipcRenderer', 'electron'].filter(
        (name) => name in globalThis,
      ),
      bridge: Object.fromEntries(Object.entries(window.hexdrop).map(([name, value]) => [name, typeof value])),
    }));
    expect(found).toEqual({
      globals: [],
      bridge: {
        platform: 'string',
        openLink: 'function',
        grantsOf: 'function',
        pick: 'function',
        show: 'function',
      },
    });
  });

  test('keeps the page where it is, and alone', async () => {
    const page = await app.page();
    const before = page.url();
    expect(await page.evaluate(() => window.open('https://example.com/'))).toBeNull();
    await page.evaluate(() => {
      location.href = 'https://example.com/';
    });
    await page.evaluate(() => {
      location.href = 'file:///etc/passwd';
    });
    expect(await page.title()).toMatch(/Hexdrop$/);
    expect(page.url()).toBe(before);
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  });

  test('runs no script and loads nothing that is not its own', async () => {
    const page = await app.page();
    const broken = await page.evaluate(
      () =>
        new Promise<readonly string[]>((resolve) => {
          const violated = new Set<string>();
          // eslint-disable-next-line typescript/no-explicit-any -- of a page; e2e/ has no DOM types
          const { document } = globalThis as any;
          document.addEventListener(
            'securitypolicyviolation',
            ({ effectiveDirective }: { effectiveDirective: string }) => {
              violated.add(effectiveDirective);
              if (violated.size === 4) resolve([...violated].sort());
            },
          );
          const add = (tag: string, properties: object): void => {
            document.body.append(Object.assign(document.createElement(tag), properties));
          };
          add('script', { textContent: 'globalThis.wasRun = true' });
          add('img', { src: 'https://example.com/a.png' });
          add('iframe', { src: 'https://example.com/' });
          void fetch('https://example.com/').catch(() => undefined);
        }),
    );
    expect(broken).toEqual(['connect-src', 'frame-src', 'img-src', 'script-src-elem']);
    expect(await page.evaluate(() => 'wasRun' in globalThis)).toBe(false);
  });

  test('loses nothing by a reload', async () => {
    const page = await app.page();
    await call(page, 'settings.update', { alias: 'Still here' });
    await page.evaluate(() => location.reload());
    await expect
      .poll(async () => (await snapshot(await app.page()).catch(() => undefined))?.self.alias)
      .toBe('Still here');
  });

  test('gives grants for what the system dialog chose, and no path', async () => {
    const file = join(stage.folder('chosen'), 'letter.txt');
    writeFileSync(file, 'dear');
    const page = await app.page();
    await app.evaluate(({ dialog }, file) => {
      dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [file] });
    }, file);
    const refs = await page.evaluate(() => window.hexdrop.pick('files'));
    expect(refs).toHaveLength(1);
    expect(refs[0]).not.toContain('letter');
    const { items } = await call(page, 'files.measure', { refs: [...refs] });
    expect(items).toMatchObject([{ name: 'letter.txt', kind: 'file', files: 1, bytes: 4 }]);
  });

  test('has its menu in the language of the settings, with the same shortcuts', async () => {
    const page = await app.page();
    const menu = () =>
      app.evaluate(({ Menu }) => {
        const menu = Menu.getApplicationMenu();
        return ['send-files', 'share-folder', 'settings', 'transfers'].map((id) => {
          const { label, accelerator } = menu.getMenuItemById(id);
          return [label, accelerator];
        });
      });
    expect(await menu()).toEqual([
      ['Send Files…', 'CmdOrCtrl+O'],
      ['Share a Folder…', 'CmdOrCtrl+Shift+O'],
      ['Settings…', 'CmdOrCtrl+,'],
      ['Transfers', 'CmdOrCtrl+2'],
    ]);
    await call(page, 'settings.update', { language: 'zh' });
    await expect.poll(menu).toEqual([
      ['发送文件…', 'CmdOrCtrl+O'],
      ['共享文件夹…', 'CmdOrCtrl+Shift+O'],
      ['设置…', 'CmdOrCtrl+,'],
      ['传输', 'CmdOrCtrl+2'],
    ]);
  });

  test('goes to a view from the menu without loading the page again', async () => {
    const page = await app.page();
    await page.evaluate(() => Reflect.set(globalThis, 'isSamePage', true));
    for (let round = 0; round < 2; round += 1) {
      await app.evaluate(({ Menu }) => Menu.getApplicationMenu().getMenuItemById('settings').click());
      await expect.poll(() => page.url()).toMatch(/#\/settings$/);
    }
    expect(await page.evaluate(() => Reflect.get(globalThis, 'isSamePage'))).toBe(true);
  });

  test('follows the theme of the settings', async () => {
    const page = await app.page();
    const source = () => app.evaluate(({ nativeTheme }) => nativeTheme.themeSource);
    await call(page, 'settings.update', { theme: 'dark' });
    await expect.poll(source).toBe('dark');
    await call(page, 'settings.update', { theme: 'light' });
    await expect.poll(source).toBe('light');
  });
});
