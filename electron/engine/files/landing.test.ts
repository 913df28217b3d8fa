import fc from 'fast-check';
import {
  closeSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import type { Stats } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { entryTimeOf } from '../../../shared/protocol/entry-time.ts';
import type { HexdropError } from '../../../shared/errors/errors.ts';
import {
  createPartial,
  isTimeHeld,
  landSmall,
  placeNoClobber,
  placeOver,
  reopenPartial,
  setFolderTimes,
  setTimes,
  writeWhole,
} from './landing.ts';
import type { SmallFile } from './landing.ts';

let base = '';
let partialPath = '';
let finalPath = '';
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'hexdrop-landing-'));
  mkdirSync(join(base, 'staging'));
  mkdirSync(join(base, 'target'));
  partialPath = join(base, 'staging', '1.part');
  finalPath = join(base, 'target', 'file.txt');
});
afterEach(() => {
  rmSync(base, { recursive: true, force: true });
});

const small = (changes: Partial<SmallFile> = {}): SmallFile => ({
  partialPath,
  finalPath,
  path: 'folder/file.txt',
  bytes: Buffer.from('new'),
  mtimeUs: 1_700_000_000_123_456,
  executable: false,
  replaced: undefined,
  ...changes,
});
/** What has the place now; of the folder where that is nothing. */
const standing = (): Stats => statSync(existsSync(finalPath) ? finalPath : base);
const textAt = (path: string): string => readFileSync(path, 'utf8');
const stagingNames = (): string[] => readdirSync(join(base, 'staging'));
const thrownBy = (action: () => unknown): HexdropError => {
  try {
    action();
  } catch (error) {
    return error as HexdropError;
  }
  throw new Error('nothing was thrown');
};
const codeOf = (action: () => unknown): unknown => {
  try {
    action();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return 'ok';
};
/** What a walk of the file would tell: Node 24 and later set nanoseconds too, which are a double's rest. */
const mtimeUs = (path: string): number => entryTimeOf(lstatSync(path, { bigint: true }).mtimeNs);

describe('setTimes', () => {
  const timesUs = fc.oneof(
    fc.integer({ min: 0, max: 2 ** 32 * 1e6 }),
    // Two seconds above what ext4 can hold, where it cuts off.
    fc.integer({ min: (2 - 2 ** 31) * 1e6, max: -1 }),
    fc.constantFrom(
      0,
      1,
      999_999,
      1_000_000,
      1_000_001,
      -1,
      -999_999,
      -1_000_000,
      -1_000_001,
      1_700_000_000_999_999,
    ),
  );

  it('keeps every microsecond, of times before 1970 too', () => {
    const fd = openSync(partialPath, 'wx');
    try {
      fc.assert(
        fc.property(timesUs, (timeUs) => {
          setTimes(fd, timeUs);
          expect(mtimeUs(partialPath)).toBe(timeUs);
          expect(isTimeHeld(timeUs, statSync(partialPath).mtimeMs)).toBe(true);
        }),
        { numRuns: 3000 },
      );
    } finally {
      closeSync(fd);
    }
  });

  it('never fails, and says when the file has another time than it was given', () => {
    const fd = openSync(partialPath, 'wx');
    const years = [-10_000, -500, 1601, 1901, 1970, 2026, 2300, 2446, 2600, 20_000];
    const kept = years.map((year) => {
      const timeUs = new Date(0).setUTCFullYear(year, 0, 1) * 1_000;
      const isKept = setTimes(fd, timeUs);
      expect(isKept).toBe(mtimeUs(partialPath) === timeUs);
      return isKept;
    });
    expect(kept.slice(4, 6)).toEqual([true, true]);
    closeSync(fd);
    // Nothing is open there any more.
    expect(setTimes(fd, 0)).toBe(false);
  });

  it('keeps every microsecond of a folder, and does not follow a link', () => {
    setFolderTimes(join(base, 'target'), 1_600_000_000_000_001);
    expect(mtimeUs(join(base, 'target'))).toBe(1_600_000_000_000_001);
    symlinkSync(join(base, 'target'), join(base, 'link'));
    setFolderTimes(join(base, 'link'), 1_000_000);
    expect(mtimeUs(join(base, 'target'))).toBe(1_600_000_000_000_001);
  });

  it('leaves the access time at now, so that no cleaner of old files takes a new one', () => {
    landSmall(small({ mtimeUs: 0 }));
    expect(Math.abs(statSync(finalPath).atimeMs - Date.now())).toBeLessThan(60_000);
  });
});

describe('isTimeHeld', () => {
  it('takes the time itself, and what coarser file systems make of it', () => {
    const timeUs = 1_700_000_001_123_456;
    for (const heldMs of [1_700_000_001_123.456, 1_700_000_001_123, 1_700_000_001_000, 1_700_000_000_000]) {
      expect([heldMs, isTimeHeld(timeUs, heldMs)]).toEqual([heldMs, true]);
    }
  });

  it('does not take another time', () => {
    const timeUs = 1_700_000_001_123_456;
    for (const heldMs of [
      1_700_000_001_123.5, 1_700_000_001_124.456, 1_700_000_003_123, 1_700_000_004_000, 0,
    ]) {
      expect([heldMs, isTimeHeld(timeUs, heldMs)]).toEqual([heldMs, false]);
    }
  });
});

describe('placeNoClobber', () => {
  it('puts the partial under its final name', () => {
    writeFileSync(partialPath, 'new');
    expect(placeNoClobber(partialPath, finalPath)).toBe('placed');
    expect(textAt(finalPath)).toBe('new');
    expect(stagingNames()).toEqual([]);
    expect(statSync(finalPath).nlink).toBe(1);
  });

  it('replaces nothing: no file, no folder, no link, not even a dangling one', () => {
    const others = {
      file: (path: string) => writeFileSync(path, 'old'),
      folder: (path: string) => mkdirSync(path),
      link: (path: string) => symlinkSync(join(base, 'staging'), path),
      dangling: (path: string) => symlinkSync(join(base, 'nowhere'), path),
    };
    for (const [name, make] of Object.entries(others)) {
      const path = join(base, 'target', name);
      make(path);
      writeFileSync(partialPath, 'new');
      const before = lstatSync(path);
      expect([name, placeNoClobber(partialPath, path)]).toEqual([name, 'exists']);
      expect(lstatSync(path).ino).toBe(before.ino);
      expect(textAt(partialPath)).toBe('new');
    }
    expect(existsSync(join(base, 'nowhere'))).toBe(false);
  });
});

describe('placeOver', () => {
  it('replaces a file in one step, and a symbolic link without following it', () => {
    writeFileSync(finalPath, 'old');
    linkSync(finalPath, join(base, 'other-name'));
    writeFileSync(partialPath, 'new');
    placeOver(partialPath, finalPath);
    expect(textAt(finalPath)).toBe('new');
    expect(textAt(join(base, 'other-name'))).toBe('old');

    writeFileSync(join(base, 'precious'), 'precious');
    symlinkSync(join(base, 'precious'), join(base, 'target', 'link'));
    writeFileSync(partialPath, 'new');
    placeOver(partialPath, join(base, 'target', 'link'));
    expect(textAt(join(base, 'precious'))).toBe('precious');
    expect(codeOf(() => readlinkSync(join(base, 'target', 'link')))).toBe('EINVAL');
  });

  it('never takes the place of a folder, empty or not', () => {
    mkdirSync(join(base, 'target', 'full', 'x'), { recursive: true });
    mkdirSync(join(base, 'target', 'empty'));
    writeFileSync(partialPath, 'new');
    expect(codeOf(() => placeOver(partialPath, join(base, 'target', 'full')))).toBe('is-a-folder');
    expect(codeOf(() => placeOver(partialPath, join(base, 'target', 'empty')))).toBe('is-a-folder');
    expect(textAt(partialPath)).toBe('new');
  });
});

describe('partials', () => {
  it('are created only where nothing is, a dangling link included', () => {
    writeFileSync(partialPath, 'other');
    expect(codeOf(() => createPartial(partialPath))).toBe('EEXIST');
    symlinkSync(join(base, 'nowhere'), join(base, 'staging', '2.part'));
    expect(codeOf(() => createPartial(join(base, 'staging', '2.part')))).toBe('EEXIST');
    expect(existsSync(join(base, 'nowhere'))).toBe(false);
  });

  it.skipIf(process.platform === 'win32')('are not opened again through a link', () => {
    writeFileSync(join(base, 'precious'), 'precious');
    symlinkSync(join(base, 'precious'), partialPath);
    expect(codeOf(() => reopenPartial(partialPath))).toBe('ELOOP');
  });

  it('are written on at a position', () => {
    writeFileSync(partialPath, 'abcdef');
    const fd = reopenPartial(partialPath);
    writeWhole(fd, Buffer.from('XY'), 2);
    closeSync(fd);
    expect(textAt(partialPath)).toBe('abXYef');
  });

  it.skipIf(!existsSync('/dev/full'))('tell a full disk', () => {
    const fd = openSync('/dev/full', 'w');
    expect(codeOf(() => writeWhole(fd, Buffer.from('x')))).toBe('ENOSPC');
    closeSync(fd);
  });
});

describe('landSmall', () => {
  it('puts content, time and mode in place and leaves no partial', () => {
    expect(landSmall(small())).toBe('placed');
    expect(textAt(finalPath)).toBe('new');
    expect(mtimeUs(finalPath)).toBe(1_700_000_000_123_456);
    expect(stagingNames()).toEqual([]);
  });

  it('lands an empty file', () => {
    expect(landSmall(small({ bytes: new Uint8Array() }))).toBe('placed');
    expect(statSync(finalPath).size).toBe(0);
  });

  it.skipIf(process.platform === 'win32')('gives the mode that the umask leaves, executable or not', () => {
    const umask = process.umask();
    landSmall(small());
    expect(statSync(finalPath).mode & 0o777).toBe(0o666 & ~umask);
    landSmall(small({ finalPath: `${finalPath}.sh`, executable: true }));
    expect(statSync(`${finalPath}.sh`).mode & 0o777).toBe(0o777 & ~umask);
  });

  it('leaves the whole partial for another name when the name is taken', () => {
    writeFileSync(finalPath, 'old');
    expect(landSmall(small())).toBe('exists');
    expect(textAt(finalPath)).toBe('old');
    expect(textAt(partialPath)).toBe('new');
    expect(mtimeUs(partialPath)).toBe(1_700_000_000_123_456);
    expect(placeNoClobber(partialPath, `${finalPath} (1)`)).toBe('placed');
  });

  it('replaces a file where that was chosen', () => {
    writeFileSync(finalPath, 'old');
    expect(landSmall(small({ replaced: standing() }))).toBe('placed');
    expect(textAt(finalPath)).toBe('new');
    expect(stagingNames()).toEqual([]);
  });

  it('leaves no partial when it cannot be put in place', () => {
    rmSync(join(base, 'target'), { recursive: true });
    expect(codeOf(() => landSmall(small()))).toBe('write-failed');
    expect(codeOf(() => landSmall(small({ replaced: standing() })))).toBe('write-failed');
    expect(stagingNames()).toEqual([]);
    mkdirSync(join(base, 'target', 'file.txt'), { recursive: true });
    expect(codeOf(() => landSmall(small({ replaced: standing() })))).toBe('is-a-folder');
    expect(stagingNames()).toEqual([]);
  });

  it('does not touch a partial that is not its own', () => {
    writeFileSync(partialPath, 'other');
    expect(codeOf(() => landSmall(small()))).toBe('file-exists');
    expect(textAt(partialPath)).toBe('other');
  });

  it('leaves no file open when it fails', () => {
    rmSync(join(base, 'target'), { recursive: true });
    const next = (): number => {
      const fd = openSync(base, 'r');
      closeSync(fd);
      return fd;
    };
    const before = next();
    for (let index = 0; index < 10; index += 1) codeOf(() => landSmall(small()));
    expect(next()).toBe(before);
  });

  const otherDevice = '/dev/shm';
  const hasOther = existsSync(otherDevice) && statSync(otherDevice).dev !== statSync(tmpdir()).dev;
  it.skipIf(!hasOther)('tells a target on another file system, without its absolute path', () => {
    const other = mkdtempSync(join(otherDevice, 'hexdrop-landing-'));
    try {
      for (const replaced of [undefined, statSync(base)]) {
        const error = thrownBy(() => landSmall(small({ finalPath: join(other, 'file.txt'), replaced })));
        expect(error.code).toBe('write-failed');
        expect(error.message).toContain('another file system');
        expect(error.message).toContain('"folder/file.txt"');
        expect(error.message).not.toContain(other);
      }
      expect(stagingNames()).toEqual([]);
    } finally {
      rmSync(other, { recursive: true, force: true });
    }
  });
});
