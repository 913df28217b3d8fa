import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import type { Settings } from '../../shared/model/settings.ts';
import { temporaryFolder } from '../base/testing/trees.ts';
import type { HexdropError } from '../../shared/errors/errors.ts';
import { SettingsStore } from './settings-store.ts';

const storeIn = (home: string, overrides?: Partial<Settings>) => {
  const troubles: HexdropError[] = [];
  const store = new SettingsStore({
    home,
    deviceId: 'ab'.repeat(32),
    downloadDir: '/downloads',
    trouble: (error) => troubles.push(error),
    ...(overrides === undefined ? {} : { overrides }),
  });
  return { store, troubles };
};

describe('settings', () => {
  it('have defaults, and write nothing before something is set', () => {
    const home = temporaryFolder();
    const { store, troubles } = storeIn(home);
    expect(store.current).toMatchObject({
      downloadDir: '/downloads',
      port: 18_520,
      allowPlain: false,
      restoreShares: true,
    });
    expect(store.current.hue).toBeGreaterThanOrEqual(0);
    expect(store.current.hue).toBeLessThan(360);
    expect(troubles).toEqual([]);
    expect(existsSync(join(home, 'settings.json'))).toBe(false);
  });

  it('are kept for their owner alone', () => {
    const home = temporaryFolder();
    storeIn(home).store.update({ alias: 'workshop', uploadLimit: 100_000 });
    expect(storeIn(home).store.current).toMatchObject({ alias: 'workshop', uploadLimit: 100_000 });
    expect(statSync(join(home, 'settings.json')).mode & 0o077).toBe(0);
  });

  it('pass over broken values one by one, tell them, and keep the others', () => {
    const home = temporaryFolder();
    const written = {
      version: 1,
      alias: 'x',
      port: 70_000,
      theme: 'pink',
      hue: 1.5,
      downloadDir: 'relative',
      later: true,
    };
    writeFileSync(join(home, 'settings.json'), JSON.stringify(written));
    const { store, troubles } = storeIn(home);
    expect(store.current).toMatchObject({
      alias: 'x',
      port: 18_520,
      theme: 'system',
      downloadDir: '/downloads',
    });
    expect(troubles).toHaveLength(1);
    expect(troubles[0]?.message).toMatch(/port, theme, hue, downloadDir, later/);
  });

  it.each(['', '{', '[]', 'null', '7'])('start from their defaults when the file holds %j', (text) => {
    const home = temporaryFolder();
    writeFileSync(join(home, 'settings.json'), text);
    const { store, troubles } = storeIn(home);
    expect(store.current.port).toBe(18_520);
    expect(troubles).toHaveLength(1);
    store.update({ theme: 'dark' });
    expect(storeIn(home).troubles).toEqual([]);
  });

  it('do not keep what was only said for this run, until a person sets it', () => {
    const home = temporaryFolder();
    const { store } = storeIn(home, { port: 4000, alias: 'guest' });
    store.update({ theme: 'dark' });
    expect(store.current).toMatchObject({ port: 4000, alias: 'guest', theme: 'dark' });
    store.update({ alias: 'mine' });
    expect(store.current).toMatchObject({ port: 4000, alias: 'mine' });
    expect(JSON.parse(readFileSync(join(home, 'settings.json'), 'utf8'))).toMatchObject({
      port: 18_520,
      alias: 'mine',
    });
  });

  it('stay as they are when they cannot be kept', () => {
    const home = temporaryFolder();
    const { store } = storeIn(home);
    mkdirSync(join(home, 'settings.json'));
    expect(() => store.update({ theme: 'dark' })).toThrow(
      expect.objectContaining({ code: 'home-unwritable' }),
    );
    expect(store.current.theme).toBe('system');
  });
});
