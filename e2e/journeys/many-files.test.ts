// Trees of many entries: no entry is lost, and a manifest that outgrows its preview and its pages streams on.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expectExit, lastEvent } from '../support/program.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { expectSameContent, makeTree } from '../support/trees.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld();

/** Above this many bytes the bulk rides a lane, and races the control connection. */
const laneBytes = 70_000_000;

function manySmallFiles(root: string, files: number): void {
  const random = seededRandom();
  for (let folder = 0; folder < files / 50; folder += 1) {
    const path = join(root, `folder ${folder}`, `inner ${folder % 7}`);
    mkdirSync(path, { recursive: true });
    for (let file = 0; file < 50; file += 1) {
      writeFileSync(join(path, `file ${file}.txt`), random.bytes(random.integer(0, 4_096)));
    }
  }
}

test('5,000 small files are sent', async () => {
  const from = world.folder('from');
  manySmallFiles(join(from, 'many'), 5_000);
  const to = world.folder('to');
  const receiver = await world.device('receiver').receive(to);
  const sent = await world.device('sender').run(['send', join(from, 'many'), '--to', receiver.address]);
  expectExit(sent, 0);
  expect(lastEvent(sent, 'done')).toMatchObject({ files: 5_000, failed: 0 });
  await expectSameContent(from, to);
});

test('5,000 small files are fetched', async () => {
  const from = world.folder('from');
  manySmallFiles(join(from, 'many'), 5_000);
  const to = world.folder('to');
  const sharer = await world.device('sharer').share(from);
  const got = await world.device('getter').run(['get', `${sharer.address}/from/many`, '--dir', to]);
  expectExit(got, 0);
  expect(lastEvent(got, 'done')).toMatchObject({ files: 5_000, failed: 0 });
  await expectSameContent(from, to);
});

test('a manifest that ends in folders may end after the last byte of bulk', async () => {
  const from = makeTree(world.folder('from'), { 'tree/0 first': seededRandom().bytes(laneBytes) });
  for (let folder = 0; folder < 20_000; folder += 1) mkdirSync(join(from, 'tree', `empty ${folder}`));
  const to = world.folder('to');
  const receiver = await world.device('receiver').receive(to);
  const sent = await world
    .device('sender')
    .run(['send', join(from, 'tree'), '--to', receiver.address, '--retry', '0']);
  expectExit(sent, 0);
  await expectSameContent(from, to);
});

test('a folder of 10,000 entries is listed whole', async () => {
  const share = world.folder('share');
  for (let file = 0; file < 10_000; file += 1)
    writeFileSync(join(share, `a rather long name of a file ${file}`), '');
  const sharer = await world.device('sharer').share(share);
  const listed = await world.device('looker').run(['ls', `${sharer.address}/share`]);
  expectExit(listed, 0);
  const names = listed.events.filter(({ event }) => event === 'entry').map(({ path }) => path);
  expect(new Set(names).size).toBe(10_000);
});

test('tens of thousands of entries on several levels arrive in manifest order', async () => {
  const from = world.folder('from');
  for (let one = 0; one < 30; one += 1) {
    for (let two = 0; two < 30; two += 1) {
      const folder = join(from, 'tree', `${one}`, `${two}`);
      mkdirSync(folder, { recursive: true });
      for (let file = 0; file < 14; file += 1)
        writeFileSync(join(folder, `${file}`), `${one} ${two} ${file}`);
    }
  }
  const to = world.folder('to');
  const receiver = await world.device('receiver').receive(to);
  const sent = await world.device('sender').run(['send', join(from, 'tree'), '--to', receiver.address]);
  expectExit(sent, 0);
  expect(lastEvent(sent, 'done')).toMatchObject({ files: 12_600, failed: 0 });
  await expectSameContent(from, to);
});
