// What the shim alone shows of the desktop program: its safeguards as they are set, what it tells the system.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';

import type { Opening } from '../../electron/host/opening.ts';
import { claimInstance } from '../../electron/host/single-instance.ts';
import type { HexdropBridge } from '../../shared/ipc/preload.ts';
import { Stage } from '../support/stage.ts';
import { test as base } from '../ui/support/fixtures.ts';
import { ShimApp, root } from './desktop-app.ts';
import { makeHome, quietly } from './home.ts';
import { call, snapshot } from './page-calls.ts';

/** Of the page. */
declare const window: { readonly hexdrop: HexdropBridge };

interface Wanted {
  readonly args?: readonly string[];
  readonly settings?: object;
  readonly env?: Readonly<Record<string, string>>;
}

const test = base.extend<{ readonly start: (wanted?: Wanted) => ShimApp }>({
  start: async ({ chromium, world }, use) => {
    const browser = await chromium();
    await use(({ args = [], settings, env = {} } = {}) =>
      world.keep(
        new ShimApp(browser, { home: makeHome(world.path, settings), args: [...quietly, ...args], env }),
      ),
    );
  },
});

test.describe('the safeguards', () => {
  const stage = new Stage();
  let app: ShimApp;
  test.beforeAll(async ({ shell, chromium }) => {
    test.skip(shell.lacking !== '', shell.lacking);
    stage.open();
    app = stage.keep(new ShimApp(await chromium(), { home: makeHome(stage.path), args: quietly }));
  });
  test.afterAll(() => stage.close());

  test('makes its window with every safeguard on', async () => {
    await app.page();
    const preferences = await app.evaluate(
      ({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].options.webPreferences,
    );
    expect(preferences).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
    });
  });

  test('has a preload that requires electron and nothing else', () => {
    const preload = readFileSync(join(root, 'dist/desktop/preload.cjs'), 'utf8');
    const required = [...preload.matchAll(/(?:require|import)\s*\(\s*(["'`])(.*?)\1/g)].map(
      ([, , name]) => name,
    );
    expect(required).toEqual(['electron']);
    expect(preload).not.toMatch(/^\s*(?:import|export)\s/m);
  });

  test('sends its policy with the page', async () => {
    const page = await app.page();
    const answer = await page.reload();
    expect(answer?.headers()['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(answer?.headers()['x-content-type-options']).toBe('nosniff');
  });

  test('grants the page notifications and copying, and no other permission, and nobody else any', async () => {
    await app.page();
    const granted = await app.evaluate(({ session }) => {
      const { permissionRequest, permissionCheck, devicePermission } = session.defaultSession.handlers;
      const asked = (permission: string, requestingUrl: string): boolean => {
        let answer = false;
        permissionRequest(null, permission, (granted: boolean) => (answer = granted), { requestingUrl });
        return answer;
      };
      const all = [
        'notifications',
        'clipboard-sanitized-write',
        'clipboard-read',
        'media',
        'geolocation',
        'midi',
        'pointerLock',
        'fullscreen',
        'openExternal',
        'display-capture',
        'hid',
        'usb',
        'serial',
        'fileSystem',
        'unknown',
      ];
      return {
        requested: all.filter((permission) => asked(permission, 'app://hexdrop/')),
        checked: all.filter((permission) => permissionCheck(null, permission, 'app://hexdrop/')),
        foreign: all.filter(
          (permission) =>
            asked(permission, 'https://example.com/') ||
            permissionCheck(null, permission, 'https://example.com/'),
        ),
        devices: devicePermission({ deviceType: 'usb', origin: 'app://hexdrop' }),
      };
    });
    expect(granted).toEqual({
      requested: ['notifications', 'clipboard-sanitized-write'],
      checked: ['notifications', 'clipboard-sanitized-write'],
      foreign: [],
      devices: false,
    });
  });

  test('cancels every request to the network, attaches no webview, and takes no bad certificate', async () => {
    await app.page();
    const outcome = await app.evaluate(({ app, session, BrowserWindow }) => {
      const { beforeRequest } = session.defaultSession.handlers;
      let isCancelled = false;
      beforeRequest.listener({}, ({ cancel }: { cancel: boolean }) => (isCancelled = cancel));
      const prevented: string[] = [];
      const event = (name: string) => ({ preventDefault: () => void prevented.push(name) });
      const { webContents } = BrowserWindow.getAllWindows()[0];
      webContents.emit('will-attach-webview', event('webview'), {}, {});
      webContents.emit('will-redirect', event('redirect'));
      let isTrusted = true;
      app.emit(
        'certificate-error',
        event('certificate'),
        webContents,
        'https://example.com',
        'error',
        {},
        (trusted: boolean) => (isTrusted = trusted),
      );
      const download = (url: string) =>
        session.defaultSession.emit('will-download', event(`download ${url}`), { getURL: () => url });
      download('https://example.com/a');
      download('blob:app://hexdrop/1');
      return { urls: beforeRequest.filter.urls, isCancelled, prevented, isTrusted };
    });
    expect(outcome.isCancelled).toBe(true);
    expect(outcome.urls).toContain('https://*/*');
    expect(outcome.urls).toContain('file://*/*');
    expect(outcome.isTrusted).toBe(false);
    expect(outcome.prevented).toEqual([
      'webview',
      'redirect',
      'certificate',
      'download https://example.com/a',
    ]);
  });

  test('takes messages from the main frame of its own page only', async () => {
    await app.page();
    const outcome = await app.evaluate(async ({ BrowserWindow, ipcMain }) => {
      const sender = BrowserWindow.getAllWindows()[0].webContents;
      const ours = { origin: 'app://hexdrop', url: 'app://hexdrop/', parent: null };
      const senders: Record<string, object> = {
        'another origin': { sender, senderFrame: { ...ours, origin: 'https://example.com' } },
        'another page of ours': { sender, senderFrame: { ...ours, url: 'app://hexdrop/icon.svg' } },
        'an embedded frame': { sender, senderFrame: { ...ours, parent: ours } },
        'a frame that is gone': { sender, senderFrame: null },
        'another window': { sender: { id: 2 }, senderFrame: ours },
      };
      const refused: string[] = [];
      for (const [name, event] of Object.entries(senders)) {
        let isClosed = false;
        const port = { on: () => undefined, start: () => undefined, close: () => (isClosed = true) };
        ipcMain.emit('hexdrop:link', { ...event, ports: [port] });
        const isRefused = async (channel: string, argument: unknown): Promise<boolean> => {
          try {
            await ipcMain._invokeHandlers.get(channel)(event, argument);
            return false;
          } catch (thrown) {
            return (thrown as Error).message === 'Only the page of this program may ask.';
          }
        };
        if (
          isClosed &&
          (await isRefused('hexdrop:grant', ['/etc/hosts'])) &&
          (await isRefused('hexdrop:pick', 'files'))
        ) {
          refused.push(name);
        }
      }
      return refused;
    });
    expect(outcome).toEqual([
      'another origin',
      'another page of ours',
      'an embedded frame',
      'a frame that is gone',
      'another window',
    ]);
  });

  test('refuses arguments of the wrong form, and channels that there are not', async () => {
    const page = await app.page();
    const invoke = (channel: string, argument?: unknown): Promise<string> =>
      page.evaluate(
        async ([channel, argument]) => {
          try {
            await Reflect.get(globalThis, 'hexdropShimInvoke')(channel, argument);
            return 'taken';
          } catch (thrown) {
            return (thrown as Error).message;
          }
        },
        [channel, argument] as const,
      );
    expect(await invoke('hexdrop:nothing')).toContain('No handler registered');
    for (const argument of [undefined, [], 'a', [1], ['relative'], [['/a']], ['/a'.repeat(20_000)]]) {
      expect(await invoke('hexdrop:grant', argument)).not.toBe('taken');
    }
    for (const argument of [undefined, 'share', ['files'], {}]) {
      expect(await invoke('hexdrop:pick', argument)).not.toBe('taken');
    }
  });

  test('turns dropped files into grants, and its page sees no path', async () => {
    const folder = stage.folder('dropped');
    writeFileSync(join(folder, 'a.txt'), 'abc');
    const page = await app.page();
    const refs = await page.evaluate(async (folder) => {
      Reflect.set(globalThis, 'hexdropShimPaths', { 'a.txt': `${folder}/a.txt`, gone: `${folder}/gone` });
      return window.hexdrop.grantsOf([
        new File(['abc'], 'a.txt'),
        new File(['made by the page'], 'made.txt'),
        new File([], 'gone'),
      ]);
    }, folder);
    expect(refs).toHaveLength(1);
    expect(refs[0]).not.toContain('/');
    const { items } = await call(page, 'files.measure', { refs: [...refs] });
    expect(items).toMatchObject([{ name: 'a.txt', bytes: 3 }]);
    expect(await page.evaluate(() => window.hexdrop.grantsOf([new File(['x'], 'made.txt')]))).toEqual([]);
  });
});

test.describe('the desktop shell', () => {
  const seen = (app: ShimApp, name: string): Promise<unknown> =>
    app.evaluate(({ shim }, name) => shim.seen[name], name);

  test('opens one dialog at a time', async ({ start }) => {
    const app = start();
    const page = await app.page();
    await app.evaluate(({ dialog }) => {
      dialog.showOpenDialog = () =>
        new Promise((resolve) => {
          Object.assign(globalThis, { answer: () => resolve({ filePaths: ['/etc/hosts'] }) });
        });
    });
    const first = page.evaluate(() => window.hexdrop.pick('files'));
    await expect.poll(() => app.evaluate(() => 'answer' in globalThis)).toBe(true);
    expect(await page.evaluate(() => window.hexdrop.pick('folder'))).toEqual([]);
    await app.evaluate(() => Reflect.get(globalThis, 'answer')());
    expect(await first).toHaveLength(1);
  });

  test('hands the paths of a second start to the first one, and ends', async ({ world, start }) => {
    const app = start();
    const page = await app.page();
    await snapshot(page);
    const shared = world.folder('later');
    const second = start({ args: [shared] });
    expect(await second.ended).toBe(0);
    expect(second.output).toContain('runs already');
    await expect.poll(async () => Object.keys((await snapshot(page)).shares)).toEqual(['later']);
  });

  test('hands its paths to a browser shell that serves the same home, and ends', async ({ world, start }) => {
    const home = makeHome(world.path);
    const taken: (readonly Opening[])[] = [];
    const instance = await claimInstance(home, (openings) => taken.push(openings));
    if (!instance.isFirst) throw new Error('Somebody else has this home.');
    world.keep(instance);
    const app = start({ args: ['--send', '/etc/hosts', 'hexdrop://attic/photos'] });
    expect(await app.ended).toBe(0);
    expect(taken).toEqual([[{ path: '/etc/hosts', purpose: 'send' }, { link: 'hexdrop://attic/photos' }]]);
  });

  test('opens no window when it starts with the system, and one when somebody starts it again', async ({
    start,
  }) => {
    const app = start({ args: ['--hidden'] });
    await expect.poll(() => app.evaluate(({ shim }) => shim.seen.trays.length)).toBe(1);
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(0);
    expect(await start().ended).toBe(0);
    await app.page();
  });

  test('tells of a file that the system opens it with, also before there is a window (macOS)', async ({
    world,
    start,
  }) => {
    const folder = world.folder('from-finder');
    const app = start();
    const page = await app.page();
    const isPrevented = await app.evaluate(({ app }, folder) => {
      let isPrevented = false;
      app.emit('open-file', { preventDefault: () => (isPrevented = true) }, folder);
      return isPrevented;
    }, folder);
    expect(isPrevented).toBe(true);
    await expect.poll(async () => Object.keys((await snapshot(page)).shares)).toEqual(['from-finder']);
  });

  test('shows transfers, offers and shares in the tray, and progress on the taskbar', async ({
    world,
    start,
  }) => {
    const received = world.folder('received');
    const receiver = await world.device('there').receive(received);
    const file = join(world.folder('outgoing'), 'large.bin');
    writeFileSync(file, Buffer.alloc(2 * 1024 * 1024));
    const app = start({ settings: { uploadLimit: 262_144 }, args: [world.folder('holiday')] });
    const page = await app.page();
    await page.evaluate((file) => Reflect.set(globalThis, 'hexdropShimPaths', { f: file }), file);
    const [ref = ''] = await page.evaluate(() => window.hexdrop.grantsOf([new File([], 'f')]));
    await call(page, 'transfers.send', { to: { address: receiver.address }, refs: [ref] });
    const lines = (): Promise<string> =>
      app.evaluate(({ shim }) =>
        shim.seen.trays[0].menu.items.map(({ label }: { label?: string }) => label ?? '--').join('\n'),
      );
    await expect
      .poll(lines)
      .toMatch(/^1 transfer · \d+ % · .*\n↑ large\.bin {2}\d+ %\n1 folder is shared\n--\nHide Window\nQuit/);
    await expect
      .poll(async () => ((await seen(app, 'progress')) as number[]).some((part) => part > 0 && part < 1))
      .toBe(true);
    await call(page, 'settings.update', { uploadLimit: null });
    await expect.poll(lines).toMatch(/^Nothing is being transferred\n1 folder is shared\n/);
    await expect.poll(async () => ((await seen(app, 'progress')) as number[]).at(-1)).toBe(-1);
  });

  test('has a badge while an offer waits', async ({ world, start }) => {
    const app = start({ settings: { downloadDir: world.folder('downloads') } });
    const page = await app.page();
    const { self } = await snapshot(page);
    const file = join(world.folder('outgoing'), 'gift.txt');
    writeFileSync(file, 'gift');
    const { listening } = self;
    world.device('there').start(['send', file, '--to', `${listening?.host}:${listening?.port}`]);
    await expect.poll(() => seen(app, 'badges')).toEqual([1]);
    const { offers } = await snapshot(page);
    await call(page, 'offers.decline', { id: Object.keys(offers)[0] ?? '' });
    await expect.poll(() => seen(app, 'badges')).toEqual([1, 0]);
  });

  test('says once ever that a closed window leaves it running', async ({ world, start }) => {
    const run = async (): Promise<unknown> => {
      const app = start({ args: [world.folder('shared')] });
      const page = await app.page();
      await expect.poll(async () => Object.keys((await snapshot(page)).shares).length).toBe(1);
      for (let round = 0; round < 2; round += 1) {
        await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].close());
        await page.evaluate(() => window.hexdrop.show?.());
      }
      const told = await seen(app, 'notifications');
      await app.evaluate(({ app }) => {
        setImmediate(() => app.quit());
      });
      await app.ended;
      return told;
    };
    expect(await run()).toHaveLength(1);
    expect(await run()).toEqual([]);
  });

  test('puts the window where it was', async ({ start }) => {
    const bounds = { x: 300, y: 200, width: 900, height: 650 };
    const first = start();
    await first.page();
    await first.evaluate(({ BrowserWindow, app }, bounds) => {
      BrowserWindow.getAllWindows()[0].setBounds(bounds);
      setImmediate(() => app.quit());
    }, bounds);
    expect(await first.ended).toBe(0);
    const second = start();
    await second.page();
    expect(
      await second.evaluate(({ BrowserWindow }) => {
        const { x, y, width, height } = BrowserWindow.getAllWindows()[0].options;
        return { x, y, width, height };
      }),
    ).toEqual(bounds);
  });

  test('lets a page send nothing by WebRTC, which no rule for requests sees', async ({ start }) => {
    const app = start();
    await app.page();
    expect(await app.evaluate(({ shim }) => shim.seen.webRtcPolicies)).toEqual(['disable_non_proxied_udp']);
  });

  test('loads the page again when its process dies, and asks when it dies again', async ({ start }) => {
    const app = start();
    await app.page();
    await app.evaluate(({ dialog }) => {
      dialog.showMessageBox = async ({ message }: { message: string }) => {
        Object.assign(globalThis, { asked: message });
        return new Promise(() => undefined);
      };
    });
    const loads = () => app.evaluate(({ shim }) => shim.seen.loads);
    const before = (await loads()) as number;
    const die = () =>
      app.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows()[0].webContents.emit('render-process-gone', {}, { reason: 'crashed' }),
      );
    await die();
    await expect.poll(loads).toBe(before + 1);
    await die();
    await expect
      .poll(() => app.evaluate(() => Reflect.get(globalThis, 'asked')))
      .toBe('The window has failed');
    expect(await loads()).toBe(before + 1);
  });

  test('ends without a question at a signal', async ({ start }) => {
    const app = start();
    await app.page();
    app.signal('SIGTERM');
    expect(await app.ended).toBe(0);
  });

  test('quits without a question when the system shuts down', async ({ start }) => {
    const app = start();
    await app.page();
    await app.evaluate(({ powerMonitor }) => {
      setImmediate(() => powerMonitor.emit('shutdown'));
    });
    expect(await app.ended).toBe(0);
  });

  test('shares what is chosen from the menu, and opens the download folder', async ({ world, start }) => {
    const downloads = world.folder('downloads');
    const chosen = world.folder('chosen');
    const app = start({ settings: { downloadDir: downloads } });
    const page = await app.page();
    await app.evaluate(({ dialog, Menu }, chosen) => {
      dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [chosen] });
      Menu.getApplicationMenu().getMenuItemById('share-folder').click();
      Menu.getApplicationMenu().getMenuItemById('open-downloads').click();
    }, chosen);
    await expect.poll(async () => Object.keys((await snapshot(page)).shares)).toEqual(['chosen']);
    expect(await seen(app, 'opened')).toEqual([downloads]);
  });

  test('opens no file where a folder should be: to open it may be to run it', async ({ world, start }) => {
    const file = join(world.folder('downloads'), 'program.sh');
    writeFileSync(file, '#!/bin/sh\n', { mode: 0o755 });
    const app = start({ settings: { downloadDir: file } });
    await app.page();
    await app.evaluate(({ dialog, Menu }) => {
      dialog.showMessageBox = async ({ detail }: { detail: string }) => {
        Object.assign(globalThis, { told: detail });
        return { response: 0 };
      };
      Menu.getApplicationMenu().getMenuItemById('open-downloads').click();
    });
    await expect
      .poll(() => app.evaluate(() => Reflect.get(globalThis, 'told')))
      .toMatch(/program\.sh is not a folder/);
    expect(await seen(app, 'opened')).toEqual([]);
  });

  test('starts with the system by an entry of its own on Linux', async ({ world, start }) => {
    const config = world.folder('config');
    const app = start({ env: { XDG_CONFIG_HOME: config } });
    const page = await app.page();
    mkdirSync(config, { recursive: true });
    await call(page, 'settings.update', { startWithSystem: true });
    const entry = join(config, 'autostart/hexdrop.desktop');
    expect(readFileSync(entry, 'utf8')).toMatch(/^Exec=".*" "--hidden"$/m);
    await call(page, 'settings.update', { startWithSystem: false });
    expect(existsSync(entry)).toBe(false);
  });
});
