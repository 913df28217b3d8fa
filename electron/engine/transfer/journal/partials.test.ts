import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Journal } from './journal.ts';
import { currentBootId } from '../../../base/boot-id.ts';
import { cleanPartials, isUnfinished, listPartials } from './partials.ts';

let base = '';
let home = '';
let targetRoot = '';
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'hexdrop-partials-')));
  home = join(base, 'home');
  targetRoot = join(base, 'target');
  mkdirSync(home);
  mkdirSync(targetRoot);
});
afterEach(() => {
  rmSync(base, { recursive: true, force: true });
});

const openJournal = (roots = ['folder']): Journal =>
  Journal.open({ home, peerDeviceId: 'f00d', targetRoot, roots, bootId: currentBootId() });
const unfinished = (roots?: string[]): Journal => {
  const journal = openJournal(roots);
  const finalPath = join(targetRoot, 'landed');
  writeFileSync(finalPath, 'precious');
  journal.willLand([{ path: 'landed', version: 'v', size: 8, mtimeUs: 1, finalPath }]);
  mkdirSync(join(targetRoot, 'folder'), { recursive: true });
  const partialPath = journal.newPartialPath(join(targetRoot, 'folder'));
  writeFileSync(partialPath, 'x'.repeat(100));
  journal.partialOpened({ path: 'folder/big', version: 'v', size: 200, partialPath });
  journal.checkpoint({ path: 'folder/big', verifiedBytes: 70, chain: 'c', durable: false });
  return journal;
};
const partialOf = ({ key }: Journal): string => join(targetRoot, 'folder', `.hexdrop-partial-${key}.1`);
const journalNames = (): string[] => readdirSync(join(home, 'journal'));

describe('whether an offer goes on with an unfinished transfer', () => {
  const isGoingOn = (names: readonly string[], deviceId = 'f00d', dir = targetRoot): boolean =>
    isUnfinished(home, { roots: names.map((name) => ({ name })), deviceId, dir });

  it('is told by the device, the folder and all the names, however many and in which order', () => {
    const names = Array.from({ length: 150 }, (_, index) => `name ${index}`);
    unfinished(names).close();
    expect(isGoingOn(names)).toBe(true);
    expect(isGoingOn(names.toReversed())).toBe(true);
    expect(isGoingOn(names.slice(1))).toBe(false);
    expect(isGoingOn(names, 'beef')).toBe(false);
    expect(isGoingOn(names, 'f00d', base)).toBe(false);
  });

  it('reads no journal but its own: what stands under the key of another is not looked at', () => {
    const journal = unfinished();
    journal.close();
    const folder = join(home, 'journal');
    renameSync(join(folder, `${journal.key}.jsonl`), join(folder, `${'0'.repeat(32)}.jsonl`));
    expect(listPartials(home)).toHaveLength(1);
    expect(isGoingOn(['folder'])).toBe(false);
  });
});

describe('the list of partials', () => {
  it('is empty without a home, and without journals', () => {
    expect(listPartials(join(base, 'none'))).toEqual([]);
    expect(listPartials(home)).toEqual([]);
    expect(cleanPartials(home)).toEqual({ cleaned: [], kept: [] });
  });

  it('says peer, target, names, what is there and since when', () => {
    const before = Date.now();
    const journal = unfinished();
    journal.close();
    const [summary] = listPartials(home);
    expect(summary).toMatchObject({
      key: journal.key,
      peerDeviceId: 'f00d',
      target: targetRoot,
      roots: ['folder'],
      rootCount: 1,
      files: 1,
      partialFiles: 1,
      verifiedBytes: 70,
      active: false,
    });
    expect(summary?.startedAtMs).toBeGreaterThanOrEqual(before - 1);
    expect(summary?.updatedAtMs).toBeGreaterThanOrEqual(before - 1000);
  });

  it('tells those that are running', () => {
    const journal = unfinished();
    expect(listPartials(home)).toMatchObject([{ active: true }]);
    journal.close();
    expect(listPartials(home)).toMatchObject([{ active: false }]);
  });

  it('tells a journal that it cannot read', () => {
    mkdirSync(join(home, 'journal'));
    const key = '0'.repeat(32);
    writeFileSync(join(home, 'journal', `${key}.jsonl`), 'garbage');
    expect(listPartials(home)).toMatchObject([{ key, target: '', files: 0 }]);
    expect(cleanPartials(home).cleaned).toHaveLength(1);
    expect(journalNames()).toEqual([]);
  });
});

