import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';

import { setLimits } from '../testing/limits.ts';
import { file, folder, pageWith, RawSource } from '../testing/raw-source.ts';
import { harvest } from '../../base/testing/trees.ts';

const three = Buffer.from('abc');

describe('a manifest', () => {
  const breaches: readonly (readonly [what: string, code: string, play: (source: RawSource) => void])[] = [
    ['a name that climbs', 'unsafe-name', (source) => source.manifest([file('../x', 3)])],
    ['"..", a folder', 'unsafe-name', (source) => source.manifest([folder('..')])],
    ['"."', 'unsafe-name', (source) => source.manifest([folder('.')])],
    ['an absolute name', 'unsafe-name', (source) => source.manifest([file('/etc/x', 3)])],
    ['a path for a name', 'unsafe-name', (source) => source.manifest([file('a/../../b', 3)])],
    ['a NUL in a name', 'unsafe-name', (source) => source.manifest([file('a\0b', 3)])],
    ['a name twice', 'manifest-order', (source) => source.manifest([file('a', 3), file('a', 3)])],
    [
      'a name twice, in two pages',
      'manifest-order',
      (source) => source.manifest([file('a', 3)], false).manifest([file('a', 3)]),
    ],
    ['names that fall', 'manifest-order', (source) => source.manifest([file('b', 3), file('a', 3)])],
    [
      'a parent that is a file',
      'manifest-order',
      (source) => source.manifest([file('a', 3), file('b', 3, { parent: 0 })]),
    ],
    [
      'a parent that is not there',
      'manifest-order',
      (source) => source.manifest([file('b', 3, { parent: 7 })]),
    ],
    [
      'a parent that comes later',
      'manifest-order',
      (source) => source.manifest([folder('a'), file('b', 3, { parent: 1 })]),
    ],
    [
      'parents that fall',
      'manifest-order',
      (source) =>
        source.manifest([folder('a'), folder('b'), file('x', 3, { parent: 1 }), file('y', 3, { parent: 0 })]),
    ],
    [
      'a page after the last',
      'manifest-order',
      (source) => source.manifest([file('a', 3)]).manifest([file('b', 3)]),
    ],
    [
      'a page left out',
      'manifest-order',
      (source) => source.peer.stream.write(pageWith(1, 0, [file('a', 3)])),
    ],
    [
      'a page that leaves entries out',
      'manifest-order',
      (source) => source.peer.stream.write(pageWith(0, 5, [file('a', 3)])),
    ],
    [
      '5,000 levels',
      'manifest-depth',
      (source) =>
        source.manifest(
          Array.from({ length: 2_000 }, (_, index) => folder('d', index - 1)),
          false,
        ),
    ],
  ];

  it.each(breaches)('with %s ends the session: %s', async (_what, code, play) => {
    const source = await RawSource.offer();
    play(source);
    expect(await source.refusal()).toMatchObject({ code });
    expect(await source.sink.outcome).toMatchObject({ kind: 'failed', error: { code } });
    expect(readdirSync(dirname(source.dir)).filter((name) => name !== 'to' && name !== 'home')).toEqual([]);
  });

  it('that runs further ahead than its window ends the session: manifest-too-large', async () => {
    setLimits({ previewEntries: 4, windowEntries: 6 });
    const names = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) => file(`f${from + index}`, 3));
    const before = await RawSource.offer({ isUndecided: true });
    before.manifest(names(0, 4), false).manifest(names(4, 1), false);
    expect(await before.refusal()).toMatchObject({ code: 'manifest-too-large' });
    const after = await RawSource.offer();
    after.manifest(names(0, 4), false).manifest(names(4, 3), false);
    expect(await after.refusal()).toMatchObject({ code: 'manifest-too-large' });
  });

  it('with a reserved name fails that entry alone', async () => {
    const source = await RawSource.offer();
    source.manifest([file('.hexdrop-partial', 3), file('z', 3)]);
    const fault = await source.peer.next('FAULT');
    expect(fault).toMatchObject({ file: 0, code: 'name-not-allowed' });
    const want = await source.peer.next('WANT');
    expect(want.skip).toEqual([[0, 1]]);
    source.pack([1, three]).finish(1, 3);
    expect(await source.peer.next('DONE')).toMatchObject({ files: 1, failed: 1 });
    expect(Object.keys(harvest(source.dir))).toEqual(['z']);
  });

  it.each(['..\\..\\x', 'C:\\x', '\\\\server\\share', 'a\\b'])(
    'with the name %j brings one file into its folder, and nothing elsewhere',
    async (name) => {
      const source = await RawSource.offer();
      source.manifest([file(name, 3)]);
      await source.peer.next('WANT');
      source.pack([0, three]).finish(1, 3);
      expect(await source.peer.next('DONE')).toMatchObject({ files: 1, failed: 0 });
      expect(Object.keys(harvest(source.dir))).toHaveLength(1);
    },
  );

  it('that is never touched before somebody accepts leaves the disk alone', async () => {
    const source = await RawSource.offer({ isUndecided: true });
    source.manifest([folder('a'), file('b', 3), file('c', 3, { parent: 0 })]);
    await source.heard();
    expect([harvest(source.dir), harvest(source.home)]).toEqual([{}, {}]);
  });

  it('of files larger than any disk costs nothing', async () => {
    const source = await RawSource.offer();
    source.manifest([file('a', Number.MAX_SAFE_INTEGER), file('b', Number.MAX_SAFE_INTEGER)]);
    await source.peer.next('WANT');
    expect(harvest(source.dir)).toEqual({});
  });
});
