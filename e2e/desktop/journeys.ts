/**
 * What holds on the shim and on a real Electron alike: run by shim.test.ts on the one and by real.test.ts on the other.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';

import type { HexdropBridge } from '../../shared/ipc/preload.ts';
import { patienceMs } from '../support/program.ts';
import { useWorld } from '../support/world.ts';
import type { DesktopApp, DesktopOptions } from './desktop-app.ts';
import { call, snapshot } from './page-calls.ts';

/** Of the page. */
declare const window: { readonly hexdrop: HexdropBridge; open(url: string): unknown };
declare const location: { href: string; reload(): void };

type Launch = (options: DesktopOptions) => Promise<DesktopApp>;

const poll = { timeout: patienceMs, interval: 20 };
/** No network but loopback. */
export const quietly = ['--host', '127.0.0.1', '--port', '0'] as const;

export function makeHome(folder: string, settings: object = {}): string {
  const home = join(folder, 'home');
  mkdirSync(home, { recursive: true });
  writeFileSync(
    join(home, 'settings.json'),
    JSON.stringify({ version: 1, discovery: false, language: 'en', ...settings }),
  );
  return home;
}

export function desktopJourneys(name: string, launch: Launch): void {
  describe(`the window on ${name}`, () => {
    const world = useWorld('file');
    let app: DesktopApp;
    beforeAll(async () => {
      app = world.keep(await launch({ home: makeHome(world.path), args: quietly }));
    });

    it('opens its window, shows the page, and the page gets a snapshot over the link', async () => {
      const page = await app.page();
      await expect.poll(() => page.title(), poll).toMatch(/Hexdrop$/);
      const { shell, self } = await snapshot(page);
      expect(shell).toMatchObject({ kind: 'desktop', systemDialogs: true, droppedPaths: true });
      expect(self.deviceId).toMatch(/^[0-9a-f]{64}$/);
    });

    it('carries calls, and answers for the wrong ones', async () => {
      const page = await app.page();
      const settings = await call(page, 'settings.update', { alias: 'Writing desk' });
      expect(settings.alias).toBe('Writing desk');
      expect((await snapshot(page)).self.alias).toBe('Writing desk');
      await expect(call(page, 'nothing.at-all' as never, {} as never)).rejects.toThrow('unknown-call');
      await expect(call(page, 'settings.update', { hue: 'red' } as never)).rejects.toThrow('bad-arguments');
    });

    it('lets a page open links again and again, and no heap of them at once', async () => {
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

    it('has a page without Node, with the functions of the bridge and nothing of Electron', async () => {
      const page = await app.page();
      const found = await page.evaluate(() => ({
        globals: ['require', 'process', 'module', 'Buffer', 'ipcRenderer', 'electron'].filter(
          (name) => name in globalThis,
        ),
        bridge: Object.fromEntries(
          Object.entries(window.hexdrop).map(([name, value]) => [name, typeof value]),
        ),
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

    it('keeps the page where it is, and alone', async () => {
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

    it('runs no script and loads nothing that is not its own', async () => {
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

    it('loses nothing by a reload', async () => {
      const page = await app.page();
      await call(page, 'settings.update', { alias: 'Still here' });
      await page.evaluate(() => location.reload());
      await expect
        .poll(async () => (await snapshot(await app.page()).catch(() => undefined))?.self.alias, poll)
        .toBe('Still here');
    });

    it('gives grants for what the system dialog chose, and no path', async () => {
      const file = join(world.folder('chosen'), 'letter.txt');
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

    it('has its menu in the language of the settings, with the same shortcuts', async () => {
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
      await expect.poll(menu, poll).toEqual([
        ['发送文件…', 'CmdOrCtrl+O'],
        ['共享文件夹…', 'CmdOrCtrl+Shift+O'],
        ['设置…', 'CmdOrCtrl+,'],
        ['传输', 'CmdOrCtrl+2'],
      ]);
    });

    it('goes to a view from the menu without loading the page again', async () => {
      const page = await app.page();
      await page.evaluate(() => Reflect.set(globalThis, 'isSamePage', true));
      for (let round = 0; round < 2; round += 1) {
        await app.evaluate(({ Menu }) => Menu.getApplicationMenu().getMenuItemById('settings').click());
        await expect.poll(() => page.url(), poll).toMatch(/#\/settings$/);
      }
      expect(await page.evaluate(() => Reflect.get(globalThis, 'isSamePage'))).toBe(true);
    });

    it('follows the theme of the settings', async () => {
      const page = await app.page();
      const source = () => app.evaluate(({ nativeTheme }) => nativeTheme.themeSource);
      await call(page, 'settings.update', { theme: 'dark' });
      await expect.poll(source, poll).toBe('dark');
      await call(page, 'settings.update', { theme: 'light' });
      await expect.poll(source, poll).toBe('light');
    });
  });

  describe(`the desktop program on ${name}`, () => {
    const world = useWorld();

    const start = async (settings?: object, args: readonly string[] = []): Promise<DesktopApp> => {
      const home = makeHome(world.path, settings);
      return world.keep(await launch({ home, args: [...quietly, ...args] }));
    };

    it('shares a folder and keeps a file to be sent when it is opened with them', async () => {
      const folder = world.folder('holiday');
      const file = join(world.folder('desk'), 'note.txt');
      writeFileSync(file, 'hi');
      const app = await start({}, [folder, file]);
      const page = await app.page();
      await expect.poll(async () => Object.keys((await snapshot(page)).shares), poll).toEqual(['holiday']);
    });

    it('ends when its window is closed and nothing keeps it', async () => {
      const app = await start();
      await app.page();
      await app.evaluate(({ BrowserWindow }) => {
        setImmediate(() => BrowserWindow.getAllWindows()[0].close());
      });
      expect(await app.ended).toBe(0);
    });

    it('asks before it quits while a transfer runs, and keeps the machine awake meanwhile', async () => {
      const receiver = await world.device('there').receive(world.folder('received'));
      const file = join(world.folder('outgoing'), 'large.bin');
      writeFileSync(file, Buffer.alloc(4 * 1024 * 1024));
      const app = await start({ uploadLimit: 65_536 });
      const page = await app.page();
      await app.evaluate(({ dialog, powerSaveBlocker }, file) => {
        const awake: unknown[] = [];
        const asked: unknown[] = [];
        const { start, stop } = powerSaveBlocker;
        powerSaveBlocker.start = (kind: string) => {
          awake.push(kind);
          return start(kind);
        };
        powerSaveBlocker.stop = (id: number) => {
          awake.push('stopped');
          return stop(id);
        };
        dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [file] });
        dialog.showMessageBox = async (...args: { message: string }[]) => {
          asked.push(args.at(-1)?.message);
          return { response: 0 };
        };
        Object.assign(globalThis, { awake, asked });
      }, file);
      const [ref = ''] = await page.evaluate(() => window.hexdrop.pick('files'));
      const { id } = await call(page, 'transfers.send', { to: { address: receiver.address }, refs: [ref] });
      const told = (name: string) => app.evaluate((_, name) => Reflect.get(globalThis, name), name);
      await expect.poll(() => told('awake'), poll).toEqual(['prevent-app-suspension']);

      await app.evaluate(({ app }) => {
        setImmediate(() => app.quit());
      });
      await expect.poll(() => told('asked'), poll).toEqual(['Quit while transfers are running?']);
      await app.evaluate(({ app }) => {
        setImmediate(() => app.quit());
      });
      await expect.poll(async () => ((await told('asked')) as unknown[]).length, poll).toBe(2);
      expect((await snapshot(page)).transfers[id]?.state).toBe('running');

      await call(page, 'transfers.cancel', { id });
      await expect.poll(() => told('awake'), poll).toEqual(['prevent-app-suspension', 'stopped']);
      await app.evaluate(({ app }) => {
        setImmediate(() => app.quit());
      });
      expect(await app.ended).toBe(0);
    });

    it('stays when its window is closed while a folder is shared, and says so once', async () => {
      const app = await start({}, [world.folder('shared')]);
      const page = await app.page();
      await expect.poll(async () => Object.keys((await snapshot(page)).shares), poll).toEqual(['shared']);
      const closeWindow = () =>
        app.evaluate(({ BrowserWindow }) => {
          const [window] = BrowserWindow.getAllWindows();
          window.close();
          return window.isVisible();
        });
      expect(await closeWindow()).toBe(false);
      // The page lives on behind it.
      expect(Object.keys((await snapshot(page)).shares)).toEqual(['shared']);
      await page.evaluate(() => window.hexdrop.show?.());
      await expect
        .poll(() => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].isVisible()), poll)
        .toBe(true);
      expect(await closeWindow()).toBe(false);
    });

    it('shows the first fault of main once, and lives on', async () => {
      const app = await start();
      const page = await app.page();
      await app.evaluate(({ dialog }) => {
        const shown: unknown[] = [];
        dialog.showMessageBox = async ({ detail }: { detail: string }) => {
          shown.push(detail.split('\n')[0]);
          return { response: 0 };
        };
        Object.assign(globalThis, { shown });
        for (const fault of ['first', 'second', 'second']) {
          setImmediate(() => {
            throw new Error(fault);
          });
        }
      });
      const shown = () => app.evaluate(() => Reflect.get(globalThis, 'shown'));
      await expect.poll(shown, poll).toEqual(['first']);
      expect((await snapshot(page)).self.alias).not.toBe('');
      expect(await shown()).toEqual(['first']);
    });
  });
}
