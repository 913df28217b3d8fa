import {
  chmodSync,
  chownSync,
  closeSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { askedMode, closedMode, openToOthers, succeed } from './ownership.ts';

let base = '';
let umask = 0;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'hexdrop-ownership-'));
  umask = process.umask(0o022);
});
afterEach(() => {
  process.umask(umask);
  rmSync(base, { recursive: true, force: true });
});

const isRoot = process.getuid?.() === 0;
const hasModes = process.platform !== 'win32';
const at = (name: string): string => join(base, name);
/** Makes a file of a mode, whatever the umask. */
const old = (mode: number): string => {
  writeFileSync(at('old'), '');
  chmodSync(at('old'), mode);
  return at('old');
};
/** The mode of a new file after `change`. */
const modeAfter = (change: (fd: number) => void): string => {
  const fd = openSync(at('new'), 'wx', closedMode);
  change(fd);
  closeSync(fd);
  const mode = statSync(at('new')).mode & 0o7777;
  rmSync(at('new'));
  return mode.toString(8);
};

describe.skipIf(!hasModes)('a file that takes the place of another', () => {
  it.each([
    [0o600, false, '600'],
    [0o640, false, '640'],
    [0o444, false, '444'],
    [0o666, false, '666'],
    [0o755, false, '755'],
    [0o600, true, '700'],
    [0o640, true, '750'],
    [0o644, true, '755'],
    [0o604, true, '705'],
    [0o200, true, '200'],
    [0o4755, false, '755'],
    [0o2770, true, '770'],
  ])('of mode %o, executable: %s, has mode %s', (mode, executable, expected) => {
    const replaced = lstatSync(old(mode));
    expect(modeAfter((fd) => succeed(fd, replaced, executable))).toBe(expected);
  });

  it.skipIf(!isRoot)('has its owner and group, where that is permitted', () => {
    chownSync(old(0o640), 12_345, 23_456);
    const replaced = lstatSync(at('old'));
    writeFileSync(at('new'), '');
    const fd = openSync(at('new'), 'r+');
    succeed(fd, replaced, false);
    closeSync(fd);
    expect(statSync(at('new'))).toMatchObject({ uid: 12_345, gid: 23_456 });
  });

  it.skipIf(!isRoot)('lets another group do no more than everybody, where the group cannot be kept', () => {
    chownSync(old(0o664), 0, 23_456);
    const replaced = lstatSync(at('old'));
    chmodSync(base, 0o777);
    process.setegid?.(12_345);
    process.seteuid?.(12_345);
    let mode = '';
    try {
      mode = modeAfter((fd) => succeed(fd, replaced, false));
    } finally {
      process.seteuid?.(0);
      process.setegid?.(0);
    }
    expect(mode).toBe('644');
  });
});

describe.skipIf(!hasModes)('a new file', () => {
  it.each([
    [0o022, false, '644'],
    [0o022, true, '755'],
    [0o077, false, '600'],
    [0o002, true, '775'],
  ])(
    'under umask %o, executable: %s, has mode %s like one that is made there',
    (mask, executable, expected) => {
      process.umask(mask);
      expect(modeAfter((fd) => openToOthers(fd, at('probe'), executable))).toBe(expected);
      expect(readdirSync(base)).toEqual([]);
      expect((askedMode(executable) & ~mask).toString(8)).toBe(expected);
    },
  );

  it('has a mode too where nothing can be tried', () => {
    mkdirSync(at('probe'));
    expect(modeAfter((fd) => openToOthers(fd, at('probe'), false))).toBe('644');
  });
});
