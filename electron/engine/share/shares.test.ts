import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';

import type { Payload } from '../../../shared/protocol/catalog.ts';
import { encodeFrame } from '../../../shared/protocol/codec.ts';
import { limits } from '../../../shared/protocol/limits.ts';
import { plant, temporaryFolder } from '../../base/testing/trees.ts';
import { Shares } from './shares.ts';
import type { Unlocked } from './shares.ts';

const nobody: Unlocked = new Set();
let all = '';
let shares = new Shares();

beforeEach(() => {
  all = temporaryFolder();
  plant(all, {
    docs: {
      'a.txt': { size: 3, seed: 1, mtime: 1_500_000_000.5 },
      run: { size: 9, seed: 2, executable: true },
      deep: { 'b.txt': { size: 4, seed: 3 }, empty: {} },
    },
    inbox: { there: { size: 1, seed: 4 } },
    secret: { 'key.pem': { size: 5, seed: 5 } },
    outside: { 'private.txt': { size: 6, seed: 6 } },
  });
  shares = new Shares();
  shares.add({ path: join(all, 'docs') });
  shares.add({ path: join(all, 'inbox'), writable: true });
  shares.add({ path: join(all, 'secret'), pin: '4711' });
});

const list = (path: string, more: Partial<Payload<'LIST'>> = {}, unlocked = nobody): Payload<'LISTING'> =>
  shares.list({ path, ...more }, unlocked);
/** A session that has given the PIN of one share. */
const openedBy = (share: string, pin: string): Unlocked =>
  new Set([shares.unlock(share, pin, 'a', 0)].filter((guard) => guard !== undefined));
const namesIn = (path: string): string[] => list(path).entries.map(({ name }) => name);
const refused = (act: () => unknown, code: string): void => {
  expect(act).toThrow(expect.objectContaining({ code }));
};

describe('the list of shares', () => {
  it('shows names in byte order, who may write, and who must give a PIN', () => {
    expect(list('')).toEqual({
      path: '',
      writable: false,
      more: false,
      entries: [
        { name: 'docs', kind: 'share', writable: false, locked: false },
        { name: 'inbox', kind: 'share', writable: true, locked: false },
        { name: 'secret', kind: 'share', writable: false, locked: true },
      ],
    });
    expect(list('', {}, openedBy('secret', '4711')).entries[2]).toMatchObject({ locked: false });
  });

  it('does not show where the folders are', () => {
    expect(JSON.stringify([list(''), list('docs'), shares.stat({ path: 'docs' }, nobody)])).not.toContain(
      all,
    );
  });

  it('takes folders alone, each under a name of its own', () => {
    plant(join(all, 'other'), { docs: {} });
    expect(shares.add({ path: join(all, 'other', 'docs') })).toMatchObject({ name: 'docs (1)' });
    expect(shares.add({ path: join(all, 'outside'), name: 'docs' })).toMatchObject({ name: 'docs (2)' });
    refused(() => shares.add({ path: join(all, 'docs', 'a.txt') }), 'not-a-folder');
    refused(() => shares.add({ path: join(all, 'nothing') }), 'no-such-path');
    refused(() => shares.add({ path: join(all, 'docs'), name: 'a/b' }), 'usage');
    refused(() => shares.add({ path: join(all, 'docs'), name: '..' }), 'usage');
    expect(shares.count).toBe(5);
  });

  it('takes a link to a folder, which its user has chosen', () => {
    symlinkSync('docs', join(all, 'link'));
    expect(shares.add({ path: join(all, 'link'), name: 'linked' })).toMatchObject({
      name: 'linked',
      path: join(all, 'docs'),
    });
    expect(shares.add({ path: join(all, 'link') })).toMatchObject({ name: 'link', path: join(all, 'docs') });
    symlinkSync('docs/a.txt', join(all, 'to-file'));
    refused(() => shares.add({ path: join(all, 'to-file') }), 'not-a-folder');
  });
});

