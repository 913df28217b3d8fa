// Names that the system of the receiver cannot hold: on the way there, when it goes on, and on the way back.

import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { chunkBytes } from '../../../shared/protocol/limits.ts';
import { harvest, plant, temporaryFolder } from '../../base/testing/trees.ts';
import type { Tree } from '../../base/testing/trees.ts';
import { leftovers, Rig } from '../testing/transfer-rig.ts';
import type { RigOptions } from '../testing/transfer-rig.ts';

const names = [
  'dev-disk-by\\x2dlabel-swap.swap',
  'C:\\Users\\x.txt',
  '..\\..\\x',
  'a:b',
  'a<b>|?*"',
  'trail.',
  'space ',
  'CON',
  'aux.txt',
  'Icon\r',
  '报告：最终.docx',
  '‛：',
  'HEXDRO~1',
  'plain.txt',
];
const odd: Tree = {
  ...Object.fromEntries(names.map((name, seed) => [name, { size: 10 + seed, seed }])),
  'folder: one.': {
    'COM1.log': { size: 2 * chunkBytes, seed: 50 },
    'deep\\er': { 'x?': { size: 7, seed: 51 } },
    'empty.': {},
  },
};

const places = (tree: Tree = odd): { from: string; to: string; options: RigOptions } => {
  const all = temporaryFolder();
  const from = join(all, 'from', 'tree: all.');
  plant(from, tree);
  const options: RigOptions = {
    paths: [from],
    dir: join(all, 'to'),
    home: join(all, 'home'),
    sinkRules: 'win32',
  };
  return { from, to: join(all, 'to'), options };
};
const done = async (options: RigOptions): Promise<Rig> => {
  const rig = await Rig.run(options);
  expect(await rig.sink.outcome).toMatchObject({ kind: 'done', summary: { failed: 0 } });
  expect(rig.sink.faults).toEqual([]);
  return rig;
};

describe('names that the receiver cannot hold', () => {
  it('arrive under others, each its own, and come back as they were', async () => {
    const { from, to, options } = places();
    await done(options);
    const held = readdirSync(to, { recursive: true, encoding: 'utf8' });
    expect(held).toContain('tree‛： all‛．');
    expect(held).toContain('tree‛： all‛．/C‛：‛＼Users‛＼x.txt');
    expect(held).toContain('tree‛： all‛．/folder‛： one‛．/deep‛＼er/x‛？');
    expect(held.filter((path) => /[<>:"\\|?*\r]|[. ](?:\/|$)/u.test(path))).toEqual([]);
    expect(Object.keys(harvest(to))).toHaveLength(Object.keys(harvest(from)).length + 1);

    const back = temporaryFolder();
    await done({
      paths: [join(to, 'tree‛： all‛．')],
      dir: join(back, 'to'),
      home: join(back, 'home'),
      sourceRules: 'win32',
    });
    expect(harvest(join(back, 'to', 'tree: all.'))).toEqual(harvest(from));
  });

  it('travel as they are between systems that hold them', async () => {
    const { from, to, options } = places();
    const { sinkRules: _rules, ...asHere } = options;
    await done(asHere);
    expect(harvest(join(to, 'tree: all.'))).toEqual(harvest(from));
  });

  it('are known when it goes on', async () => {
    const { from, to, options } = places();
    const cut = await Rig.run({
      ...options,
      link: { toListener: { cutAfterBytes: Math.floor(1.6 * chunkBytes), deliveryBytes: () => 40_000 } },
    });
    expect((await cut.sink.outcome).kind).toBe('failed');
    const rig = await done(options);
    expect((await rig.sink.outcome) as unknown).toMatchObject({
      summary: { resumedBytes: expect.any(Number) },
    });
    expect(rig.contentBytes).toBeLessThan(2 * chunkBytes);
    expect(Object.keys(harvest(to))).toHaveLength(Object.keys(harvest(from)).length + 1);
    expect(leftovers(options.home, to)).toEqual([]);
  });

  it.each([
    ['rename', ['a‛：b (1)', 'a‛：b', '‛ＣON', 'CON (1)']],
    ['skip', ['a‛：b (1)', 'a‛：b', '‛ＣON', 'CON (1)']],
    ['overwrite', ['a‛：b', '‛ＣON']],
  ] as const)('meet what has their name there (%s)', async (onConflict, expected) => {
    const { to, options } = places({ 'a:b': { size: 3, seed: 1 }, CON: { size: 4, seed: 2 } });
    mkdirSync(join(to, 'tree‛： all‛．'), { recursive: true });
    for (const name of ['a‛：b', '‛ＣON']) writeFileSync(join(to, 'tree‛： all‛．', name), 'old');
    await done({ ...options, onConflict });
    const found = readdirSync(join(to, 'tree‛： all‛．'));
    expect(found.toSorted()).toEqual([...expected].toSorted());
    const old = found.filter((name) => readFileSync(join(to, 'tree‛： all‛．', name), 'utf8') === 'old');
    expect(old).toHaveLength(onConflict === 'overwrite' ? 0 : 2);
  });

  it('that would be too long fail alone, and say so', async () => {
    const { options } = places({ [':'.repeat(200)]: { size: 3, seed: 1 }, ok: { size: 1, seed: 2 } });
    const rig = await Rig.run(options);
    expect(await rig.sink.outcome).toMatchObject({ kind: 'done', summary: { files: 1, failed: 1 } });
    expect(rig.sink.faults).toMatchObject([{ code: 'name-too-long' }]);
  });

  it('are told before anybody accepts', async () => {
    const { options } = places();
    let told: unknown;
    await Rig.run({
      ...options,
      needsPreview: true,
      decide: (rig) => {
        told = rig.receiving?.renamed('win32');
        expect(rig.receiving?.renamed('linux')).toBeUndefined();
        void rig.receiving?.accept(rig.target());
      },
    });
    expect(told).toMatchObject({
      count: 18,
      first: expect.arrayContaining([{ path: 'tree: all.', here: 'tree‛： all‛．' }]),
    });
  });
});

describe('names that the file system of the receiver takes for one', () => {
  it('keep their folders apart, and find them again when it goes on', async () => {
    const tree: Tree = { Photos: { a: { size: 3, seed: 1 } }, photos: { a: { size: 4, seed: 2 } } };
    const { to, options } = places(tree);
    const folding = { ...options, sinkRules: 'linux', foldsNames: true } as const;
    await done(folding);
    const under = (path: string): string => join(to, 'tree: all.', path);
    expect(readdirSync(under('.')).toSorted()).toEqual(['Photos', 'photos (1)']);
    expect(statSync(under('Photos/a')).size).toBe(3);
    expect(statSync(under('photos (1)/a')).size).toBe(4);
    await done({ ...folding, onConflict: 'skip' });
    expect(readdirSync(under('.')).toSorted()).toEqual(['Photos', 'photos (1)']);
  });

  it('are those alone: what it holds beside each other keeps its name', async () => {
    const folders = ['caf\u00e9', 'cafe\u0301', 'stra\u00dfe', 'STRASSE'];
    const { to, options } = places(
      Object.fromEntries(folders.map((name, seed) => [name, { a: { size: 3 + seed, seed } }])),
    );
    await done({ ...options, sinkRules: 'linux', foldsNames: true });
    expect(readdirSync(join(to, 'tree: all.')).toSorted()).toEqual(folders.toSorted());
  });
});
