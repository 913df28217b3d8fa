// A connection over which nothing comes any more, though nobody has closed it: pulled cables, sleeping machines,
// routers that forget. In this process, with the protocol's clocks turned up: half a minute is too long for a test.

import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Engine, EngineEvent } from '../../electron/engine/api.ts';
import { createEngine } from '../../electron/engine/engine.ts';
import { protocolTimings } from '../../electron/engine/session/session.ts';
import { Random } from '../support/random.ts';
import { expectSameTree, makeTree, readTree, treeBytes } from '../support/trees.ts';
import { useWorld } from '../support/world.ts';
import { Proxy } from './proxy.ts';

const world = useWorld();

const timings = { ...protocolTimings, handshakeMs: 1_500, pingAfterMs: 150, silentAfterMs: 700 };

async function engine(name: string): Promise<Engine & { events: EngineEvent[] }> {
  const made = await createEngine({ home: world.folder(`home-${name}`), allowPlain: true }, timings);
  world.keep({ close: () => made.close() });
  const events: EngineEvent[] = [];
  made.onEvent((event) => events.push(event));
  return Object.assign(made, { events });
}

const retries = (events: readonly EngineEvent[]): readonly string[] =>
  events.flatMap((event) => (event.kind === 'retrying' ? [event.error.code] : []));

function sourceTree(largeBytes = 3_000_000): string {
  const random = new Random(7);
  return makeTree(world.folder('from'), { 'tree/large': random.bytes(largeBytes), 'tree/small': 'small' });
}

async function receiving(name: string, dir: string) {
  const receiver = await engine(name);
  const accept = () => Promise.resolve({ accept: true } as const);
  const receive = { dir, onConflict: 'rename' as const, decide: accept };
  const { port } = await receiver.listen({ host: '127.0.0.1', port: 0, receive });
  return { receiver, port };
}

test.each([
  ['one way', false],
  ['both ways', true],
])('a push whose connection goes silent %s is taken up again over another', async (_way, isFrozen) => {
  const from = sourceTree();
  const to = world.folder('to');
  const { port } = await receiving('receiver', to);
  const shapeOf = (connection: number) => (connection === 1 ? { up: { stallAfter: 1_500_000 } } : {});
  const proxy = world.keep(await Proxy.open(port, shapeOf));
  const sender = await engine('sender');
  const endpoint = { host: '127.0.0.1', port: proxy.port };
  const { done } = sender.send({ paths: [join(from, 'tree')], to: endpoint, retryMs: 10_000 });
  await proxy.stalled;
  if (isFrozen) proxy.freeze();
  const result = await done;
  expect(retries(sender.events)).toEqual(['peer-silent']);
  expect(result.bytes + result.resumedBytes).toBe(treeBytes(readTree(from)));
  expect(result.failed).toBe(0);
  await expectSameTree(from, to);
});

test('the receiver notices by itself that its sender has gone silent, and keeps what was verified', async () => {
  const from = sourceTree();
  const to = world.folder('to');
  const { receiver, port } = await receiving('receiver', to);
  const proxy = world.keep(
    await Proxy.open(port, () => ({ up: { stallAfter: 1_500_000 }, down: { stallAfter: 5_000 } })),
  );
  const sender = await engine('sender');
  const endpoint = { host: '127.0.0.1', port: proxy.port };
  const { done } = sender.send({ paths: [join(from, 'tree')], to: endpoint, retryMs: 0 });
  done.catch(() => {});
  await proxy.stalled;
  proxy.freeze();
  const noticed = new Promise<EngineEvent>((resolve) => {
    receiver.onEvent((event) => {
      if (event.kind === 'retrying' || event.kind === 'finished') resolve(event);
    });
  });
  expect(await noticed).toMatchObject({ kind: 'retrying', error: { code: 'peer-silent' } });
  await expect(done).rejects.toMatchObject({ code: 'peer-silent' });
  const [partial] = await receiver.partials();
  expect(partial?.verifiedBytes).toBeGreaterThan(1_000_000);
});

test('a lane that goes silent while its session lives is noticed, and the transfer goes on', async () => {
  const from = sourceTree(70_000_000);
  const to = world.folder('to');
  const sharer = await engine('sharer');
  sharer.addShare({ path: from });
  const { port } = await sharer.listen({ host: '127.0.0.1', port: 0 });
  const shapeOf = (connection: number) => (connection === 2 ? { down: { stallAfter: 1_500_000 } } : {});
  const proxy = world.keep(await Proxy.open(port, shapeOf));
  const getter = await engine('getter');
  const request = {
    from: { host: '127.0.0.1', port: proxy.port },
    paths: ['from/tree'],
    dir: to,
    onConflict: 'rename' as const,
  };
  const result = await getter.get({ ...request, retryMs: 10_000 }).done;
  expect(retries(getter.events).length).toBe(1);
  expect(result.bytes + result.resumedBytes).toBe(treeBytes(readTree(from)));
  await expectSameTree(from, to);
}, 15_000);

test('a session in which nothing is said stays open as long as both sides are there', async () => {
  const from = sourceTree();
  const receiver = await engine('receiver');
  // An offer that nobody answers keeps a session open in silence.
  const decide = async () => {
    await new Promise((resolve) => setTimeout(resolve, timings.silentAfterMs * 3));
    return { accept: true } as const;
  };
  const dir = world.folder('to');
  const { port } = await receiver.listen({
    host: '127.0.0.1',
    port: 0,
    receive: { dir, onConflict: 'rename', decide },
  });
  const sender = await engine('sender');
  const result = await sender.send({
    paths: [join(from, 'tree')],
    to: { host: '127.0.0.1', port },
    retryMs: 0,
  }).done;
  expect(result.files).toBe(2);
});

test('a peer that takes the connection and never greets is given up', async () => {
  const { port } = await receiving('receiver', world.folder('to'));
  const sender = await engine('sender');
  for (const plain of [false, true]) {
    const proxy = world.keep(await Proxy.open(port, () => ({ up: { stallAfter: 0 } })));
    const to = { host: '127.0.0.1', port: proxy.port };
    const sent = sender.send({ paths: [sourceTree()], to, plain, retryMs: 0 }).done;
    await expect(sent).rejects.toMatchObject({ code: 'handshake-timeout' });
  }
});
