// Connections that break: within one run the transfer goes on by itself, what was verified is not sent again, and at
// the end everything is there once. A push has its bulk inline here, over the proxy; a get has it on a lane, over the
// proxy as well; the lane of a large push is dialed past the proxy, whose control connection breaks beside it.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { eventsOf, expectExit, lastEvent } from '../support/program.ts';
import type { Ended } from '../support/program.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { fileGrowsTo } from '../support/staging.ts';
import { expectSameTree, makeTree, readTree, treeBytes } from '../support/trees.ts';
import { useWorld } from '../support/world.ts';
import { Proxy } from './proxy.ts';
import type { Shape } from './proxy.ts';

const world = useWorld();

const mebibyte = 1_048_576;
/** What a broken connection may cost: the chunk that was on its way, and frames around it. */
const slackBytes = 700_000;
/** On a lane also what was in the buffers of the system: its end is told on the control connection. */
const inFlightBytes = 8 * mebibyte;

/** What was moved and what was there already add up to everything, whatever happened in between. */
function expectWhole(ended: Ended, totalBytes: number): void {
  const { bytes = 0, resumedBytes = 0 } = lastEvent(ended, 'done');
  expect(bytes + resumedBytes).toBe(totalBytes);
}

/** Never above 100 %, and never back. */
function expectTruth(ended: Ended, totalBytes: number): void {
  let before = 0;
  for (const { bytes = 0, resumedBytes = 0 } of eventsOf(ended, 'progress')) {
    expect(bytes + resumedBytes).toBeLessThanOrEqual(totalBytes);
    expect(bytes + resumedBytes).toBeGreaterThanOrEqual(before);
    before = bytes + resumedBytes;
  }
}

function mixedTree(): string {
  const random = seededRandom();
  const spec: Record<string, Uint8Array> = {
    'tree/a large': random.bytes(1_400_000),
    'tree/b one chunk': random.bytes(200_000),
    'tree/c two chunks': random.bytes(300_000),
  };
  for (let file = 0; file < 120; file += 1)
    spec[`tree/small/${file}`] = random.bytes(random.integer(0, 20_000));
  return makeTree(world.folder('from'), spec);
}

/** Whose bulk is worth a connection of its own. */
const laneTree = (): string =>
  makeTree(world.folder('from'), {
    'tree/large': seededRandom().bytes(90 * mebibyte),
    'tree/small': 'small',
  });

/** Cuts the first few connections one after the other, and lets the next one be. */
const cuts =
  (direction: 'up' | 'down', offsets: readonly number[], whenCut: () => void = () => {}) =>
  (connection: number): Shape => {
    const cutAfter = offsets[connection - 1];
    return cutAfter === undefined ? {} : { [direction]: { cutAfter, whenCut } };
  };

async function sendThrough(shapeOf: (connection: number) => Shape, ...flags: readonly string[]) {
  const from = mixedTree();
  const to = world.folder('to');
  const receiver = await world.device('receiver').receive(to, '--once', ...flags);
  const proxy = world.keep(await Proxy.open(receiver.port, shapeOf));
  const args = ['send', join(from, 'tree'), '--to', proxy.address, '--retry', '20', ...flags];
  const sent = await world.device('sender').run(args);
  const total = treeBytes(readTree(from));
  return { from, to, sent, received: await receiver.program.end(), proxy, total };
}

describe.each([
  ['encrypted', []],
  ['plain', ['--plain']],
])('%s', (_mode, flags) => {
  test('a push whose connection is cut three times arrives in one run, nothing of it twice', async () => {
    let cutsMade = 0;
    const shapeOf = cuts('up', [400_000, 900_000, 600_000], () => (cutsMade += 1));
    const { from, to, sent, received, proxy, total } = await sendThrough(shapeOf, ...flags);
    expectExit(sent, 0);
    expectExit(received, 0);
    await expectSameTree(from, to);
    // A tree that is still being walked when it is offered gets a lane, past the proxy, and may escape the last cuts.
    expect(eventsOf(sent, 'retrying').length).toBe(cutsMade);
    for (const side of [sent, received]) {
      expectWhole(side, total);
      expectTruth(side, total);
      expect(lastEvent(side, 'done')).toMatchObject({ files: 123, skipped: 0, failed: 0 });
    }
    expect(proxy.upBytes).toBeLessThan(total + 3 * slackBytes);
  });

  test.each([
    ['a small get', mixedTree, 700_000, 1, slackBytes],
    ['a get on a lane', laneTree, 25 * mebibyte, 2, inFlightBytes],
  ] as const)(
    '%s whose bulk is cut three times arrives in one run, nothing of it twice',
    async (...theCase) => {
      const [, makeSource, cutAfter, connectionsEach, lostBytes] = theCase;
      const from = makeSource();
      const to = world.folder('to');
      const sharer = await world.device('sharer').share(from, ...flags);
      let cutsLeft = 3;
      const proxy = world.keep(
        await Proxy.open(sharer.port, () => ({
          down: cutsLeft > 0 ? { cutAfter, whenCut: () => (cutsLeft -= 1) } : {},
        })),
      );
      const args = ['get', `${proxy.address}/from/tree`, '--dir', to, '--retry', '20', ...flags];
      const got = await world.device('getter').run(args);
      expectExit(got, 0);
      await expectSameTree(from, to);
      const total = treeBytes(readTree(from));
      expectWhole(got, total);
      expectTruth(got, total);
      expect(cutsLeft).toBe(0);
      // A tree that is still being walked when it is offered gets a lane, however small it turns out.
      expect(proxy.connections).toBeGreaterThanOrEqual(4 * connectionsEach);
      expect(proxy.downBytes).toBeLessThan(total + 3 * lostBytes);
    },
  );
});

