import fc from 'fast-check';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix, win32 } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { HexdropError } from '../../shared/errors/errors.ts';
import { localName } from './name-mapping.ts';
import { clashKey, localPath, nameFault, SafeRoot, splitPeerPath, stagingName } from './safe-path.ts';

type Text = string | [string, number][];
type Platform = 'linux' | 'darwin' | 'win32';
type Verdict = 'ok' | 'mapped' | 'unsafe-name' | 'name-not-allowed' | 'name-too-long';
interface Corpus {
  header: string;
  names: ({ name: Text; reason: string } & ({ all: Verdict } | Record<Platform, Verdict>))[];
  paths: { path: Text; expected: string[] | number | 'unsafe-path'; reason: string }[];
}

const corpus = JSON.parse(readFileSync(new URL('safe-path.corpus.json', import.meta.url), 'utf8')) as Corpus;
const platforms: readonly Platform[] = ['linux', 'darwin', 'win32'];
const textOf = (text: Text): string =>
  typeof text === 'string' ? text : text.map(([part, times]) => part.repeat(times)).join('');

const thrownBy = (action: () => unknown): HexdropError => {
  try {
    action();
  } catch (error) {
    return error as HexdropError;
  }
  throw new Error('nothing was thrown');
};

const codeOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    return error instanceof HexdropError ? error.code : String(error);
  }
  return 'ok';
};

describe('the corpus', () => {
  it('never shrinks', () => {
    // Raise these with every entry that is added.
    expect(corpus.names.length).toBeGreaterThanOrEqual(306);
    expect(corpus.paths.length).toBeGreaterThanOrEqual(74);
    expect(corpus.header).toContain('Nobody may remove or weaken an entry');
  });

  it('names each case once and gives a reason for each', () => {
    const names = corpus.names.map(({ name }) => textOf(name));
    expect(new Set(names).size).toBe(names.length);
    expect([...corpus.names, ...corpus.paths].filter(({ reason }) => reason.length < 3)).toEqual([]);
  });

  it.each(platforms)('gets its verdict for every name on %s', (platform) => {
    for (const entry of corpus.names) {
      const name = textOf(entry.name);
      const isKept = localName(name, platform) === name;
      const verdict = nameFault(name, platform)?.code ?? (isKept ? 'ok' : 'mapped');
      const expected = 'all' in entry ? entry.all : entry[platform];
      expect([entry.name, entry.reason, verdict]).toEqual([entry.name, entry.reason, expected]);
    }
  });

  it.each(platforms)('stays under the root with every accepted name on %s, at every depth', (platform) => {
    const flavour = platform === 'win32' ? win32 : posix;
    const root = platform === 'win32' ? 'C:\\target' : '/target';
    for (const { name: text } of corpus.names) {
      const name = textOf(text);
      for (const components of [[name], ['a', name], [name, 'b'], [name, name]]) {
        const verdict = codeOf(() => localPath(root, components, platform));
        expect(verdict).toBe(nameFault(name, platform)?.code ?? 'ok');
        if (verdict !== 'ok') continue;
        const path = localPath(root, components, platform);
        const locals = components.map((component) => localName(component, platform));
        expect(flavour.relative(root, path).split(flavour.sep)).toEqual(locals);
      }
    }
  });

  it('gets its verdict for every path', () => {
    for (const { path, expected, reason } of corpus.paths) {
      let seen: string[] | number | string;
      try {
        const components = splitPeerPath(textOf(path));
        seen = typeof expected === 'number' ? components.length : components;
      } catch (error) {
        seen = (error as HexdropError).code;
      }
      expect([path, reason, seen]).toEqual([path, reason, expected]);
    }
  });

  it.each(platforms)(
    'writes nothing outside of the root whatever name becomes an entry, by the rules of %s',
    (rules) => {
      const base = realpathSync(mkdtempSync(join(tmpdir(), 'hexdrop-corpus-')));
      try {
        const root = SafeRoot.open(join(base, 'outer', 'target'), rules);
        for (const { name: text } of corpus.names) {
          const name = textOf(text);
          codeOf(() => root.folder(['folder', name], { create: true }));
          codeOf(() => {
            writeFileSync(root.file(['folder'], `${name}.f`, { create: true }), '');
          });
          root.nextTurn();
        }
        for (const { path } of corpus.paths) {
          codeOf(() => root.folder(splitPeerPath(textOf(path)), { create: true }));
        }
        expect(existsSync(join(base, 'outer', 'target', 'folder'))).toBe(true);
        expect(readNames(base)).toEqual(['outer']);
        expect(readNames(join(base, 'outer'))).toEqual(['target']);
      } finally {
        rmSync(base, { recursive: true, force: true });
      }
    },
  );
});

