/** Files that Windows guards: read-only ones, and ones that another program has open. */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Program } from '../support/program.ts';
import { eventsOf, expectExit } from '../support/program.ts';
import { seen } from '../support/staging.ts';
import { landedPaths, makeTree, unfinishedIn } from '../support/trees.ts';
import type { Windows } from './windows.ts';

const textOf = (path: string): string => readFileSync(path, 'utf8');
const isReadOnly = (path: string): boolean => (statSync(path).mode & 0o222) === 0;

/** libuv's UV_FS_O_EXLOCK: nobody else may open, rename or remove the file. What Windows programs often do. */
const exclusive = 0x1000_0000;

export function describeFiles({ world, device, scratch, node }: Windows): void {
  const sentTo = async (from: string, to: string, ...policy: readonly string[]) => {
    const receiver = await device('windows').receive(to, '--once', ...policy);
    const sent = await world.device('linux').run(['send', join(from, 'tree'), '--to', receiver.address]);
    return { sent, received: await receiver.program.end() };
  };

  /** A program of Windows that has a file open for itself, until it is killed. */
  const holding = async (path: string): Promise<Program> => {
    const sign = join(scratch('sign'), 'open');
    const script = `const fs = require('fs'); fs.openSync(process.argv[1], fs.constants.O_RDWR | ${exclusive});
      fs.writeFileSync(process.argv[2], ''); setInterval(() => {}, 1e6);`;
    const program = node(script, path, sign);
    await seen(() => existsSync(sign) || program.isOver);
    expect(program.stderr).toBe('');
    return program;
  };

  describe('a read-only file', () => {
    it('is sent like any other', async () => {
      const from = makeTree(scratch('from'), { 'tree/fixed': { content: 'fixed', mode: 0o444 } });
      const to = scratch('to');
      const receiver = await world.device('linux').receive(to, '--once');
      const sent = await device('windows').run(['send', join(from, 'tree'), '--to', receiver.address]);
      expectExit(sent, 0);
      expect(textOf(join(to, 'tree/fixed'))).toBe('fixed');
    });

    it.each([
      ['small', 10],
      ['large', 700_000],
    ])('that is to be overwritten is (%s), and stays read-only', async (_what, size) => {
      const from = makeTree(scratch('from'), { 'tree/fixed': 'n'.repeat(size) });
      const to = makeTree(scratch('to'), { 'tree/fixed': { content: 'old', mode: 0o444 } });
      const { sent } = await sentTo(from, to, '--on-conflict', 'overwrite');
      expectExit(sent, 0);
      expect(textOf(join(to, 'tree/fixed'))).toBe('n'.repeat(size));
      expect(isReadOnly(join(to, 'tree/fixed'))).toBe(true);
      expect(unfinishedIn(to)).toEqual([]);
    });
  });

  describe('a file that another program has open for itself', () => {
    it('is not sent, and told by name; the others are', async () => {
      const from = makeTree(scratch('from'), { 'tree/held': 'held', 'tree/other': 'other' });
      const to = scratch('to');
      const receiver = await world.device('linux').receive(to, '--once');
      const holder = await holding(join(from, 'tree/held'));
      const sent = await device('windows').run(['send', join(from, 'tree'), '--to', receiver.address]);
      expectExit(sent, 1);
      expect(eventsOf(sent, 'fault')).toMatchObject([
        { path: 'tree/held', message: expect.stringContaining('another program holds it') as string },
      ]);
      expect(landedPaths(to)).toEqual(['tree', 'tree/other']);
      await holder.kill();
    });

    it.each([
      ['small', 10],
      ['large', 700_000],
    ])('is not overwritten, and told by name (%s); a second run does it', async (_what, size) => {
      const from = makeTree(scratch('from'), { 'tree/held': 'n'.repeat(size), 'tree/other': 'other' });
      const to = makeTree(scratch('to'), { 'tree/held': 'old' });
      const holder = await holding(join(to, 'tree/held'));
      const first = await sentTo(from, to, '--on-conflict', 'overwrite');
      expectExit(first.sent, 1);
      expect(eventsOf(first.received, 'fault')).toMatchObject([{ path: 'tree/held' }]);
      expect(textOf(join(to, 'tree/held'))).toBe('old');
      expect(landedPaths(to)).toEqual(['tree', 'tree/held', 'tree/other']);
      await holder.kill();
      const second = await sentTo(from, to, '--on-conflict', 'overwrite');
      expectExit(second.sent, 0);
      expect(textOf(join(to, 'tree/held'))).toBe('n'.repeat(size));
      expect(unfinishedIn(to)).toEqual([]);
    });
  });
}
