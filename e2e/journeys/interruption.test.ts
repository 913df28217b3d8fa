// Ctrl-C on either side at any moment: the program ends with exit code 130, says how to go on where
// there is something to go on from, and what was verified is not sent again.

import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Proxy } from '../faults/proxy.ts';
import { expectExit, lastEvent } from '../support/program.ts';
import type { Ended, Program } from '../support/program.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { expectOnlyWholeFiles, expectSameTree, makeTree, readTree, unfinishedIn } from '../support/trees.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld();

const totalBytes = 3_500_007;

/** A small file that lands, and a large one that is cut: little enough that it all travels through the proxy. */
const sourceTree = (): string =>
  makeTree(world.folder('from'), {
    'tree/1 small': 'landed',
    'tree/2 large': seededRandom().bytes(totalBytes - 6),
  });

async function interrupt(program: Program, signal: NodeJS.Signals = 'SIGINT'): Promise<Ended> {
  program.signal(signal);
  const ended = await program.end();
  expectExit(ended, 130);
  return ended;
}

/** Half of the tree has passed, the other half is held back. */
async function halfSent(to: string) {
  const from = sourceTree();
  const receiver = await world.device('receiver').receive(to);
  const proxy = world.keep(await Proxy.open(receiver.port, () => ({ up: { stallAfter: 1_800_000 } })));
  const sender = world
    .device('sender')
    .start(['send', join(from, 'tree'), '--to', proxy.address, '--retry', '0']);
  await proxy.stalled;
  // What has passed has also been taken.
  await receiver.program.event(({ event, bytes = 0 }) => event === 'progress' && bytes > 1_500_000);
  return { from, receiver, sender, proxy };
}

describe('Ctrl-C', () => {
  test('on the sender leaves what was verified, and the next send goes on from there', async () => {
    const to = world.folder('to');
    const { from, receiver, sender, proxy } = await halfSent(to);
    const ended = await interrupt(sender);
    proxy.cut();
    expect(lastEvent(ended, 'error').code).toBe('cancelled');
    expect(ended.stderr).toContain('Start the same command again');
    await receiver.program.event(({ event }) => event === 'retrying' || event === 'error');
    expectOnlyWholeFiles(from, to);
    expect(unfinishedIn(to)).toHaveLength(1);

    const again = await world.device('sender').run(['send', join(from, 'tree'), '--to', receiver.address]);
    expectExit(again, 0);
    const { bytes = 0, resumedBytes = 0 } = lastEvent(again, 'done');
    expect(bytes + resumedBytes).toBe(totalBytes);
    expect(resumedBytes).toBeGreaterThan(1_500_000);
    await expectSameTree(from, to);
  });

  test('on the receiver leaves what was verified, and it goes on when it is started again elsewhere', async () => {
    const to = world.folder('to');
    const { from, receiver, sender } = await halfSent(to);
    const ended = await interrupt(receiver.program);
    expect(ended.stderr).toContain('What was verified is kept');
    const sent = await sender.end();
    expect(sent.exitCode).not.toBe(0);
    expectOnlyWholeFiles(from, to);

    const back = await world.device('receiver').receive(to);
    expect(back.port).not.toBe(receiver.port);
    const again = await world.device('sender').run(['send', join(from, 'tree'), '--to', back.address]);
    expectExit(again, 0);
    const { bytes = 0, resumedBytes = 0 } = lastEvent(again, 'done');
    expect(bytes + resumedBytes).toBe(totalBytes);
    expect(resumedBytes).toBeGreaterThan(1_500_000);
    await expectSameTree(from, to);
  });

  test.each(['get', 'share'])('during a get on the side of %s leaves what was verified', async (side) => {
    const from = sourceTree();
    const to = world.folder('to');
    const sharer = await world.device('sharer').share(from);
    const proxy = world.keep(await Proxy.open(sharer.port, () => ({ down: { stallAfter: 1_800_000 } })));
    const getter = world.device('getter');
    const get = (address: string): readonly string[] => [
      'get',
      `${address}/from/tree`,
      '--dir',
      to,
      '--retry',
      '0',
    ];
    const program = getter.start(get(proxy.address));
    await proxy.stalled;
    await program.event(({ event, bytes = 0 }) => event === 'progress' && bytes > 1_500_000);
    await interrupt(side === 'get' ? program : sharer.program);
    proxy.cut();
    const got = await program.end();
    expect(got.exitCode).not.toBe(0);
    expectOnlyWholeFiles(from, to);

    const back = await world.device('sharer').share(from);
    const again = await getter.run(get(back.address));
    expectExit(again, 0);
    const { bytes = 0, resumedBytes = 0 } = lastEvent(again, 'done');
    expect(bytes + resumedBytes).toBe(totalBytes);
    expect(resumedBytes).toBeGreaterThan(1_500_000);
    await expectSameTree(from, to);
  });

  test('ends a receiver that waits', async () => {
    const receiver = await world.device('receiver').receive(world.folder('to'));
    await interrupt(receiver.program);
  });

  test('ends a receiver on SIGTERM too', async () => {
    const receiver = await world.device('receiver').receive(world.folder('to'));
    await interrupt(receiver.program, 'SIGTERM');
  });

  test.each([[[]], [['--plain']]])(
    'ends a sender whose peer takes the connection and says nothing %j',
    async (flags) => {
      const server = createServer((socket) => void socket.on('error', () => {}));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      world.keep({ close: () => void server.close() });
      const connected = new Promise((resolve) => server.once('connection', resolve));
      const { port } = server.address() as AddressInfo;
      const sender = world
        .device('sender')
        .start(['send', sourceTree(), '--to', `127.0.0.1:${port}`, ...flags]);
      await connected;
      await interrupt(sender);
    },
  );

  test('ends a sender that waits for its peer to come back', async () => {
    const to = world.folder('to');
    const from = sourceTree();
    const receiver = await world.device('receiver').receive(to);
    const cutAfter = (connection: number): number => (connection === 1 ? 1_000_000 : 0);
    const proxy = world.keep(
      await Proxy.open(receiver.port, (number) => ({ up: { cutAfter: cutAfter(number) } })),
    );
    const args = ['send', join(from, 'tree'), '--to', proxy.address, '--retry', '30'];
    const sender = world.device('sender').start(args);
    await sender.event('retrying');
    await interrupt(sender);
    expectOnlyWholeFiles(from, to);
  });

  test('ends a program with many sessions', async () => {
    const share = makeTree(world.folder('share'), { a: seededRandom().bytes(3_000_000) });
    const sharer = await world.device('sharer').share(share);
    const proxy = world.keep(await Proxy.open(sharer.port, () => ({ down: { stallAfter: 500_000 } })));
    const getters = Array.from({ length: 6 }, (_, number) => {
      const to = world.folder(`to-${number}`);
      return world
        .device(`getter-${number}`)
        .start(['get', `${proxy.address}/share`, '--dir', to, '--retry', '0']);
    });
    await Promise.all(getters.map((getter) => getter.event('connected')));
    await interrupt(sharer.program);
    proxy.cut();
    for (const getter of getters) expect((await getter.end()).exitCode).not.toBe(0);
  });
});

