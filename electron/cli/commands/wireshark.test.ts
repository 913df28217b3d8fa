import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';

import { fakeCall } from '../fake-world.ts';
import { run } from '../run.ts';
import { installationFor } from './wireshark.ts';

const made: string[] = [];
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
});

it.each([
  ['linux', {}, '/home/ann/.local/lib/wireshark/plugins', '/home/ann/.config/wireshark/profiles/Hexdrop'],
  ['darwin', {}, '/home/ann/.local/lib/wireshark/plugins', '/home/ann/.config/wireshark/profiles/Hexdrop'],
  [
    'linux',
    { XDG_CONFIG_HOME: '/etc/ann' },
    '/home/ann/.local/lib/wireshark/plugins',
    '/etc/ann/wireshark/profiles/Hexdrop',
  ],
  [
    'linux',
    { XDG_CONFIG_HOME: '' },
    '/home/ann/.local/lib/wireshark/plugins',
    '/home/ann/.config/wireshark/profiles/Hexdrop',
  ],
  [
    'linux',
    { WIRESHARK_CONFIG_DIR: '/etc/shark', XDG_CONFIG_HOME: '/etc/ann' },
    '/home/ann/.local/lib/wireshark/plugins',
    '/etc/shark/profiles/Hexdrop',
  ],
  ['win32', { APPDATA: '/data' }, '/data/Wireshark/plugins', '/data/Wireshark/profiles/Hexdrop'],
] as const)('knows where Wireshark looks on %s with %j', (platform, env, plugins, profile) => {
  const world = { platform, env, homeDirectory: () => '/home/ann' };
  expect(installationFor(world, () => false)).toEqual({ plugins, profile });
});

it('knows the folder of former versions, which counts while there is no newer one', () => {
  const profileWhere = (...folders: readonly string[]): string =>
    installationFor({ platform: 'linux', env: {}, homeDirectory: () => '/home/ann' }, (path) =>
      folders.includes(path),
    ).profile;
  expect(profileWhere('/home/ann/.wireshark')).toBe('/home/ann/.wireshark/profiles/Hexdrop');
  expect(profileWhere('/home/ann/.wireshark', '/home/ann/.config/wireshark')).toBe(
    '/home/ann/.config/wireshark/profiles/Hexdrop',
  );
});

it('changes nothing until it is asked to install, and then copies dissector and profile', async () => {
  const home = mkdtempSync(join(tmpdir(), 'hexdrop-wireshark-'));
  made.push(home);
  const call = (...argv: string[]): Promise<number> => {
    const { world } = fakeCall(['wireshark', ...argv]);
    return run({ ...world, homeDirectory: () => home });
  };
  const dissector = join(home, '.local/lib/wireshark/plugins/hexdrop.lua');
  expect(await call()).toBe(0);
  expect(existsSync(dissector)).toBe(false);

  expect(await call('--install')).toBe(0);
  expect(readFileSync(dissector, 'utf8')).toContain('Proto("hexdrop", "Hexdrop")');
  const profile = join(home, '.config/wireshark/profiles/Hexdrop');
  expect(readFileSync(join(profile, 'colorfilters'), 'utf8')).toContain('hexdrop');
});