describe('cleaning partials', () => {
  it('removes journal and partials, and no file in place', () => {
    unfinished().close();
    expect(cleanPartials(home)).toMatchObject({ cleaned: [{ verifiedBytes: 70 }], kept: [] });
    expect(journalNames()).toEqual([]);
    expect(readdirSync(targetRoot).toSorted()).toEqual(['folder', 'landed']);
    expect(readdirSync(join(targetRoot, 'folder'))).toEqual([]);
    expect(readFileSync(join(targetRoot, 'landed'), 'utf8')).toBe('precious');
  });

  it('leaves alone those that are running and those that are to be kept', () => {
    const running = unfinished(['running']);
    const kept = unfinished(['kept']);
    kept.close();
    unfinished(['stale']).close();
    const result = cleanPartials(home, { keepKeys: [kept.key] });
    expect(result.cleaned).toMatchObject([{ roots: ['stale'] }]);
    expect(new Set(result.kept.map(({ key }) => key))).toEqual(new Set([kept.key, running.key]));
    expect(existsSync(partialOf(running))).toBe(true);
    expect(existsSync(partialOf(kept))).toBe(true);
    running.close();
  });

  it.each(['folder', '.'])('touches nothing when "%s" in the target became a symbolic link', (level) => {
    const journal = unfinished();
    journal.close();
    const path = join(targetRoot, level);
    renameSync(path, join(base, 'elsewhere'));
    symlinkSync(join(base, 'elsewhere'), path);
    expect(cleanPartials(home)).toMatchObject({ cleaned: [], kept: [{ key: journal.key }] });
    expect(readdirSync(join(base, 'elsewhere'))).not.toEqual([]);
    expect(journalNames()).toEqual([`${journal.key}.jsonl`]);
  });

  it('removes only partials of these transfers', () => {
    const journal = unfinished();
    journal.close();
    const others = [`.hexdrop-partial-${'0'.repeat(32)}.1`, `.hexdrop-partial-${journal.key}.2`, 'mine.txt'];
    for (const name of others) writeFileSync(join(targetRoot, 'folder', name), '');
    cleanPartials(home);
    expect(readdirSync(join(targetRoot, 'folder')).toSorted()).toEqual(others.toSorted());
    expect(journalNames()).toEqual([]);
  });

  it('removes a small file that a kill left before its place', () => {
    const journal = unfinished();
    const left = journal.passingPath(targetRoot);
    writeFileSync(left, 'hal');
    journal.close();
    cleanPartials(home);
    expect(existsSync(left)).toBe(false);
  });

  it('follows no target out of a forged journal', () => {
    unfinished().close();
    const [name = ''] = journalNames();
    const path = join(home, 'journal', name);
    const victim = join(base, 'victim');
    mkdirSync(victim);
    writeFileSync(join(victim, '1'), 'precious');
    for (const target of [victim, 'relative', '']) {
      writeFileSync(
        path,
        readFileSync(path, 'utf8').replace(/"targetRoot":"[^"]*"/u, `"targetRoot":${JSON.stringify(target)}`),
      );
      cleanPartials(home);
      expect(readdirSync(victim)).toEqual(['1']);
      writeFileSync(
        path,
        '{"hexdropJournal":1,"peerDeviceId":"f","targetRoot":"x","roots":[],"rootCount":0,"startedAtMs":0}\n',
      );
    }
  });

  it('cleans when the target is gone', () => {
    unfinished().close();
    rmSync(targetRoot, { recursive: true });
    expect(cleanPartials(home).cleaned).toHaveLength(1);
    expect(journalNames()).toEqual([]);
    expect(existsSync(targetRoot)).toBe(false);
  });
});