test('a receiver of one transfer whose sender goes for good says so with its exit code', async () => {
  const to = world.folder('to');
  const from = sourceTree();
  const receiver = await world.device('receiver').receive(to, '--once', '--retry', '1');
  const proxy = world.keep(await Proxy.open(receiver.port, () => ({ up: { stallAfter: 1_000_000 } })));
  const sender = world.device('sender').start(['send', join(from, 'tree'), '--to', proxy.address]);
  await proxy.stalled;
  await sender.kill();
  proxy.cut();
  const received = await receiver.program.end();
  expectExit(received, 4);
  expectOnlyWholeFiles(from, to);
});

describe('partials', () => {
  test('lists what was left, and cleans it and nothing else', async () => {
    const to = world.folder('to');
    const { from, receiver, sender, proxy } = await halfSent(to);
    const running = await world.device('receiver').run(['partials']);
    expect(lastEvent(running, 'partial')).toMatchObject({ active: true });
    expectExit(await world.device('receiver').run(['partials', '--clean']), 0);

    await sender.kill();
    proxy.cut();
    await receiver.program.event(({ event }) => event === 'retrying' || event === 'error');
    await receiver.program.kill();
    const device = world.device('receiver');
    const listed = await device.run(['partials']);
    expectExit(listed, 0);
    const partial = lastEvent(listed, 'partial');
    expect(partial).toMatchObject({ active: false, target: to, roots: expect.arrayContaining(['tree']) });
    expect(partial['verifiedBytes']).toBeGreaterThan(1_500_000);

    expectExit(await device.run(['partials', '--clean']), 0);
    expect([...readTree(to).keys()]).toEqual(['tree', 'tree/1 small']);
    const after = await device.run(['partials']);
    expect(after.events).toEqual([]);

    // From the start, since what was verified is gone; the small file is there already.
    const back = await device.receive(to);
    const again = await world.device('sender').run(['send', join(from, 'tree'), '--to', back.address]);
    expectExit(again, 0);
    expect(lastEvent(again, 'done')).toMatchObject({ bytes: totalBytes - 6, same: 1, resumedBytes: 0 });
  });
});
