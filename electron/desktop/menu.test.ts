import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, it } from 'vitest';
import { menuTemplate } from './menu.ts';
import type { MenuActions } from './menu.ts';
import { wordsFor } from './words.ts';

const actions: MenuActions = {
  sendFiles: () => undefined,
  shareFolder: () => undefined,
  openDownloads: () => undefined,
  goTo: () => undefined,
};

const flat = (items: readonly MenuItemConstructorOptions[]): MenuItemConstructorOptions[] =>
  items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? flat(item.submenu) : [])]);

const menu = (language: 'en' | 'zh', platform: NodeJS.Platform): MenuItemConstructorOptions[] =>
  flat(
    menuTemplate({
      words: wordsFor(language, platform),
      platform,
      hasDeveloperTools: true,
      actions,
    }),
  );

describe.each(['linux', 'win32', 'darwin'] as const)('the menu on %s', (platform) => {
  it('has the same items and shortcuts in both languages', () => {
    const shape = (language: 'en' | 'zh') =>
      menu(language, platform).map(({ id, role, accelerator, type }) => ({ id, role, accelerator, type }));
    expect(shape('zh')).toEqual(shape('en'));
  });

  it('has a label of its own for every item: those of roles would be English', () => {
    for (const item of menu('zh', platform)) {
      if (item.type === 'separator') continue;
      expect(item.label).toMatch(item.label === 'Hexdrop' ? /./ : /\p{Script=Han}/u);
    }
  });

  it('has no shortcut twice', () => {
    const shortcuts = menu('en', platform).flatMap(({ accelerator }) => accelerator ?? []);
    expect(shortcuts.length).toBeGreaterThan(8);
    expect(new Set(shortcuts).size).toBe(shortcuts.length);
  });
});

describe('mnemonics', () => {
  it('are for systems that know them', () => {
    expect(wordsFor('zh', 'linux').file).toBe('文件(&F)');
    expect(wordsFor('zh', 'darwin').file).toBe('文件');
    expect(wordsFor('en', 'darwin').view).toBe('View');
  });
});
