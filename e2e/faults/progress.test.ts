// Progress tells the truth across broken connections: what is committed, never back, never above 100 %, and in the end
// all of it. In this process, where progress is told twenty times a second, over a line that takes its time.

import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Engine, EngineEvent } from '../../electron/engine/api.ts';
import { createEngine } from '../../electron/engine/engine.ts';
import type { TransferView } from '../../shared/model/transfer.ts';
import { Random } from '../support/random.ts';
import { makeTree, readTree, treeBytes } from '../support/trees.ts';
import { useWorld } from '../support/world.ts';
import { Proxy } from './proxy.ts';

const world = useWorld();

async function engine(name: string): Promise<{ engine: Engine; views: TransferView[] }> {
  const made = await createEngine({ home: world.folder(`home-${name}`), allowPlain: true });
  world.keep({ close: () => made.close() });
  const views: TransferView[] = [];
  made.onEvent((event: EngineEvent) => {
    if (event.kind === 'transfer' || event.kind === 'finished') views.push(event.transfer);
  });
  return { engine: made, views };
}

function sourceTree(): string {
  const random = new Random(11);
  const spec: Record<string, Uint8Array> = { 'tree/large': random.bytes(2_000_000) };
  for (let file = 0; file < 60; file += 1) spec[`tree/small/${file}`] = random.bytes(15_000);
  return makeTree(world.folder('from'), spec);
}

/** What was shown of bytes, one after the other, with the state it was shown in. */
function expectTruth(views: readonly TransferView[], totalBytes: number): void {
  const shown = views.map(({ state, bytes, resumedBytes }) => ({ state, sum: bytes + resumedBytes }));
  const wrong = shown.filter(({ sum }, at) => sum > totalBytes || sum < (shown[at - 1]?.sum ?? 0));
  expect(wrong).toEqual([]);
  expect(shown.length).toBeGreaterThan(10);
  expect(shown.at(-1)?.sum).toBe(totalBytes);
}

/** Slow enough to be seen, and cut twice. */
const cutTwice = (connection: number) => {
  const slow = { delayMs: 10 };
  return {
    up: connection < 3 ? { ...slow, cutAfter: 900_000 } : slow,
    down: connection < 3 ? { ...slow, cutAfter: 900_000 } : slow,
  };
};

test('of a push, on both sides', async () => {
  const from = sourceTree();
  const total = treeBytes(readTree(from));
  const receiver = await engine('receiver');
  const decide = () => Promise.resolve({ accept: true } as const);
  const receive = { dir: world.folder('to'), onConflict: 'rename' as const, decide };
  const { port } = await receiver.engine.listen({ host: '127.0.0.1', port: 0, receive });
  const proxy = world.keep(await Proxy.open(port, cutTwice));
  const sender = await engine('sender');
  const to = { host: '127.0.0.1', port: proxy.port };
  const received = new Promise<void>((resolve) => {
    receiver.engine.onEvent(({ kind }) => {
      if (kind === 'finished') resolve();
    });
  });
  await sender.engine.send({ paths: [join(from, 'tree')], to, plain: true, retryMs: 20_000 }).done;
  await received;
  expect(proxy.connections).toBe(3);
  expectTruth(sender.views, total);
  expectTruth(receiver.views, total);
});

test('of a get', async () => {
  const from = sourceTree();
  const sharer = await engine('sharer');
  sharer.engine.addShare({ path: from });
  const { port } = await sharer.engine.listen({ host: '127.0.0.1', port: 0 });
  const proxy = world.keep(await Proxy.open(port, cutTwice));
  const getter = await engine('getter');
  const request = {
    from: { host: '127.0.0.1', port: proxy.port },
    paths: ['from/tree'],
    plain: true,
    retryMs: 20_000,
  };
  await getter.engine.get({ ...request, dir: world.folder('to'), onConflict: 'rename' }).done;
  expect(proxy.connections).toBe(3);
  expectTruth(getter.views, treeBytes(readTree(from)));
});
