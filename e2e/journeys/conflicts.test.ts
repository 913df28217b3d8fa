// Names that are taken: kept apart by default, left alone where they are the same, replaced when that is asked for.

import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Proxy } from '../faults/proxy.ts';
import { eventsOf, expectExit, lastEvent } from '../support/program.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { expectSameTree, makeTree, readEntry, readTree } from '../support/trees.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld();

async function sendTree(from: string, to: string, ...policy: readonly string[]) {
  const receiver = await world.device('receiver').receive(to, '--once', ...policy);
  const sent = await world.device('sender').run(['send', join(from, 'tree'), '--to', receiver.address]);
  return { sent, received: await receiver.program.end() };
}

const text = (path: string): string => readFileSync(path, 'utf8');

/** The larger one does not travel packed. */
const sizes: readonly (readonly [string, number])[] = [
  ['a small file', 10],
  ['a large file', 700_000],
];

describe('rename', () => {
  test.each(sizes)('keeps %s that is there and gives the new one a number', async (_what, size) => {
    const random = seededRandom();
    const from = makeTree(world.folder('from'), { 'tree/photo.jpg': random.bytes(size) });
    const to = makeTree(world.folder('to'), { 'tree/photo.jpg': 'mine', 'tree/photo (1).jpg': 'mine too' });
    const { sent, received } = await sendTree(from, to);
    expectExit(sent, 0);
    expectExit(received, 0);
    expect([...readTree(to).keys()]).toEqual([
      'tree',
      'tree/photo (1).jpg',
      'tree/photo (2).jpg',
      'tree/photo.jpg',
    ]);
    expect(text(join(to, 'tree/photo.jpg'))).toBe('mine');
    expect(text(join(to, 'tree/photo (1).jpg'))).toBe('mine too');
    expect(readEntry(join(to, 'tree/photo (2).jpg'))).toEqual(readEntry(join(from, 'tree/photo.jpg')));
  });

  test('never writes through a link that stands under the name', async () => {
    const outside = makeTree(world.folder('outside'), { target: 'untouched' });
    const from = makeTree(world.folder('from'), { 'tree/a': 'new a', 'tree/b': 'new b' });
    const to = makeTree(world.folder('to'), { 'tree/x': '' });
    symlinkSync(join(outside, 'target'), join(to, 'tree/a'));
    symlinkSync(join(outside, 'not there yet'), join(to, 'tree/b'));
    const { sent } = await sendTree(from, to);
    expectExit(sent, 0);
    expect([...readTree(outside).keys()]).toEqual(['target']);
    expect(text(join(outside, 'target'))).toBe('untouched');
    expect(text(join(to, 'tree/a (1)'))).toBe('new a');
    expect(text(join(to, 'tree/b (1)'))).toBe('new b');
  });

  test('puts a file beside a folder of its name', async () => {
    const from = makeTree(world.folder('from'), { 'tree/thing': 'a file' });
    const to = makeTree(world.folder('to'), { 'tree/thing/inside': 'a folder' });
    const { sent } = await sendTree(from, to);
    expectExit(sent, 0);
    expect(text(join(to, 'tree/thing (1)'))).toBe('a file');
    expect(text(join(to, 'tree/thing/inside'))).toBe('a folder');
  });

  test('puts a folder beside a file of its name, with all that is in it', async () => {
    const from = makeTree(world.folder('from'), { 'tree/thing/in/side': 'inside', 'tree/thing/b': 'B' });
    const to = makeTree(world.folder('to'), { 'tree/thing': 'a file' });
    const { sent } = await sendTree(from, to);
    expectExit(sent, 0);
    expect(text(join(to, 'tree/thing'))).toBe('a file');
    await expectSameTree(join(from, 'tree/thing'), join(to, 'tree/thing (1)'));
  });

  test('joins folders that are there on both sides', async () => {
    const from = makeTree(world.folder('from'), { 'tree/shared/new': 'new' });
    const to = makeTree(world.folder('to'), { 'tree/shared/old': 'old' });
    expectExit((await sendTree(from, to)).sent, 0);
    expect([...readTree(to).keys()]).toEqual(['tree', 'tree/shared', 'tree/shared/new', 'tree/shared/old']);
  });

  test('cuts a stem of 255 bytes so that the number fits', async () => {
    const name = `${'名'.repeat(83)}.jpeg`;
    const from = makeTree(world.folder('from'), { [`tree/${name}`]: 'new' });
    const to = makeTree(world.folder('to'), { [`tree/${name}`]: 'old' });
    expectExit((await sendTree(from, to)).sent, 0);
    const [other] = [...readTree(join(to, 'tree')).keys()].filter((found) => found !== name);
    expect(other).toMatch(/^名+ \(1\)\.jpeg$/u);
    expect(text(join(to, 'tree', other ?? ''))).toBe('new');
  });
});