describe('a listing', () => {
  it('shows kind, size, time and the executable bit', () => {
    expect(list('docs').entries).toEqual([
      { name: 'a.txt', kind: 'file', size: 3, mtime: 1_500_000_000_500_000, executable: false },
      { name: 'deep', kind: 'folder', mtime: expect.any(Number) },
      { name: 'run', kind: 'file', size: 9, mtime: expect.any(Number), executable: true },
    ]);
    expect([list('docs').writable, list('inbox').writable]).toEqual([false, true]);
  });

  it('of a folder inside, with or without a slash at the end, and of a file, which is itself', () => {
    expect([namesIn('docs/deep'), namesIn('docs/deep/')]).toEqual([
      ['b.txt', 'empty'],
      ['b.txt', 'empty'],
    ]);
    expect(list('docs/a.txt').entries).toMatchObject([{ name: 'a.txt', kind: 'file', size: 3 }]);
    expect(namesIn('docs/deep/empty')).toEqual([]);
  });

  it.skipIf(process.platform === 'win32')(
    'shows a name with a backslash as it is, and its path leads to it',
    () => {
      mkdirSync(join(all, 'docs', 'dev\\x2ddisk'));
      writeFileSync(join(all, 'docs', 'dev\\x2ddisk', '..\\up'), 'inside');
      expect(namesIn('docs')).toContain('dev\\x2ddisk');
      expect(namesIn('docs/dev\\x2ddisk')).toEqual(['..\\up']);
      expect(shares.find('docs/dev\\x2ddisk/..\\up', nobody).stats.size).toBe(6);
    },
  );

  it('leaves out links, pipes, names that may not travel and the place of partials, and says so', () => {
    symlinkSync('../outside', join(all, 'docs', 'link'));
    symlinkSync('a.txt', join(all, 'docs', 'file-link'));
    mkdirSync(join(all, 'docs', '.hexdrop-partial'));
    if (process.platform !== 'win32') execFileSync('mkfifo', [join(all, 'docs', 'pipe')]);
    writeFileSync(Buffer.from(`${join(all, 'docs')}/latin1-\xe9`, 'latin1'), '');
    expect(namesIn('docs')).toEqual(['a.txt', 'deep', 'run']);
    expect(list('docs')).toMatchObject({
      omittedCount: 5,
      omitted: [
        { name: '.hexdrop-partial', code: 'reserved' },
        { name: 'file-link', code: 'symlink' },
        { name: 'latin1-\ufffd', code: 'name-not-utf8' },
        { name: 'link', code: 'symlink' },
        { name: 'pipe', code: 'special' },
      ],
    });
    // Each page tells of its own part.
    expect(list('docs', { after: 'file-link' })).toMatchObject({ omittedCount: 3 });
    expect(list('inbox')).not.toHaveProperty('omittedCount');
  });

  it.skipIf(process.platform !== 'linux')(
    'shows a name once that others, which are not UTF-8, read like',
    () => {
      writeFileSync(Buffer.from(`${join(all, 'inbox')}/a\xe9`, 'latin1'), '');
      writeFileSync(join(all, 'inbox', 'a\ufffd'), 'one');
      expect(list('inbox')).toMatchObject({
        entries: [{ name: 'a\ufffd', size: 3 }, { name: 'there' }],
        omitted: [{ name: 'a\ufffd', code: 'name-not-utf8' }],
      });
    },
  );

  it('comes in pages, each going on behind the last name of the one before', () => {
    for (let index = 0; index < 2_500; index += 1) writeFileSync(join(all, 'inbox', `f${index}`), '');
    const seen: string[] = [];
    let after: string | undefined;
    let pages = 0;
    for (;;) {
      const { entries, more } = list('inbox', after === undefined ? {} : { after });
      expect(entries.length).toBeLessThanOrEqual(limits.listingEntries);
      seen.push(...entries.map(({ name }) => name));
      pages += 1;
      if (!more) break;
      after = seen.at(-1);
    }
    expect(pages).toBeGreaterThanOrEqual(3);
    expect(new Set(seen).size).toBe(2_501);
    expect(seen).toEqual(seen.toSorted());
  });

  it('goes on behind a name that is gone meanwhile, and ends behind the last', () => {
    expect(list('docs', { after: 'b' }).entries.map(({ name }) => name)).toEqual(['deep', 'run']);
    expect(list('docs', { after: 'run' })).toMatchObject({ entries: [], more: false });
    expect(list('', { after: 'docs' }).entries.map(({ name }) => name)).toEqual(['inbox', 'secret']);
  });

  it('always fits its frame, whatever the names', () => {
    for (let index = 0; index < 1_500; index += 1)
      writeFileSync(join(all, 'inbox', `\u0001${'\u0002'.repeat(245)}${index}`), '');
    for (let index = 0; index < 300; index += 1)
      symlinkSync('nowhere', join(all, 'inbox', `${'\u0001'.repeat(245)}${index}`));
    const seen = new Set<string>();
    let omitted = 0;
    let after: string | undefined;
    for (let more = true; more;) {
      const answer = list('inbox', after === undefined ? {} : { after });
      expect(encodeFrame('LISTING', { id: 1 }, answer).length).toBeLessThanOrEqual(limits.controlBytes + 16);
      for (const { name } of answer.entries) seen.add(name);
      omitted += answer.omittedCount ?? 0;
      after = answer.entries.at(-1)?.name;
      more = answer.more;
    }
    expect(seen.size).toBe(1_501);
    expect(omitted).toBe(300);
  });
});