test.each([
  ['encrypted', [], 700],
  ['plain, within a frame', ['--plain'], 100],
  ['plain, before any', ['--plain'], 0],
])(
  'a connection cut before anything was accepted is not tried again: %s',
  async (_where, flags, cutAfter) => {
    const from = mixedTree();
    const receiver = await world.device('receiver').receive(world.folder('to'), '--plain');
    const proxy = world.keep(await Proxy.open(receiver.port, () => ({ down: { cutAfter } })));
    const sent = await world
      .device('sender')
      .run(['send', join(from, 'tree'), '--to', proxy.address, ...flags]);
    expectExit(sent, 4);
    expect(eventsOf(sent, 'retrying')).toEqual([]);
  },
);

test('--retry 0 tries once, and the next run goes on', async () => {
  const from = mixedTree();
  const to = world.folder('to');
  const receiver = await world.device('receiver').receive(to);
  const proxy = world.keep(await Proxy.open(receiver.port, cuts('up', [1_000_000])));
  const args = ['send', join(from, 'tree'), '--to', proxy.address, '--retry', '0'];
  const cut = await world.device('sender').run(args);
  expectExit(cut, 4);
  expect(eventsOf(cut, 'retrying')).toEqual([]);
  const again = await world.device('sender').run(args);
  expectExit(again, 0);
  const total = treeBytes(readTree(from));
  expectWhole(again, total);
  expect(lastEvent(again, 'done').resumedBytes).toBeGreaterThan(1_000_000 - slackBytes);
  expect(proxy.upBytes).toBeLessThan(total + slackBytes);
  await expectSameTree(from, to);
});

test('--retry gives up when no connection brings anything for so long', async () => {
  const from = mixedTree();
  const receiver = await world.device('receiver').receive(world.folder('to'));
  const proxy = world.keep(
    await Proxy.open(receiver.port, (connection) =>
      connection === 1 ? { up: { cutAfter: 900_000 } } : { up: { cutAfter: 0 } },
    ),
  );
  const sent = await world
    .device('sender')
    .run(['send', join(from, 'tree'), '--to', proxy.address, '--retry', '5']);
  expectExit(sent, 4);
  const waits = eventsOf(sent, 'retrying').map(({ inMs }) => inMs as number);
  expect(waits.length).toBeGreaterThan(1);
  // Each wait is longer than the one before.
  expect(waits).toEqual(waits.toSorted((a, b) => a - b));
  expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(5_000);
});

/** 473,000 bytes, sent in this order: a, b packed, c in two chunks, d packed. */
function smallTree(): string {
  const random = seededRandom();
  return makeTree(world.folder('from'), {
    'tree/a': random.bytes(200_000),
    'tree/b': random.bytes(3_000),
    'tree/c': random.bytes(270_000),
    'tree/d': '',
  });
}

/** Sends the tree once, undisturbed; what passed the proxy is the measure of where to cut. */
async function measured(from: string): Promise<Proxy> {
  const receiver = await world.device('measure').receive(world.folder('measure'), '--plain');
  const proxy = world.keep(await Proxy.open(receiver.port));
  expectExit(
    await world.device('sender').run(['send', join(from, 'tree'), '--plain', '--to', proxy.address]),
    0,
  );
  await receiver.program.kill();
  return proxy;
}

