// Many at once: connections over the limit are told so and cost the others nothing; nobody's session hangs on
// another's; memory stays where it was.

import { rmSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { expectExit } from '../support/program.ts';
import { makeTree } from '../support/trees.ts';
import { frame, hello, jsonOf, last, RawPeer } from './raw-peer.ts';
import { chunkBytes, data, manifest, newTransferId, offer, offered } from './raw-transfer.ts';
import { useSiege } from './siege.ts';

const siege = useSiege({
  command: 'share',
  flags: ['--writable'],
  target: { 'large file': 'x'.repeat(3_000_000), small: 'small' },
});

const perAddress = 32;

/** Who comes over the limit: its first frame. */
async function turnedAway(): Promise<string> {
  const peer = await siege.dial();
  peer.send('HELLO', 0, hello());
  const answer = await peer.next();
  return answer === undefined ? 'closed' : (jsonOf(answer)['code'] as string);
}

async function closeAll(peers: readonly RawPeer[]): Promise<void> {
  for (const peer of peers) peer.close();
  await Promise.all(peers.map((peer) => peer.gone));
}

/** The listener hears of a close a moment after it happened. */
async function hasRoomAgain(): Promise<void> {
  for (;;) {
    const peer = await RawPeer.connect(siege.port);
    peer.send('HELLO', 0, hello());
    const answer = await peer.next();
    peer.close();
    await peer.gone;
    if (answer?.name === 'WELCOME') return;
  }
}

describe('connections from one address', () => {
  test(`may be ${perAddress}, and one more is told too-many-sessions`, async () => {
    const peers: RawPeer[] = [];
    for (let count = 0; count < perAddress; count += 1) peers.push(await siege.greet());
    expect(await turnedAway()).toBe('too-many-sessions');
    // Those inside do not notice.
    const [first] = peers;
    first?.send('LIST', 1, { path: '' });
    await first?.expect('LISTING');
    first?.bye();
    await first?.gone;
    await hasRoomAgain();
    await closeAll(peers);
  });

  test('that say nothing take places too, and give them back', async () => {
    const silent: RawPeer[] = [];
    for (let count = 0; count < perAddress; count += 1) silent.push(await siege.dial());
    expect(await turnedAway()).toBe('too-many-sessions');
    await closeAll(silent);
    await hasRoomAgain();
  });

  test('may come and go by the thousand', async () => {
    for (let round = 0; round < 40; round += 1) {
      const sockets: Socket[] = [];
      for (let count = 0; count < 25; count += 1) {
        const socket = connect(siege.port, '127.0.0.1');
        socket.on('error', () => {});
        if (count % 3 === 0) socket.write(frame('HELLO', 0, hello()));
        if (count % 3 === 1) socket.write('GET / HTTP/1.0\r\n\r\n');
        sockets.push(socket);
      }
      await Promise.all(
        sockets.map(
          (socket) =>
            new Promise((resolve) => {
              socket.once('close', resolve);
              socket.once('connect', () => socket.destroy());
            }),
        ),
      );
    }
    await hasRoomAgain();
  });
});

describe('a peer that asks and does not read', () => {
  test('does not fill the memory with listings', async () => {
    const peer = await siege.greet();
    peer.socket.pause();
    const before = siege.listener.program.residentBytes();
    for (let request = 0; request < 20_000 && !peer.isClosed; request += 1) {
      peer.send('LIST', 1 + 2 * request, { path: 'target' });
      if (request % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await sessionOfAnotherWorks();
    expect(siege.listener.program.residentBytes() - before).toBeLessThan(100 * 1_048_576);
  });

  test('does not fill the memory with PONG', async () => {
    const before = siege.listener.program.residentBytes();
    const peers = await Promise.all(Array.from({ length: 3 }, () => siege.greet()));
    const pings = frame('PING', 0, {});
    const many = Buffer.concat(Array.from({ length: 4_000 }, () => pings));
    for (const peer of peers) peer.socket.pause();
    // 40 MB from each, unless nobody takes them.
    for (let round = 0; round < 500; round += 1) {
      for (const peer of peers)
        if (!peer.isClosed && peer.socket.writableLength < 1_048_576) peer.socket.write(many);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await sessionOfAnotherWorks();
    expect(siege.listener.program.residentBytes() - before).toBeLessThan(60 * 1_048_576);
    await closeAll(peers);
  });

  /** Of one device, so many fetches run at a time: the last of them are never read. */
  const runningOfDevice = 8;

  test('does not fill the memory with files', async () => {
    const before = siege.listener.program.residentBytes();
    const peers: RawPeer[] = [];
    for (let count = 0; count < runningOfDevice; count += 1) {
      const peer = await siege.greet();
      for (let transfer = 0; transfer < 5; transfer += 1) {
        const id = 1 + 2 * transfer;
        peer.send('GET', id, { transfer: newTransferId(), paths: ['target/large file'] });
        await peer.expect('OFFER');
        await peer.expect('MANIFEST');
        peer.send('ACCEPT', id, { bulk: 'inline' });
        peer.socket.pause();
        peer.send('WANT', id, { first: 0, count: 1 });
        peer.socket.resume();
        await peer.next();
        peer.send('CANCEL', id, { code: 'cancelled', message: '' });
        while ((await peer.next())?.name !== 'CANCEL');
      }
      peer.socket.pause();
      peer.send('GET', 99, { transfer: newTransferId(), paths: ['target/large file'] });
      peers.push(peer);
    }
    await sessionOfAnotherWorks();
    expect(siege.listener.program.residentBytes() - before).toBeLessThan(100 * 1_048_576);
    await closeAll(peers);
  });
});

async function sessionOfAnotherWorks(): Promise<void> {
  const other = await siege.greet();
  other.send('STAT', 1, { path: 'target/small' });
  await other.expect('ENTRY');
  other.bye();
}

describe('uploads that stop in the middle', () => {
  test('take no memory by standing there, and leave others their way', async () => {
    const before = siege.listener.program.residentBytes();
    const peers: RawPeer[] = [];
    for (let count = 0; count < 20; count += 1) {
      const peer = await siege.greet();
      await offered(peer, 1, [{ name: `half ${count}`, size: 10 * chunkBytes }], {
        target: { path: 'target' },
      });
      peer.send('DATA', 1, data(0, 0, Buffer.alloc(chunkBytes)));
      // And half of a frame.
      peer.write(frame('DATA', 1, data(0, chunkBytes, Buffer.alloc(chunkBytes))).subarray(0, 100_000));
      peers.push(peer);
    }
    await sessionOfAnotherWorks();
    expect(siege.listener.program.residentBytes() - before).toBeLessThan(100 * 1_048_576);
    await closeAll(peers);
    await hasRoomAgain();
  });

  test('do not keep a large one of somebody else from coming through', async () => {
    const idle = await siege.greet();
    await offered(idle, 1, [{ name: 'never', size: 10 * chunkBytes }], { target: { path: 'target' } });
    const device = siege.world.device('busy');
    const from = makeTree(siege.world.folder('busy'), { busy: new Uint8Array(20_000_000) });
    expectExit(await device.run(['put', `${from}/busy`, `${siege.listener.address}/target`]), 0);
    idle.close();
    await idle.gone;
  });
});

test('a manifest that never ends and is never wanted ends at its window, with the memory where it was', async () => {
  const before = siege.listener.program.residentBytes();
  const peer = await siege.greet();
  const count = 2_000;
  const pageOf = (page: number): Buffer =>
    manifest(
      Array.from({ length: count }, (_, at) => ({
        name: `f${String(page * count + at).padStart(9, '0')}`,
        size: 1,
      })),
      { page, first: page * count },
    );
  const totals = { files: 0, folders: 0, bytes: 0, complete: false };
  const first = Array.from({ length: 100 }, (_, at) => ({
    name: `f${String(at).padStart(9, '0')}`,
    size: 1,
  }));
  peer.send('OFFER', 1, offer(first, { rootCount: 2 ** 40, totals, target: { path: 'target' } }));
  for (let page = 0; page < 60 && !peer.isClosed; page += 1) {
    peer.send('MANIFEST', 1, pageOf(page));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await peer.sessionError()).toBe('manifest-too-large');
  expect(siege.listener.program.residentBytes() - before).toBeLessThan(100 * 1_048_576);
});

const foldersOf = (page: number): Buffer => {
  const names = Array.from(
    { length: 2_000 },
    (_, at) => `folder ${String((page - 1) * 2_000 + at).padStart(7, '0')}`,
  );
  const place = { page, first: 1 + (page - 1) * 2_000 };
  return manifest(
    names.map((name) => ({ kind: 2, name, parent: 0 })),
    place,
  );
};

test('more folders than the totals say may not come', async () => {
  const peer = await siege.greet();
  const entries = [{ kind: 2, name: 'a' }];
  peer.send('OFFER', 1, offer(entries, { target: { path: 'target' } }));
  peer.send('MANIFEST', 1, manifest(entries));
  await peer.expect('ACCEPT');
  peer.send('MANIFEST', 1, foldersOf(1), { flags: last });
  expect(await peer.sessionError()).toBe('unexpected-frame');
});

test('a tree of very many folders does not fill the memory', async () => {
  const target = siege.world.folder('many folders');
  // What the collector has not taken yet would hide what is kept, so there is little room for it.
  const wrap = ([node = '', ...rest]: readonly string[]): readonly string[] => [
    node,
    '--max-old-space-size=40',
    ...rest,
  ];
  const { program, port } = await siege.world
    .device('small')
    .listen(['share', target, '--writable', '--plain'], { wrap });
  const before = program.residentBytes();
  const peer = await RawPeer.connect(port);
  peer.send('HELLO', 0, hello());
  await peer.expect('WELCOME');
  const entries = [{ kind: 2, name: 'many' }];
  const totals = { files: 0, folders: 1, bytes: 0, complete: false };
  peer.send('OFFER', 1, offer(entries, { totals, target: { path: 'many folders' } }));
  peer.send('MANIFEST', 1, manifest(entries));
  await peer.expect('ACCEPT');
  const pages = 100;
  for (let page = 1; page <= pages; page += 1) peer.send('MANIFEST', 1, foldersOf(page));
  for (;;) {
    const heard = await peer.next();
    if (heard?.name === 'ACK' && jsonOf(heard)['settled'] === pages * 2_000 + 1) break;
  }
  const grownBytes = program.residentBytes() - before;
  peer.close();
  await program.kill();
  rmSync(target, { recursive: true });
  // 200,000 folders, with what is on its way and half of the columns that hold them empty.
  expect(grownBytes).toBeLessThan(84 * 1_048_576);
});

siege.servesAfterwards();
