import { describe, expect, it } from 'vitest';
import {
  formatAge,
  formatBytes,
  formatBytesOf,
  formatClock,
  formatCount,
  formatCounted,
  formatElapsed,
  formatTime,
} from './format.ts';

describe('sizes', () => {
  it('keep three digits and move on to the next unit before a fourth', () => {
    expect(formatBytes(0)).toBe('0 B');
    expect(formatBytes(999)).toBe('999 B');
    expect(formatBytes(1_000)).toBe('1.00 kB');
    expect(formatBytes(999_499)).toBe('999 kB');
    expect(formatBytes(999_500)).toBe('1.00 MB');
    expect(formatBytes(12_345_678)).toBe('12.3 MB');
    expect(formatBytes(4 * 1024 ** 3)).toBe('4.29 GB');
  });

  it('of a whole are as wide at the start as at the end', () => {
    const total = 4_294_967_296;
    const widths = [0, 1, 12_345_678, total / 2, total].map((bytes) => formatBytesOf(bytes, total).length);
    expect(new Set(widths).size).toBe(1);
    expect(formatBytesOf(2_000_000_000, total)).toBe('2.00 / 4.29 GB');
  });

  it('of a whole never show more than the whole', () => {
    expect(formatBytesOf(12_000, 10_000)).toBe('10.00 / 10.00 kB');
    expect(formatBytesOf(5, 0)).toBe('0 / 0 B');
  });
});

describe('counts and times', () => {
  it('group thousands', () => {
    expect(formatCount(0)).toBe('0');
    expect(formatCount(1234567)).toBe('1,234,567');
    expect(formatCounted(1, 'file')).toBe('1 file');
    expect(formatCounted(2, 'entry', 'entries')).toBe('2 entries');
  });

  it('show hours only when there are some', () => {
    expect(formatClock(0)).toBe('0:00');
    expect(formatClock(6.2)).toBe('0:07');
    expect(formatClock(754)).toBe('12:34');
    expect(formatClock(3723)).toBe('1:02:03');
    expect(formatClock(1e9)).toBe('> 99 h');
  });

  it('read as a person would say them', () => {
    expect(formatElapsed(0.314)).toBe('0.31 s');
    expect(formatElapsed(12.44)).toBe('12.4 s');
    expect(formatElapsed(59.97)).toBe('1:00');
    expect(formatAge(1000)).toBe('less than a minute');
    expect(formatAge(60_000)).toBe('1 minute');
    expect(formatAge(3 * 86_400_000)).toBe('3 days');
    expect(formatTime(new Date(2026, 10, 22, 14, 43).getTime() * 1000)).toBe('2026-11-22 14:43');
    expect(formatTime(Number.MAX_SAFE_INTEGER * 1000)).toBe('-');
  });
});
