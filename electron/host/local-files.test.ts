import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';

import { localFolder, pickedItem } from '../../shared/ipc/contract/files.ts';
import { plant, temporaryFolder } from '../base/testing/trees.ts';
import { Grants } from './grants.ts';
import { LocalFiles } from './local-files.ts';
import { shownPath } from './shown-path.ts';

const { signal } = new AbortController();

const desk = () => {
  const grants = new Grants();
  const folder = temporaryFolder();
  return { grants, files: new LocalFiles(grants), folder, ref: grants.refFor(folder) };
};

describe('what file systems hold and nobody means', () => {
  it.skipIf(!existsSync('/dev/shm'))('is listed and measured like the rest', async () => {
    const { grants, files } = desk();
    const folder = mkdtempSync('/dev/shm/hexdrop-local-');
    try {
      const paths = ['old', 'late', 'never', 'sparse', 'plain'].map((name) => join(folder, name));
      for (const path of paths) writeFileSync(path, 'abc');
      for (const [index, seconds] of ['-11644473600', '10413792000', '99999999999999'].entries())
        utimesSync(paths[index] as string, 0, seconds);
      execFileSync('truncate', ['-s', '9007199254740993', join(folder, 'sparse')]);
      const listed = await files.list(grants.refFor(folder), signal);
      expect(v.is(localFolder, listed)).toBe(true);
      expect(listed.entries).toHaveLength(5);
      const measured = await files.measure(
        [grants.refFor(folder), ...paths.map((path) => grants.refFor(path))],
        signal,
      );
      expect(measured.every((item) => v.is(pickedItem, item))).toBe(true);
      expect(measured[0]).toMatchObject({ files: 5, bytes: Number.MAX_SAFE_INTEGER, complete: false });
      expect(measured.at(-1)).toMatchObject({ files: 1, bytes: 3, complete: true });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the file browser', () => {
  it('lists folders first and numbers as people count', async () => {
    const { files, folder, ref } = desk();
    plant(folder, {
      'b10.txt': { size: 1, seed: 1 },
      'B2.txt': { size: 20, seed: 2 },
      '.hidden': { size: 0, seed: 3 },
      sub: {},
      a1: {},
    });
    const listed = await files.list(ref, signal);
    expect(listed.entries.map(({ name, kind, size, isHidden }) => ({ name, kind, size, isHidden }))).toEqual([
      { name: 'a1', kind: 'folder', size: 0, isHidden: false },
      { name: 'sub', kind: 'folder', size: 0, isHidden: false },
      { name: '.hidden', kind: 'file', size: 0, isHidden: true },
      { name: 'B2.txt', kind: 'file', size: 20, isHidden: false },
      { name: 'b10.txt', kind: 'file', size: 1, isHidden: false },
    ]);
    expect(listed).toMatchObject({ isWritable: true, shownPath: folder });
    expect(listed.freeBytes).toBeGreaterThan(0);
    expect(listed.hiddenCount).toBeUndefined();
  });

  it('leads from a folder to what is in it, and back by the crumbs', async () => {
    const { files, folder, ref } = desk();
    plant(folder, { sub: { deep: {} } });
    const [sub] = (await files.list(ref, signal)).entries;
    const inside = await files.list(sub?.ref ?? '', signal);
    expect(inside.name).toBe('sub');
    expect(inside.crumbs.at(-2)?.ref).toBe(ref);
    expect((await files.list(inside.crumbs[0]?.ref ?? '', signal)).name).toBe('/');
  });

  it('shows links as what they lead to, goes to the real folder, and shows dead ones as nothing to choose', async () => {
    const { files, folder, ref } = desk();
    plant(folder, { real: { 'a.txt': { size: 7, seed: 1 } } });
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    symlinkSync(join(folder, 'gone'), join(folder, 'dead'));
    const { entries } = await files.list(ref, signal);
    expect(entries.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
      'folder link',
      'folder real',
      'other dead',
    ]);
    const inside = await files.list(entries[0]?.ref ?? '', signal);
    expect(inside.crumbs.map(({ name }) => name).at(-1)).toBe('real');
    expect(inside.entries).toHaveLength(1);
  });

  it('says how many entries it does not show', async () => {
    const { grants, folder, ref } = desk();
    for (let number = 0; number < 13; number += 1) writeFileSync(join(folder, `f${number}`), '');
    const listed = await new LocalFiles(grants, 10).list(ref, signal);
    expect(listed.entries).toHaveLength(10);
    expect(listed.hiddenCount).toBe(3);
  });

  it('takes paths as people type them, whole ones only', async () => {
    const { files, folder } = desk();
    plant(folder, { 'a.txt': { size: 1, seed: 1 } });
    expect((await files.resolve(join(folder, 'x', '..', 'a.txt'))).kind).toBe('file');
    expect((await files.resolve('~')).kind).toBe('folder');
    expect((await files.list((await files.resolve('~')).ref, signal)).shownPath).toBe('~');
    await expect(files.resolve('relative')).rejects.toMatchObject({ code: 'bad-arguments' });
    await expect(files.resolve(`/a\0b`)).rejects.toMatchObject({ code: 'bad-arguments' });
    await expect(files.resolve(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'file-vanished' });
    await expect(files.resolve('/dev/null')).rejects.toMatchObject({ code: 'not-a-file' });
  });

  it('makes one folder, by one name', async () => {
    const { files, folder, ref } = desk();
    const made = await files.makeFolder(ref, 'new');
    expect((await files.list(made, signal)).shownPath).toBe(join(folder, 'new'));
    await expect(files.makeFolder(ref, 'new')).rejects.toMatchObject({ code: 'file-exists' });
    for (const name of ['..', 'a/b', '.']) {
      await expect(files.makeFolder(ref, name)).rejects.toMatchObject({ code: 'name-not-allowed' });
    }
  });

  it('measures what was chosen, and no link below it', async () => {
    const { files, grants, folder } = desk();
    plant(folder, { tree: { 'a.txt': { size: 100, seed: 1 }, sub: { 'b.txt': { size: 11, seed: 2 } } } });
    symlinkSync('/usr', join(folder, 'tree', 'usr'));
    const refs = [grants.refFor(join(folder, 'tree')), grants.refFor(join(folder, 'tree', 'a.txt'))];
    expect(await files.measure(refs, signal)).toMatchObject([
      { name: 'tree', kind: 'folder', files: 2, bytes: 111, complete: true },
      { name: 'a.txt', kind: 'file', files: 1, bytes: 100, complete: true },
    ]);
    await expect(files.measure(['no such ref'], signal)).rejects.toMatchObject({ code: 'ref-unknown' });
  });

  it('stops measuring when nobody waits any more, and says so', async () => {
    const { files, grants, folder } = desk();
    mkdirSync(join(folder, 'tree'));
    writeFileSync(join(folder, 'tree', 'a'), 'x');
    const abort = new AbortController();
    abort.abort();
    expect(await files.measure([grants.refFor(join(folder, 'tree'))], abort.signal)).toMatchObject([
      { complete: false },
    ]);
  });

  it('offers places that are there, each once', () => {
    const { files, folder } = desk();
    const places = files.places(folder);
    expect(places).toContainEqual(expect.objectContaining({ kind: 'received' }));
    expect(places).toContainEqual(expect.objectContaining({ kind: 'root', name: '/' }));
    expect(new Set(places.map(({ ref }) => ref)).size).toBe(places.length);
  });
});

describe('grants', () => {
  it('are the same for the same path, cannot be guessed, and name no path', () => {
    const grants = new Grants();
    const ref = grants.refFor('/etc/passwd');
    expect(grants.refFor('/etc/passwd')).toBe(ref);
    expect(ref).not.toContain('etc');
    expect(ref).toMatch(/^[\w-]{22}$/u);
    expect(grants.pathOf(ref)).toBe('/etc/passwd');
    expect(() => grants.pathOf('/etc/passwd')).toThrow(expect.objectContaining({ code: 'ref-unknown' }));
  });

  it('are bounded: the one that was not used for longest goes', () => {
    const grants = new Grants(2);
    const [a, b] = [grants.refFor('/a'), grants.refFor('/b')];
    grants.pathOf(a);
    const c = grants.refFor('/c');
    expect([grants.has(a), grants.has(b), grants.has(c)]).toEqual([true, false, true]);
    expect(grants.refFor('/b')).not.toBe(b);
  });
});

describe('a shown path', () => {
  it.each([
    ['/home/me', '~'],
    ['/home/me/a/b', '~/a/b'],
    ['/home/me2/a', '/home/me2/a'],
    ['/', '/'],
  ])('of %s is %s', (path, shown) => {
    expect(shownPath(path, '/home/me')).toBe(shown);
  });

  it('takes the home of the system by itself', () => {
    expect(shownPath(homedir())).toBe('~');
  });
});
