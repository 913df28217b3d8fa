/** What the tray tells, as lines: pure, so that an unchanged menu is not built again. */

import type { Activity } from '../host/api.ts';
import { displayName } from '../../shared/model/display-name.ts';
import type { Words } from './words.ts';

export interface TrayLine {
  readonly label: string;
  /** The view that it leads to; a line without one only tells. */
  readonly view?: 'devices' | 'transfers' | 'shares';
}

/** A menu of half a screen's width helps nobody. */
const titleLength = 40;

export const trayLines = (activity: Activity, words: Words): readonly TrayLine[] => {
  const lines: TrayLine[] = [{ label: summary(activity, words) }];
  for (const { direction, title, fraction } of activity.transfers) {
    const arrow = direction === 'send' ? '↑' : '↓';
    const share = fraction === undefined ? '' : `  ${percent(fraction)}`;
    lines.push({ label: escaped(`${arrow} ${shortened(displayName(title))}${share}`), view: 'transfers' });
  }
  if (activity.waitingOffers > 0)
    lines.push({ label: words.offers(activity.waitingOffers), view: 'transfers' });
  if (activity.shares > 0) lines.push({ label: words.sharing(activity.shares), view: 'shares' });
  return lines;
};

/** In one line: beside the icon, and at the top of its menu. */
export const summary = (activity: Activity, words: Words): string => {
  const { runningTransfers, fraction, bytesPerSecond } = activity;
  if (runningTransfers === 0) return words.idle;
  return [
    words.running(runningTransfers),
    ...(fraction === undefined ? [] : [percent(fraction)]),
    ...(bytesPerSecond > 0 ? [rate(bytesPerSecond)] : []),
  ].join(' · ');
};

/** Never 100 % before it is done. */
const percent = (fraction: number): string => `${Math.min(99, Math.floor(fraction * 100))} %`;

const units = ['B/s', 'KiB/s', 'MiB/s', 'GiB/s'] as const;

const rate = (bytesPerSecond: number): string => {
  let value = bytesPerSecond;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
};

const shortened = (title: string): string => {
  const letters = Array.from(title);
  return letters.length <= titleLength ? title : `${letters.slice(0, titleLength - 1).join('')}…`;
};

/** In a label a single & marks a mnemonic. */
const escaped = (label: string): string => label.replaceAll('&', '&&');
