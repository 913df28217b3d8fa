/** The native menu, as a template: same items and shortcuts in both languages. */

import type { MenuItemConstructorOptions } from 'electron';

import { railViewNames, viewTable } from '../../shared/model/views.ts';
import type { ViewName } from '../../shared/model/views.ts';
import type { Words } from './words.ts';

export interface MenuActions {
  sendFiles(): void;
  shareFolder(): void;
  openDownloads(): void;
  goTo(view: ViewName): void;
}

export interface MenuOptions {
  readonly words: Words;
  readonly platform: NodeJS.Platform;
  readonly hasDeveloperTools: boolean;
  readonly actions: MenuActions;
}

const separator: MenuItemConstructorOptions = { type: 'separator' };

export const menuTemplate = (options: MenuOptions): MenuItemConstructorOptions[] => {
  const { words, platform, actions, hasDeveloperTools } = options;
  const isMac = platform === 'darwin';
  const settings: MenuItemConstructorOptions = {
    id: 'settings',
    label: words.settings,
    accelerator: 'CmdOrCtrl+,',
    click: () => actions.goTo('settings'),
  };
  const about: MenuItemConstructorOptions = { role: 'about', label: words.about };
  const quit: MenuItemConstructorOptions = { role: 'quit', label: words.quit, accelerator: 'CmdOrCtrl+Q' };

  const views: MenuItemConstructorOptions[] = railViewNames
    // That of this device is called settings where people look for it.
    .filter((view) => view !== 'settings')
    .map((view, index) => ({
      id: view,
      label: viewTable[view].title[words.language],
      accelerator: `CmdOrCtrl+${index + 1}`,
      click: () => actions.goTo(view),
    }));

  return [
    ...(isMac
      ? [
          {
            label: 'Hexdrop',
            submenu: [
              about,
              separator,
              settings,
              separator,
              { role: 'services', label: words.services },
              separator,
              { role: 'hide', label: words.hide },
              { role: 'hideOthers', label: words.hideOthers },
              { role: 'unhide', label: words.showAll },
              separator,
              quit,
            ],
          } satisfies MenuItemConstructorOptions,
        ]
      : []),
    {
      label: words.file,
      submenu: [
        {
          id: 'send-files',
          label: words.sendFiles,
          accelerator: 'CmdOrCtrl+O',
          click: () => actions.sendFiles(),
        },
        {
          id: 'share-folder',
          label: words.shareFolder,
          accelerator: 'CmdOrCtrl+Shift+O',
          click: () => actions.shareFolder(),
        },
        separator,
        {
          id: 'open-downloads',
          label: words.openDownloads,
          accelerator: 'CmdOrCtrl+Shift+D',
          click: () => actions.openDownloads(),
        },
        separator,
        ...(isMac ? [] : [settings, separator]),
        { role: 'close', label: words.closeWindow, accelerator: 'CmdOrCtrl+W' },
        ...(isMac ? [] : [quit]),
      ],
    },
    {
      label: words.edit,
      submenu: [
        { role: 'undo', label: words.undo },
        { role: 'redo', label: words.redo },
        separator,
        { role: 'cut', label: words.cut },
        { role: 'copy', label: words.copy },
        { role: 'paste', label: words.paste },
        { role: 'delete', label: words.remove },
        separator,
        { role: 'selectAll', label: words.selectAll },
      ],
    },
    {
      label: words.view,
      submenu: [
        ...views,
        separator,
        { role: 'reload', label: words.reload },
        { role: 'resetZoom', label: words.actualSize },
        { role: 'zoomIn', label: words.zoomIn },
        { role: 'zoomOut', label: words.zoomOut },
        separator,
        { role: 'togglefullscreen', label: words.fullScreen },
        ...(hasDeveloperTools
          ? [{ role: 'toggleDevTools', label: words.developerTools } satisfies MenuItemConstructorOptions]
          : []),
      ],
    },
    {
      label: words.window,
      role: 'window',
      submenu: [
        { role: 'minimize', label: words.minimize },
        ...(isMac
          ? ([
              { role: 'zoom', label: words.zoomWindow },
              separator,
              { role: 'front', label: words.bringAllToFront },
            ] satisfies MenuItemConstructorOptions[])
          : []),
      ],
    },
    ...(isMac
      ? []
      : [{ label: words.help, role: 'help', submenu: [about] } satisfies MenuItemConstructorOptions]),
  ];
};
