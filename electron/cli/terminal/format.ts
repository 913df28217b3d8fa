/** Numbers, sizes and times as people read them. Decimal units, as disks and networks are sold. */

import { byteUnits, byteUnitIndexOf, formatBytes } from '../../../shared/model/format-bytes.ts';

export { formatBytes };

/** Two sizes in the unit of the second, each as wide as the second: "0.04 / 1.23 GB". Never shows more than `total`. */
export const formatBytesOf = (bytes: number, total: number): string => {
  const index = byteUnitIndexOf(total);
  const inUnit = (value: number): string =>
    index === 0 ? String(value) : (value / 1000 ** index).toFixed(total / 1000 ** index >= 99.95 ? 1 : 2);
  const totalText = inUnit(total);
  const bytesText = inUnit(Math.min(bytes, total)).padStart(totalText.length);
  return `${bytesText} / ${totalText} ${byteUnits[index]}`;
};

export const formatSpeed = (bytesPerSecond: number): string => `${formatBytes(bytesPerSecond)}/s`;

/** "1,234,567". */
export const formatCount = (count: number): string => String(count).replace(/\B(?=(\d{3})+(?!\d))/g, ',');

/** "1 file", "1,234 files". */
export const formatCounted = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** "0:07", "12:34", "1:02:03"; more than four days is "> 99 h". */
export const formatClock = (seconds: number): string => {
  const whole = Math.max(0, Math.ceil(seconds));
  const hours = Math.floor(whole / 3600);
  if (hours > 99) return '> 99 h';
  const rest = twoDigits(whole % 60);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${twoDigits(minutes)}:${rest}` : `${minutes}:${rest}`;
};

/** How long something took: "0.31 s", "12.4 s", "12:34". */
export const formatElapsed = (seconds: number): string => {
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  return seconds < 59.95 ? `${seconds.toFixed(1)} s` : formatClock(seconds);
};

/** How long ago, in the largest unit that fits: "3 days". */
export const formatAge = (ageMs: number): string => {
  const minutes = Math.floor(Math.max(0, ageMs) / 60_000);
  if (minutes < 1) return 'less than a minute';
  if (minutes < 60) return formatCounted(minutes, 'minute');
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? formatCounted(hours, 'hour') : formatCounted(Math.floor(hours / 24), 'day');
};

/** Microseconds since the epoch as local "2026-11-22 14:43". */
export const formatTime = (microseconds: number): string => {
  const date = new Date(microseconds / 1000);
  if (Number.isNaN(date.getTime())) return '-';
  const day = `${date.getFullYear()}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())}`;
  return `${day} ${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
};
