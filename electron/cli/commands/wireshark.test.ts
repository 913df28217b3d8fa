import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';

import { fakeCall } from '../testing/fake-world.ts';
import { run } from '../run.ts';
import { installationFor } from './wireshark.ts';

// Those that a copy could be made with, of the calls that Electron does not open its archives to.
vi.mock('node:fs', async (original) => {
  const closed = (): never => {
    throw new Error('No file of an archive is there for this call.');
  };
  return { ...(await original<object>()), cp: closed, cpSync: closed, opendir: closed, opendirSync: closed };
});

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

it('changes nothing until it is asked to install, and then copies dissector and profile, out of an archive too', async () => {
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
  const shipped = join(import.meta.dirname, '../../../build/wireshark/profile');
  expect(readdirSync(profile)).toEqual(readdirSync(shipped));
  for (const name of readdirSync(shipped))
    expect(readFileSync(join(profile, name), 'utf8')).toBe(readFileSync(join(shipped, name), 'utf8'));

  // A second time, over what the first one put there.
  expect(await call('--install')).toBe(0);
});
