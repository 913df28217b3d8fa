// What arrives is what was sent: names in every language, content, times to the microsecond, executable bits, empty
// files and folders, deep trees; by every road that a tree can take.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectExit, lastEvent } from '../support/program.ts';
import { Random } from '../support/random.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { emptyFolder, expectSameTree, makeTree, readTree, treeBytes, treeFiles } from '../support/trees.ts';
import type { TreeSpec } from '../support/trees.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld();

/** Names that travel as they are, whatever they would do to a terminal or a shell. */
const names = [
  'plain.txt',
  '照片 2024.jpg',
  'Привет мир.txt',
  'مرحبا.txt',
  'שלום',
  'नमस्ते',
  'ภาษาไทย',
  '日本語のファイル名',
  '한국어',
  'Ünïcödé',
  // The same to the eye, composed and decomposed: two files.
  'caf\u00e9',
  'cafe\u0301',
  '👨‍👩‍👧‍👦 family 🏳️‍🌈.png',
  ' leading and trailing ',
  'two  spaces',
  '-rf',
  '--help',
  '~',
  '$HOME `id` ;ls|cat',
  'quote \' and " mark',
  'star * question ? [bracket]',
  'colon: and C: drive',
  'new\nline',
  'tab\tand return\r',
  'escape \u001b[31mred\u001b[0m',
  'bell \u0007 and delete \u007f',
  'right-to-left \u202egnp.exe',
  'zero\u200bwidth',
  'trailing dot.',
  '.hidden',
  '...',
  'CON',
  'nul.txt',
  'UPPER',
  'upper',
  `${'x'.repeat(251)}.txt`,
  '名'.repeat(85),
];

/** Around a chunk, around the largest packed file, around a block of the disk. */
const sizes = [0, 1, 4_095, 4_096, 65_535, 65_536, 65_537, 262_143, 262_144, 262_145, 524_288, 1_000_001];

const mtimes: Readonly<Record<string, number>> = {
  'the epoch': 0,
  'before the epoch': -1_234_567_890_123_457,
  'one microsecond': 1,
  'last microsecond of a second': 1_700_000_000_999_999,
  'a double lies below it': 1_000_001,
  'nineteen-eighty': 315_532_800_000_000,
  'after 2038': 4_102_444_800_123_456,
};

const deepFolder = Array.from({ length: 60 }, (_, level) => `level ${level} ${'–'.repeat(8)}`).join('/');

function realTree(random: Random): TreeSpec {
  const spec: Record<string, TreeSpec[string]> = {};
  for (const name of names) spec[`tree/names/${name}`] = `content of ${name}`;
  for (const name of names) spec[`tree/folders/${name}/inside`] = `inside ${name}`;
  for (const size of sizes) spec[`tree/sizes/${size}`] = random.bytes(size);
  for (const [name, mtimeUs] of Object.entries(mtimes)) {
    spec[`tree/times/${name}`] = { content: name, mtimeUs };
    spec[`tree/times/large, ${name}`] = { content: random.bytes(300_000), mtimeUs };
    if (mtimeUs >= 0) spec[`tree/times/folder, ${name}`] = { folder: true, mtimeUs };
  }
  spec['tree/modes/run.sh'] = { content: '#!/bin/sh\n', mode: 0o755 };
  spec['tree/modes/large program'] = { content: random.bytes(400_000), mode: 0o755 };
  spec['tree/modes/no-run'] = { content: 'x', mode: 0o644 };
  spec['tree/empty folder'] = emptyFolder;
  spec['tree/empty/in/empty/in/empty'] = emptyFolder;
  spec['tree/empty file'] = '';
  spec[`tree/${deepFolder}/at the bottom`] = 'deep';
  spec[`tree/${deepFolder}/empty at the bottom`] = emptyFolder;
  return spec;
}

/** A tree in `from/tree`; returns its parent. */
function sourceTree(): string {
  const from = world.folder('from');
  return makeTree(from, realTree(seededRandom()));
}

describe.each([
  ['encrypted', []],
  ['plain', ['--plain']],
])('%s', (_mode, flags) => {
  test('send and receive move a tree as it is', async () => {
    const from = sourceTree();
    const to = world.folder('to');
    const receiver = await world.device('receiver').receive(to, '--once', ...flags);
    const sent = await world
      .device('sender')
      .run(['send', join(from, 'tree'), '--to', receiver.address, ...flags]);
    expectExit(sent, 0);
    const received = await receiver.program.end();
    expectExit(received, 0);
    await expectSameTree(from, to);
    const source = readTree(from);
    const done = {
      files: treeFiles(source),
      bytes: treeBytes(source),
      skipped: 0,
      same: 0,
      failed: 0,
      resumedBytes: 0,
    };
    expect(lastEvent(sent, 'done')).toMatchObject(done);
    expect(lastEvent(received, 'done')).toMatchObject(done);
  });

  test('share and get move a tree as it is', async () => {
    const from = sourceTree();
    const to = world.folder('to');
    const sharer = await world.device('sharer').share(from, ...flags);
    const got = await world
      .device('getter')
      .run(['get', `${sharer.address}/from/tree`, '--dir', to, ...flags]);
    expectExit(got, 0);
    await expectSameTree(from, to);
    const source = readTree(from);
    const done = {
      files: treeFiles(source),
      bytes: treeBytes(source),
      skipped: 0,
      same: 0,
      failed: 0,
      resumedBytes: 0,
    };
    expect(lastEvent(got, 'done')).toMatchObject(done);
    expect(await sharer.program.event('done')).toMatchObject(done);
  });

  test('put moves a tree as it is into a writable share', async () => {
    const from = sourceTree();
    const to = world.folder('to');
    const sharer = await world.device('sharer').share(to, '--writable', ...flags);
    const put = await world
      .device('putter')
      .run(['put', join(from, 'tree'), `${sharer.address}/to`, ...flags]);
    expectExit(put, 0);
    await expectSameTree(from, to);
    const source = readTree(from);
    expect(lastEvent(put, 'done')).toMatchObject({
      files: treeFiles(source),
      bytes: treeBytes(source),
      failed: 0,
    });
  });
});