const readNames = (folder: string): string[] => readdirSync(folder);

describe('nameFault', () => {
  it('refuses on every platform any name with a "/", NUL or lone surrogate', () => {
    const hostile = fc.constantFrom('/', '\0', '\ud800', '\udfff');
    fc.assert(
      fc.property(
        fc.string(),
        hostile,
        fc.string(),
        fc.constantFrom(...platforms),
        (before, bad, after, platform) => {
          const name = `${before} ${bad} ${after}`;
          expect(nameFault(name, platform)?.code).toBe('unsafe-name');
        },
      ),
    );
  });

  it('never shows an escape sequence, a bidi control or an endless name in its message', () => {
    const message = nameFault(`\u001b[2J\u202e/${'x'.repeat(5000)}`, 'linux')?.message ?? '';
    // eslint-disable-next-line no-control-regex -- it must hold none
    expect(message).not.toMatch(/[\u0000-\u001f\u202e]/u);
    expect(message.length).toBeLessThan(500);
  });
});

describe('localPath', () => {
  const component = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.string({ unit: fc.constantFrom('.', '/', '\\', ' ', 'a', ':', '\0', '~'), maxLength: 6 }),
    fc.constantFrom(...corpus.names.map(({ name }) => textOf(name)).filter((name) => name.length < 300)),
  );

  it.each(platforms)('stays under the root with whatever components it accepts on %s', (platform) => {
    const flavour = platform === 'win32' ? win32 : posix;
    const roots =
      platform === 'win32' ? ['C:\\', 'C:\\target', '\\\\server\\share\\t'] : ['/', '/target', '/a b/c'];
    fc.assert(
      fc.property(fc.constantFrom(...roots), fc.array(component, { maxLength: 6 }), (root, components) => {
        if (codeOf(() => localPath(root, components, platform)) !== 'ok') {
          return thrownBy(() => localPath(root, components, platform)) instanceof HexdropError;
        }
        const path = localPath(root, components, platform);
        expect(flavour.isAbsolute(path)).toBe(true);
        expect(flavour.resolve(path)).toBe(path);
        const relative = flavour.relative(root, path);
        const locals = components.map((name) => localName(name, platform));
        expect(relative === '' ? [] : relative.split(flavour.sep)).toEqual(locals);
        return true;
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses more levels than the protocol allows', () => {
    expect(codeOf(() => localPath('/t', Array<string>(513).fill('d'), 'linux'))).toBe('unsafe-path');
    expect(codeOf(() => localPath('/t', Array<string>(5000).fill('d'), 'linux'))).toBe('unsafe-path');
  });
});

describe('splitPeerPath', () => {
  it('gives only components that are names, or throws unsafe-path', () => {
    const path = fc.string({
      unit: fc.constantFrom('.', '/', '\\', 'a', ':', '\0', ' ', '\ud800'),
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.oneof(path, fc.string({ unit: 'binary' })), (text) => {
        const code = codeOf(() => splitPeerPath(text));
        expect(['ok', 'unsafe-path']).toContain(code);
        if (code !== 'ok') return;
        for (const name of splitPeerPath(text)) {
          expect(nameFault(name, 'linux')?.code ?? 'name-too-long').toBe('name-too-long');
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('clashKey', () => {
  it('is the same for names that one folding file system takes for one', () => {
    for (const [one, other] of [
      ['README', 'readme'],
      ['É.txt', 'e\u0301.TXT'],
      ['straße', 'STRASSE'],
      ['ΣΑΣ', 'σας'],
      ['K', '\u212a'],
    ] as const) {
      expect(clashKey(one, true)).toBe(clashKey(other, true));
    }
  });

  it('differs for names that differ otherwise, and always where nothing is folded', () => {
    expect(clashKey('a', true)).not.toBe(clashKey('b', true));
    expect(clashKey('README', false)).not.toBe(clashKey('readme', false));
  });
});

describe('SafeRoot', () => {
  let base = '';
  beforeEach(() => {
    base = realpathSync(mkdtempSync(join(tmpdir(), 'hexdrop-safe-path-')));
  });
  afterEach(() => {
    rmSync(base, { recursive: true, force: true });
  });
  const create = { create: true };

  it('makes the root, and folders below it level by level', () => {
    const root = SafeRoot.open(join(base, 'x', 'y'));
    expect(root.path).toBe(join(base, 'x', 'y'));
    expect(root.folder(['a', 'b', 'c'], create)).toBe(join(base, 'x', 'y', 'a', 'b', 'c'));
    expect(lstatSync(join(base, 'x', 'y', 'a', 'b', 'c')).isDirectory()).toBe(true);
    expect(root.folder([], create)).toBe(root.path);
    expect(root.file(['a'], 'f.txt')).toBe(join(root.path, 'a', 'f.txt'));
    expect(root.file([], 'f.txt')).toBe(join(root.path, 'f.txt'));
  });

  it('takes a root that is a symbolic link for what it points to when it is opened, and stays there', () => {
    mkdirSync(join(base, 'real'));
    symlinkSync(join(base, 'real'), join(base, 'link'));
    const root = SafeRoot.open(join(base, 'link'));
    expect(root.path).toBe(join(base, 'real'));
    rmSync(join(base, 'link'));
    mkdirSync(join(base, 'elsewhere'));
    symlinkSync(join(base, 'elsewhere'), join(base, 'link'));
    root.folder(['a'], create);
    expect(readNames(join(base, 'elsewhere'))).toEqual([]);
    expect(readNames(join(base, 'real'))).toEqual(['a']);
  });

  it('refuses a root that is a file', () => {
    writeFileSync(join(base, 'file'), '');
    expect(['not-a-folder', 'file-exists']).toContain(codeOf(() => SafeRoot.open(join(base, 'file'))));
  });

  it('says of a link to what is not there that it is one, and not where it leads', () => {
    symlinkSync(join(base, 'nowhere'), join(base, 'dangling'));
    const open = (): SafeRoot => SafeRoot.open(join(base, 'dangling'));
    expect(open).toThrow('"dangling": it is a symbolic link to what is not there.');
    expect(open).not.toThrow(/nowhere/);
  });

  it('makes no root for a share', () => {
    expect(codeOf(() => SafeRoot.openExisting(join(base, 'none')))).toBe('file-vanished');
    writeFileSync(join(base, 'file'), '');
    expect(codeOf(() => SafeRoot.openExisting(join(base, 'file')))).toBe('not-a-folder');
    mkdirSync(join(base, 'share'));
    expect(SafeRoot.openExisting(join(base, 'share')).path).toBe(join(base, 'share'));
    expect(readNames(base).toSorted()).toEqual(['file', 'share']);
  });

  it('tells whether the folder of a file takes other spellings of its name for it', () => {
    const root = SafeRoot.open(base);
    for (const [name, other] of [
      ['readme', 'README'],
      ['CAF\u00c9', 'CAFE\u0301'],
    ] as const) {
      writeFileSync(join(base, name), '');
      expect(root.foldsNames(join(base, name))).toBe(existsSync(join(base, other)));
      // A second name of one file is what a file system that folds shows.
      if (!existsSync(join(base, other))) linkSync(join(base, name), join(base, other));
      expect(root.foldsNames(join(base, name))).toBe(true);
    }
    writeFileSync(join(base, '42'), '');
    expect(root.foldsNames(join(base, '42'))).toBe(false);
  });

  // Root may write everywhere; e2e/journeys/file-faults.test.ts has the same rule for another user.
  it.each(process.getuid?.() === 0 ? [] : ['a user'])(
    'tells %s beforehand that nothing can be put into it',
    () => {
      chmodSync(base, 0o500);
      expect(codeOf(() => SafeRoot.open(base).requireWritable(['a']))).toBe('permission-denied');
      chmodSync(base, 0o700);
      mkdirSync(join(base, 'usb'));
      chmodSync(base, 0o500);
      // It may be another file system, or be for everybody.
      expect(codeOf(() => SafeRoot.open(base).requireWritable(['a', 'usb']))).toBe('ok');
      chmodSync(base, 0o700);
    },
  );

  it('refuses a symbolic link at any level, at the end and on the way, to a folder and to nothing', () => {
    mkdirSync(join(base, 'outside', 'deep'), { recursive: true });
    const root = SafeRoot.open(join(base, 'target'));
    symlinkSync(join(base, 'outside'), join(root.path, 'link'));
    symlinkSync(join(base, 'nowhere'), join(root.path, 'dangling'));
    symlinkSync('.', join(root.path, 'self'));
    for (const components of [
      ['link'],
      ['link', 'deep'],
      ['link', 'new'],
      ['dangling'],
      ['dangling', 'x'],
      ['self'],
    ]) {
      expect([components, codeOf(() => root.folder(components, create))]).toEqual([
        components,
        'symlink-in-path',
      ]);
    }
    expect(codeOf(() => root.file(['link'], 'f', create))).toBe('symlink-in-path');
    expect(readNames(join(base, 'outside'))).toEqual(['deep']);
    expect(existsSync(join(base, 'nowhere'))).toBe(false);
  });

  it('notices a folder that was swapped for a symbolic link, in the next turn', () => {
    mkdirSync(join(base, 'outside'));
    const root = SafeRoot.open(join(base, 'target'));
    root.folder(['a', 'b'], create);
    renameSync(join(root.path, 'a'), join(root.path, 'moved'));
    symlinkSync(join(base, 'outside'), join(root.path, 'a'));
    root.nextTurn();
    expect(codeOf(() => root.folder(['a', 'b'], create))).toBe('symlink-in-path');
    expect(codeOf(() => root.file(['a'], 'f', create))).toBe('symlink-in-path');
    expect(readNames(join(base, 'outside'))).toEqual([]);
  });

  it('refuses a file where a folder must be, at any level', () => {
    const root = SafeRoot.open(join(base, 'target'));
    writeFileSync(join(root.path, 'file'), '');
    expect(codeOf(() => root.folder(['file'], create))).toBe('not-a-folder');
    expect(codeOf(() => root.folder(['file', 'x'], create))).toBe('not-a-folder');
    expect(codeOf(() => root.existing(['file', 'x']))).toBe('not-a-folder');
  });

  it('does not make the root again when it was removed', () => {
    const root = SafeRoot.open(join(base, 'target'));
    root.folder(['a'], create);
    rmSync(root.path, { recursive: true });
    root.nextTurn();
    expect(codeOf(() => root.folder(['a'], create))).toBe('no-such-path');
    expect(codeOf(() => root.existing([]))).toBe('no-such-path');
    expect(existsSync(root.path)).toBe(false);
  });

  it('refuses a root that was swapped for a symbolic link', () => {
    mkdirSync(join(base, 'outside'));
    const root = SafeRoot.open(join(base, 'target'));
    rmSync(root.path, { recursive: true });
    symlinkSync(join(base, 'outside'), root.path);
    expect(codeOf(() => root.folder(['a'], create))).toBe('symlink-in-path');
    expect(readNames(join(base, 'outside'))).toEqual([]);
  });

  it('looks at a folder once in a turn', () => {
    const root = SafeRoot.open(join(base, 'target'));
    root.folder(['a'], create);
    rmSync(join(root.path, 'a'), { recursive: true });
    expect(root.folder(['a'], create)).toBe(join(root.path, 'a'));
    expect(existsSync(join(root.path, 'a'))).toBe(false);
    root.nextTurn();
    root.folder(['a'], create);
    expect(existsSync(join(root.path, 'a'))).toBe(true);
  });

  it('does not mistake a name with a separator for folders that it knows', () => {
    const root = SafeRoot.open(join(base, 'target'));
    root.folder(['a', 'b'], create);
    expect(codeOf(() => root.folder(['a/b'], create))).toBe('unsafe-name');
    expect(codeOf(() => root.folder([''], create))).toBe('unsafe-name');
    expect(codeOf(() => root.folder(['a/b', 'c'], create))).toBe('unsafe-name');
  });

  it('tells a missing folder from one that may be made', () => {
    const root = SafeRoot.open(join(base, 'target'));
    expect(codeOf(() => root.folder(['a', 'b'], { create: false }))).toBe('no-such-path');
    expect(existsSync(join(root.path, 'a'))).toBe(false);
  });

  it('takes names of 255 bytes and refuses longer ones', () => {
    const root = SafeRoot.open(join(base, 'target'));
    root.folder(['x'.repeat(255)], create);
    root.folder(['文'.repeat(85)], create);
    expect(codeOf(() => root.folder(['x'.repeat(256)], create))).toBe('name-too-long');
  });

  it.skipIf(process.platform === 'win32')(
    'tells a path that the system does not take, with its relative part',
    () => {
      const root = SafeRoot.open(join(base, 'target'));
      const components = Array<string>(20).fill('d'.repeat(250));
      const error = thrownBy(() => root.folder(components, create));
      expect(error.code).toBe('path-too-long');
      expect(error.message).not.toContain(base);
    },
  );

  it('keeps peers away from unfinished files', () => {
    const root = SafeRoot.open(join(base, 'target'));
    const unfinished = `${stagingName}-${'0'.repeat(32)}.1`;
    mkdirSync(join(root.path, stagingName));
    writeFileSync(join(root.path, unfinished), '');
    for (const components of [
      [stagingName],
      [stagingName, 'x'],
      ['a', stagingName],
      ['.HexDrop-Partial'],
      [unfinished],
      ['a', unfinished],
      [unfinished.toUpperCase()],
    ]) {
      expect(codeOf(() => root.folder(components, create))).toBe('name-not-allowed');
      expect(codeOf(() => root.existing(components))).not.toBe('ok');
    }
  });

  it('refuses for reading what a symbolic link stands in for, the last component included', () => {
    const root = SafeRoot.open(join(base, 'share'));
    writeFileSync(join(base, 'secret'), 's');
    symlinkSync(join(base, 'secret'), join(root.path, 'link'));
    symlinkSync(base, join(root.path, 'up'));
    writeFileSync(join(root.path, 'file'), 'f');
    expect(root.existing(['file']).stats.size).toBe(1);
    expect(root.existing([]).path).toBe(root.path);
    expect(codeOf(() => root.existing(['link']))).toBe('symlink-in-path');
    expect(codeOf(() => root.existing(['up', 'secret']))).toBe('symlink-in-path');
    expect(codeOf(() => root.existing(['none']))).toBe('no-such-path');
    expect(codeOf(() => root.existing(['..']))).toBe('unsafe-name');
  });

  it('works at the root of a file system', () => {
    const root = SafeRoot.open('/');
    expect(root.folder(base.split('/').slice(1), { create: false })).toBe(base);
  });

  it('names no absolute path in what it throws', () => {
    const root = SafeRoot.open(join(base, 'target'));
    writeFileSync(join(root.path, 'file'), '');
    symlinkSync(base, join(root.path, 'link'));
    for (const components of [['file'], ['link'], ['missing'], ['x'.repeat(300)], ['..']]) {
      expect(thrownBy(() => root.folder(components, { create: false })).message).not.toContain(base);
    }
  });
});