describe('a path', () => {
  it.each([
    '../outside',
    'docs/../outside/private.txt',
    '/etc/passwd',
    '\\etc',
    'C:\\x',
    'C:/x',
    'docs//a.txt',
    'docs/./a.txt',
    'docs/..',
    '\\\\server\\share',
    'docs/a\0.txt',
    '..',
    '.',
    'd:',
  ])('%j is refused: unsafe-path', (path) => {
    refused(() => list(path), 'unsafe-path');
    refused(() => shares.stat({ path }, nobody), 'unsafe-path');
    refused(() => shares.find(path, nobody), 'unsafe-path');
    refused(() => shares.writableRoot(path, nobody), 'unsafe-path');
  });

  it.each([
    ['nothing', 'no-such-share'],
    ['docs/nothing', 'no-such-path'],
    ['docs/..\\..\\outside', 'no-such-path'],
    ['docs\\deep', 'no-such-share'],
    ['docs/a.txt/inside', 'not-a-folder'],
    ['docs/.hexdrop-partial/x', 'name-not-allowed'],
    [`docs/${'x'.repeat(300)}`, 'name-too-long'],
    ['docs/\ud800', 'unsafe-path'],
  ])('%j is refused: %s', (path, code) => {
    for (const act of [
      () => list(path),
      () => shares.stat({ path }, nobody),
      () => shares.find(path, nobody),
    ])
      refused(act, code);
  });

  it('of 5,000 levels is refused', () => {
    refused(() => list(Array.from({ length: 5_000 }, () => 'd').join('/')), 'unsafe-path');
  });

  it('through a symbolic link, or to one, is refused: symlink-in-path', () => {
    symlinkSync('../outside', join(all, 'docs', 'link'));
    symlinkSync('../outside/private.txt', join(all, 'docs', 'file'));
    for (const path of ['docs/link', 'docs/link/private.txt', 'docs/file']) {
      for (const act of [
        () => list(path),
        () => shares.stat({ path }, nobody),
        () => shares.find(path, nobody),
      ])
        refused(act, 'symlink-in-path');
    }
    refused(() => shares.writableRoot('docs/link', nobody), 'symlink-in-path');
  });

  it('through a folder that is swapped for a link is refused at once', () => {
    expect(namesIn('docs/deep')).toEqual(['b.txt', 'empty']);
    rmSync(join(all, 'docs', 'deep'), { recursive: true });
    symlinkSync('../outside', join(all, 'docs', 'deep'));
    refused(() => list('docs/deep'), 'symlink-in-path');
  });

  it.skipIf(process.platform === 'win32')('to a pipe is refused: not-a-file', () => {
    execFileSync('mkfifo', [join(all, 'docs', 'pipe')]);
    refused(() => shares.find('docs/pipe', nobody), 'not-a-file');
    refused(() => shares.stat({ path: 'docs/pipe' }, nobody), 'not-a-file');
  });

  it('to a share whose folder is gone is refused, and the others are served', () => {
    rmSync(join(all, 'docs'), { recursive: true });
    refused(() => list('docs'), 'no-such-path');
    expect(namesIn('inbox')).toEqual(['there']);
  });

  it('of names alone tells which shares there are, not where', () => {
    expect(() => list('nothing')).toThrow(/docs, inbox, secret/u);
    expect(() => new Shares().list({ path: 'x' }, nobody)).toThrow(/Nothing is shared/u);
  });
});

