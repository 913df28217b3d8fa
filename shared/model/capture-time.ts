/**
 * Times of a capture in the units that people and programs read. A row carries milliseconds since the first packet, with
 * fractions; nanoseconds are exact for the first hundred days. A file may claim any time: nothing here throws.
 */

import { isInCalendar } from './calendar.ts';

/** Seconds of a row's milliseconds: the number that is nearest to the nanosecond. */
export const secondsOf = (timeMs: number): number => Math.round(timeMs * 1e6) / 1e9;

export interface CaptureOrigin {
  /** Milliseconds since the epoch, whole ones. */
  readonly originMs: number;
  /** Nanoseconds behind them, 0 to 999,999. */
  readonly originNs: number;
}

const fewestDigits = 3;

/**
 * ISO 8601 in UTC; undefined for a time that no calendar has.
 *
 * @param digits behind the point of the second, at most 9: what the clock of the capture knew
 */
export function isoTimeOf(
  { originMs, originNs }: CaptureOrigin,
  timeMs: number,
  digits: number,
): string | undefined {
  const nanoseconds = Math.round(timeMs * 1e6) + originNs;
  const milliseconds = Math.floor(nanoseconds / 1e6);
  const epochMs = originMs + milliseconds;
  if (!isInCalendar(epochMs)) return undefined;
  const date = new Date(epochMs);
  const fraction =
    String(date.getUTCMilliseconds()).padStart(3, '0') +
    String(nanoseconds - milliseconds * 1e6).padStart(6, '0');
  // "...:03.123Z" without what stands behind the seconds.
  return `${date.toISOString().slice(0, -5)}.${fraction.slice(0, Math.max(fewestDigits, digits))}Z`;
}
