/** Values that a file system can hold and people never mean: dates of wrong clocks, sizes of sparse files. */

import { execFileSync } from 'node:child_process';
import { existsSync, lutimesSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { entryTimeOf } from '../../../../shared/protocol/entry-time.ts';
import { ManifestPageWriter, readManifestPage } from '../../../../shared/protocol/manifest.ts';
import { harvest, plant, temporaryFolder } from '../../../base/testing/trees.ts';
import { Rig } from '../../testing/transfer-rig.ts';
import { rootsOf } from './roots.ts';
import { TreeWalk, versionOf } from './walk.ts';
import type { LocalEntry } from './walk.ts';

/** Holds times of any year and sizes up to 2^63-1: more than the disks that tests usually run on. */
const memory = '/dev/shm';
const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true });
});
const memoryFolder = (): string => {
  const folder = mkdtempSync(join(memory, 'hexdrop-walk-'));
  made.push(folder);
  return folder;
};

const walked = (path: string) => {
  const entries: LocalEntry[] = [];
  const faults: string[] = [];
  const walk = new TreeWalk(rootsOf([path]), {
    omitted: () => {},
    fault: (relative, { code }) => void faults.push(`${relative} ${code}`),
  });
  while (!walk.isDone) walk.advance(1_000, 1_000_000, (entry) => entries.push(entry));
  return { walk, entries, faults };
};

/** By the program, since Node's own call counts up to 2^53-1 only. */
const sparse = (path: string, size: number): void => {
  execFileSync('truncate', ['-s', BigInt(size).toString(), path]);
};

/** Node takes a negative number for "now", but not its text. */
const date = (path: string, iso: string): void => lutimesSync(path, 0, String(Date.parse(iso) / 1_000));

const years = ['1601-01-01T00:00:00Z', '1901-12-13T20:45:52Z', '1969-12-31T23:59:59.5Z', '2255-06-06T00:00:00Z',
  '2262-04-12T00:00:00Z', '2300-01-01T00:00:00Z', '2446-05-10T22:38:55Z', '+020000-01-01T00:00:00Z',
  '+200000-01-01T00:00:00Z']; // prettier-ignore

describe.each([
  ['the usual disk', true, temporaryFolder],
  ['a file system that holds any year', existsSync(memory), memoryFolder],
])('a date on %s', (_, isThere, folder) => {
  it.skipIf(!isThere)('of any year is told with the file and with the folder', () => {
    const all = folder();
    for (const [index, iso] of years.entries()) {
      plant(join(all, `folder${index}`), { file: { size: 3, seed: index } });
      date(join(all, `folder${index}`, 'file'), iso);
      date(join(all, `folder${index}`), iso);
    }
    const { entries, faults } = walked(all);
    expect(faults).toEqual([]);
    expect(entries).toHaveLength(1 + 2 * years.length);
    const pages = new ManifestPageWriter(1);
    for (const entry of entries) expect(pages.add({ ...entry, version: versionOf(entry) })).toBe(true);
    const told = readManifestPage(pages.finish(true).subarray(16)).entries;
    expect(told.map(({ mtime }) => mtime)).toEqual(
      entries.map(({ path }) => entryTimeOf(statSync(path, { bigint: true }).mtimeNs)),
    );
  });
});

describe.skipIf(!existsSync(memory))('a size', () => {
  it('beyond what the protocol counts fails by name; the others are told', () => {
    const all = memoryFolder();
    plant(join(all, 't'), { a: { size: 2, seed: 1 }, z: { size: 3, seed: 2 } });
    sparse(join(all, 't', 'monster'), 2 ** 53);
    const { walk, entries, faults } = walked(join(all, 't'));
    expect(faults).toEqual(['t/monster file-too-large']);
    expect(entries.map(({ name }) => name)).toEqual(['t', 'a', 'z']);
    expect(walk.totals).toEqual({ files: 2, folders: 1, bytes: 5, complete: true });
  });

  it('that takes the sum beyond it fails by name, and the sum can be told', () => {
    const all = memoryFolder();
    plant(join(all, 't'), { z: { size: 3, seed: 2 } });
    for (const name of ['a', 'b', 'c']) sparse(join(all, 't', name), 2 ** 52);
    const { walk, faults } = walked(join(all, 't'));
    expect(faults).toEqual(['t/b file-too-large', 't/c file-too-large']);
    expect(walk.totals).toEqual({ files: 2, folders: 1, bytes: 2 ** 52 + 3, complete: true });
  });

  it('of something that was chosen itself fails by name too', () => {
    const all = memoryFolder();
    sparse(join(all, 'monster'), 2 ** 60);
    const { walk, entries, faults } = walked(join(all, 'monster'));
    expect([walk.roots, entries, faults]).toEqual([[], [], ['monster file-too-large']]);
  });
});

describe('a file of any date', () => {
  it('arrives with it where it can be held, and is dated otherwise where not, which both sides say', async () => {
    const all = temporaryFolder();
    const root = existsSync(memory) ? memoryFolder() : temporaryFolder();
    const from = join(root, 'tree');
    for (const [index, iso] of years.entries()) {
      plant(join(from, `folder${index}`), {
        small: { size: 3, seed: index },
        large: { size: 300_000, seed: index },
      });
      for (const name of ['small', 'large', '.']) date(join(from, `folder${index}`, name), iso);
    }
    const rig = await Rig.run({ paths: [from], dir: join(all, 'to'), home: join(all, 'home') });
    expect((await rig.over()).sink).toMatchObject({
      kind: 'done',
      summary: { files: 2 * years.length, failed: 0 },
    });
    const paths = years.flatMap((_, index) =>
      ['', '/small', '/large'].map((name) => `tree/folder${index}${name}`),
    );
    const microseconds = (folder: string, path: string): number =>
      entryTimeOf(statSync(join(folder, path), { bigint: true }).mtimeNs);
    // Far off, a double of seconds is a little less than a microsecond exact.
    const lost = paths.filter(
      (path) => Math.abs(microseconds(root, path) - microseconds(join(all, 'to'), path)) > 64,
    );
    const noticed = rig.sink.notices.map(({ path, code, side }) => `${path} ${code} ${side}`);
    expect(noticed.toSorted()).toEqual(lost.map((path) => `${path} time-not-kept here`).toSorted());
    expect(rig.source.notices.map(({ path }) => path)).toEqual(rig.sink.notices.map(({ path }) => path));
    expect(Object.keys(harvest(join(all, 'to')))).toHaveLength(1 + paths.length);
  });
});
