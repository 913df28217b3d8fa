/** How times and lengths are written in the list: always the same number of digits, so that columns stand still. */

import { isInCalendar } from '../../../shared/model/calendar.ts';
import { secondsOf } from '../../../shared/model/capture-time.ts';

export type TimeMode = 'absolute' | 'relative' | 'delta' | 'reference';

export const timeModes: readonly TimeMode[] = ['relative', 'absolute', 'delta', 'reference'];

/** Seconds with six digits behind the point: Wireshark's own. */
export const seconds = (ms: number): string => secondsOf(ms).toFixed(6);

const two = (value: number): string => String(value).padStart(2, '0');

/** "15:04:03.123456", in the time of this place. A file may have times that no clock shows. */
export function clock(epochMs: number): string {
  if (!isInCalendar(epochMs)) return '--:--:--.------';
  const whole = Math.floor(epochMs);
  const at = new Date(whole);
  const micros = Math.floor((epochMs - Math.floor(epochMs / 1_000) * 1_000) * 1_000);
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(micros).padStart(6, '0')}`;
}

/** "412 µs", "4.21 ms", "1.302 s": three digits that mean something. */
export function span(ms: number): string {
  const size = Math.abs(ms);
  if (size < 0.9995) return `${Math.round(ms * 1_000)} µs`;
  if (size < 999.5)
    return `${size < 9.995 ? ms.toFixed(2) : size < 99.95 ? ms.toFixed(1) : ms.toFixed(0)} ms`;
  return size < 99_950 ? `${(ms / 1_000).toFixed(3)} s` : `${(ms / 1_000).toFixed(0)} s`;
}
