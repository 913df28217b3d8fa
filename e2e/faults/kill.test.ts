// Either side is killed at random moments, again and again, and the same command is started again: at every moment
// each file under its final name is whole, and at the end everything is there, with hardly a byte sent twice.

import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { eventsOf, expectExit, lastEvent } from '../support/program.ts';
import type { Program } from '../support/program.ts';
import { seededRandom } from '../support/seeded-random.ts';
import type { Random } from '../support/random.ts';
import { landedFiles, partialBytes, seen } from '../support/staging.ts';
import {
  expectOnlyWholeFiles,
  expectSameTree,
  isUnfinished,
  makeTree,
  readTree,
  treeBytes,
  unfinishedIn,
} from '../support/trees.ts';
import { useWorld } from '../support/world.ts';
import { Proxy } from './proxy.ts';

const world = useWorld();

const killsPerTest = 4;
const mebibyte = 1_048_576;
/** What a kill may cost: the bytes since the last checkpoint, and the chunk that was being written. */
const lossBytes = mebibyte + 2 * 262_144;
const smallFiles = 2_500;
const testMs = 60_000;

interface Running {
  /** Which of the two ends with the transfer; the other one listens. */
  readonly dialer: Program;
  readonly listener: Program;
  readonly sink: Program;
}

interface Journey {
  readonly from: string;
  readonly to: string;
  /** Starts what does not run, with the same words as before. */
  start(): Promise<Running>;
}

/** Push: the receiver listens, on another port each time it comes back. */
function push(from: string): Journey {
  const to = world.folder('to');
  let listening: { program: Program; address: string } | undefined;
  const start = async (): Promise<Running> => {
    if (listening === undefined || listening.program.isOver)
      listening = await world.device('receiver').receive(to);
    const args = ['send', join(from, 'tree'), '--to', listening.address, '--retry', '0'];
    const dialer = world.device('sender').start(args);
    return { dialer, listener: listening.program, sink: listening.program };
  };
  return { from, to, start };
}

/** Fetch: the sharer listens, behind a proxy that counts. */
function fetch(from: string, proxy: Proxy): Journey {
  const to = world.folder('to');
  let listening: Program | undefined;
  const start = async (): Promise<Running> => {
    if (listening === undefined || listening.isOver) {
      const { program, port } = await world.device('sharer').share(from);
      proxy.aimAt(port);
      listening = program;
    }
    const args = ['get', `${proxy.address}/from/tree`, '--dir', to, '--retry', '0'];
    const dialer = world.device('getter').start(args);
    return { dialer, listener: listening, sink: dialer };
  };
  return { from, to, start };
}

/** Kills one of the two, and waits until the other one has noticed. */
async function killOne(random: Random, { dialer, listener }: Running): Promise<void> {
  if (random.next() < 0.5) {
    await listener.kill();
    await dialer.end();
    return;
  }
  const heard = listener.events.length;
  const isOver = ({ event }: { event: string }): boolean =>
    event === 'retrying' || event === 'error' || event === 'done';
  await dialer.kill();
  await listener.event((event) => isOver(event) && listener.events.indexOf(event) >= heard);
}

/** Where to kill: ever further on, so that each run must go on from the one before. */
const marks = (random: Random, total: number): readonly number[] =>
  Array.from({ length: killsPerTest }, () => Math.floor(total * (0.03 + 0.85 * random.next()))).toSorted(
    (a, b) => a - b,
  );

/** The last run; returns its numbers. */
async function finish({ from, to, start }: Journey) {
  const { dialer } = await start();
  const ended = await dialer.end();
  expectExit(ended, 0);
  await expectSameTree(from, to);
  expect(unfinishedIn(to)).toEqual([]);
  const { bytes = 0, resumedBytes = 0, same } = lastEvent(ended, 'done');
  expect(eventsOf(ended, 'fault')).toEqual([]);
  // Killed when all was in place and before it said so, the one before was over: nothing was left to go on with.
  const files = [...readTree(from).values()].filter(({ kind }) => kind === 'file').length;
  const wasOver = same === files;
  if (wasOver) expect([bytes, resumedBytes]).toEqual([0, 0]);
  else expect([bytes + resumedBytes, same]).toEqual([treeBytes(readTree(from)), 0]);
  return { resumedBytes, wasOver };
}

const verifiedBytes = async (device: string): Promise<number> => {
  const { events } = await world.device(device).run(['partials']);
  return events.reduce(
    (most, event) => Math.max(most, (event['verifiedBytes'] as number | undefined) ?? 0),
    0,
  );
};

describe('a large file', () => {
  const largeBytes = 160 * mebibyte + 4_321;
  const source = (random: Random): string =>
    makeTree(world.folder('from'), { 'tree/large': random.bytes(largeBytes), 'tree/small': 'small' });

  async function killAgainAndAgain(journey: Journey, random: Random, sinkDevice: string): Promise<void> {
    for (const mark of marks(random, largeBytes)) {
      const atLeast = Math.max(mark, partialBytes(journey.to) + 1);
      const running = await journey.start();
      await seen(() => partialBytes(journey.to) >= atLeast || running.dialer.isOver);
      await killOne(random, running);
      expectOnlyWholeFiles(journey.from, journey.to);
      const kept = partialBytes(journey.to);
      expect(kept).toBeGreaterThanOrEqual(mark);
      expect(kept - (await verifiedBytes(sinkDevice))).toBeLessThanOrEqual(lossBytes);
    }
    const { resumedBytes, wasOver } = await finish(journey);
    if (!wasOver) expect(resumedBytes).toBeGreaterThan(0);
  }

  test('survives kills of sender and receiver', { timeout: testMs }, async () => {
    const random = seededRandom();
    await killAgainAndAgain(push(source(random)), random, 'receiver');
  });

  test(
    'survives kills of getter and sharer, and hardly a byte comes twice',
    { timeout: testMs },
    async () => {
      const random = seededRandom();
      const proxy = world.keep(await Proxy.open(0));
      await killAgainAndAgain(fetch(source(random), proxy), random, 'getter');
      // What was under way in buffers of the system comes on top.
      expect(proxy.downBytes).toBeLessThan(largeBytes + killsPerTest * (lossBytes + 12 * mebibyte));
    },
  );
});

