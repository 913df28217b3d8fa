import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';

import { currentBootId } from '../boot-id.ts';
import { temporaryFolder } from '../testing/trees.ts';
import { withLockFile } from './owners-file.ts';

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
