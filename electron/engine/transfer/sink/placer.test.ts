import { closeSync, lstatSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { chunkBytes } from '../../../../shared/protocol/limits.ts';
import { foldCase } from '../../testing/folding-root.ts';
import { file } from '../../testing/raw-source.ts';
import { harvest, temporaryFolder } from '../../../base/testing/trees.ts';
import { Chain, digestByName } from '../../digest/digest.ts';
import { Inbox } from './inbox.ts';
import type { Slot } from './inbox.ts';
import { Journal } from '../journal/journal.ts';
import type { LandingRecord } from '../journal/journal.ts';
import type { ConflictPolicy } from '../../../../shared/model/transfer.ts';
import { Placer } from './placer.ts';
import { SafeRoot } from '../../../base/safe-path.ts';

interface Target {
  readonly placer: Placer;
  readonly dir: string;
  /** Writes a partial and puts it in place under a name, unless it is there already. */
  put(name: string, content: string, more?: Partial<Slot>): Promise<'placed' | 'same'>;
  /** What the journal was told, in order, with what was there then. */
  readonly told: (readonly [path: string, isThere: boolean])[];
}

const slotOf = (name: string, content: string, more: Partial<Slot> = {}): Slot => ({
  index: 0,
  entry: file(name, content.length),
  state: 'receiving',
  resume: undefined,
  found: undefined,
  isTaken: false,
  earlier: undefined,
  arrivedBytes: content.length,
  ...more,
});

/** A target; one that folds names as those of Windows do. */
const placeIn = (onConflict: ConflictPolicy, foldsNames = false): Target => {
  const all = temporaryFolder();
  const dir = join(all, 'to');
  mkdirSync(dir);
  const root = SafeRoot.open(dir);
  if (foldsNames) foldCase(root);
  const journal = Journal.open({
    home: all,
    peerDeviceId: 'ab'.repeat(32),
    targetRoot: dir,
    roots: ['x'],
    bootId: 'boot',
  });
  const told: [string, boolean][] = [];
  const willLand = journal.willLand.bind(journal);
  journal.willLand = (records: readonly LandingRecord[]) => {
    for (const { finalPath } of records)
      told.push([
        finalPath.slice(dir.length + 1),
        Object.keys(harvest(dir)).includes(finalPath.slice(dir.length + 1)),
      ]);
    willLand(records);
  };
  const digest = digestByName('sha256');
  const placer = new Placer({ inbox: new Inbox(), journal, root, onConflict, digest, traffic: () => 0 });
  const put = async (name: string, content: string, more: Partial<Slot> = {}): Promise<'placed' | 'same'> => {
    const slot = slotOf(name, content, more);
    const partialPath = journal.newPartialPath(dir);
    writeFileSync(partialPath, content);
    const chain = new Chain(digest);
    chain.appendContent(Buffer.from(content));
    const fd = openSync(partialPath, 'r');
    const place = placer.placeOf(slot);
    const isSame = await new Promise<boolean>((found) => {
      const now = placer.findSame(slot, place, { fd, chain: chain.value }, found);
      if (now !== 'later') found(now);
    });
    closeSync(fd);
    if (isSame) rmSync(partialPath);
    else placer.place({ slot, path: name, partialPath, chain: chain.value }, placer.placeOf(slot));
    return isSame ? 'same' : 'placed';
  };
  return { placer, dir, put, told };
};
const contents = (dir: string): string[] =>
  Object.entries(harvest(dir)).map(([path, { content }]) => `${path}: ${content}`);

describe('a file that is whole', () => {
  it.each(['rename', 'skip'] as const)(
    'comes beside what has its name and differs (%s)',
    async (onConflict) => {
      const { dir, put } = placeIn(onConflict);
      for (const content of ['one', 'two', 'three', 'six'])
        expect(await put('a.txt', content)).toBe('placed');
      expect(contents(dir)).toEqual(['a (1).txt: two', 'a (2).txt: three', 'a (3).txt: six', 'a.txt: one']);
    },
  );

  it.each(['rename', 'skip', 'overwrite'] as const)(
    'is not needed when its name has the same content: what is there stays as it is (%s)',
    async (onConflict) => {
      for (const isTaken of [false, true]) {
        const { dir, put } = placeIn(onConflict);
        writeFileSync(join(dir, 'a.txt'), 'one');
        const standing = (): unknown => {
          const { ino, mtimeNs, ctimeNs } = statSync(join(dir, 'a.txt'), { bigint: true });
          return { ino, mtimeNs, ctimeNs };
        };
        const before = standing();
        expect(await put('a.txt', 'one', { isTaken })).toBe('same');
        expect(standing()).toEqual(before);
        expect(contents(dir)).toEqual(['a.txt: one']);
      }
    },
  );

  it('is not needed when a numbered name has the same content', async () => {
    const { dir, put } = placeIn('rename');
    for (const content of ['one', 'two', 'six']) await put('a.txt', content);
    expect(await put('a.txt', 'two')).toBe('same');
    expect(await put('a.txt', 'six', { isTaken: true })).toBe('same');
    expect(contents(dir)).toEqual(['a (1).txt: two', 'a (2).txt: six', 'a.txt: one']);
  });

  it('is the same only to its last byte, over any number of chunks', async () => {
    const { dir, put } = placeIn('rename');
    const long = 'x'.repeat(2 * chunkBytes);
    await put('a.txt', long);
    expect(await put('a.txt', long)).toBe('same');
    expect(await put('a.txt', `${long.slice(1)}y`)).toBe('placed');
    expect(Object.keys(harvest(dir))).toEqual(['a (1).txt', 'a.txt']);
  });

  it('is not compared again with what the source has compared, unless that was changed since', async () => {
    const { dir, put } = placeIn('rename');
    await put('a.txt', 'one');
    const found = (chain: Uint8Array) => ({
      isTaken: true,
      found: { existing: { path: join(dir, 'a.txt'), stats: lstatSync(join(dir, 'a.txt')) }, chain },
    });
    expect(await put('a.txt', 'one', found(new Uint8Array(32)))).toBe('placed');
    const before = found(new Uint8Array(32));
    writeFileSync(join(dir, 'a.txt'), 'two');
    utimesSync(join(dir, 'a.txt'), 1, 1);
    expect(await put('a.txt', 'two', before)).toBe('same');
  });

  it('comes in place of what has its name when that was chosen', async () => {
    const { dir, put } = placeIn('overwrite');
    for (const content of ['one', 'two']) await put('a.txt', content);
    expect(contents(dir)).toEqual(['a.txt: two']);
  });

  it('takes its name when that has become free since it was told', async () => {
    const { dir, put } = placeIn('rename');
    await put('a.txt', 'one', { isTaken: true });
    expect(contents(dir)).toEqual(['a.txt: one']);
  });

  it('does not come in place of another one of the same transfer whose name differs in case alone', async () => {
    const { dir, put, placer } = placeIn('overwrite', true);
    writeFileSync(join(dir, 'README'), 'old');
    await put('README', 'one', { index: 1 });
    expect(readFileSync(join(dir, 'README'), 'utf8')).toBe('one');
    // The file system of this test does not fold case: such a one would say that README is there.
    for (const name of ['readme', 'other']) writeFileSync(join(dir, name), 'old');
    const replaced = (index: number, name: string): unknown =>
      placer.replaced(slotOf(name, '', { index }), join(dir, name));
    expect(replaced(2, 'readme')).toBeUndefined();
    expect(replaced(1, 'README')).toBeDefined();
    expect(replaced(3, 'other')).toBeDefined();
  });

  it('comes in place of what has its name, beside another one whose name only reads like it', async () => {
    const { dir, put, placer } = placeIn('overwrite', true);
    for (const [index, name] of ['stra\u00dfe', 'STRASSE', 'caf\u00e9', 'cafe\u0301'].entries()) {
      writeFileSync(join(dir, name), 'old');
      expect(placer.replaced(slotOf(name, '', { index }), join(dir, name))).toBeDefined();
      await put(name, 'new', { index });
      expect(readFileSync(join(dir, name), 'utf8')).toBe('new');
    }
  });

  it('does not come in place of what another one is compared with', () => {
    const { dir, placer } = placeIn('overwrite', true);
    for (const name of ['README', 'readme']) writeFileSync(join(dir, name), 'old');
    const [upper, lower] = [slotOf('README', '', { index: 1 }), slotOf('readme', '', { index: 2 })];
    expect(placer.claim(lower, join(dir, 'readme'))).toBe(true);
    expect(placer.claim(upper, join(dir, 'README'))).toBe(false);
    expect(placer.replaced(upper, join(dir, 'README'))).toBeUndefined();
  });

  it('is told to the journal before it stands there, but not under a name that something else has', async () => {
    const { put, told } = placeIn('rename');
    await put('a.txt', 'one');
    await put('a.txt', 'two', { isTaken: true });
    expect(told).toEqual([
      ['a.txt', false],
      ['a (1).txt', false],
    ]);
    const other = placeIn('overwrite');
    await other.put('a.txt', 'one');
    await other.put('a.txt', 'two', { isTaken: true });
    expect(other.told).toEqual([
      ['a.txt', false],
      ['a.txt', true],
    ]);
  });
});
