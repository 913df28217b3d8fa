/**
 * The views of the window: the one table of their names and titles, for the window's rail, its addresses and the desktop's
 * menu. What draws each is renderer/app/views.tsx. Plain data.
 */

import type { Language } from './settings.ts';

interface ViewDefinition {
  /** In the rail, in this order, with the keys 1, 2 and so on. Others are reached from within. */
  readonly isInRail: boolean;
  readonly title: Readonly<Record<Language, string>>;
}

export const viewTable = {
  devices: { isInRail: true, title: { en: 'Devices', zh: '设备' } },
  transfers: { isInRail: true, title: { en: 'Transfers', zh: '传输' } },
  shares: { isInRail: true, title: { en: 'Shares', zh: '共享' } },
  inspector: { isInRail: true, title: { en: 'Inspector', zh: '抓包' } },
  learn: { isInRail: true, title: { en: 'Learn', zh: '学习' } },
  settings: { isInRail: true, title: { en: 'This device', zh: '本机' } },
  browse: { isInRail: false, title: { en: 'Browse', zh: '浏览' } },
} as const satisfies Readonly<Record<string, ViewDefinition>>;

export type ViewName = keyof typeof viewTable;

export const viewNames = Object.keys(viewTable) as readonly ViewName[];

export const railViewNames = viewNames.filter((name) => viewTable[name].isInRail);
