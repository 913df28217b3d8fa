// A target that lies within what is sent: what was there arrives once, and what arrives is not sent again.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { eventsOf, expectExit, lastEvent } from '../support/program.ts';
import type { Ended } from '../support/program.ts';
import { expectSameTree, makeTree, readTree, treeFiles } from '../support/trees.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld();

/** More than is told before anybody accepts, and a target that comes last of all. */
const largeTree: Readonly<Record<string, string>> = Object.fromEntries(
  Array.from({ length: 12_000 }, (_, file) => [`src/a/${file}`, 'x']),
);

function largeSource(): { readonly src: string; readonly target: string } {
  const src = join(makeTree(world.folder('from'), largeTree), 'src');
  const target = join(src, 'zz');
  mkdirSync(target);
  return { src, target };
}

/** Twice what was there, and not a file more. */
function expectOneCopy(src: string, target: string): void {
  expect(treeFiles(readTree(src))).toBe(2 * Object.keys(largeTree).length);
  expect(treeFiles(readTree(join(target, 'src')))).toBe(Object.keys(largeTree).length);
  expect(readTree(target).has('src/zz/src')).toBe(false);
}

const omittedTarget = (ended: Ended): readonly unknown[] =>
  eventsOf(ended, 'omitted')
    .filter(({ reason }) => reason === 'target')
    .map(({ path }) => path);

describe('a large tree with the target in it', () => {
  test('is sent once', async () => {
    const { src, target } = largeSource();
    const receiver = await world.device('receiver').receive(target);
    const sent = await world.device('sender').run(['send', src, '--to', receiver.address]);
    expectExit(sent, 0);
    expectOneCopy(src, target);
    expect(omittedTarget(sent)).toEqual(['src/zz/src']);
    expect(sent.stderr).toContain('src/zz/src: what this transfer writes');
  });

  test('is uploaded once into a share that lies in it', async () => {
    const { src, target } = largeSource();
    const sharer = await world.device('sharer').share(target, '--writable');
    const put = await world.device('putter').run(['put', src, `${sharer.address}/zz`]);
    expectExit(put, 0);
    expectOneCopy(src, target);
    expect(omittedTarget(put)).toEqual(['src/zz/src']);
  });

  test('is fetched once into a folder of the share itself', async () => {
    const { src, target } = largeSource();
    const sharer = await world.device('sharer').share(src);
    const got = await world.device('getter').run(['get', `${sharer.address}/src`, '--dir', target]);
    expectExit(got, 0);
    expectOneCopy(src, target);
  });

  test('is sent once into the very folder that is sent', async () => {
    const { src } = largeSource();
    const receiver = await world.device('receiver').receive(src);
    const sent = await world.device('sender').run(['send', src, '--to', receiver.address]);
    expectExit(sent, 0);
    expectOneCopy(src, src);
    expect(lastEvent(sent, 'done')).toMatchObject({ files: Object.keys(largeTree).length });
  });
});

describe('a small tree with the target in it, moved again and again', () => {
  const smallTree = { 'src/a/1': '1', 'src/a/2': '2', 'src/b': 'b' };
  const source = (): { readonly src: string; readonly target: string } => {
    const src = join(makeTree(world.folder('from'), smallTree), 'src');
    const target = join(src, 'zz');
    mkdirSync(target);
    return { src, target };
  };
  const copied = ['a', 'a/1', 'a/2', 'b', 'zz'];
  const paths = [...copied, 'zz/src', ...copied.map((path) => `zz/src/${path}`)];

  test('is sent once', async () => {
    const { src, target } = source();
    const receiver = await world.device('receiver').receive(target);
    for (const told of [[], ['src/zz/src'], ['src/zz/src']]) {
      const sent = await world.device('sender').run(['send', src, '--to', receiver.address]);
      expectExit(sent, 0);
      expect([...readTree(src).keys()].toSorted()).toEqual(paths);
      expect(omittedTarget(sent)).toEqual(told);
    }
  });

  test('is uploaded once into a share that lies in it', async () => {
    const { src, target } = source();
    const sharer = await world.device('sharer').share(target, '--writable');
    for (let run = 1; run <= 3; run += 1) {
      expectExit(await world.device('putter').run(['put', src, `${sharer.address}/zz`]), 0);
      expect([...readTree(src).keys()].toSorted()).toEqual(paths);
    }
  });

  test('is fetched once into a folder of the share itself', async () => {
    const { src, target } = source();
    const sharer = await world.device('sharer').share(src);
    for (let run = 1; run <= 3; run += 1) {
      expectExit(await world.device('getter').run(['get', `${sharer.address}/src`, '--dir', target]), 0);
      expect([...readTree(src).keys()].toSorted()).toEqual(paths);
    }
  });

  test('is sent with all folders of its name where the target lies elsewhere', async () => {
    const from = makeTree(world.folder('from'), { 'src/src/deep/src/file': 'x', 'src/src (1)': 'y' });
    const to = world.folder('to');
    const receiver = await world.device('receiver').receive(to);
    const sent = await world.device('sender').run(['send', join(from, 'src'), '--to', receiver.address]);
    expectExit(sent, 0);
    await expectSameTree(from, to);
  });
});
