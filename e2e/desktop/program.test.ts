// The desktop program: how it begins, what keeps it running, how it ends. On the shim and on a real Electron alike.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';

import type { HexdropBridge } from '../../shared/ipc/preload.ts';
import { test as base } from '../ui/support/fixtures.ts';
import type { DesktopApp } from './desktop-app.ts';
import { makeHome, quietly } from './home.ts';
import { call, snapshot } from './page-calls.ts';

/** Of the page. */
declare const window: { readonly hexdrop: HexdropBridge };

type Start = (settings?: object, args?: readonly string[]) => Promise<DesktopApp>;

const test = base.extend<{ readonly start: Start }>({
  start: ({ launch, world }, use) =>
    use(async (settings, args = []) => {
      const home = makeHome(world.path, settings);
      return world.keep(await launch({ home, args: [...quietly, ...args] }));
    }),
});

test.describe('the desktop program', () => {
  test('shares a folder and keeps a file to be sent when it is opened with them', async ({
    world,
    start,
  }) => {
    const folder = world.folder('holiday');
    const file = join(world.folder('desk'), 'note.txt');
    writeFileSync(file, 'hi');
    const app = await start({}, [folder, file]);
    const page = await app.page();
    await expect.poll(async () => Object.keys((await snapshot(page)).shares)).toEqual(['holiday']);
  });

  test('ends when its window is closed and nothing keeps it', async ({ start }) => {
    const app = await start();
    await app.page();
    await app.evaluate(({ BrowserWindow }) => {
      setImmediate(() => BrowserWindow.getAllWindows()[0].close());
    });
    expect(await app.ended).toBe(0);
  });

  test('asks before it quits while a transfer runs, and keeps the machine awake meanwhile', async ({
    world,
    start,
  }) => {
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
    await expect.poll(() => told('awake')).toEqual(['prevent-app-suspension']);

    await app.evaluate(({ app }) => {
      setImmediate(() => app.quit());
    });
    await expect.poll(() => told('asked')).toEqual(['Quit while transfers are running?']);
    await app.evaluate(({ app }) => {
      setImmediate(() => app.quit());
    });
    await expect.poll(async () => ((await told('asked')) as unknown[]).length).toBe(2);
    expect((await snapshot(page)).transfers[id]?.state).toBe('running');

    await call(page, 'transfers.cancel', { id });
    await expect.poll(() => told('awake')).toEqual(['prevent-app-suspension', 'stopped']);
    await app.evaluate(({ app }) => {
      setImmediate(() => app.quit());
    });
    expect(await app.ended).toBe(0);
  });

  test('stays when its window is closed while a folder is shared, and says so once', async ({
    world,
    start,
  }) => {
    const app = await start({}, [world.folder('shared')]);
    const page = await app.page();
    await expect.poll(async () => Object.keys((await snapshot(page)).shares)).toEqual(['shared']);
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
      .poll(() => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].isVisible()))
      .toBe(true);
    expect(await closeWindow()).toBe(false);
  });

  test('shows the first fault of main once, and lives on', async ({ start }) => {
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
    await expect.poll(shown).toEqual(['first']);
    expect((await snapshot(page)).self.alias).not.toBe('');
    expect(await shown()).toEqual(['first']);
  });
});
