import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { claimInstance } from './single-instance.ts';
import type { Opening } from './opening.ts';
import type { Instance } from './single-instance.ts';

let home: string;
const open: Instance[] = [];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hexdrop-instance-'));
});
afterEach(async () => {
  for (const instance of open.splice(0)) if (instance.isFirst) await instance.close();
  rmSync(home, { recursive: true, force: true });
});

const claim = async (
  onOpenings: (openings: readonly Opening[]) => void = () => {},
  at = home,
): Promise<Instance> => {
  const instance = await claimInstance(at, onOpenings);
  open.push(instance);
  return instance;
};

const handOver = async (openings: readonly Opening[], at = home): Promise<void> => {
  const second = await claim(() => {}, at);
  if (second.isFirst) throw new Error('it is the first');
  await second.handOver(openings);
};

describe('claimInstance', () => {
  it('hands paths, what they are for, and links of a second start to the first', async () => {
    const taken: (readonly Opening[])[] = [];
    expect((await claim((openings) => taken.push(openings))).isFirst).toBe(true);
    const openings: readonly Opening[] = [
      { path: '/a b' },
      { path: '/ü\n', purpose: 'send' },
      { link: 'hexdrop://attic/photos' },
    ];
    await handOver(openings);
    await handOver([]);
    expect(taken).toEqual([openings, []]);
  });

  it('lets the next one be the first when the first has ended', async () => {
    const first = await claim();
    if (first.isFirst) await first.close();
    expect((await claim()).isFirst).toBe(true);
  });

  it('replaces the socket of a killed program', async () => {
    const path = join(home, 'instance.sock');
    const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['-e', script]);
    expect(existsSync(path)).toBe(true);
    expect((await claim()).isFirst).toBe(true);
    await handOver([]);
  });

  it('makes one first of many that start at once over a dead socket', async () => {
    const path = join(home, 'instance.sock');
    const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['-e', script]);
    const all = await Promise.all(Array.from({ length: 8 }, () => claim()));
    expect(all.filter(({ isFirst }) => isFirst)).toHaveLength(1);
  });

  it('is for the owner alone', async () => {
    await claim();
    expect(statSync(join(home, 'instance.sock')).mode & 0o077).toBe(0);
  });

  it('refuses what is no list of absolute paths and links, and lives on', async () => {
    const taken: unknown[] = [];
    await claim((openings) => taken.push(openings));
    for (const wrong of [
      { path: 'relative' },
      { path: '/a', purpose: 'eat' },
      { link: 'https://x/' },
      '/a',
    ]) {
      await expect(handOver([wrong as Opening])).rejects.toMatchObject({ code: 'usage' });
    }
    const stranger = connect(join(home, 'instance.sock'));
    stranger.end('{"openings": 7}\n');
    const answer = await new Promise((resolve) => {
      stranger.once('data', (bytes) => resolve(bytes.toString()));
    });
    expect(answer).toBe('refused\n');
    await handOver([{ path: '/a' }]);
    expect(taken).toEqual([[{ path: '/a' }]]);
  });

  it('works for a home whose path is too long for a socket', async () => {
    const long = join(home, 'a'.repeat(100), 'b'.repeat(100));
    mkdirSync(long, { recursive: true });
    const taken: unknown[] = [];
    await claim((openings) => taken.push(openings), long);
    await handOver([{ path: '/a' }], long);
    expect(taken).toEqual([[{ path: '/a' }]]);
  });
});