describe('a share with a PIN', () => {
  it('is closed to LIST, STAT, GET and uploads until it was opened: pin-required', () => {
    shares.add({ path: join(all, 'outside'), name: 'both', writable: true, pin: '1' });
    for (const path of ['secret', 'secret/key.pem', 'both']) {
      refused(() => list(path), 'pin-required');
      refused(() => shares.find(path, nobody), 'pin-required');
      refused(() => shares.writableRoot(path, nobody), 'pin-required');
    }
    refused(() => shares.stat({ path: 'secret/key.pem' }, nobody), 'pin-required');
    expect(namesIn('docs')).toContain('a.txt');
  });

  it('does not tell whether a path exists before it was opened', () => {
    refused(() => list('secret/nothing'), 'pin-required');
    refused(() => list('secret/key.pem'), 'pin-required');
  });

  it('shows itself as a locked share', () => {
    expect(shares.stat({ path: 'secret' }, nobody).entry).toEqual({
      name: 'secret',
      kind: 'share',
      writable: false,
      locked: true,
    });
  });

  it('opens by its PIN; another share needs its own', () => {
    refused(() => shares.unlock('secret', 'wrong', 'a', 0), 'pin-wrong');
    refused(() => shares.unlock('nothing', '4711', 'a', 0), 'no-such-share');
    expect(list('secret', {}, openedBy('secret', '4711')).entries).toMatchObject([{ name: 'key.pem' }]);
    expect(openedBy('docs', '4711').size).toBe(0);
    shares.add({ path: join(all, 'outside'), pin: '1' });
    refused(() => list('secret', {}, openedBy('outside', '1')), 'pin-required');
  });

  it('is closed again to who opened it when it gets another PIN, and open to all without one', () => {
    const before = openedBy('secret', '4711');
    expect(shares.update('secret', { pin: '0815' })).toMatchObject({ locked: true });
    refused(() => list('secret', {}, before), 'pin-required');
    refused(() => shares.unlock('secret', '4711', 'a', 0), 'pin-wrong');
    expect(list('secret', {}, openedBy('secret', '0815')).entries).toHaveLength(1);
    expect(shares.update('secret', { pin: null })).toMatchObject({ locked: false });
    expect(namesIn('secret')).toEqual(['key.pem']);
  });

  it('of the same name as one that was removed needs its own PIN', () => {
    const before = openedBy('secret', '4711');
    shares.remove('secret');
    refused(() => list('secret', {}, before), 'no-such-share');
    shares.add({ path: join(all, 'secret'), pin: '4711' });
    refused(() => list('secret', {}, before), 'pin-required');
  });

  it('keeps its PIN when something else of it changes', () => {
    const before = openedBy('secret', '4711');
    expect(shares.update('secret', { writable: true })).toMatchObject({ writable: true, locked: true });
    expect(shares.writableRoot('secret', before).path).toBe(join(all, 'secret'));
    refused(() => shares.update('nothing', { writable: true }), 'no-such-share');
    refused(() => shares.remove('nothing'), 'no-such-share');
  });
});

describe('a range of a file', () => {
  const read = (path: string, offset: number, length: number): string =>
    Buffer.from(shares.read({ path, offset, length }, nobody).content).toString();

  beforeEach(() => writeFileSync(join(all, 'docs', 'poem.txt'), 'Es war, als hätt der Himmel'));

  it('is what the file has there, with the size of the whole', () => {
    expect(shares.read({ path: 'docs/poem.txt', offset: 3, length: 3 }, nobody)).toEqual({
      size: 28,
      offset: 3,
      content: new Uint8Array(Buffer.from('war')),
    });
    expect(read('docs/poem.txt', 0, 262_144)).toBe('Es war, als hätt der Himmel');
  });

  it('is short where the file ends, and empty behind it', () => {
    expect(read('docs/poem.txt', 22, 100)).toBe('Himmel');
    expect(read('docs/poem.txt', 28, 1)).toBe('');
    expect(shares.read({ path: 'docs/poem.txt', offset: 2 ** 53 - 1, length: 1 }, nobody)).toMatchObject({
      size: 28,
      content: new Uint8Array(0),
    });
  });

  it('is refused of what is no file of a share', () => {
    const range = { offset: 0, length: 1 };
    refused(() => shares.read({ path: 'docs/deep', ...range }, nobody), 'is-a-folder');
    refused(() => shares.read({ path: 'docs', ...range }, nobody), 'is-a-folder');
    refused(() => shares.read({ path: 'docs/nothing', ...range }, nobody), 'no-such-path');
    refused(() => shares.read({ path: 'nothing/a', ...range }, nobody), 'no-such-share');
    refused(() => shares.read({ path: 'docs/../outside/private.txt', ...range }, nobody), 'unsafe-path');
    refused(() => shares.read({ path: 'secret/key.pem', ...range }, nobody), 'pin-required');
    symlinkSync(join(all, 'outside'), join(all, 'docs', 'way-out'));
    refused(() => shares.read({ path: 'docs/way-out/private.txt', ...range }, nobody), 'symlink-in-path');
  });
});

describe('an upload', () => {
  it('goes into a writable share or a folder of it, and nowhere else', () => {
    mkdirSync(join(all, 'inbox', 'sub'));
    expect(shares.writableRoot('inbox', nobody).path).toBe(join(all, 'inbox'));
    expect(shares.writableRoot('inbox/sub', nobody).path).toBe(join(all, 'inbox', 'sub'));
    refused(() => shares.writableRoot('docs', nobody), 'read-only');
    refused(() => shares.writableRoot('docs/deep', nobody), 'read-only');
    refused(() => shares.writableRoot('inbox/there', nobody), 'not-a-folder');
    refused(() => shares.writableRoot('inbox/nothing', nobody), 'no-such-path');
    refused(() => shares.writableRoot('', nobody), 'no-such-share');
  });
});