test('cuts at any offset of a small push leave nothing wrong and nothing counted twice', async () => {
  const from = smallTree();
  const total = treeBytes(readTree(from));
  const { upBytes } = await measured(from);
  const to = world.folder('to');
  const receiver = await world.device('receiver').receive(to, '--plain', '--on-conflict', 'overwrite');
  // Between the last chunk of c and its END, the same of a, the last byte, and anywhere once all is accepted.
  const offsets = [upBytes - 190, upBytes - 273_440, upBytes - 1];
  const random = seededRandom();
  for (let tries = 0; tries < 8; tries += 1) offsets.push(random.integer(4_000, upBytes));
  const wrong: string[] = [];
  for (const cutAfter of offsets) {
    // What is there already would not be sent again.
    rmSync(join(to, 'tree'), { recursive: true, force: true });
    const proxy = world.keep(await Proxy.open(receiver.port, cuts('up', [cutAfter])));
    const args = ['send', join(from, 'tree'), '--retry', '20', '--plain', '--to', proxy.address];
    const sent = await world.device('sender').run(args);
    expectExit(sent, 0);
    await expectSameTree(from, to);
    const { bytes = 0, resumedBytes = 0 } = lastEvent(sent, 'done');
    if (bytes + resumedBytes !== total)
      wrong.push(`cut at ${cutAfter} of ${upBytes}: ${bytes} + ${resumedBytes}`);
  }
  expect(wrong).toEqual([]);
});

test('a cut between the last byte and DONE costs nothing', async () => {
  const from = smallTree();
  const { downBytes } = await measured(from);
  const to = world.folder('to');
  const receiver = await world.device('receiver').receive(to, '--plain');
  const proxy = world.keep(await Proxy.open(receiver.port, cuts('down', [downBytes - 10])));
  const args = ['send', join(from, 'tree'), '--retry', '5', '--plain', '--to', proxy.address];
  const sent = await world.device('sender').run(args);
  expectExit(sent, 0);
  await expectSameTree(from, to);
  expect(proxy.upBytes).toBeLessThan(500_000);
  expectWhole(sent, treeBytes(readTree(from)));
});

test('a receiver of one transfer waits until the sender knows that all has arrived', async () => {
  const from = smallTree();
  const { downBytes } = await measured(from);
  const to = world.folder('to');
  const receiver = await world.device('receiver').receive(to, '--plain', '--once');
  const proxy = world.keep(await Proxy.open(receiver.port, cuts('down', [downBytes - 10])));
  const args = ['send', join(from, 'tree'), '--retry', '5', '--plain', '--to', proxy.address];
  expectExit(await world.device('sender').run(args), 0);
  expectExit(await receiver.program.end(), 0);
  await expectSameTree(from, to);
});

test('a push on a lane goes on when its control connection is cut beside it', async () => {
  const random = seededRandom();
  const from = makeTree(world.folder('from'), {
    'tree/large': random.bytes(160 * mebibyte),
    'tree/small': 'small',
  });
  const to = world.folder('to');
  const receiver = await world.device('receiver').receive(to, '--once');
  const proxy = world.keep(await Proxy.open(receiver.port, cuts('down', [3_000, 4_000])));
  const args = ['send', join(from, 'tree'), '--to', proxy.address, '--retry', '20'];
  const sent = await world.device('sender').run(args);
  expectExit(sent, 0);
  expectExit(await receiver.program.end(), 0);
  await expectSameTree(from, to);
  expectWhole(sent, treeBytes(readTree(from)));
});

test('a push on a lane goes on when all its connections are cut', async () => {
  const from = makeTree(world.folder('from'), { 'tree/large': seededRandom().bytes(220 * mebibyte) });
  const to = world.folder('to');
  const receiver = await world.device('receiver').receive(to, '--once');
  const proxy = world.keep(await Proxy.open(receiver.port));
  const args = ['send', join(from, 'tree'), '--to', proxy.address, '--retry', '20'];
  const sender = world.device('sender').start(args);
  await fileGrowsTo(to, 20 * mebibyte);
  proxy.cut();
  const sent = await sender.end();
  expectExit(sent, 0);
  expect(eventsOf(sent, 'retrying').length).toBeGreaterThan(0);
  await expectSameTree(from, to);
  expectWhole(sent, 220 * mebibyte);
});

test('a receiver that was started again on its port is found by the sender that tries again', async () => {
  const from = mixedTree();
  const to = world.folder('to');
  const device = world.device('receiver');
  const receiver = await device.receive(to);
  const proxy = world.keep(
    await Proxy.open(receiver.port, (connection) =>
      connection === 1 ? { up: { stallAfter: 900_000 } } : {},
    ),
  );
  const args = ['send', join(from, 'tree'), '--to', proxy.address, '--retry', '20'];
  const sender = world.device('sender').start(args);
  await proxy.stalled;
  await receiver.program.kill();
  await sender.event('retrying');
  const back = await device.receive(to);
  proxy.aimAt(back.port);
  const sent = await sender.end();
  expectExit(sent, 0);
  await expectSameTree(from, to);
  expectWhole(sent, treeBytes(readTree(from)));
});
