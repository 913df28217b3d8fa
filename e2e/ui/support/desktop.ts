/** Windows of real devices in the desktop shell: over the shim, or on a real Electron. */

import { basename } from 'node:path';
import type { Page } from '@playwright/test';

import type { DesktopApp, DesktopOptions } from '../../desktop/desktop-app.ts';
import type { World } from '../../support/stage.ts';
import { addressOf, contextOptions, keepSettings } from './window.ts';
import type { Hands, UiDevice, WindowOptions } from './window.ts';

export type Launch = (options: DesktopOptions) => Promise<DesktopApp>;

export async function openOnDesktop(
  launch: Launch,
  world: World,
  name: string,
  options: WindowOptions = {},
): Promise<UiDevice> {
  const device = world.device(name);
  const downloads = world.folder(`downloads-${name}`);
  const { settings, userHome, share = [], language, theme } = options;
  const isFirst = keepSettings(device, {
    alias: name,
    downloadDir: downloads,
    ...(language === undefined ? {} : { language }),
    ...(theme === undefined ? {} : { theme }),
    ...settings,
  });
  const app = world.keep(
    await launch({
      home: device.home,
      // Later ones listen where it was set.
      args: ['--host', '127.0.0.1', ...(isFirst ? ['--port', '0'] : []), ...share],
      context: contextOptions(options),
      ...(userHome === undefined ? {} : { env: { HOME: userHome } }),
    }),
  );
  const page = await app.page();
  return {
    name,
    device,
    page,
    context: page.context(),
    downloads,
    address: await addressOf(page),
    hands: desktopHands(app, page),
    kill: () => app.kill(),
    quit: async () => {
      await app.evaluate(({ app }) => {
        setImmediate(() => app.quit());
      });
      const exitCode = await app.ended;
      if (exitCode !== 0) throw new Error(`The desktop program ended with ${exitCode}.`);
    },
  };
}

const desktopHands = (app: DesktopApp, page: Page): Hands => {
  const answerDialog = (filePaths: readonly string[]): Promise<void> =>
    app.evaluate(({ dialog }, filePaths) => {
      dialog.showOpenDialog = async () => ({ canceled: false, filePaths });
    }, filePaths);
  return {
    // A real Electron knows the path of what is dropped; the shim is told it.
    dragging: (paths) =>
      page
        .evaluate(
          (paths) => Reflect.set(globalThis, 'hexdropShimPaths', paths),
          Object.fromEntries(paths.map((path) => [basename(path), path])),
        )
        .then(() => undefined),
    choose: async (button, paths) => {
      await answerDialog(paths);
      await button.click();
    },
    chooseOfMachine: async (path) => {
      await answerDialog([path]);
      await page.getByRole('button', { name: 'Files…' }).click();
    },
    choosePlace: async (button, folder) => {
      await answerDialog([folder]);
      await button.click();
    },
  };
};
