import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { findDesktopRuntime } from './desktop-runtime.ts';
import type { DesktopSurroundings } from './desktop-runtime.ts';

const electron = join('/project', 'node_modules', 'electron');
const runtime = join(electron, 'dist');
const main = join('/project', 'dist', 'desktop', 'main.js');

type Files = Readonly<Record<string, string>>;

const find = (
  files: Files,
  changes: Partial<Omit<DesktopSurroundings, 'exists' | 'read'>> = {},
): ReturnType<typeof findDesktopRuntime> =>
  findDesktopRuntime({
    root: '/project',
    env: { DISPLAY: ':0' },
    platform: 'linux',
    userId: 1000,
    ...changes,
    exists: (path) => path in files,
    read: (path) => files[path],
  });

const installed = (executable: string): Files => ({
  [main]: '',
  [join(electron, 'package.json')]: '{"version":"45.4.1"}',
  [join(electron, 'path.txt')]: executable,
  [join(runtime, 'version')]: 'v45.4.1\n',
  [join(runtime, executable)]: '',
});
const whole = installed('electron');
const without = (...names: string[]): Files =>
  Object.fromEntries(Object.entries(whole).filter(([name]) => !names.includes(name)));

describe('the desktop runtime', () => {
  it('is the one that the electron package has downloaded', () => {
    expect(find(whole)).toEqual({ kind: 'ready', executable: join(runtime, 'electron'), main });
  });

  it('is the one that ELECTRON_OVERRIDE_DIST_PATH names, before any other', () => {
    const env = { DISPLAY: ':0', ELECTRON_OVERRIDE_DIST_PATH: '/opt/electron' };
    expect(find({ ...whole, [join('/opt/electron', 'electron')]: '' }, { env })).toMatchObject({
      executable: join('/opt/electron', 'electron'),
    });
    expect(find(whole, { env })).toMatchObject({ kind: 'impossible' });
  });

  it('has another name on each system, and needs no DISPLAY where there always is one', () => {
    expect(find(installed('electron.exe'), { platform: 'win32', env: {} }).kind).toBe('ready');
    const mac = 'Electron.app/Contents/MacOS/Electron';
    expect(find(installed(mac), { platform: 'darwin', env: {} }).kind).toBe('ready');
  });

  it.each([
    [
      'nothing was downloaded',
      [join(electron, 'path.txt'), join(runtime, 'version'), join(runtime, 'electron')],
    ],
    ['the download broke off while it was unpacked', [join(electron, 'path.txt')]],
    ['its version file is missing', [join(runtime, 'version')]],
    ['its program was removed', [join(runtime, 'electron')]],
  ])('can be fetched when %s', (_when, names) => {
    expect(find(without(...names))).toEqual({ kind: 'absent', package: electron, version: '45.4.1' });
  });

  it('can be fetched when what is there is of another version', () => {
    expect(find({ ...whole, [join(runtime, 'version')]: '44.0.0' }).kind).toBe('absent');
  });

  it.each([
    ['without a display', whole, { env: {} }, 'no display'],
    ['as root on Linux', whole, { userId: 0 }, 'root'],
    ['before the desktop shell was built', without(main), {}, 'not built'],
    ['without the package electron', without(join(electron, 'package.json')), {}, 'not installed'],
  ])('is of no use %s, and is not fetched', (_when, files, changes, reason) => {
    expect(find(files, changes)).toMatchObject({
      kind: 'impossible',
      reason: expect.stringContaining(reason) as string,
    });
  });

  it('is found with Wayland alone', () => {
    expect(find(whole, { env: { WAYLAND_DISPLAY: 'wayland-0' } }).kind).toBe('ready');
  });
});
