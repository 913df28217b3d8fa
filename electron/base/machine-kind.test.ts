import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './testing/trees.ts';
import { machineKind, thisMachineKind } from './machine-kind.ts';
import type { MachineFacts } from './machine-kind.ts';

const systemWith = (files: Readonly<Record<string, string>>): string => {
  const root = temporaryFolder();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `${content}\n`);
  }
  return root;
};

const kindOf = (over: Partial<MachineFacts>): string =>
  machineKind({ platform: 'linux', hostName: 'pc', env: {}, systemRoot: '/nowhere', ...over });

const screen = { DISPLAY: ':0' };
const chassis = 'class/dmi/id/chassis_type';

describe('a Linux machine', () => {
  it.each<[string, Readonly<Record<string, string>>, Readonly<Record<string, string>>, string]>([
    ['with a battery is a laptop', { 'class/power_supply/BAT0/type': 'Battery' }, {}, 'laptop'],
    ['whose maker says so is a laptop', { [chassis]: '10' }, {}, 'laptop'],
    [
      'with a mouse that has a battery is not',
      { 'class/power_supply/mouse/type': 'Battery', 'class/power_supply/mouse/scope': 'Device' },
      screen,
      'desktop',
    ],
    ['in a rack is a server', { [chassis]: '23' }, screen, 'server'],
    ['without any display is a server', { [chassis]: '3' }, {}, 'server'],
    [
      'with a session on a screen is a desktop',
      { [chassis]: '3' },
      { WAYLAND_DISPLAY: 'wayland-0' },
      'desktop',
    ],
    ['with a screen is a desktop', { 'class/drm/card0-HDMI-A-1/status': 'connected' }, {}, 'desktop'],
    [
      'with a plug and no screen is a server',
      { 'class/drm/card0-HDMI-A-1/status': 'disconnected' },
      {},
      'server',
    ],
  ])('%s', (_rule, files, env, kind) => {
    expect(kindOf({ systemRoot: systemWith(files), env })).toBe(kind);
  });
});

describe('elsewhere', () => {
  it.each([
    ['darwin', 'Adas-MacBook-Pro.local', 'laptop'],
    ['darwin', 'studio.local', 'desktop'],
    ['win32', 'LAPTOP-8F3K', 'laptop'],
    ['win32', 'DESKTOP-8F3K', 'desktop'],
    ['win32', 'WIN-8F3K', 'server'],
    ['android', 'localhost', 'phone'],
    ['freebsd', 'pc', 'desktop'],
  ] as const)('%s, called %s, is %s', (platform, hostName, kind) => {
    expect(kindOf({ platform, hostName })).toBe(kind);
  });
});

it('this machine is something', () => {
  expect(['laptop', 'server', 'desktop', 'phone']).toContain(thisMachineKind());
});
