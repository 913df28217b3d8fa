import { describe, expect, it } from 'vitest';
import { parseGlob, wantedBy } from './glob.ts';

const matches = (pattern: string, path: string): boolean => parseGlob(pattern).matches(path);
const wanted = (patterns: readonly string[], path: string, kind: 'file' | 'folder' = 'file'): boolean =>
  wantedBy(patterns.map(parseGlob))?.(path, kind) ?? true;

describe('a pattern', () => {
  it.each([
    ['*.jpg', 'a.jpg', true],
    ['*.jpg', 'deep/down/a.jpg', true],
    ['*.jpg', 'a.jpeg', false],
    ['?.txt', 'a.txt', true],
    ['?.txt', 'ab.txt', false],
    ['?.txt', '照.txt', true],
    ['[a-c]*', 'banana', true],
    ['[!a-c]*', 'banana', false],
    ['[]]', ']', true],
    ['[a-]', '-', true],
    ['photos/*.jpg', 'photos/a.jpg', true],
    ['photos/*.jpg', 'photos/2024/a.jpg', false],
    ['photos/*.jpg', 'other/photos/a.jpg', false],
    ['photos/**/*.jpg', 'photos/a.jpg', true],
    ['photos/**/*.jpg', 'photos/1/2/3/a.jpg', true],
    ['**/raw/*', 'raw/a', true],
    ['**/raw/*', 'x/y/raw/a', true],
    ['./photos/', 'photos', true],
    ['\\*', '*', true],
    ['\\*', 'a', false],
    ['A.txt', 'a.txt', false],
  ])('%s and %s: %s', (pattern, path, expected) => {
    expect(matches(pattern, path)).toBe(expected);
  });

  it('finds a name in either Unicode spelling', () => {
    expect(wanted(['caf\u00E9*'], 'cafe\u0301.txt')).toBe(true);
    expect(wanted(['cafe\u0301*'], 'caf\u00E9.txt')).toBe(true);
  });

  it('takes no exponential time', () => {
    // Whoever tries every way to split the name does not come back from these.
    expect(matches(`${'*a'.repeat(40)}b`, 'a'.repeat(2000))).toBe(false);
    expect(matches(`${'**/x/'.repeat(30)}y`, 'x/'.repeat(400))).toBe(false);
  });

  it('is refused with a reason when a bracket is not closed', () => {
    expect(() => parseGlob('photo[12.jpg')).toThrow(/without "\]"/);
    expect(() => parseGlob('/')).toThrow(/names nothing/);
  });
});

describe('what patterns choose', () => {
  it('is everything when there are none', () => {
    expect(wantedBy([])).toBeUndefined();
  });

  it('is all below a folder that matches', () => {
    expect(wanted(['photos'], 'photos/2024/a.jpg')).toBe(true);
    expect(wanted(['photos/2024'], 'photos/2024/deep/a.jpg')).toBe(true);
    expect(wanted(['photos/2024'], 'photos/2023/a.jpg')).toBe(false);
  });

  it('keeps the folders open in which something may match, and no others', () => {
    expect(wanted(['*.jpg'], 'photos', 'folder')).toBe(true);
    expect(wanted(['photos/2024/*'], 'photos', 'folder')).toBe(true);
    expect(wanted(['photos/2024/*'], 'photos/2023', 'folder')).toBe(false);
    expect(wanted(['photos/2024/*'], 'music', 'folder')).toBe(false);
    expect(wanted(['photos/**/*.jpg'], 'photos/1/2/3', 'folder')).toBe(true);
    expect(wanted(['photos/**/*.jpg'], 'music/1', 'folder')).toBe(false);
    expect(wanted(['photos/2024'], 'photos/2024/deep', 'folder')).toBe(true);
  });

  it('is what any of them chooses', () => {
    expect(wanted(['*.jpg', '*.png'], 'a.png')).toBe(true);
    expect(wanted(['*.jpg', '*.png'], 'a.gif')).toBe(false);
  });
});
