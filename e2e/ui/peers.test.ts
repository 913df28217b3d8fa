// Devices see each other without typing anything: two machines, which are network namespaces joined by a cable, and a
// browser on one of them.

import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';

import type { Machine } from '../support/network.ts';
import { makeNetwork, networkNeed } from '../support/network.ts';
import { expectExit } from '../support/program.ts';
import { test } from './support/fixtures.ts';
import { show } from './support/moves.ts';
import { openInBrowser } from './support/window.ts';

const need = networkNeed('devices appear in the window, and go');

/** Chromium that sees the network of that machine. */
const chromiumOn = (machine: Machine, folder: string, chromium: string): string => {
  const script = join(folder, 'browser');
  const command = machine.wrap([chromium]).map((word) => `'${word}'`);
  writeFileSync(script, `#!/bin/sh\nexec ${command.join(' ')} "$@"\n`);
  chmodSync(script, 0o755);
  return script;
};

test.describe('another device', { tag: '@browser' }, () => {
  test.skip(!need.available, need.reason);

  test('appears when it starts, is browsed by a click, and goes when it ends', async ({
    world,
    playwright,
    launchOptions,
  }) => {
    const [here, there] = world.keep(makeNetwork('IPv4 and IPv6')).machines;
    const executablePath = chromiumOn(here, world.path, launchOptions.executablePath ?? '');
    const browser = world.keep(await playwright.chromium.launch({ ...launchOptions, executablePath }));
    const ada = await openInBrowser(browser, world, 'ada', { machine: here });
    await expect(ada.page.getByRole('heading', { name: 'Nobody here yet' })).toBeVisible();

    const bob = world.device('bob');
    const program = bob.start(
      ['ui', world.folder('music'), '--port', '0', '--no-open', '--alias', '书房'],
      there,
    );
    await program.event('listening');
    const link = ada.page.getByRole('link', { name: 'Details of 书房' });
    await expect(link).toBeVisible();
    await expect(ada.page.getByText('1 reachable')).toBeVisible();

    program.signal('SIGINT');
    await expect(link).not.toBeAttached();
    expectExit(await program.end(), 130);

    const again = bob.start(['ui', '--port', '0', '--no-open', '--alias', '书房'], there);
    await ada.page.getByRole('button', { name: 'Browse shares of 书房' }).click();
    await expect(ada.page.getByRole('row', { name: /^music/u })).toBeVisible();
    again.signal('SIGINT');
    // Whoever was met stays in the list, and is told to be away.
    await show(ada, 'devices');
    await expect(ada.page.locator('.device').filter({ hasText: '书房' }).getByText('Offline')).toBeVisible();
  });
});
