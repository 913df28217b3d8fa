import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { startEngine, startReceiver, takeAll } from './testing/engines.ts';
import { bytesOf, filesOf, harvest, plant, temporaryFolder } from '../base/testing/trees.ts';
import type { Tree } from '../base/testing/trees.ts';

const tree: Tree = {
  'a.txt': { size: 10, seed: 1 },
  'big.bin': { size: 6_000_000, seed: 2 },
  docs: {
    'b.txt': { size: 20, seed: 3, executable: true },
    empty: {},
    ünïcode: { 文件: { size: 5, seed: 4 } },
  },
};
const counts = {
  files: filesOf(tree).length,
  bytes: bytesOf(tree),
  skipped: 0,
  same: 0,
  failed: 0,
  resumedBytes: 0,
  omitted: 0,
};

const planted = (name = 'tree'): { from: string; path: string } => {
  const from = temporaryFolder();
  plant(join(from, name), tree);
  return { from, path: join(from, name) };
};

describe('send and receive', () => {
  it.each([
    ['encrypted', false],
    ['plain', true],
  ] as const)('moves a tree, %s, and both say the same of it', async (_mode, plain) => {
    const receiver = await startReceiver({}, { allowPlain: true });
    const sender = await startEngine({ alias: 'sender' });
    const { path } = planted();
    const transfer = sender.engine.send({ paths: [path], to: receiver.at, plain });
    const result = await transfer.done;
    expect(result).toMatchObject({ ...counts, faults: [] });
    expect(harvest(join(receiver.dir, 'tree'))).toEqual(harvest(path));
    const finished = await receiver.next('finished');
    expect(finished).toMatchObject({
      transfer: { id: transfer.id, direction: 'receive', kind: 'push', state: 'done' },
      result: { ...counts, dir: receiver.dir },
    });
    expect(transfer.view()).toMatchObject({
      id: transfer.id,
      direction: 'send',
      kind: 'push',
      state: 'done',
      ...counts,
      totals: { files: 4, folders: 4, bytes: counts.bytes, complete: true },
    });
  });

  it('tells in order: session, waiting, running, done, session over', async () => {
    const receiver = await startReceiver();
    const sender = await startEngine();
    await sender.engine.send({ paths: [planted().path], to: receiver.at }).done;
    await Promise.all(
      [sender, receiver].flatMap((side) => [side.next('session-closed'), side.next('finished')]),
    );
    for (const { events } of [sender, receiver]) {
      const states = events.flatMap((event) => (event.kind === 'transfer' ? [event.transfer.state] : []));
      expect(states.filter((state, index) => state !== states[index - 1])).toEqual(['waiting', 'running']);
      // Whether the session or the transfer is told to be over first differs by side.
      const order = events
        .map(({ kind }) => kind)
        .filter((kind) => kind !== 'trusted' && kind !== 'session-closed');
      expect(order.filter((kind, index) => kind !== order[index - 1])).toEqual([
        'session-opened',
        'transfer',
        'finished',
      ]);
      expect(events.find(({ kind }) => kind === 'session-closed')).not.toHaveProperty('error');
    }
  });

  it('shows the offer to who decides: who it is, what it is, and how much room there is', async () => {
    const receiver = await startReceiver();
    const sender = await startEngine({ alias: 'Ada' });
    await sender.engine.send({ paths: [planted().path], to: receiver.at }).done;
    expect(receiver.offers).toEqual([
      expect.objectContaining({
        peer: expect.objectContaining({
          alias: 'Ada',
          deviceId: sender.engine.deviceId,
          secure: true,
          trust: 'new',
          address: '127.0.0.1',
        }),
        roots: [{ name: 'tree', kind: 'folder', size: 0 }],
        rootCount: 1,
        totals: { files: 4, folders: 4, bytes: counts.bytes, complete: true },
        isResumed: false,
        freeBytes: expect.any(Number),
      }),
    ]);
    expect(receiver.offers[0]?.preview).toHaveLength(8);
  });

  it('takes a part, or into another folder, as was decided', async () => {
    const dir = temporaryFolder();
    const receiver = await startReceiver({
      decide: () =>
        Promise.resolve({
          accept: true,
          dir,
          wants: (path, kind) => kind === 'folder' || path.endsWith('.txt'),
        }),
    });
    const sender = await startEngine();
    expect(await sender.engine.send({ paths: [planted().path], to: receiver.at }).done).toMatchObject({
      files: 2,
      bytes: 30,
      skipped: 2,
      same: 0,
    });
    expect(Object.keys(harvest(dir)).filter((path) => path.includes('.'))).toEqual([
      'tree/a.txt',
      'tree/docs/b.txt',
    ]);
    expect(harvest(receiver.dir)).toEqual({});
  });

  it('is asked about entry by entry, also in a folder that is not taken', async () => {
    const asked: string[] = [];
    const receiver = await startReceiver({
      decide: () => Promise.resolve({ accept: true, wants: (path) => asked.push(path) === 0 }),
    });
    const sender = await startEngine();
    const sent = sender.engine.send({ paths: [planted().path], to: receiver.at });
    expect(await sent.done).toMatchObject({ files: 0, skipped: 4 });
    expect(asked).toEqual(expect.arrayContaining(['tree', 'tree/a.txt', 'tree/docs', 'tree/docs/b.txt']));
    expect(asked).toHaveLength(8);
  });

  it('that is declined rejects with the words of the receiver', async () => {
    const receiver = await startReceiver({
      decide: () => Promise.resolve({ accept: false, message: 'Not now.' }),
    });
    const sender = await startEngine();
    const transfer = sender.engine.send({ paths: [planted().path], to: receiver.at });
    await expect(transfer.done).rejects.toMatchObject({ code: 'declined', message: 'Not now.' });
    expect(transfer.view().state).toBe('declined');
    expect((await receiver.next('finished')).transfer.state).toBe('declined');
    expect(harvest(receiver.dir)).toEqual({});
  });

  it('whose decision breaks is not left waiting', async () => {
    const receiver = await startReceiver({
      decide: () => Promise.reject(new Error('The terminal is gone.')),
    });
    const sender = await startEngine();
    await expect(sender.engine.send({ paths: [planted().path], to: receiver.at }).done).rejects.toMatchObject(
      { code: 'internal' },
    );
  });

  it('into a folder that cannot be one is refused with the reason', async () => {
    const blocked = join(planted().path, 'a.txt');
    const receiver = await startReceiver({ dir: blocked });
    const sender = await startEngine();
    await expect(sender.engine.send({ paths: [planted().path], to: receiver.at }).done).rejects.toMatchObject(
      { code: expect.not.stringMatching('internal') },
    );
  });

  it('to one that does not receive is not-receiving', async () => {
    const other = await startEngine();
    const at = await other.engine.listen({ host: '127.0.0.1', port: 0 });
    const sender = await startEngine();
    await expect(sender.engine.send({ paths: [planted().path], to: at }).done).rejects.toMatchObject({
      code: 'not-receiving',
    });
  });

  it('of what is not there fails before anything is dialed', async () => {
    const sender = await startEngine();
    await expect(
      sender.engine.send({ paths: ['/nowhere/at/all'], to: { host: '192.0.2.1', port: 9 } }).done,
    ).rejects.toMatchObject({ code: 'no-such-path' });
    await expect(
      sender.engine.send({ paths: [], to: { host: '192.0.2.1', port: 9 } }).done,
    ).rejects.toMatchObject({ code: 'usage' });
  });

  it('is not begun any more once the engine is closed', async () => {
    const { engine } = await startEngine();
    await engine.close();
    const to = { host: '192.0.2.1', port: 9 };
    const isEnding = expect.objectContaining({ code: 'shutting-down' });
    expect(() => engine.send({ paths: [planted().path], to })).toThrow(isEnding);
    expect(engine.snapshot().transfers).toEqual([]);
  });

  it('of what is not there does not end before its handle is there', async () => {
    const { engine, events } = await startEngine();
    const transfer = engine.send({ paths: ['/nowhere/at/all'], to: { host: '192.0.2.1', port: 9 } });
    expect(transfer.view().state).toBe('connecting');
    expect(events).toEqual([]);
    await expect(transfer.done).rejects.toMatchObject({ code: 'no-such-path' });
  });

  it('to a port where nothing listens is connection-refused, at once', async () => {
    const other = await startEngine();
    const at = await other.engine.listen({ host: '127.0.0.1', port: 0 });
    await other.engine.close();
    const sender = await startEngine();
    await expect(
      sender.engine.send({ paths: [planted().path], to: at, retryMs: 60_000 }).done,
    ).rejects.toMatchObject({ code: 'connection-refused' });
    expect(sender.kinds()).not.toContain('retrying');
  });

  it('several at once, both ways, each into its place', async () => {
    const [one, two] = [await startReceiver(), await startReceiver()];
    const names = ['p', 'q', 'r', 's'];
    const transfers = names.map((name, index) => {
      const [from, to] = index % 2 === 0 ? [one, two] : [two, one];
      return from.engine.send({ paths: [planted(name).path], to: to.at });
    });
    for (const result of await Promise.all(transfers.map(({ done }) => done)))
      expect(result).toMatchObject(counts);
    expect(Object.keys(harvest(two.dir)).filter((path) => !path.includes('/'))).toEqual(['p', 'r']);
    expect(Object.keys(harvest(one.dir)).filter((path) => !path.includes('/'))).toEqual(['q', 's']);
    expect(one.engine.snapshot().transfers).toHaveLength(4);
  });

  it('of the same files twice at once brings each of them once', async () => {
    const receiver = await startReceiver();
    const sender = await startEngine();
    const { path } = planted();
    const results = await Promise.all(
      [1, 2].map(
        () =>
          sender.engine.send({ paths: [join(path, 'a.txt'), join(path, 'big.bin')], to: receiver.at }).done,
      ),
    );
    expect(Object.keys(harvest(receiver.dir))).toEqual(['a.txt', 'big.bin']);
    expect(results.reduce((sum, { files, same }) => sum + files + same, 0)).toBe(4);
  });
});

