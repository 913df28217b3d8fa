import { mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { landSmall, placeNoClobber } from './landing.ts';

const link = vi.hoisted(() => ({ errno: 'EPERM' }));
vi.mock('node:fs', async (importOriginal) => ({
  ...(await importOriginal<typeof import('node:fs')>()),
  linkSync: () => {
    throw Object.assign(new Error(link.errno), { code: link.errno });
  },
}));

describe('on a file system without hard links', () => {
  let base = '';
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'hexdrop-linkless-'));
    writeFileSync(join(base, '1.part'), 'new');
  });
  afterEach(() => {
    rmSync(base, { recursive: true, force: true });
  });
  const place = (): string => placeNoClobber(join(base, '1.part'), join(base, 'file'));

  it.each(['EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])('renames after %s', (errno) => {
    link.errno = errno;
    expect(place()).toBe('placed');
    expect(readdirSync(base)).toEqual(['file']);
    expect(readFileSync(join(base, 'file'), 'utf8')).toBe('new');
  });

  it('still replaces nothing, not even a dangling link', () => {
    link.errno = 'EPERM';
    writeFileSync(join(base, 'file'), 'old');
    expect(place()).toBe('exists');
    rmSync(join(base, 'file'));
    symlinkSync(join(base, 'nowhere'), join(base, 'file'));
    expect(place()).toBe('exists');
    expect(readFileSync(join(base, '1.part'), 'utf8')).toBe('new');
  });

  it.each(['EXDEV', 'ENOSPC', 'EIO', 'ENOENT'])('does not rename after %s', (errno) => {
    link.errno = errno;
    expect(() => place()).toThrow(errno);
    expect(readdirSync(base)).toEqual(['1.part']);
  });

  it('lands small files all the same', () => {
    link.errno = 'ENOTSUP';
    const file = {
      partialPath: join(base, '2.part'),
      finalPath: join(base, 'small'),
      path: 'small',
      bytes: Buffer.from('s'),
      mtimeUs: 1,
      executable: false,
      replaced: undefined,
    };
    expect(landSmall(file)).toBe('placed');
    expect(readdirSync(base).toSorted()).toEqual(['1.part', 'small']);
  });
});
