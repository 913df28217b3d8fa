import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { expandWildcards } from './wildcards.ts';

const folder = mkdtempSync(join(tmpdir(), 'hexdrop-wildcards-'));
const names = ['a.jpg', 'B.JPG', 'c.png', 'no extension', 'a[1].jpg', '.hexdrop-partial'];
beforeAll(() => names.forEach((name) => writeFileSync(join(folder, name), '')));
afterAll(() => rmSync(folder, { recursive: true }));

const expanded = (pattern: string): readonly string[] => expandWildcards([`${folder}/${pattern}`], 'win32');
const inFolder = (...found: readonly string[]): readonly string[] => found.map((name) => `${folder}/${name}`);

describe('a pattern that a shell of Windows hands over', () => {
  it.each([
    ['*.jpg', ['B.JPG', 'a.jpg', 'a[1].jpg']],
    ['?.jpg', ['B.JPG', 'a.jpg']],
    ['a[1]*', ['a[1].jpg']],
    ['*.*', ['B.JPG', 'a.jpg', 'a[1].jpg', 'c.png', 'no extension']],
    ['*', ['B.JPG', 'a.jpg', 'a[1].jpg', 'c.png', 'no extension']],
  ])('%s stands for what fits it, in any case, without unfinished files', (pattern, found) => {
    expect(expanded(pattern)).toEqual(inFolder(...found));
  });

  it('keeps the way to it as it was typed', () => {
    expect(expandWildcards([`${folder}\\..\\*`], 'linux')).toEqual([`${folder}\\..\\*`]);
    expect(expandWildcards([`${folder}//c*/`, '-', 'plain'], 'win32')).toEqual([
      `${folder}//c.png`,
      '-',
      'plain',
    ]);
  });

  it.each(['*.gif', 'nowhere/*'])('is refused when nothing fits it (%s)', (pattern) => {
    expect(() => expanded(pattern)).toThrow(/cannot be sent: no file or folder fits it\.$/u);
  });
});

it('elsewhere a star belongs to a name', () => {
  for (const platform of ['linux', 'darwin'] as const) {
    expect(expandWildcards([`${folder}/*`], platform)).toEqual([`${folder}/*`]);
  }
});