test('get fetches a whole share, single files and folders together', async () => {
  const share = makeTree(world.folder('things'), {
    'a.txt': 'A',
    'b.txt': 'B',
    'folder/c.txt': 'C',
    'other/d.txt': 'D',
  });
  const sharer = await world.device('sharer').share(share);
  const getter = world.device('getter');
  const some = world.folder('some');
  const paths = ['things/a.txt', 'things/folder'].map((path) => `${sharer.address}/${path}`);
  expectExit(await getter.run(['get', ...paths, '--dir', some]), 0);
  expect([...readTree(some).keys()]).toEqual(['a.txt', 'folder', 'folder/c.txt']);
  const all = world.folder('all');
  expectExit(await getter.run(['get', `${sharer.address}/things`, '--dir', all]), 0);
  await expectSameTree(share, join(all, 'things'));
});

test('put uploads into a folder inside of a writable share', async () => {
  const share = makeTree(world.folder('inbox'), { 'today/old.txt': 'old' });
  const from = makeTree(world.folder('from'), { 'new.txt': 'new' });
  const sharer = await world.device('sharer').share(share, '--writable');
  const put = await world
    .device('putter')
    .run(['put', join(from, 'new.txt'), `${sharer.address}/inbox/today`]);
  expectExit(put, 0);
  expect([...readTree(share).keys()]).toEqual(['today', 'today/new.txt', 'today/old.txt']);
});

test('several files and folders travel in one send', async () => {
  const from = makeTree(world.folder('from'), {
    'a.txt': 'A',
    'b/c.txt': 'C',
    'd.bin': new Random(1).bytes(700_000),
  });
  const to = world.folder('to');
  const receiver = await world.device('receiver').receive(to);
  const paths = ['a.txt', 'b', 'd.bin'].map((name) => join(from, name));
  expectExit(await world.device('sender').run(['send', ...paths, '--to', receiver.address]), 0);
  await expectSameTree(from, to);
});

test('a receiver takes several senders at once', async () => {
  const random = seededRandom();
  const to = world.folder('to');
  const receiver = await world.device('receiver').receive(to);
  const senders = [1, 2, 3, 4].map((number) => {
    const from = makeTree(world.folder(`from-${number}`), {
      [`big-${number}`]: random.bytes(12_000_000 + number),
      [`small-${number}/a`]: `small ${number}`,
    });
    const paths = [`big-${number}`, `small-${number}`].map((name) => join(from, name));
    return {
      from,
      ended: world.device(`sender-${number}`).run(['send', ...paths, '--to', receiver.address]),
    };
  });
  for (const { ended } of senders) expectExit(await ended, 0);
  const found = readTree(to);
  for (const { from } of senders) {
    for (const [path, entry] of readTree(from)) expect(found.get(path)).toEqual(entry);
  }
});

test('nothing of the staging folder remains after a transfer', async () => {
  const from = makeTree(world.folder('from'), { large: new Random(2).bytes(900_000), small: 'x' });
  const to = world.folder('to');
  const receiver = await world.device('receiver').receive(to);
  expectExit(await world.device('sender').run(['send', from, '--to', receiver.address]), 0);
  expect([...readTree(to).keys()]).toEqual(['from', 'from/large', 'from/small']);
});

test('a folder may be older than the epoch', async () => {
  const from = makeTree(world.folder('from'), {
    'tree/old': { folder: true, mtimeUs: -1_234_567_890_123_457 },
  });
  const to = world.folder('to');
  const receiver = await world.device('receiver').receive(to);
  expectExit(await world.device('sender').run(['send', join(from, 'tree'), '--to', receiver.address]), 0);
  await expectSameTree(from, to);
});

test('a time between two microseconds is cut off, never moved on', async () => {
  const from = makeTree(world.folder('from'), { early: 'x', late: 'x' });
  execFileSync('touch', ['-d', '@1700000000.123456001', join(from, 'early')]);
  execFileSync('touch', ['-d', '@1700000000.123456999', join(from, 'late')]);
  const to = world.folder('to');
  const receiver = await world.device('receiver').receive(to);
  expectExit(await world.device('sender').run(['send', from, '--to', receiver.address]), 0);
  await expectSameTree(from, join(to, 'from'));
});
