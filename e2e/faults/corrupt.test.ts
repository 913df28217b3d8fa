// A flipped bit on a plain connection never becomes a file: the chunk is found wrong, or the stream no longer reads as
// frames. Encrypted, no byte of it is even looked at. What was damaged is sent again, by itself or by the next run.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { eventsOf, expectExit } from '../support/program.ts';
import type { Ended } from '../support/program.ts';
import { Random } from '../support/random.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { expectOnlyWholeFiles, expectSameTree, makeTree } from '../support/trees.ts';
import { useWorld } from '../support/world.ts';
import { Proxy } from './proxy.ts';
import type { Shape } from './proxy.ts';

const world = useWorld();

const tries = 12;
/** Worth a connection of its own. */
const laneBytes = 70_000_000;

/** Sizes that all differ: content under another name of the same size would go unnoticed in a pack. */
function mixedTree(random: Random): string {
  const spec: Record<string, Uint8Array> = {
    'tree/large': random.bytes(800_000),
    'tree/chunk': random.bytes(150_000),
  };
  for (let file = 0; file < 60; file += 1) spec[`tree/${file}`] = random.bytes(300 + file * 211);
  return makeTree(world.folder('from'), spec);
}

/** Before the content there are names, for which a plain connection has no digest. */
const contentFrom = 12_000;

/** Nothing wrong has landed, and the failure, if it was one, is one of integrity or of the connection. */
function expectHonest(ended: Ended, from: string, to: string): void {
  expectOnlyWholeFiles(from, to);
  expect([0, 6]).toContain(ended.exitCode);
  if (ended.exitCode !== 6) return;
  for (const { code } of eventsOf(ended, 'fault')) expect(code).toBe('digest-mismatch');
}

test('a flipped bit anywhere in a plain push lands nothing wrong, and the next run mends it', async () => {
  const random = seededRandom();
  const from = mixedTree(random);
  for (let round = 0; round < tries; round += 1) {
    const to = world.folder(`to-${round}`);
    const receiver = await world.device('receiver').receive(to, '--plain');
    const corruptAt = random.integer(contentFrom, 1_300_000);
    const proxy = world.keep(
      await Proxy.open(receiver.port, (connection): Shape => (connection === 1 ? { up: { corruptAt } } : {})),
    );
    const args = ['send', join(from, 'tree'), '--to', proxy.address, '--plain', '--retry', '20'];
    const sent = await world.device('sender').run(args);
    expectHonest(sent, from, to);
    if (sent.exitCode !== 0) expectExit(await world.device('sender').run(args), 0);
    await expectSameTree(from, to);
    await receiver.program.kill();
  }
});

test('a flipped bit anywhere on the lane of a plain get lands nothing wrong, and the next run mends it', async () => {
  const random = seededRandom();
  const from = mixedTree(random);
  makeTree(join(from, 'tree/lane'), { large: random.bytes(laneBytes) });
  const sharer = await world.device('sharer').share(from, '--plain');
  for (let round = 0; round < tries / 2; round += 1) {
    const to = world.folder(`to-${round}`);
    // The greeting of the lane and the first files, or anywhere.
    const corruptAt = random.integer(0, round % 2 === 0 ? 1_300_000 : laneBytes);
    const shapeOf = (connection: number): Shape => (connection === 2 ? { down: { corruptAt } } : {});
    const proxy = world.keep(await Proxy.open(sharer.port, shapeOf));
    const args = ['get', `${proxy.address}/from/tree`, '--dir', to, '--plain', '--retry', '20'];
    const got = await world.device('getter').run(args);
    expect(proxy.connections).toBeGreaterThan(1);
    expectHonest(got, from, to);
    if (got.exitCode !== 0) expectExit(await world.device('getter').run(args), 0);
    await expectSameTree(from, to);
    rmSync(to, { recursive: true });
  }
});

test('a flipped bit in what the receiver says breaks the connection, not the files', async () => {
  const random = seededRandom();
  const from = mixedTree(random);
  for (let round = 0; round < tries; round += 1) {
    const to = world.folder(`to-${round}`);
    const receiver = await world.device('receiver').receive(to, '--plain');
    const corruptAt = random.integer(300, 700);
    const proxy = world.keep(
      await Proxy.open(receiver.port, (connection): Shape =>
        connection === 1 ? { down: { corruptAt } } : {},
      ),
    );
    const args = ['send', join(from, 'tree'), '--to', proxy.address, '--plain', '--retry', '20'];
    const sent = await world.device('sender').run(args);
    // A length that was flipped in DONE keeps the sender waiting for longer than the receiver remembers: then all comes
    // anew, beside what is there. Only without encryption, which would not let the bit through.
    expectOnlyWholeFiles(from, to, true);
    expect(sent.exitCode).not.toBeNull();
    await receiver.program.kill();
  }
});

describe('encrypted', () => {
  test('a flipped bit anywhere breaks the connection, and the transfer goes on over another', async () => {
    const random = seededRandom();
    const from = mixedTree(random);
    for (let round = 0; round < tries / 2; round += 1) {
      const to = world.folder(`to-${round}`);
      const receiver = await world.device('receiver').receive(to, '--once');
      const corruptAt = random.integer(contentFrom, 1_300_000);
      const proxy = world.keep(
        await Proxy.open(receiver.port, (connection): Shape =>
          connection === 1 ? { up: { corruptAt } } : {},
        ),
      );
      const args = ['send', join(from, 'tree'), '--to', proxy.address, '--retry', '20'];
      const sent = await world.device('sender').run(args);
      expectExit(sent, 0);
      expectExit(await receiver.program.end(), 0);
      expect(proxy.connections).toBe(2);
      await expectSameTree(from, to);
    }
  });
});
