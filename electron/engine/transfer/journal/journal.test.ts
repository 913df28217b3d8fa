import {
  appendFileSync,
  chownSync,
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { HexdropError } from '../../../../shared/errors/errors.ts';
import { HomeFaults } from '../../../base/home-faults.ts';
import { JournalFile } from './journal-file.ts';
import { Journal } from './journal.ts';
import type { Known, LandingRecord } from './journal.ts';
import { setTimes } from '../../files/landing.ts';

const version = 'aabb';
const mtimeUs = 1_700_000_000_123_456;
let base = '';
let home = '';
let targetRoot = '';
let open: Journal[] = [];

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'hexdrop-journal-')));
  home = join(base, 'home');
  targetRoot = join(base, 'target');
  mkdirSync(home);
  mkdirSync(targetRoot);
  open = [];
});
afterEach(() => {
  for (const journal of open) journal.close();
  rmSync(base, { recursive: true, force: true });
});

interface Changes {
  faults?: HomeFaults;
  peerDeviceId?: string;
  targetRoot?: string;
  roots?: string[];
  bootId?: string;
}
const openJournal = (changes: Changes = {}): Journal => {
  const journal = Journal.open({
    home,
    peerDeviceId: 'f00d',
    targetRoot,
    roots: ['one', 'two'],
    bootId: 'boot-1',
    ...changes,
  });
  open.push(journal);
  return journal;
};
/** As a kill leaves it: the lock stays behind without its process. */
const kill = (journal: Journal): void => {
  const lockPath = join(home, 'journal', `${journal.key}.lock`);
  const lock = readFileSync(lockPath, 'utf8');
  journal.close();
  writeFileSync(
    lockPath,
    lock.replace(/"started":"\d*"/u, '"started":"0"').replace(String(process.pid), '999999'),
  );
};
const record = (path: string, changes: Partial<LandingRecord> = {}): LandingRecord => ({
  path,
  version,
  size: 3,
  mtimeUs,
  finalPath: join(targetRoot, path),
  ...changes,
});
const putFile = (path: string, text = 'new', timeUs = mtimeUs): void => {
  const fd = openSync(path, 'w');
  writeFileSync(fd, text);
  setTimes(fd, timeUs);
  closeSync(fd);
};
const journalNames = (): string[] => readdirSync(join(home, 'journal')).toSorted();
const beginPartial = (journal: Journal, path: string, size = 100, folder = targetRoot): string => {
  const partialPath = journal.newPartialPath(folder);
  writeFileSync(partialPath, 'x'.repeat(size));
  journal.partialOpened({ path, version, size, partialPath });
  return partialPath;
};
const codeOf = (action: () => unknown): unknown => {
  try {
    action();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return 'ok';
};

describe('files in place', () => {
  it('are known after a restart by what was said before they were placed', () => {
    const first = openJournal();
    first.willLand([record('a'), record('folder/b', { finalPath: join(targetRoot, 'folder', 'b (1)') })]);
    putFile(join(targetRoot, 'a'));
    mkdirSync(join(targetRoot, 'folder'));
    putFile(join(targetRoot, 'folder', 'b (1)'));
    expect(first.known('a')).toMatchObject({ kind: 'landed' });
    kill(first);

    const second = openJournal();
    expect(second.key).toBe(first.key);
    expect(second.isResumed).toBe(true);
    expect(second.known('a')).toEqual<Known>({
      kind: 'landed',
      version,
      size: 3,
      mtimeUs,
      finalPath: join(targetRoot, 'a'),
      chain: undefined,
    });
    expect(second.known('folder/b')).toMatchObject({ finalPath: join(targetRoot, 'folder', 'b (1)') });
    expect(second.known('b')).toBeUndefined();
  });

  it('are not known when the kill came before they were placed', () => {
    const first = openJournal();
    first.willLand([record('a')]);
    kill(first);
    expect(openJournal().known('a')).toBeUndefined();
  });

  it.each([
    ['changed in size', (path: string) => putFile(path, 'longer')],
    ['changed in time', (path: string) => putFile(path, 'new', mtimeUs + 5)],
    ['became a folder', (path: string) => (unlinkSync(path), mkdirSync(path))],
    [
      'became a link',
      (path: string) => (putFile(`${path}2`), unlinkSync(path), symlinkSync(`${path}2`, path)),
    ],
  ])('are not known when the file %s', (_what, change) => {
    const journal = openJournal();
    journal.willLand([record('a')]);
    putFile(join(targetRoot, 'a'));
    expect(journal.known('a')).toBeDefined();
    change(join(targetRoot, 'a'));
    expect(journal.known('a')).toBeUndefined();
  });

  it('are known on a file system that keeps whole seconds only', () => {
    const journal = openJournal();
    journal.willLand([record('a')]);
    putFile(join(targetRoot, 'a'));
    utimesSync(join(targetRoot, 'a'), 1_700_000_000, 1_700_000_000);
    expect(journal.known('a')).toBeDefined();
  });

  it('are known by their last record', () => {
    const journal = openJournal();
    journal.willLand([record('a'), record('b')]);
    journal.willLand([record('a', { version: 'ccdd', finalPath: join(targetRoot, 'a (1)') })]);
    putFile(join(targetRoot, 'a'));
    putFile(join(targetRoot, 'a (1)'));
    putFile(join(targetRoot, 'b'));
    expect(journal.known('a')).toMatchObject({ version: 'ccdd', finalPath: join(targetRoot, 'a (1)') });
    expect(journal.known('b')).toMatchObject({ version });
  });

  it('may have any name', () => {
    const names = ['two\nlines', '"quotes"', '🎉', '文件', 'a\u2028b', '__proto__', ' '];
    const first = openJournal();
    first.willLand(names.map((name) => record(name)));
    for (const name of names) putFile(join(targetRoot, name));
    kill(first);
    const second = openJournal();
    for (const name of names) expect(second.known(name)).toMatchObject({ kind: 'landed' });
  });

  it('lie under the target', () => {
    expect(codeOf(() => openJournal().willLand([record('a', { finalPath: join(base, 'a') })]))).toBe(
      'internal',
    );
  });

  it('are found fast among a hundred thousand', () => {
    const first = openJournal();
    const beganMs = performance.now();
    for (let batch = 0; batch < 100_000; batch += 64) {
      first.willLand(
        Array.from({ length: 64 }, (_, index) =>
          record(`folder ${batch}/a file of some length ${batch + index}.txt`),
        ),
      );
    }
    mkdirSync(join(targetRoot, 'folder 64000'));
    putFile(join(targetRoot, 'folder 64000', 'a file of some length 64010.txt'));
    kill(first);
    const openedMs = performance.now();
    const second = openJournal();
    // To go through all of them for each of them would take a hundred times as long as to write them.
    expect(performance.now() - openedMs).toBeLessThan(3 * (openedMs - beganMs));
    expect(second.known('folder 64000/a file of some length 64010.txt')).toBeDefined();
    expect(second.known('folder 64000/a file of some length 64011.txt')).toBeUndefined();
  });
});

describe('partials', () => {
  it('are known after a kill as far as they were verified', () => {
    const first = openJournal();
    const partialPath = beginPartial(first, 'big');
    first.checkpoint({ path: 'big', verifiedBytes: 40, chain: 'c40', durable: false });
    first.checkpoint({ path: 'big', verifiedBytes: 80, chain: 'c80', durable: false });
    kill(first);
    expect(openJournal().known('big')).toEqual<Known>({
      kind: 'partial',
      version,
      size: 100,
      partialPath,
      verifiedBytes: 80,
      chain: 'c80',
    });
  });

  it('are known within the same run too', () => {
    const journal = openJournal();
    beginPartial(journal, 'big');
    expect(journal.known('big')).toBeUndefined();
    journal.checkpoint({ path: 'big', verifiedBytes: 40, chain: 'c40', durable: false });
    expect(journal.known('big')).toMatchObject({ verifiedBytes: 40 });
  });

  it('count after a restart of the system only as far as they were synced', () => {
    const first = openJournal();
    beginPartial(first, 'synced');
    beginPartial(first, 'not synced');
    first.checkpoint({ path: 'synced', verifiedBytes: 40, chain: 'c40', durable: true });
    first.checkpoint({ path: 'synced', verifiedBytes: 80, chain: 'c80', durable: false });
    first.checkpoint({ path: 'not synced', verifiedBytes: 80, chain: 'c80', durable: false });
    kill(first);
    const second = openJournal({ bootId: 'boot-2' });
    expect(second.known('synced')).toMatchObject({ verifiedBytes: 40, chain: 'c40' });
    expect(second.known('not synced')).toBeUndefined();
    second.checkpoint({ path: 'synced', verifiedBytes: 90, chain: 'c90', durable: false });
    kill(second);
    expect(openJournal({ bootId: 'boot-2' }).known('synced')).toMatchObject({ verifiedBytes: 90 });
  });

  it('do not go back when a sync is reported late', () => {
    const first = openJournal();
    beginPartial(first, 'big');
    first.checkpoint({ path: 'big', verifiedBytes: 80, chain: 'c80', durable: false });
    first.checkpoint({ path: 'big', verifiedBytes: 40, chain: 'c40', durable: true });
    expect(first.known('big')).toMatchObject({ verifiedBytes: 80, chain: 'c80' });
    kill(first);
    const second = openJournal();
    expect(second.known('big')).toMatchObject({ verifiedBytes: 80, chain: 'c80' });
    kill(second);
    expect(openJournal({ bootId: 'boot-2' }).known('big')).toMatchObject({ verifiedBytes: 40, chain: 'c40' });
  });

  it('are not known when they are shorter than was verified, or not a file', () => {
    for (const spoil of [
      (path: string) => writeFileSync(path, 'short'),
      (path: string) => unlinkSync(path),
      (path: string) => (unlinkSync(path), symlinkSync('/etc/passwd', path)),
    ]) {
      const journal = openJournal();
      const partialPath = beginPartial(journal, 'big');
      journal.checkpoint({ path: 'big', verifiedBytes: 80, chain: 'c80', durable: false });
      spoil(partialPath);
      expect(journal.known('big')).toBeUndefined();
      expect(existsSync(partialPath)).toBe(false);
      journal.complete();
    }
  });

  it('that are whole are known as such when the kill came before they were placed', () => {
    const first = openJournal();
    beginPartial(first, 'big', 3);
    first.checkpoint({ path: 'big', verifiedBytes: 3, chain: 'c3', durable: false });
    first.willLand([record('big')]);
    kill(first);
    expect(openJournal().known('big')).toMatchObject({ kind: 'partial', verifiedBytes: 3 });
  });

  it('that a kill left with a second name are never written on', () => {
    const first = openJournal();
    const partialPath = beginPartial(first, 'big', 3);
    first.checkpoint({ path: 'big', verifiedBytes: 3, chain: 'c3', durable: false });
    first.willLand([record('big')]);
    putFile(partialPath, 'new');
    linkSync(partialPath, join(targetRoot, 'big'));
    kill(first);

    const second = openJournal();
    expect(second.known('big')).toMatchObject({ kind: 'landed' });
    expect(existsSync(partialPath)).toBe(false);
    expect(readFileSync(join(targetRoot, 'big'), 'utf8')).toBe('new');
  });

  it('that a kill left with a second name are given up when the user changed the file since', () => {
    const first = openJournal();
    const partialPath = beginPartial(first, 'big', 3);
    first.checkpoint({ path: 'big', verifiedBytes: 3, chain: 'c3', durable: false });
    first.willLand([record('big')]);
    putFile(partialPath, 'new');
    linkSync(partialPath, join(targetRoot, 'big'));
    kill(first);
    writeFileSync(join(targetRoot, 'big'), 'mine');

    expect(openJournal().known('big')).toBeUndefined();
    expect(existsSync(partialPath)).toBe(false);
    expect(readFileSync(join(targetRoot, 'big'), 'utf8')).toBe('mine');
  });

  it('without a checkpoint are removed by the next run, and their numbers are not used again', () => {
    const first = openJournal();
    const kept = beginPartial(first, 'kept');
    first.checkpoint({ path: 'kept', verifiedBytes: 1, chain: 'c', durable: false });
    const unverified = beginPartial(first, 'nothing verified');
    kill(first);
    const second = openJournal();
    expect(existsSync(kept)).toBe(true);
    expect(existsSync(unverified)).toBe(false);
    expect(second.known('nothing verified')).toBeUndefined();
    expect([kept, unverified]).not.toContain(second.newPartialPath(targetRoot));
  });

  it('lie beside the places of their files, also where these have another folder than they were sent with', () => {
    const first = openJournal();
    mkdirSync(join(targetRoot, 'tree (1)', 'deep'), { recursive: true });
    const deep = beginPartial(first, 'tree/deep/big', 100, join(targetRoot, 'tree (1)', 'deep'));
    expect(dirname(deep)).toBe(join(targetRoot, 'tree (1)', 'deep'));
    first.checkpoint({ path: 'tree/deep/big', verifiedBytes: 80, chain: 'c80', durable: false });
    kill(first);
    expect(openJournal().known('tree/deep/big')).toMatchObject({ partialPath: deep, verifiedBytes: 80 });
  });

  it('lie in a folder above where the system would not take their path', () => {
    const journal = openJournal();
    let folder = targetRoot;
    while (folder.length + 205 < 4_096) folder = join(folder, 'd'.repeat(200));
    folder = join(folder, 'e'.repeat(4_080 - folder.length));
    const path = journal.newPartialPath(folder);
    expect(folder.startsWith(dirname(path))).toBe(true);
    expect(dirname(path)).not.toBe(folder);
    expect(path.length).toBeLessThan(4_096);
  });

  it('that a link leads to by now are not gone on with, nor removed', () => {
    const first = openJournal();
    mkdirSync(join(targetRoot, 'tree'));
    beginPartial(first, 'tree/big', 100, join(targetRoot, 'tree'));
    first.checkpoint({ path: 'tree/big', verifiedBytes: 80, chain: 'c80', durable: false });
    kill(first);
    renameSync(join(targetRoot, 'tree'), join(base, 'elsewhere'));
    symlinkSync(join(base, 'elsewhere'), join(targetRoot, 'tree'));
    const second = openJournal();
    expect(second.known('tree/big')).toBeUndefined();
    second.complete();
    expect(readdirSync(join(base, 'elsewhere'))).toHaveLength(1);
  });

  it.skipIf(process.getuid?.() !== 0)(
    'of somebody else are not gone on with, those of the owner of their folder are',
    () => {
      const first = openJournal();
      const partialPath = beginPartial(first, 'big');
      first.checkpoint({ path: 'big', verifiedBytes: 80, chain: 'c80', durable: false });
      chownSync(partialPath, 12_345, 12_345);
      chownSync(targetRoot, 12_345, 12_345);
      expect(first.known('big')).toBeDefined();
      chownSync(targetRoot, 0, 0);
      expect(first.known('big')).toBeUndefined();
    },
  );

  it('are dropped with their file, and stay dropped', () => {
    const first = openJournal();
    const partialPath = beginPartial(first, 'big');
    first.checkpoint({ path: 'big', verifiedBytes: 80, chain: 'c80', durable: false });
    beginPartial(first, 'other');
    first.checkpoint({ path: 'other', verifiedBytes: 80, chain: 'c80', durable: false });
    first.dropPartial('big');
    expect(existsSync(partialPath)).toBe(false);
    expect(first.known('big')).toBeUndefined();
    first.dropPartial('never opened');
    kill(first);
    const second = openJournal();
    expect(second.known('big')).toBeUndefined();
    expect(second.known('other')).toBeDefined();
  });

  it('replace the one that their file had before', () => {
    const journal = openJournal();
    const before = beginPartial(journal, 'big');
    journal.checkpoint({ path: 'big', verifiedBytes: 80, chain: 'c80', durable: false });
    const after = beginPartial(journal, 'big');
    expect(existsSync(before)).toBe(false);
    expect(existsSync(after)).toBe(true);
    expect(journal.known('big')).toBeUndefined();
  });

  it('have names that only their journal gives', () => {
    const journal = openJournal();
    const partialPath = join(targetRoot, '.hexdrop-partial-1');
    expect(codeOf(() => journal.partialOpened({ path: 'a', version, size: 1, partialPath }))).toBe(
      'internal',
    );
  });
});

describe('a torn journal', () => {
  it('is good up to the tear, wherever that is, and goes on behind it', () => {
    const first = openJournal();
    const partialPath = beginPartial(first, 'big');
    first.checkpoint({ path: 'big', verifiedBytes: 40, chain: 'c40', durable: false });
    first.willLand([record('a'), record('b')]);
    first.checkpoint({ path: 'big', verifiedBytes: 80, chain: 'c80', durable: false });
    for (const name of ['a', 'b', 'c']) putFile(join(targetRoot, name));
    const path = join(home, 'journal', `${first.key}.jsonl`);
    const partial = readFileSync(partialPath);
    kill(first);
    const whole = readFileSync(path);
    for (let length = 0; length <= whole.length; length += length < whole.length - 90 ? 3 : 1) {
      writeFileSync(path, whole.subarray(0, length));
      writeFileSync(partialPath, partial);
      const second = openJournal();
      const verified = second.known('big');
      expect([0, 40, 80]).toContain(verified?.kind === 'partial' ? verified.verifiedBytes : 0);
      expect(second.known('a')?.kind).toBe(second.known('b')?.kind);
      second.willLand([record('c')]);
      beginPartial(second, 'another');
      second.checkpoint({ path: 'another', verifiedBytes: 7, chain: 'c7', durable: false });
      kill(second);
      const third = openJournal();
      expect(third.known('another')).toMatchObject({ verifiedBytes: 7 });
      expect(third.known('c')).toMatchObject({ kind: 'landed' });
      expect(third.known('a')?.kind).toBe(third.known('b')?.kind);
      kill(third);
    }
  });

  it('passes over lines that it does not know', () => {
    const first = openJournal();
    first.willLand([record('a')]);
    putFile(join(targetRoot, 'a'));
    kill(first);
    const lines = [
      '{"future":[1,2,3]}',
      'null',
      '[]',
      '7',
      '{"landing":[["b"]]}',
      '{"landing":[[1,2,3,4]]}',
      '{"landing":"x"}',
      '{"opened":["x"]}',
      '{"opened":["x","v",-1,5]}',
      '{"verified":[1,"x","y",0]}',
      '{"verified":[99,5,"y",0]}',
      '{"verified":[1,5,"y",2]}',
      '{"dropped":5}',
      '{"boot":5}',
      '\0\0\0\0',
      '{"__proto__":{"landing":[]}}',
    ];
    appendFileSync(join(home, 'journal', `${first.key}.jsonl`), `${lines.join('\n')}\n`);
    const second = openJournal();
    expect(second.known('a')).toBeDefined();
    expect(second.known('b')).toBeUndefined();
    expect(second.known('x')).toBeUndefined();
  });

  it('of another transfer, or without its first line, counts for nothing', () => {
    const first = openJournal();
    first.willLand([record('a')]);
    putFile(join(targetRoot, 'a'));
    kill(first);
    const path = join(home, 'journal', `${first.key}.jsonl`);
    const text = readFileSync(path, 'utf8');
    for (const spoiled of [text.replace('f00d', 'beef'), text.slice(text.indexOf('\n') + 1), 'garbage']) {
      writeFileSync(path, spoiled);
      const second = openJournal();
      expect(second.known('a')).toBeUndefined();
      expect(second.isResumed).toBe(false);
      kill(second);
    }
  });
});

describe('what belongs together', () => {
  it('is known by home, device, target and names, in any order', () => {
    const keyWith = (changes: Changes): string => {
      const journal = openJournal(changes);
      journal.complete();
      return journal.key;
    };
    const key = keyWith({});
    expect(key).toMatch(/^[0-9a-f]{32}$/u);
    expect(keyWith({ roots: ['two', 'one'] })).toBe(key);
    expect(keyWith({ bootId: 'boot-2' })).toBe(key);
    expect(keyWith({ roots: ['one'] })).not.toBe(key);
    expect(keyWith({ peerDeviceId: 'beef' })).not.toBe(key);
    mkdirSync(join(base, 'other'));
    expect(keyWith({ targetRoot: join(base, 'other') })).not.toBe(key);
    home = join(base, 'other-home');
    mkdirSync(home);
    expect(keyWith({})).not.toBe(key);
  });

  it('gets a fresh journal when a transfer of this process has it', () => {
    const first = openJournal();
    const second = openJournal();
    const third = openJournal();
    expect([second.key, third.key]).toEqual([`${first.key}-2`, `${first.key}-3`]);
    expect(new Set([first, second, third].map((journal) => journal.newPartialPath(targetRoot))).size).toBe(3);
    first.complete();
    expect(openJournal().key).toBe(first.key);
  });
});

describe('the end of a journal', () => {
  it('leaves nothing when all is done', () => {
    const journal = openJournal();
    beginPartial(journal, 'big');
    journal.willLand([record('a')]);
    putFile(join(targetRoot, 'a'));
    journal.complete();
    journal.complete();
    journal.close();
    expect(journalNames()).toEqual([]);
    expect(readdirSync(targetRoot)).toEqual(['a']);
  });

  it('leaves nothing when nothing came of it', () => {
    openJournal().close();
    expect(journalNames()).toEqual([]);
    expect(readdirSync(targetRoot)).toEqual([]);
  });

  it('keeps journal and partials for the next run otherwise', () => {
    const journal = openJournal();
    beginPartial(journal, 'big');
    journal.checkpoint({ path: 'big', verifiedBytes: 80, chain: 'c80', durable: false });
    journal.close();
    expect(journalNames()).toEqual([`${journal.key}.jsonl`]);
    expect(openJournal().known('big')).toBeDefined();
  });

  it('is remembered where only files are in place', () => {
    const journal = openJournal();
    journal.willLand([record('a')]);
    putFile(join(targetRoot, 'a'));
    journal.close();
    expect(readdirSync(targetRoot)).toEqual(['a']);
    expect(openJournal().known('a')).toBeDefined();
  });

  it('leaves what is not of this transfer', () => {
    const journal = openJournal();
    beginPartial(journal, 'big');
    const others = [
      '.hexdrop-partial',
      `.hexdrop-partial-${'0'.repeat(32)}.1`,
      `.hexdrop-partial-${journal.key}.9`,
    ];
    for (const name of others) writeFileSync(join(targetRoot, name), '');
    journal.complete();
    expect(readdirSync(targetRoot).toSorted()).toEqual(others.toSorted());
  });

  it('is told of a small file that a kill left before its place', () => {
    const first = openJournal();
    mkdirSync(join(targetRoot, 'folder'));
    first.willLand([record('a'), record('folder/b')]);
    first.willLand([record('a', { finalPath: join(targetRoot, 'a (1)') })]);
    const left = first.passingPath(join(targetRoot, 'folder'));
    writeFileSync(left, 'ne');
    kill(first);
    openJournal();
    expect(existsSync(left)).toBe(false);
  });

  it('writes into no other file that comes after it', () => {
    const journal = openJournal();
    const partialPath = beginPartial(journal, 'big');
    journal.close();
    const fds = Array.from({ length: 20 }, (_, index) => openSync(join(base, `other ${index}`), 'w'));
    journal.willLand([record('a')]);
    journal.checkpoint({ path: 'big', verifiedBytes: 1, chain: 'c', durable: true });
    journal.dropPartial('big');
    journal.partialOpened({ path: 'c', version, size: 1, partialPath });
    journal.known('a');
    for (const fd of fds) closeSync(fd);
    const sizes = fds.map((_, index) => statSync(join(base, `other ${index}`)).size);
    expect(Math.max(...sizes)).toBe(0);
  });

  it('lets go of its file', () => {
    const next = (): number => {
      const fd = openSync(base, 'r');
      closeSync(fd);
      return fd;
    };
    const before = next();
    openJournal().complete();
    openJournal().close();
    expect(next()).toBe(before);
  });
});

describe('a journal', () => {
  it.skipIf(process.platform === 'win32')('is closed to others', () => {
    const journal = openJournal();
    expect(statSync(join(home, 'journal')).mode & 0o777).toBe(0o700);
    expect(statSync(join(home, 'journal', `${journal.key}.jsonl`)).mode & 0o777).toBe(0o600);
  });

  it('makes nothing in the target when it is opened', () => {
    openJournal();
    expect(readdirSync(targetRoot)).toEqual([]);
  });
});

describe('a home that takes no journal', () => {
  let told: HexdropError[] = [];
  let faults = new HomeFaults(() => {});
  beforeEach(() => {
    told = [];
    faults = new HomeFaults((error) => told.push(error));
    rmSync(home, { recursive: true });
    writeFileSync(home, 'a file where the folder must be');
  });

  it('keeps no transfer from going on after a broken connection, and is told once', () => {
    const first = openJournal({ faults });
    const partialPath = beginPartial(first, 'big');
    first.checkpoint({ path: 'big', verifiedBytes: 40, chain: 'c40', durable: true });
    first.willLand([record('small')]);
    first.close();
    const second = openJournal({ faults });
    expect(second.key).toBe(first.key);
    expect(second.isResumed).toBe(true);
    expect(second.known('big')).toMatchObject({ kind: 'partial', partialPath, verifiedBytes: 40 });
    expect(second.newPartialPath(targetRoot)).not.toBe(partialPath);
    second.complete();
    expect(existsSync(partialPath)).toBe(false);
    expect(openJournal({ faults }).isResumed).toBe(false);
    expect(told).toMatchObject([
      { code: 'home-unwritable', message: expect.stringContaining(join(home, 'journal')) },
    ]);
  });

  it('lets several of one kind run at once, each with files of its own', () => {
    const keys = [openJournal(), openJournal(), openJournal()].map(({ key }) => key);
    expect(new Set(keys).size).toBe(3);
  });

  it('leaves nothing behind of what was not verified', () => {
    const journal = openJournal();
    const partialPath = beginPartial(journal, 'big');
    journal.close();
    expect(existsSync(partialPath)).toBe(false);
  });
});

describe('a journal whose disk fills up', () => {
  it('that is new is kept in memory, and its lock does not stay', () => {
    const append = vi.spyOn(JournalFile.prototype, 'append').mockReturnValue(undefined);
    const failure = vi
      .spyOn(JournalFile.prototype, 'failure', 'get')
      .mockReturnValue(new HexdropError('disk-full'));
    const journal = openJournal();
    append.mockRestore();
    failure.mockRestore();
    expect(journalNames()).toEqual([]);
    beginPartial(journal, 'big');
    journal.checkpoint({ path: 'big', verifiedBytes: 40, chain: 'c40', durable: false });
    journal.close();
    expect(openJournal().known('big')).toMatchObject({ kind: 'partial' });
  });

  it('takes along what it could not tell of', () => {
    const journal = openJournal();
    const told = beginPartial(journal, 'told');
    journal.checkpoint({ path: 'told', verifiedBytes: 40, chain: 'c40', durable: false });
    const append = vi.spyOn(JournalFile.prototype, 'append').mockReturnValue(undefined);
    const untold = beginPartial(journal, 'untold');
    journal.close();
    append.mockRestore();
    expect([existsSync(told), existsSync(untold)]).toEqual([true, false]);
  });
});