describe('skip', () => {
  test('sends no content of what is there already and the same', async () => {
    const random = seededRandom();
    const tree = {
      'tree/large': random.bytes(3_000_000),
      'tree/small': 'small',
      'tree/empty': '',
      'tree/new': 'only in the source',
    };
    const from = makeTree(world.folder('from'), tree);
    const to = makeTree(world.folder('to'), { ...tree, 'tree/new': '' });
    const receiver = await world.device('receiver').receive(to, '--once', '--on-conflict', 'skip');
    const proxy = world.keep(await Proxy.open(receiver.port));
    const sent = await world.device('sender').run(['send', join(from, 'tree'), '--to', proxy.address]);
    expectExit(sent, 0);
    const received = await receiver.program.end();
    const bytes = 'only in the source'.length;
    for (const side of [sent, received]) {
      expect(lastEvent(side, 'done')).toMatchObject({ bytes, skipped: 3, failed: 0, resumedBytes: 0 });
    }
    expect(proxy.upBytes).toBeLessThan(20_000);
    expect([...readTree(to).keys()]).toEqual([
      'tree',
      'tree/empty',
      'tree/large',
      'tree/new',
      'tree/new (1)',
      'tree/small',
    ]);
  });

  test('compares content, not size and time', async () => {
    const random = seededRandom();
    const from = makeTree(world.folder('from'), { 'tree/large': random.bytes(400_000), 'tree/small': 'one' });
    const to = makeTree(world.folder('to'), { 'tree/large': random.bytes(400_000), 'tree/small': 'two' });
    const { sent } = await sendTree(from, to, '--on-conflict', 'skip');
    expectExit(sent, 0);
    expect(lastEvent(sent, 'done')).toMatchObject({ files: 2, skipped: 0 });
    expect(text(join(to, 'tree/small'))).toBe('two');
    expect(text(join(to, 'tree/small (1)'))).toBe('one');
    expect(readEntry(join(to, 'tree/large (1)'))).toEqual(readEntry(join(from, 'tree/large')));
  });

  test('of a whole tree a second time moves no byte', async () => {
    const random = seededRandom();
    const tree: Record<string, Uint8Array> = {};
    for (let file = 0; file < 300; file += 1)
      tree[`tree/${file % 10}/${file}`] = random.bytes(random.integer(0, 100_000));
    const from = makeTree(world.folder('from'), tree);
    const to = world.folder('to');
    expectExit((await sendTree(from, to)).sent, 0);
    const { sent } = await sendTree(from, to, '--on-conflict', 'skip');
    expectExit(sent, 0);
    expect(lastEvent(sent, 'done')).toMatchObject({ bytes: 0, skipped: 300, failed: 0 });
    await expectSameTree(from, to);
  });

  test('works for get as well', async () => {
    const random = seededRandom();
    const share = makeTree(world.folder('share'), { same: random.bytes(500_000), other: 'x' });
    const to = world.folder('to');
    makeTree(join(to, 'share'), { same: readFileSync(join(share, 'same')) });
    const sharer = await world.device('sharer').share(share);
    const args = ['get', `${sharer.address}/share`, '--dir', to, '--on-conflict', 'skip'];
    const got = await world.device('getter').run(args);
    expectExit(got, 0);
    expect(lastEvent(got, 'done')).toMatchObject({ bytes: 1, skipped: 1 });
  });
});

