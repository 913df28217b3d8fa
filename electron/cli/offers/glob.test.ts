import { describe, expect, it } from 'vitest';
import { parseGlob } from './glob.ts';

const matches = (pattern: string, path: string): boolean => parseGlob(pattern).matches(path);
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
    ['photos//2024/./*.jpg', 'photos/2024/a.jpg', true],
    ['/photos/a.jpg', 'photos/a.jpg', true],
    ['\\*', '*', true],
    ['\\*', 'a', false],
    ['A.txt', 'a.txt', false],
    ['a[1].txt', 'a1.txt', true],
    ['a[1].txt', 'a[1].txt', true],
    ['a[1].txt', 'deep/a[1].txt', true],
    ['a\\[1\\].txt', 'a[1].txt', true],
    ['a\\[1\\].txt', 'a1.txt', false],
    ['[Foo-bar] x [bar - foo].zip', '[Foo-bar] x [bar - foo].zip', true],
    ['a[1]/b[2].txt', 'a[1]/b[2].txt', true],
    ['a[1]/b[2].txt', 'x/a[1]/b[2].txt', false],
  ])('%s and %s: %s', (pattern, path, expected) => {
    expect(matches(pattern, path)).toBe(expected);
  });

  it('takes no exponential time', () => {
    // Whoever tries every way to split the name does not come back from these.
    expect(matches(`${'*a'.repeat(40)}b`, 'a'.repeat(2000))).toBe(false);
    expect(matches(`${'**/x/'.repeat(30)}y`, 'x/'.repeat(400))).toBe(false);
  });

  it('is refused with a reason when a bracket is not closed', () => {
    expect(() => parseGlob('photo[12.jpg')).toThrow(/without "\]"/);
    expect(() => parseGlob('/')).toThrow(/names nothing/);
    expect(() => parseGlob('.')).toThrow(/names nothing/);
  });
});
