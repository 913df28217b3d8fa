import { describe, expect, it } from 'vitest';
import { fakeCall } from './fake-world.ts';
import { homeFolder } from './home.ts';
import type { World } from './world.ts';

const world = (platform: NodeJS.Platform, env: Record<string, string> = {}): World => ({
  ...fakeCall([], { env }).world,
  platform,
});

describe('the home', () => {
  it('is what --home says, else HEXDROP_HOME', () => {
    expect(homeFolder('/a', world('linux', { HEXDROP_HOME: '/b' }))).toBe('/a');
    expect(homeFolder(undefined, world('linux', { HEXDROP_HOME: '/b' }))).toBe('/b');
  });

  it('is else where the platform keeps such things', () => {
    expect(homeFolder(undefined, world('linux', { HEXDROP_HOME: '' }))).toBe('/home/someone/.config/hexdrop');
    expect(homeFolder(undefined, world('linux', { XDG_CONFIG_HOME: '/x' }))).toBe('/x/hexdrop');
    expect(homeFolder(undefined, world('darwin'))).toBe('/home/someone/Library/Application Support/hexdrop');
    expect(homeFolder(undefined, world('win32', { APPDATA: '/app' }))).toBe('/app/hexdrop');
  });
});
