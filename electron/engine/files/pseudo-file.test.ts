import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { readRange } from '../share/read-range.ts';
import { harvest, plant, temporaryFolder } from '../../base/testing/trees.ts';
import { Rig } from '../testing/transfer-rig.ts';
import { PseudoFiles } from './pseudo-file.ts';

const isThere = (...paths: string[]): boolean => paths.every((path) => existsSync(path));

const received = async (...paths: string[]) => {
  const all = temporaryFolder();
  const rig = await Rig.run({ paths, dir: join(all, 'to'), home: join(all, 'home') });
  return { rig, to: join(all, 'to'), ...(await rig.over()) };
};

describe('a file that is made while it is read', () => {
  it.skipIf(!isThere('/proc/version', '/proc/sys/kernel/hostname'))(
    'and says that it is empty arrives with its content, and is offered with its length',
    async () => {
      const { rig, to, sink } = await received('/proc/version', '/proc/sys/kernel/hostname');
      expect(sink).toMatchObject({ kind: 'done', summary: { files: 2, failed: 0 } });
      for (const [name, path] of [
        ['version', '/proc/version'],
        ['hostname', '/proc/sys/kernel/hostname'],
      ] as const) {
        const content = readFileSync(path);
        expect(statSync(path).size).toBe(0);
        expect(readFileSync(join(to, name)).equals(content)).toBe(true);
        expect(rig.framesOf('OFFER')[0]?.roots).toContainEqual({ name, kind: 'file', size: content.length });
      }
      expect([...rig.source.notices, ...rig.sink.notices]).toEqual([]);
    },
  );

  it.skipIf(!isThere('/proc/sys/kernel/random/uuid'))(
    'and is another each time arrives as it was made for the list',
    async () => {
      const { rig, to, sink } = await received(
        '/proc/sys/kernel/random/uuid',
        '/proc/uptime',
        '/proc/self/stat',
      );
      expect(sink).toMatchObject({ kind: 'done', summary: { files: 3, failed: 0 } });
      expect(readFileSync(join(to, 'uuid'), 'utf8')).toMatch(/^[0-9a-f-]{36}\n$/u);
      expect(rig.sink.faults).toEqual([]);
    },
  );

  it.skipIf(!isThere('/sys/kernel/uevent_seqnum'))('and says that it is a page long arrives', async () => {
    const { to, sink } = await received('/sys/kernel/uevent_seqnum');
    expect(statSync('/sys/kernel/uevent_seqnum').size).toBe(4_096);
    expect(sink).toMatchObject({ kind: 'done', summary: { files: 1, failed: 0 } });
    expect(readFileSync(join(to, 'uevent_seqnum'), 'utf8')).toMatch(/^\d+\n$/u);
  });

  it.skipIf(!isThere('/proc/self/fdinfo'))(
    'in a whole folder of them fails by itself where it cannot be read',
    async () => {
      const { rig, to, sink } = await received('/proc/self/net', '/proc/self/pagemap', '/proc/self/mem');
      if (sink.kind !== 'done') throw new Error('It did not come to its end.');
      expect(sink.summary.files).toBeGreaterThan(5);
      expect(rig.sink.faults).toHaveLength(sink.summary.failed);
      // Without an end, and at an address where nothing is.
      const told = rig.sink.faults.map(({ path }) => path);
      expect(told).toEqual(expect.arrayContaining(['mem', 'pagemap']));
      expect(Object.values(harvest(to)).some(({ content }) => content !== '')).toBe(true);
    },
  );

  it.skipIf(!isThere('/proc/version'))('is shown with its content', () => {
    const content = readFileSync('/proc/version');
    expect(readRange('/proc/version', 'version', { offset: 0, length: 1_000 })).toEqual({
      size: content.length,
      offset: 0,
      content,
    });
    expect(readRange('/proc/version', 'version', { offset: 6, length: 7 }).content).toEqual(
      content.subarray(6, 13),
    );
  });
});

describe('an ordinary file', () => {
  const seen = (path: string): string | undefined => {
    const stats = statSync(path, { bigint: true });
    return new PseudoFiles().contentOf(path, stats, path)?.toString();
  };

  it('is as long as it says: empty, of a page, or without blocks', () => {
    const all = temporaryFolder();
    plant(all, { empty: { size: 0, seed: 1 }, page: { size: 4_096, seed: 2 } });
    execFileSync('truncate', ['-s', '65536', join(all, 'hole')]);
    expect(['empty', 'page', 'hole'].map((name) => seen(join(all, name)))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('that is empty costs no reading', () => {
    const all = temporaryFolder();
    mkdirSync(join(all, 'many'));
    for (let number = 0; number < 50; number += 1) writeFileSync(join(all, 'many', String(number)), '');
    const files = new PseudoFiles();
    const paths = Array.from({ length: 50 }, (_, number) => join(all, 'many', String(number)));
    const stats = paths.map((path) => statSync(path, { bigint: true }));
    // They are gone: who opened one would see that.
    files.contentOf(paths[0] as string, stats[0] as (typeof stats)[0], 'first');
    execFileSync('rm', ['-r', join(all, 'many')]);
    for (const [index, path] of paths.entries())
      expect(files.contentOf(path, stats[index] as (typeof stats)[0], path)).toBeUndefined();
  });
});
