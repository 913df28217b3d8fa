import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

import { plant, temporaryFolder } from '../../../base/testing/trees.ts';
import { rootsOf } from './roots.ts';
import { nameOfPath } from '../../../base/name-of-path.ts';

const all = temporaryFolder();
plant(all, {
  one: { 'a.txt': { size: 1, seed: 1 }, deep: {} },
  two: { 'a.txt': { size: 2, seed: 2 } },
  'a.txt': { size: 3, seed: 3 },
});
const at = (...names: string[]): string => join(all, ...names);

describe('what a person names', () => {
  it.each([
    ['C:\\', 'C'],
    ['d:\\', 'D'],
    ['\\\\nas\\photos\\', 'photos'],
    ['C:\\Users\\ada\\a‛：b', 'a:b'],
  ])('travels from Windows under its last name or the letter of the drive (%s)', (path, name) => {
    expect(nameOfPath(path, 'win32')).toBe(name);
  });

  it('travels under the name "root" when it is all of a system', () => {
    expect(nameOfPath('/', 'linux')).toBe('root');
  });

  it('travels under its last name', () => {
    expect(
      rootsOf([at('one', 'a.txt'), at('one', 'deep'), `${at('two')}/`]).map(({ name, path }) => [name, path]),
    ).toEqual([
      ['a.txt', at('one', 'a.txt')],
      ['deep', at('one', 'deep')],
      ['two', at('two')],
    ]);
  });

  it('gets a number where two have the same last name', () => {
    expect(rootsOf([at('one', 'a.txt'), at('two', 'a.txt'), at('a.txt')]).map(({ name }) => name)).toEqual([
      'a.txt',
      'a (1).txt',
      'a (2).txt',
    ]);
  });

  it('counts once, however it is written', () => {
    expect(
      rootsOf([at('one'), `${at('one')}/`, at('two', '..', 'one'), relative(process.cwd(), at('one'))]),
    ).toHaveLength(1);
  });

  it('is followed when it is a link, under the name of the link', () => {
    symlinkSync('one', at('link'));
    expect(rootsOf([at('link')]).map(({ name, kind }) => [name, kind])).toEqual([['link', 'folder']]);
  });

  it('is refused when it is not there, with what was typed', () => {
    expect(() => rootsOf([at('nothing')])).toThrow(
      expect.objectContaining({ code: 'no-such-path', message: expect.stringContaining('nothing') }),
    );
    expect(() => rootsOf([at('a.txt', 'inside')])).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^(?:no-such-path|not-a-folder)$/u) }),
    );
    symlinkSync('nowhere', at('dangling'));
    expect(() => rootsOf([at('dangling')])).toThrow(expect.objectContaining({ code: 'no-such-path' }));
  });

  it.skipIf(process.platform === 'win32')('is refused when it is neither a file nor a folder', () => {
    execFileSync('mkfifo', [at('pipe')]);
    expect(() => rootsOf([at('pipe')])).toThrow(expect.objectContaining({ code: 'not-a-file' }));
  });

  it('has the name on the wire that its own stands for, where the system holds no other', () => {
    mkdirSync(at('12‛：30 notes'));
    expect(rootsOf([at('12‛：30 notes')], 'win32')).toMatchObject([{ name: '12:30 notes' }]);
    expect(rootsOf([at('12‛：30 notes')], 'linux')).toMatchObject([{ name: '12‛：30 notes' }]);
  });

  it('is refused when its name may not travel', () => {
    mkdirSync(at('.hexdrop-partial'));
    expect(() => rootsOf([at('.hexdrop-partial')])).toThrow(
      expect.objectContaining({ code: 'name-not-allowed' }),
    );
  });

  it('is nothing when nothing is named', () => {
    expect(rootsOf([])).toEqual([]);
  });

  it('may be the root of the file system', () => {
    expect(rootsOf(['/'])).toMatchObject([{ name: 'root', path: '/' }]);
  });
});
