import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { file } from '../testing/raw-source.ts';
import { harvest, temporaryFolder } from '../testing/trees.ts';
import { Inbox } from './inbox.ts';
import type { Slot } from './inbox.ts';
import { Journal } from './journal.ts';
import type { LandingRecord } from './journal.ts';
import type { ConflictPolicy } from './landing.ts';
import { Placer } from './placer.ts';
import { SafeRoot } from './safe-path.ts';

interface Place {
  readonly placer: Placer;
  readonly dir: string;
  /** Writes a partial and puts it in place under a name. */
  put(name: string, content: string): void;
  /** What the journal was told, in order, with what was there then. */
  readonly told: (readonly [path: string, isThere: boolean])[];
}

/** A target; one that folds names as those of macOS and Windows do. */
const placeIn = (onConflict: ConflictPolicy, foldsNames = false): Place => {
  const all = temporaryFolder();
  const dir = join(all, 'to');
  mkdirSync(dir);
  const root = SafeRoot.open(dir);
  root.foldsNames = () => foldsNames;
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
  const placer = new Placer({ inbox: new Inbox(), journal, root, onConflict });
  const put = (name: string, content: string): void => {
    const partial = journal.newPartialPath(dir);
    writeFileSync(partial, content);
    const slot: Slot = {
      index: 0,
      entry: file(name, content.length),
      state: 'receiving',
      resume: undefined,
      arrivedBytes: content.length,
    };
    placer.place(slot, name, partial, placer.placeOf(slot));
  };
  return { placer, dir, put, told };
};
const contents = (dir: string): string[] =>
  Object.entries(harvest(dir)).map(([path, { content }]) => `${path}: ${content}`);

describe('a file that is whole', () => {
  it.each(['rename', 'skip'] as const)('comes beside what has its name (%s)', (onConflict) => {
    const { dir, put } = placeIn(onConflict);
    for (const content of ['one', 'two', 'three']) put('a.txt', content);
    expect(contents(dir)).toEqual(['a (1).txt: two', 'a (2).txt: three', 'a.txt: one']);
  });

  it('comes in place of what has its name when that was chosen', () => {
    const { dir, put } = placeIn('overwrite');
    for (const content of ['one', 'two']) put('a.txt', content);
    expect(contents(dir)).toEqual(['a.txt: two']);
  });

  it('does not come in place of another one of the same transfer whose name differs in case alone', () => {
    const { dir, put, placer } = placeIn('overwrite', true);
    writeFileSync(join(dir, 'README'), 'old');
    put('README', 'one');
    expect(readFileSync(join(dir, 'README'), 'utf8')).toBe('one');
    // The file system of this test does not fold case: such a one would say that README is there.
    for (const name of ['readme', 'other']) writeFileSync(join(dir, name), 'old');
    expect(placer.replaced(join(dir, 'readme'))).toBeUndefined();
    expect(placer.replaced(join(dir, 'other'))).toBeDefined();
  });

  it('is told to the journal before it stands there, under each name that is tried', () => {
    const { put, told } = placeIn('rename');
    put('a.txt', 'one');
    put('a.txt', 'two');
    expect(told).toEqual([
      ['a.txt', false],
      ['a.txt', true],
      ['a (1).txt', false],
    ]);
  });
});
