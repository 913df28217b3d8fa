// Bytes arrive as networks deliver them: one by one, in odd pieces, late, and on two connections at their own pace.
// Nothing of what the protocol says may hang on how deliveries are cut.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectExit, lastEvent } from '../support/program.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { emptyFolder, expectSameContent, expectSameTree, makeTree } from '../support/trees.ts';
import { useWorld } from '../support/world.ts';
import { Proxy } from './proxy.ts';
import type { Flow } from './proxy.ts';

const world = useWorld();

const mebibyte = 1_048_576;
/** Worth a connection of its own. */
const laneBytes = 70_000_000;

function tree(largeBytes: number): string {
  const random = seededRandom();
  return makeTree(world.folder('from'), {
    'tree/large': random.bytes(largeBytes),
    'tree/small 1': random.bytes(700),
    'tree/small 2': random.bytes(1),
    'tree/none': '',
    'tree/empty folder': emptyFolder,
    'tree/名前 👨‍👩‍👧': 'name',
  });
}

describe.each([
  ['one byte at a time', { pieceBytes: 1 }, 70_000],
  ['seven bytes at a time', { pieceBytes: 7 }, 300_000],
  ['997 bytes at a time', { pieceBytes: 997 }, 2_000_000],
  ['64 KiB and a byte at a time', { pieceBytes: 65_537 }, 3_000_000],
  ['each delivery 15 ms late', { delayMs: 15 }, 1_000_000],
] as const)('%s', (_how, flow: Flow, largeBytes) => {
  const through = () => ({ up: flow, down: flow });

  test('a plain push arrives', async () => {
    const flags = ['--plain'];
    const from = tree(largeBytes);
    const to = world.folder('to');
    const receiver = await world.device('receiver').receive(to, '--once', ...flags);
    const proxy = world.keep(await Proxy.open(receiver.port, through));
    const args = ['send', join(from, 'tree'), '--to', proxy.address, '--retry', '0', ...flags];
    expectExit(await world.device('sender').run(args), 0);
    expectExit(await receiver.program.end(), 0);
    await expectSameTree(from, to);
  });

  test('an encrypted get arrives', async () => {
    const flags: readonly string[] = [];
    const from = tree(largeBytes);
    const to = world.folder('to');
    const sharer = await world.device('sharer').share(from, ...flags);
    const proxy = world.keep(await Proxy.open(sharer.port, through));
    const args = ['get', `${proxy.address}/from/tree`, '--dir', to, '--retry', '0', ...flags];
    expectExit(await world.device('getter').run(args), 0);
    await expectSameTree(from, to);
  });
});

describe.each([
  ['one byte at a time', { pieceBytes: 1, piecesUntil: 60_000 }],
  ['15 bytes at a time', { pieceBytes: 15, piecesUntil: 700_000 }],
  ['1,009 bytes at a time', { pieceBytes: 1_009, piecesUntil: 20_000_000 }],
] as const)('a lane on which %s comes', (_how, flow: Flow) => {
  test.each([['encrypted'], ['plain']])('brings it all, %s', async (mode) => {
    const flags = mode === 'plain' ? ['--plain'] : [];
    const from = tree(laneBytes);
    const to = world.folder('to');
    const sharer = await world.device('sharer').share(from, ...flags);
    const proxy = world.keep(await Proxy.open(sharer.port, () => ({ up: flow, down: flow })));
    const args = ['get', `${proxy.address}/from/tree`, '--dir', to, '--retry', '0', ...flags];
    expectExit(await world.device('getter').run(args), 0);
    expect(proxy.connections).toBe(2);
    await expectSameTree(from, to);
  });
});

describe('a control connection that is slower than the lane', () => {
  test('does not lose a manifest whose end is folders only', async () => {
    const from = makeTree(world.folder('from'), { 'tree/0 first': seededRandom().bytes(70 * mebibyte) });
    for (let folder = 0; folder < 12_000; folder += 1) mkdirSync(join(from, 'tree', `empty ${folder}`));
    const to = world.folder('to');
    const receiver = await world.device('receiver').receive(to, '--once');
    // The lane of a push is dialed to the sender itself, past the proxy.
    const proxy = world.keep(
      await Proxy.open(receiver.port, () => ({ up: { delayMs: 20 }, down: { delayMs: 20 } })),
    );
    const sent = await world
      .device('sender')
      .run(['send', join(from, 'tree'), '--to', proxy.address, '--retry', '0']);
    expectExit(sent, 0);
    expect(lastEvent(sent, 'done')).toMatchObject({ files: 1, failed: 0 });
    await expectSameContent(from, to);
  });

  test('does not lose faults and totals of a large push', async () => {
    const random = seededRandom();
    const spec: Record<string, Uint8Array> = { 'tree/0 first': random.bytes(70 * mebibyte) };
    for (let file = 0; file < 12_000; file += 1) spec[`tree/many/${file % 50}/${file}`] = random.bytes(30);
    const from = makeTree(world.folder('from'), spec);
    const to = world.folder('to');
    const receiver = await world.device('receiver').receive(to, '--once');
    const proxy = world.keep(
      await Proxy.open(receiver.port, () => ({ up: { delayMs: 10 }, down: { delayMs: 10 } })),
    );
    const sent = await world
      .device('sender')
      .run(['send', join(from, 'tree'), '--to', proxy.address, '--retry', '0']);
    expectExit(sent, 0);
    expect(lastEvent(sent, 'done')).toMatchObject({ files: 12_001, failed: 0 });
    await expectSameTree(from, to);
  });

  test('may be the other way round: a lane that is slower than the control connection', async () => {
    const from = tree(laneBytes);
    const to = world.folder('to');
    const sharer = await world.device('sharer').share(from);
    const proxy = world.keep(
      await Proxy.open(sharer.port, (connection) =>
        connection === 2 ? { up: { delayMs: 1 }, down: { delayMs: 1 } } : {},
      ),
    );
    const got = await world
      .device('getter')
      .run(['get', `${proxy.address}/from/tree`, '--dir', to, '--retry', '0']);
    expectExit(got, 0);
    await expectSameTree(from, to);
  });
});

test('a lane that cannot be had leaves the bulk on the control connection', async () => {
  const from = tree(laneBytes);
  const to = world.folder('to');
  const sharer = await world.device('sharer').share(from);
  const proxy = world.keep(
    await Proxy.open(sharer.port, (connection) => (connection === 2 ? { up: { cutAfter: 0 } } : {})),
  );
  const got = await world
    .device('getter')
    .run(['get', `${proxy.address}/from/tree`, '--dir', to, '--retry', '0']);
  expectExit(got, 0);
  await expectSameTree(from, to);
});

test('a lane that takes the connection and says nothing is given up, and the bulk goes the other way', async () => {
  const from = tree(laneBytes);
  const to = world.folder('to');
  const sharer = await world.device('sharer').share(from);
  const proxy = world.keep(
    await Proxy.open(sharer.port, (connection) => (connection === 2 ? { up: { stallAfter: 0 } } : {})),
  );
  const got = await world
    .device('getter')
    .run(['get', `${proxy.address}/from/tree`, '--dir', to, '--retry', '0']);
  expectExit(got, 0);
  await expectSameTree(from, to);
});
