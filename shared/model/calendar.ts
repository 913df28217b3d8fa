/** Which times a calendar has. Files, captures and peers may claim others: whoever formats a time asks first. */

/** The last moment that dates of JavaScript reach, in milliseconds from the epoch; the first is its negative. */
const calendarEndMs = 8.64e15;

export const isInCalendar = (epochMs: number): boolean => Math.abs(epochMs) <= calendarEndMs;
