import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { progressLines } from './progress.ts';
import { transferView } from '../testing/fake-views.ts';
import { textWidth } from './text-width.ts';

const widths = [39, 79, 119];

const running = transferView({
  totals: { files: 10_000, folders: 12, bytes: 4_294_967_296, complete: true },
  files: 1_234,
  bytes: 1_000_000_000,
  bytesPerSecond: 812_000_000,
  secondsLeft: 5,
  currentPath: 'holiday/2024/summer/IMG_1234.jpg',
});

const percentOf = (line: string): number => Number(/(\d+)%/.exec(line)?.[1] ?? Number.NaN);

describe('progress', () => {
  it('shows percent, bytes, files, speed and time left at 80 columns', () => {
    const [numbers, file] = progressLines([running], 79);
    expect(numbers).toBe(' 23%  1.00 / 4.29 GB   1,234 / 10,000 files   812 MB/s      0:05 left');
    expect(file).toBe('  holiday/2024/summer/IMG_1234.jpg');
  });

  it('gives up the less important fields on a narrow terminal and adds a bar on a wide one', () => {
    const narrow = progressLines([running], 39)[0] ?? '';
    expect(narrow).toBe(' 23%  1.00 / 4.29 GB      0:05 left');
    expect(progressLines([running], 119)[0]).toMatch(/\[#+-+\]/);
  });

  it('keeps the width of every field from start to end', () => {
    for (const columns of widths) {
      const lengths = [0, 1, 999_999, 2_000_000_000, 4_294_967_296].map((bytes) => {
        const view = { ...running, bytes, files: Math.floor(bytes / 429_497), secondsLeft: bytes % 4000 };
        return textWidth(progressLines([view], columns)[0] ?? '');
      });
      expect(new Set(lengths).size).toBe(1);
    }
  });

  it('is never wider than the terminal, with names of double width too', () => {
    const view = { ...running, currentPath: `假期照片/${'二〇二四年夏天/'.repeat(9)}图像一二三四.jpg` };
    for (const columns of widths) {
      const lines = progressLines([view], columns);
      expect(lines).toHaveLength(2);
      for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(columns);
      expect(lines[1]).toContain('…');
      expect(lines[1]?.endsWith('图像一二三四.jpg')).toBe(true);
    }
  });

  it('never shows more than 100 %, and 100 % only at the end, whatever the numbers say', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(), fc.nat(), (bytes, resumedBytes, total, files) => {
        const totals = { files: 7, folders: 0, bytes: total, complete: true };
        const [numbers] = progressLines([{ ...running, bytes, resumedBytes, files, totals }], 79);
        const isAtEnd = total === 0 || bytes + resumedBytes >= total;
        expect(percentOf(numbers ?? '')).toBeLessThanOrEqual(isAtEnd ? 100 : 99);
      }),
    );
  });

  it('stays within the terminal, whatever the numbers say', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.nat(),
        fc.boolean(),
        fc.integer({ min: 5, max: 200 }),
        (bytes, total, complete, columns) => {
          const totals = { files: total, folders: 0, bytes: total * 4096, complete };
          const lines = progressLines([{ ...running, bytes, resumedBytes: bytes, totals }], columns);
          for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(columns);
        },
      ),
    );
  });

  it('says "counting" and promises no time while the totals grow', () => {
    const view = { ...running, totals: { ...running.totals, complete: false } };
    const [numbers] = progressLines([view], 79);
    expect(numbers).toContain('counting');
    expect(numbers).not.toContain('%');
    expect(numbers).not.toContain('left');
  });

  it('counts what an earlier run had brought, and says so', () => {
    const view = { ...running, resumedBytes: 2_147_483_648 };
    const [numbers] = progressLines([view], 119);
    expect(percentOf(numbers ?? '')).toBe(73);
    expect(numbers).toContain('2.15 GB were there');
  });

  it('goes by files when there are no bytes to move', () => {
    const totals = { files: 4, folders: 0, bytes: 0, complete: true };
    expect(percentOf(progressLines([{ ...running, totals, files: 2, bytes: 0 }], 79)[0] ?? '')).toBe(50);
  });

  it('says what it waits for before anything moves', () => {
    expect(progressLines([transferView({ state: 'connecting' })], 79)).toEqual(['Connecting ...']);
    expect(progressLines([transferView({ state: 'waiting' })], 79)).toEqual([
      'Waiting for "studio" to accept ...',
    ]);
    expect(progressLines([transferView({ state: 'retrying' })], 79)[0]).toContain('trying again');
    expect(progressLines([], 79)).toEqual([]);
  });

  it('adds up several transfers in the same two lines', () => {
    const lines = progressLines([running, { ...running, id: 'b'.repeat(32) }], 119);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain('2 transfers');
    expect(lines[0]).toContain('2.00 / 8.59 GB');
  });

  it('escapes what could steer the terminal', () => {
    const [, file] = progressLines([{ ...running, currentPath: 'a\u001B[2Jb' }], 79);
    expect(file).not.toContain('\u001B');
  });
});
