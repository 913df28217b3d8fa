import { describe, expect, it } from 'vitest';
import { cutEnd, padEnd, padStart, shortenMiddle, textWidth } from './text-width.ts';

describe('text width', () => {
  it('counts a CJK character as two columns', () => {
    expect(textWidth('照片.jpg')).toBe(8);
    expect(textWidth('한글')).toBe(4);
    expect(textWidth('ｆｕｌｌ')).toBe(8);
  });

  it('counts a combining accent as none and an emoji as two', () => {
    expect(textWidth('e\u0301')).toBe(1);
    expect(textWidth('👩‍👩‍👧')).toBe(2);
    expect(textWidth('🇨🇳')).toBe(2);
    expect(textWidth('')).toBe(0);
  });

  it('pads by columns, not by characters', () => {
    expect(padEnd('照', 4)).toBe('照  ');
    expect(padStart('照', 4)).toBe('  照');
    expect(padStart('too long', 3)).toBe('too long');
  });

  it('shortens in the middle and keeps the end', () => {
    const path = 'holiday/2024/summer/IMG_1234.jpg';
    const short = shortenMiddle(path, 20);
    expect(textWidth(short)).toBe(20);
    expect(short.endsWith('IMG_1234.jpg')).toBe(true);
    expect(short).toContain('…');
    expect(shortenMiddle(path, 80)).toBe(path);
  });

  it('never passes the width with double-width characters, whatever the width', () => {
    const path = '假期照片/二〇二四年夏天/第一天/图像一二三四.jpg';
    for (let columns = 0; columns < 60; columns += 1) {
      expect(textWidth(shortenMiddle(path, columns))).toBeLessThanOrEqual(columns);
      expect(textWidth(cutEnd(path, columns))).toBeLessThanOrEqual(columns);
    }
  });

  it('does not cut through an emoji or off an accent', () => {
    expect(cutEnd('ab👩‍👩‍👧cd', 4)).toBe('ab…');
    expect(cutEnd('ae\u0301xyz', 3)).toBe('ae\u0301…');
  });
});
