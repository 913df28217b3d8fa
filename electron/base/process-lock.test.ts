import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { acquireLock, isLockedByLiving, releaseLock } from './process-lock.ts';

const boot = 'boot-1';
let folder = '';
let lock = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hexdrop-lock-'));
  lock = join(folder, 'key.lock');
});
afterEach(() => {
  releaseLock(lock);
  rmSync(folder, { recursive: true, force: true });
});

const hasProc = existsSync('/proc/self/stat');
const holder = (pid: number, started = '', bootId = boot): string => JSON.stringify({ pid, started, bootId });
const startOf = (pid: number): string => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
};

describe('a lock', () => {
  it('is held by one, until it is released', () => {
    expect(acquireLock(lock, boot)).toBe(true);
    expect(acquireLock(lock, boot)).toBe(false);
    expect(isLockedByLiving(lock, boot)).toBe(true);
    releaseLock(lock);
    expect(readdirSync(folder)).toEqual([]);
    expect(isLockedByLiving(lock, boot)).toBe(false);
    expect(acquireLock(lock, boot)).toBe(true);
  });

  it('is not released by who does not hold it', () => {
    writeFileSync(lock, holder(process.ppid));
    releaseLock(lock);
    expect(existsSync(lock)).toBe(true);
  });

  it('of a living process is left alone', () => {
    writeFileSync(lock, holder(process.ppid, hasProc ? startOf(process.ppid) : ''));
    expect(acquireLock(lock, boot)).toBe(false);
    expect(isLockedByLiving(lock, boot)).toBe(true);
    expect(readdirSync(folder)).toEqual(['key.lock']);
  });

  it('of a process that was killed is taken over', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const { pid = 0 } = child;
    writeFileSync(lock, holder(pid, hasProc ? startOf(pid) : ''));
    expect(acquireLock(lock, boot)).toBe(false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(acquireLock(lock, boot)).toBe(true);
    expect(JSON.parse(readFileSync(lock, 'utf8'))).toMatchObject({ pid: process.pid, bootId: boot });
    expect(readdirSync(folder)).toEqual(['key.lock']);
  });

  it.skipIf(!hasProc)('of a number that was given out anew is taken over', () => {
    writeFileSync(lock, holder(process.ppid, '1'));
    expect(acquireLock(lock, boot)).toBe(true);
  });

  it('of this number that this process does not hold is taken over: a container starts with the same ones', () => {
    writeFileSync(lock, holder(process.pid, hasProc ? '1' : ''));
    expect(acquireLock(lock, boot)).toBe(true);
  });

  it('of an earlier run of the system is taken over', () => {
    writeFileSync(lock, holder(process.ppid, '', 'boot-0'));
    expect(acquireLock(lock, boot)).toBe(true);
  });

  it('that is being written is left alone, one that was never finished is taken over', () => {
    writeFileSync(lock, '');
    expect(acquireLock(lock, boot)).toBe(false);
    const then = Date.now() / 1000 - 60;
    utimesSync(lock, then, then);
    expect(acquireLock(lock, boot)).toBe(true);
  });

  it('is taken over by one at a time, and by the next when that one died at it', () => {
    writeFileSync(lock, holder(2 ** 30));
    mkdirSync(`${lock}.takeover`);
    expect(acquireLock(lock, boot)).toBe(false);
    const then = Date.now() / 1000 - 60;
    utimesSync(`${lock}.takeover`, then, then);
    expect(acquireLock(lock, boot)).toBe(true);
    expect(readdirSync(folder)).toEqual(['key.lock']);
  });
});
