import { describe, expect, it } from 'vitest';

import { FakeSink, fakeCall } from '../testing/fake-world.ts';
import { Output } from '../terminal/output.ts';
import { Selection, selectionOf } from './selection.ts';

const wanted = (patterns: readonly string[], path: string, kind: 'file' | 'folder' = 'file'): boolean =>
  new Selection(patterns).wants(path, kind);

describe('what patterns choose', () => {
  it('is everything when there are none', () => {
    expect(selectionOf([])).toBeUndefined();
    expect(selectionOf(undefined)).toBeUndefined();
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
    expect(wanted(['a[1]/b[2]/c'], 'a[1]', 'folder')).toBe(true);
    expect(wanted(['a[1]/b[2]/c'], 'a[1]/b[2]', 'folder')).toBe(true);
    expect(wanted(['a[1]/b[2]/c'], 'a[1]/b[3]', 'folder')).toBe(false);
  });

  it('is what any of them chooses', () => {
    expect(wanted(['*.jpg', '*.png'], 'a.png')).toBe(true);
    expect(wanted(['*.jpg', '*.png'], 'a.gif')).toBe(false);
  });

  it('is a name in either Unicode spelling', () => {
    expect(wanted(['caf\u00E9*'], 'cafe\u0301.txt')).toBe(true);
    expect(wanted(['cafe\u0301*'], 'caf\u00E9.txt')).toBe(true);
  });
});

describe('a pattern that fits nothing', () => {
  /** What is said after these files were asked about. */
  const said = (patterns: readonly string[], files: readonly string[]): string => {
    const { world, stderr } = fakeCall([]);
    const selection = new Selection(patterns);
    for (const file of files) selection.wants(file, 'file');
    selection.tellMisses(new Output(world, false));
    return stderr.text;
  };

  it('is told, and those that fit are not', () => {
    const text = said(['*.jpg', '*.png'], ['a.jpg', 'b.txt']);
    expect(text).toContain('Nothing fits the pattern "*.png".');
    expect(text).not.toContain('*.jpg');
  });

  it.each([
    ['in brackets', 'Colony[xy].nfo', 'Brackets stand for one character'],
    ['of a name in other capitals', '*.jpg', 'Capitals count'],
    ['of a path that starts further down', '2024/*.JPG', '"**/2024/*.JPG" fits at any depth'],
    ['of such a path in other capitals', '2024/*.jpg', 'capitals count: "**/2024/*.jpg" fits but for'],
    ['of a path in other capitals', 'PHOTOS/2024/*', 'Capitals count'],
    ['of a path that starts with a "/"', '/2024/*.JPG', '"**/2024/*.JPG" fits at any depth'],
    ['of a path that starts with "./"', './2024//*.JPG', '"**/2024/*.JPG" fits at any depth'],
    ['with separators of Windows', '2024\\*.gif', 'separated by "/"'],
    ['of a part of a name', 'IMG', '"*word*" fits what contains the word'],
  ])('%s gets a hint', (_rule, pattern, hint) => {
    expect(said([pattern], ['top/photos/2024/IMG_1.JPG', 'photos/2024/2.gif', 'Colony[ettv].nfo'])).toContain(
      hint,
    );
  });

  it('gets no hint that would fit nothing either', () => {
    const text = said(['2025/*.jpg', '/2024/*.png'], ['photos/2024/1.jpg']);
    expect(text).toContain('Nothing fits the pattern "2025/*.jpg".');
    expect(text).not.toContain('fits at any depth');
  });

  it('shows nothing on the terminal that a pattern hides', () => {
    expect(said(['\u001bc'], [])).not.toContain('\u001bc');
  });

  it('is a JSON line', () => {
    const { world, stdout } = fakeCall([]);
    new Selection(['*.x']).tellMisses(new Output(world, true));
    expect((stdout satisfies FakeSink).events).toEqual([{ event: 'unmatched', pattern: '*.x' }]);
  });
});
