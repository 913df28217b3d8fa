/** Numbers, sizes, speeds, times and plurals of each language. Units are decimal, as on the command line. */

import { isInCalendar } from '../../shared/model/calendar.ts';
import type { Language } from '../../shared/model/settings.ts';

export interface Format {
  readonly number: (value: number) => string;
  /** A share of one: `0.42` is "42%". Never rounds up to 100% before it is whole. */
  readonly percent: (fraction: number) => string;
  /** "512 B", "1.23 GB": three digits. */
  readonly bytes: (bytes: number) => string;
  /** "12.4 MB/s". */
  readonly speed: (bytesPerSecond: number) => string;
  /** How long something lasts, in words: "3 min 20 s". */
  readonly duration: (seconds: number) => string;
  /** "14:03:22". Times that no calendar has are a dash, here and below. */
  readonly clock: (atMs: number) => string;
  /** Time today, date and time before. */
  readonly moment: (atMs: number, nowMs?: number) => string;
  readonly date: (atMs: number) => string;
  /** "2 minutes ago". */
  readonly ago: (atMs: number, nowMs?: number) => string;
  readonly list: (items: readonly string[]) => string;
  /** The form for a count; `#` in it becomes the number. Chinese needs only `other`. */
  readonly plural: (count: number, forms: { readonly one?: string; readonly other: string }) => string;
}

const noTime = '–';

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

const makeFormat = (tag: string): Format => {
  const number = new Intl.NumberFormat(tag);
  const digits = [2, 1, 0].map(
    (places) => new Intl.NumberFormat(tag, { minimumFractionDigits: places, maximumFractionDigits: places }),
  );
  const percent = new Intl.NumberFormat(tag, { style: 'percent' });
  const clock = new Intl.DateTimeFormat(tag, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  });
  const time = new Intl.DateTimeFormat(tag, { hour: '2-digit', minute: '2-digit', hour12: false });
  const date = new Intl.DateTimeFormat(tag, { year: 'numeric', month: 'short', day: 'numeric' });
  const dateAndTime = new Intl.DateTimeFormat(tag, {
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  });
  const relative = new Intl.RelativeTimeFormat(tag, { numeric: 'auto' });
  const list = new Intl.ListFormat(tag, { type: 'conjunction' });
  const plurals = new Intl.PluralRules(tag);
  const spans = (['hour', 'minute', 'second'] as const).map(
    (unit) => new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay: 'short' }),
  );

  const bytes = (value: number): string => {
    let index = 0;
    // 999.5 would round to "1000 kB": the next unit starts where three digits end.
    for (let rest = value; rest >= 999.5 && index < units.length - 1; rest /= 1000) index += 1;
    if (index === 0) return `${number.format(Math.round(value))} B`;
    const inUnit = value / 1000 ** index;
    const places = inUnit >= 99.95 ? 2 : inUnit >= 9.995 ? 1 : 0;
    return `${digits[places]?.format(inUnit)} ${units[index]}`;
  };

  const duration = (seconds: number): string => {
    const whole = Math.max(0, Math.ceil(seconds));
    const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
    const first = parts.findIndex((part) => part > 0);
    if (first === -1) return spans[2]?.format(0) ?? '';
    return [first, first + 1]
      .filter((index) => (parts[index] ?? 0) > 0)
      .map((index) => spans[index]?.format(parts[index] ?? 0))
      .join(' ');
  };

  return {
    number: (value) => number.format(value),
    percent: (fraction) =>
      percent.format(fraction < 1 ? Math.min(Math.floor(fraction * 100) / 100, 0.99) : 1),
    bytes,
    speed: (bytesPerSecond) => `${bytes(bytesPerSecond)}/s`,
    duration,
    clock: (atMs) => (isInCalendar(atMs) ? clock.format(atMs) : noTime),
    moment: (atMs, nowMs = Date.now()) => {
      if (!isInCalendar(atMs)) return noTime;
      const at = new Date(atMs);
      const now = new Date(nowMs);
      if (at.toDateString() === now.toDateString()) return time.format(at);
      return at.getFullYear() === now.getFullYear() ? dateAndTime.format(at) : date.format(at);
    },
    date: (atMs) => (isInCalendar(atMs) ? date.format(atMs) : noTime),
    ago: (atMs, nowMs = Date.now()) => {
      const seconds = Math.round((atMs - nowMs) / 1000);
      const distance = Math.abs(seconds);
      if (distance < 60) return relative.format(0, 'minute');
      if (distance < 3600) return relative.format(Math.round(seconds / 60), 'minute');
      if (distance < 86_400) return relative.format(Math.round(seconds / 3600), 'hour');
      return relative.format(Math.round(seconds / 86_400), 'day');
    },
    list: (items) => list.format(items),
    plural: (count, forms) => {
      const form = plurals.select(count) === 'one' ? (forms.one ?? forms.other) : forms.other;
      return form.replaceAll('#', number.format(count));
    },
  };
};

export const formats: Readonly<Record<Language, Format>> = {
  en: makeFormat('en'),
  zh: makeFormat('zh-CN'),
};