describe('an engine', () => {
  it('listens once', async () => {
    const { engine, at } = await startReceiver();
    await expect(engine.listen({ port: 0, host: '127.0.0.1' })).rejects.toMatchObject({ code: 'usage' });
    expect(engine.snapshot()).toMatchObject({
      deviceId: engine.deviceId,
      alias: 'receiver',
      listening: at,
      shares: [],
      transfers: [],
    });
  });

  it('listens once, also when it is asked twice at once', async () => {
    const { engine } = await startEngine();
    const asked = await Promise.allSettled([1, 2].map(() => engine.listen({ port: 0, host: '127.0.0.1' })));
    expect(asked.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it('may listen after a port that was taken', async () => {
    const { at } = await startReceiver();
    const { engine } = await startEngine();
    await expect(engine.listen({ port: at.port, host: '127.0.0.1' })).rejects.toMatchObject({
      name: 'HexdropError',
    });
    expect(engine.snapshot().listening).toBeUndefined();
    await expect(engine.listen({ port: 0, host: '127.0.0.1' })).resolves.toMatchObject({
      deviceId: engine.deviceId,
    });
  });

  it('keeps its identity in its home, and cuts a long alias', async () => {
    const first = await startEngine();
    const second = await startEngine({ home: first.home, alias: `  ${'ä'.repeat(100)}  ` });
    expect(second.engine.deviceId).toBe(first.engine.deviceId);
    expect(Array.from(second.engine.alias)).toHaveLength(64);
    expect((await startEngine({ alias: '   ' })).engine.alias).not.toBe('');
  });

  it('stops telling events to who does not want them any more', async () => {
    const receiver = await startReceiver();
    const sender = await startEngine();
    let heard = 0;
    const stop = sender.engine.onEvent(() => {
      heard += 1;
    });
    stop();
    await sender.engine.send({ paths: [planted().path], to: receiver.at }).done;
    expect(heard).toBe(0);
  });

  it('shows transfers that are over, the latest two hundred', async () => {
    const sender = await startEngine();
    const gone = Array.from({ length: 210 }, () =>
      sender.engine.send({ paths: [], to: { host: '127.0.0.1', port: 1 } }),
    );
    await Promise.allSettled(gone.map(({ done }) => done));
    const shown = sender.engine.snapshot().transfers.map(({ id }) => id);
    expect(shown.length).toBe(200);
    expect(shown.at(-1)).toBe(gone.at(-1)?.id);
  });

  it('takes both ways of a decision that needs no preview', async () => {
    const receiver = await startReceiver({ decidesAtOnce: true });
    const sender = await startEngine();
    expect(await sender.engine.send({ paths: [planted().path], to: receiver.at }).done).toMatchObject(counts);
    expect(takeAll('x').onConflict).toBe('rename');
  });
});
