// Devices see each other without typing anything: two machines, which are network namespaces joined by a cable, and a
// browser on one of them.

import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { describe, it } from 'vitest';

import { needs } from '../support/needs.ts';
import type { Machine } from '../support/network.ts';
import { makeNetwork, networkNeed } from '../support/network.ts';
import { expectExit } from '../support/program.ts';
import { useWorld } from '../support/world.ts';
import { show } from './support/moves.ts';
import { openDevice } from './support/window.ts';

const proves = 'devices appear in the window, and go';
const need = networkNeed(proves);
const chromiumNeed = needs('chromium', proves);
const world = useWorld();

/** A browser that sees the network of that machine. */
const browserOn = async (machine: Machine) => {
  const script = join(world.path, 'browser');
  const command = machine.wrap([chromiumNeed.path]).map((word) => `'${word}'`);
  writeFileSync(script, `#!/bin/sh\nexec ${command.join(' ')} "$@"\n`);
  chmodSync(script, 0o755);
  const browser = await chromium.launch({
    executablePath: script,
    chromiumSandbox: false,
    args: ['--disable-background-networking'],
  });
  return world.keep(browser);
};

describe.skipIf(!need.available || !chromiumNeed.available)('another device', () => {
  it('appears when it starts, is browsed by a click, and goes when it ends', async () => {
    const [here, there] = world.keep(makeNetwork('IPv4 and IPv6')).machines;
    const browser = await browserOn(here);
    const ada = await openDevice(browser, world, 'ada', { machine: here });
    await ada.page.getByRole('heading', { name: 'Nobody here yet' }).waitFor();

    const bob = world.device('bob');
    const program = bob.start(
      ['ui', world.folder('music'), '--port', '0', '--no-open', '--alias', '书房'],
      there,
    );
    await program.event('listening');
    const link = ada.page.getByRole('link', { name: 'Details of 书房' });
    await link.waitFor();
    await ada.page.getByText('1 reachable').waitFor();

    program.signal('SIGINT');
    await link.waitFor({ state: 'detached' });
    expectExit(await program.end(), 130);

    const again = bob.start(['ui', '--port', '0', '--no-open', '--alias', '书房'], there);
    await ada.page.getByRole('button', { name: 'Browse shares of 书房' }).click();
    await ada.page.getByRole('row', { name: /^music/u }).waitFor();
    again.signal('SIGINT');
    // Whoever was met stays in the list, and is told to be away.
    await show(ada, 'devices');
    await ada.page.locator('.device').filter({ hasText: '书房' }).getByText('Offline').waitFor();
  });
});
