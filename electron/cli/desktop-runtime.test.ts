import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { findDesktopRuntime } from './desktop-runtime.ts';
import type { DesktopSurroundings } from './desktop-runtime.ts';

const runtime = join('/project', 'node_modules', 'electron', 'dist');
const main = join('/project', 'dist', 'desktop', 'main.js');

const find = (
  files: readonly string[],
  changes: Partial<Omit<DesktopSurroundings, 'exists'>> = {},
): ReturnType<typeof findDesktopRuntime> =>
  findDesktopRuntime({
    root: '/project',
    env: { DISPLAY: ':0' },
    platform: 'linux',
    userId: 1000,
    ...changes,
    exists: (path) => files.includes(path),
  });

const whole = [join(runtime, 'electron'), join(runtime, 'version'), main];

describe('the desktop runtime', () => {
  it('is the one that the electron package has downloaded', () => {
    expect(find(whole)).toEqual({ kind: 'ready', executable: join(runtime, 'electron'), main });
  });

  it('is the one that ELECTRON_OVERRIDE_DIST_PATH names, before any other', () => {
    const env = { DISPLAY: ':0', ELECTRON_OVERRIDE_DIST_PATH: '/opt/electron' };
    expect(find([...whole, join('/opt/electron', 'electron')], { env })).toMatchObject({
      executable: join('/opt/electron', 'electron'),
    });
    expect(find(whole, { env })).toMatchObject({ kind: 'missing' });
  });

  it('has another name on each system, and needs no DISPLAY where there always is one', () => {
    expect(
      find([join(runtime, 'electron.exe'), join(runtime, 'version'), main], { platform: 'win32', env: {} })
        .kind,
    ).toBe('ready');
    const mac = join(runtime, 'Electron.app', 'Contents', 'MacOS', 'Electron');
    expect(find([mac, join(runtime, 'version'), main], { platform: 'darwin', env: {} }).kind).toBe('ready');
  });

  it('does not count when its download broke off, and the reason tells how to get it', () => {
    expect(find([join(runtime, 'electron'), main])).toMatchObject({
      reason: expect.stringContaining('npx install-electron') as string,
    });
  });

  it.each([
    ['without a display', whole, { env: {} }, 'no display'],
    ['as root on Linux', whole, { userId: 0 }, 'root'],
    ['before the desktop shell was built', whole.slice(0, 2), {}, 'not built'],
  ])('is of no use %s', (_when, files, changes, reason) => {
    expect(find(files, changes)).toMatchObject({
      kind: 'missing',
      reason: expect.stringContaining(reason) as string,
    });
  });

  it('is found with Wayland alone', () => {
    expect(find(whole, { env: { WAYLAND_DISPLAY: 'wayland-0' } }).kind).toBe('ready');
  });
});
