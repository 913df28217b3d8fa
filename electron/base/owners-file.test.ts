import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';

import { currentBootId } from './boot-id.ts';
import { temporaryFolder } from './testing/trees.ts';
import { whileLookedAt, withLockFile } from './owners-file.ts';

const minuteAgo = (): Date => new Date(Date.now() - 60_000);

/** As a process writes it. */
const lockOf = (pid: number): string => JSON.stringify({ pid, started: '', bootId: currentBootId() });

describe('a lock file', () => {
  it.each([
    ['a process that was killed a moment ago', () => lockOf(spawnSync(process.execPath, ['-v']).pid)],
    ['a process that was killed while it wrote it', () => ''],
    ['another run of the system', () => JSON.stringify({ pid: process.ppid, started: '', bootId: 'before' })],
  ])('of %s is taken over at once', (_, content) => {
    const path = join(temporaryFolder(), 'devices.json.lock');
    writeFileSync(path, content());
    if (content() === '') utimesSync(path, minuteAgo(), minuteAgo());
    const wait = vi.spyOn(Atomics, 'wait');
    let worked = false;
    withLockFile(path, () => {
      worked = true;
    });
    expect(worked).toBe(true);
    expect(wait).not.toHaveBeenCalled();
    expect(existsSync(path)).toBe(false);
  });

  it('of a process that lives and stands still is told, and not waited for long', () => {
    const path = join(temporaryFolder(), 'devices.json.lock');
    writeFileSync(path, lockOf(process.ppid));
    const work = vi.fn<() => void>();
    expect(() => withLockFile(path, work)).toThrow(/is held by another process/);
    expect(work).not.toHaveBeenCalled();
    expect(existsSync(path)).toBe(true);
  });

  it('that can be neither used nor removed is told, and not waited for without end', () => {
    const path = join(temporaryFolder(), 'devices.json.lock');
    mkdirSync(path);
    utimesSync(path, minuteAgo(), minuteAgo());
    expect(() => withLockFile(path, () => {})).toThrow(expect.objectContaining({ code: 'home-unwritable' }));
  });
});

describe('a change that Windows refuses while another program looks at the file', () => {
  const refused = (times: number, code: string) => {
    let calls = 0;
    const change = (): void => {
      calls += 1;
      if (calls <= times) throw Object.assign(new Error(code), { code });
    };
    return { change, calls: () => calls };
  };

  it.each(['EPERM', 'EACCES', 'EBUSY'])('is made once that is over (%s)', (code) => {
    const { change, calls } = refused(3, code);
    whileLookedAt(change, 'win32');
    expect(calls()).toBe(4);
  });

  it('is given up after a while', () => {
    const { change, calls } = refused(Infinity, 'EPERM');
    expect(() => whileLookedAt(change, 'win32')).toThrow('EPERM');
    expect(calls()).toBeGreaterThan(1);
  });

  it.each([
    ['win32', 'ENOSPC'],
    ['win32', 'EEXIST'],
    ['linux', 'EPERM'],
  ] as const)('for another reason or elsewhere is not tried again (%s, %s)', (platform, code) => {
    const { change, calls } = refused(1, code);
    expect(() => whileLookedAt(change, platform)).toThrow(code);
    expect(calls()).toBe(1);
  });
});