describe('a tree of small files', () => {
  const source = (random: Random): string => {
    const spec: Record<string, Uint8Array> = {};
    for (let file = 0; file < smallFiles; file += 1) {
      spec[`tree/${file % 40}/${file}`] = random.bytes(random.integer(0, 12_000));
    }
    return makeTree(world.folder('from'), spec);
  };

  async function killAgainAndAgain(journey: Journey, random: Random): Promise<void> {
    let landedBytes = 0;
    for (const mark of marks(random, smallFiles)) {
      const atLeast = Math.max(mark, landedFiles(journey.to) + 1);
      const running = await journey.start();
      await seen(() => landedFiles(journey.to) >= atLeast || running.dialer.isOver);
      await killOne(random, running);
      expectOnlyWholeFiles(journey.from, journey.to);
      landedBytes = treeBytes(readTree(journey.to, isUnfinished));
    }
    const { resumedBytes, wasOver } = await finish(journey);
    // Whatever had landed is not sent again.
    if (!wasOver) expect(resumedBytes).toBe(landedBytes);
  }

  test('survives kills of sender and receiver', { timeout: testMs }, async () => {
    const random = seededRandom();
    await killAgainAndAgain(push(source(random)), random);
  });

  test('survives kills of getter and sharer', { timeout: testMs }, async () => {
    const random = seededRandom();
    const proxy = world.keep(await Proxy.open(0));
    await killAgainAndAgain(fetch(source(random), proxy), random);
  });
});

test('a sender killed before it hears that all has arrived brings nothing twice', async () => {
  const random = seededRandom();
  const from = makeTree(world.folder('from'), { 'tree/large': random.bytes(700_000), 'tree/small': 'small' });
  const send = (address: string): readonly string[] => [
    'send',
    join(from, 'tree'),
    '--plain',
    '--to',
    address,
  ];
  const measure = await world.device('measure').receive(world.folder('measure'), '--plain');
  const undisturbed = world.keep(await Proxy.open(measure.port));
  expectExit(await world.device('sender').run(send(undisturbed.address)), 0);

  const to = world.folder('to');
  const receiver = await world.device('receiver').receive(to, '--plain');
  const stallAfter = undisturbed.downBytes - 10;
  const proxy = world.keep(await Proxy.open(receiver.port, () => ({ down: { stallAfter } })));
  const sender = world.device('sender').start(send(proxy.address));
  await proxy.stalled;
  await sender.kill();
  await receiver.program.event(({ event }) => event === 'retrying' || event === 'error' || event === 'done');
  const again = await world.device('sender').run(send(receiver.address));
  expectExit(again, 0);
  expect(lastEvent(again, 'done')).toMatchObject({ bytes: 0, resumedBytes: 700_005 });
  await expectSameTree(from, to);
});

describe('what is killed when all is in place and its journal gone, before anybody hears of it,', () => {
  const spec = (random: Random) => ({
    'tree/large': random.bytes(700_000),
    'tree/small': 'small',
    'tree/empty': '',
  });
  const allThere = { files: 0, bytes: 0, same: 3, skipped: 3, failed: 0, resumedBytes: 0 };

  test.each(['rename', 'skip', 'overwrite'])(
    'brings nothing twice when it is fetched again (%s)',
    async (policy) => {
      const from = makeTree(world.folder('from'), spec(seededRandom()));
      const to = world.folder('to');
      const { port } = await world.device('sharer').share(from);
      const args = ['get', `127.0.0.1:${port}/from/tree`, '--dir', to, '--on-conflict', policy];
      expectExit(await world.device('getter').run(args), 0);
      const again = await world.device('getter').run(args);
      expectExit(again, 0);
      expect(lastEvent(again, 'done')).toMatchObject(allThere);
      await expectSameTree(from, to);
    },
  );

  test('brings nothing twice when it is sent or uploaded again', async () => {
    const from = makeTree(world.folder('from'), spec(seededRandom()));
    const to = world.folder('to');
    const receiver = await world.device('receiver').receive(to);
    const sharer = await world.device('sharer').share(to, '--writable');
    const tree = join(from, 'tree');
    const send = ['send', tree, '--to', receiver.address];
    const put = ['put', tree, `${sharer.address}/to`];
    expectExit(await world.device('sender').run(send), 0);
    for (const args of [send, put]) {
      const again = await world.device('sender').run(args);
      expectExit(again, 0);
      expect(lastEvent(again, 'done')).toMatchObject(allThere);
    }
    expect((await receiver.program.event(({ event, same }) => event === 'done' && same === 3))['files']).toBe(
      0,
    );
    await expectSameTree(from, to);
  });
});