describe('overwrite', () => {
  test.each(sizes)('replaces %s, with its time and mode', async (_what, size) => {
    const from = makeTree(world.folder('from'), {
      'tree/program': { content: seededRandom().bytes(size), mode: 0o755 },
    });
    const to = makeTree(world.folder('to'), { 'tree/program': 'older and longer than ten bytes' });
    const { sent } = await sendTree(from, to, '--on-conflict', 'overwrite');
    expectExit(sent, 0);
    await expectSameTree(from, to);
  });

  test('replaces a link itself and never what it leads to', async () => {
    const outside = makeTree(world.folder('outside'), { target: 'untouched' });
    const from = makeTree(world.folder('from'), { 'tree/a': 'new' });
    const to = makeTree(world.folder('to'), { 'tree/b': '' });
    symlinkSync(join(outside, 'target'), join(to, 'tree/a'));
    expectExit((await sendTree(from, to, '--on-conflict', 'overwrite')).sent, 0);
    expect(text(join(outside, 'target'))).toBe('untouched');
    expect(readEntry(join(to, 'tree/a')).kind).toBe('file');
  });

  test('does not put a file in the place of a folder', async () => {
    const from = makeTree(world.folder('from'), { 'tree/thing': 'a file', 'tree/other': 'goes on' });
    const to = makeTree(world.folder('to'), { 'tree/thing/inside': 'a folder' });
    const { sent, received } = await sendTree(from, to, '--on-conflict', 'overwrite');
    expectExit(sent, 1);
    expectExit(received, 1);
    expect(eventsOf(received, 'fault')).toMatchObject([
      { path: 'tree/thing', code: 'is-a-folder', side: 'here' },
    ]);
    expect(eventsOf(sent, 'fault')).toMatchObject([
      { path: 'tree/thing', code: 'is-a-folder', side: 'there' },
    ]);
    expect(text(join(to, 'tree/thing/inside'))).toBe('a folder');
    expect(text(join(to, 'tree/other'))).toBe('goes on');
  });

  test('does not put a folder in the place of a file', async () => {
    const from = makeTree(world.folder('from'), { 'tree/thing/in/side': 'x', 'tree/other': 'goes on' });
    const to = makeTree(world.folder('to'), { 'tree/thing': 'a file' });
    const { sent, received } = await sendTree(from, to, '--on-conflict', 'overwrite');
    expectExit(sent, 1);
    expectExit(received, 1);
    expect(eventsOf(received, 'fault')).toEqual(
      expect.arrayContaining([expect.objectContaining({ path: 'tree/thing/in/side', code: 'not-a-folder' })]),
    );
    expect(text(join(to, 'tree/thing'))).toBe('a file');
    expect(text(join(to, 'tree/other'))).toBe('goes on');
  });
});

test('a name taken while the transfer runs is not clobbered', async () => {
  const from = makeTree(world.folder('from'), { 'tree/big': seededRandom().bytes(2_000_000) });
  const to = world.folder('to');
  const receiver = await world.device('receiver').receive(to, '--once');
  const proxy = world.keep(await Proxy.open(receiver.port, () => ({ up: { stallAfter: 1_000_000 } })));
  const sender = world.device('sender').start(['send', join(from, 'tree'), '--to', proxy.address]);
  await proxy.stalled;
  mkdirSync(join(to, 'tree'), { recursive: true });
  writeFileSync(join(to, 'tree/big'), 'somebody else');
  chmodSync(join(to, 'tree/big'), 0o600);
  proxy.release();
  expectExit(await sender.end(), 0);
  expectExit(await receiver.program.end(), 0);
  expect(text(join(to, 'tree/big'))).toBe('somebody else');
  expect(readEntry(join(to, 'tree/big (1)'))).toEqual(readEntry(join(from, 'tree/big')));
});
