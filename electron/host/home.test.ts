import { describe, expect, it } from 'vitest';
import { HexdropError } from '../../shared/errors/errors.ts';
import { homeFolder } from './home.ts';
import type { HomeSurroundings } from './home.ts';

const on = (platform: NodeJS.Platform, env: Record<string, string> = {}): HomeSurroundings => ({
  env,
  platform,
  homeDirectory: () => '/home/someone',
});

describe('the home', () => {
  it('is what --home says, else HEXDROP_HOME', () => {
    expect(homeFolder('/a', on('linux', { HEXDROP_HOME: '/b' }))).toBe('/a');
    expect(homeFolder(undefined, on('linux', { HEXDROP_HOME: '/b' }))).toBe('/b');
  });

  it('is else where the platform keeps such things', () => {
    expect(homeFolder(undefined, on('linux', { HEXDROP_HOME: '' }))).toBe('/home/someone/.config/hexdrop');
    expect(homeFolder(undefined, on('linux', { XDG_CONFIG_HOME: '/x' }))).toBe('/x/hexdrop');
    expect(homeFolder(undefined, on('darwin'))).toBe('/home/someone/Library/Application Support/hexdrop');
    expect(homeFolder(undefined, on('win32', { APPDATA: '/app' }))).toBe('/app/hexdrop');
    expect(homeFolder(undefined, on('linux', { XDG_CONFIG_HOME: 'x' }))).toBe(
      '/home/someone/.config/hexdrop',
    );
  });

  it('has to be said where the user has none', () => {
    const homeDirectory = (): never => {
      throw new HexdropError('usage', 'No home.');
    };
    const nowhere = { ...on('linux'), homeDirectory };
    expect(() => homeFolder(undefined, nowhere)).toThrow(
      /^No home\. Say with --home DIR, or in HEXDROP_HOME/u,
    );
    expect(homeFolder('/a', nowhere)).toBe('/a');
    expect(homeFolder(undefined, { ...nowhere, env: { XDG_CONFIG_HOME: '/x' } })).toBe('/x/hexdrop');
  });
});
