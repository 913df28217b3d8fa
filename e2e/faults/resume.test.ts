// What an interrupted run left is used when it is still what it was, and forgotten without harm when it is not.

import { appendFileSync, chmodSync, linkSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { eventsOf, expectExit, lastEvent } from '../support/program.ts';
import { seededRandom } from '../support/seeded-random.ts';
import {
  expectSameTree,
  landedPaths,
  makeTree,
  readEntry,
  readTree,
  unfinishedIn,
} from '../support/trees.ts';
import { useWorld } from '../support/world.ts';
import { Proxy } from './proxy.ts';

const world = useWorld();

const landedBytes = 300_000;
const partBytes = 3_000_000;
const totalBytes = landedBytes + partBytes;

/** `1 landed` has arrived whole, `2 part` a good half, and then the connection was cut. */
async function halfDone(...policy: readonly string[]) {
  const random = seededRandom();
  const from = makeTree(world.folder('from'), {
    'tree/1 landed': random.bytes(landedBytes),
    'tree/2 part': random.bytes(partBytes),
  });
  const to = world.folder('to');
  const first = await world.device('receiver').receive(to, ...policy);
  const proxy = world.keep(await Proxy.open(first.port, () => ({ up: { cutAfter: 2_200_000 } })));
  const send = (address: string): readonly string[] => [
    'send',
    join(from, 'tree'),
    '--to',
    address,
    '--retry',
    '0',
  ];
  expectExit(await world.device('sender').run(send(proxy.address)), 4);
  await first.program.event('retrying');
  await first.program.kill();
  expect(landedPaths(join(to, 'tree'))).toEqual(['1 landed']);
  return {
    from,
    to,
    file: (name: string) => join(from, 'tree', name),
    /** The same again, to a receiver at another port. */
    again: async (sender = 'sender') => {
      const receiver = await world.device('receiver').receive(to, ...policy);
      const sent = await world.device(sender).run(send(receiver.address));
      expectExit(sent, 0);
      await receiver.program.event('done');
      const { bytes = 0, resumedBytes = 0, same = 0 } = lastEvent(sent, 'done');
      return { bytes, resumedBytes, same: same as number };
    },
  };
}

const partials = (to: string): readonly string[] => unfinishedIn(to).map((path) => join(to, path));

test('goes on at another address and port where it stopped', async () => {
  const { from, to, again } = await halfDone();
  const { bytes, resumedBytes } = await again();
  expect(bytes + resumedBytes).toBe(totalBytes);
  expect(resumedBytes).toBeGreaterThan(1_500_000);
  await expectSameTree(from, to);
});

describe('a source that was only touched between the runs goes on where it was', () => {
  const touches: readonly (readonly [string, (path: string, aside: string) => void])[] = [
    ['a hard link', (path, aside) => linkSync(path, aside)],
    ['chmod', (path) => chmodSync(path, 0o600)],
    ['another time of last use', (path) => utimesSync(path, 1, statSync(path).mtime)],
  ];
  const ways = ['rename', 'skip', 'overwrite'].flatMap((policy) =>
    touches.map(([what, touch]) => [what, policy, touch] as const),
  );

  test.each(ways)('by %s, with %s', async (_what, policy, touch) => {
    const { from, to, file, again } = await halfDone('--on-conflict', policy);
    const aside = world.folder('aside');
    for (const name of ['1 landed', '2 part']) touch(file(name), join(aside, name));
    const { bytes, resumedBytes, same } = await again();
    expect(bytes + resumedBytes).toBe(partBytes);
    expect(resumedBytes).toBeGreaterThan(1_200_000);
    expect(same).toBe(1);
    expect([...readTree(to).keys()]).toEqual([...readTree(from).keys()]);
    for (const name of ['1 landed', '2 part'])
      expect(readEntry(join(to, 'tree', name)).sha256).toBe(readEntry(file(name)).sha256);
  });

  test('within the retries of one command', async () => {
    const random = seededRandom();
    const from = makeTree(world.folder('from'), {
      'tree/1 landed': random.bytes(landedBytes),
      'tree/2 part': random.bytes(partBytes),
    });
    const to = world.folder('to');
    const receiver = await world.device('receiver').receive(to, '--once');
    const path = (name: string): string => join(from, 'tree', name);
    let connections = 0;
    const proxy = world.keep(
      await Proxy.open(receiver.port, () => {
        connections += 1;
        if (connections === 1) return { up: { cutAfter: 2_200_000 } };
        for (const name of ['1 landed', '2 part']) chmodSync(path(name), 0o600);
        return {};
      }),
    );
    const sent = await world
      .device('sender')
      .run(['send', join(from, 'tree'), '--to', proxy.address, '--retry', '20']);
    expectExit(sent, 0);
    expectExit(await receiver.program.end(), 0);
    expect(connections).toBeGreaterThan(1);
    expect(proxy.upBytes).toBeLessThan(landedBytes + partBytes + 900_000);
    expect([...readTree(to).keys()]).toEqual([...readTree(from).keys()]);
    expect(readEntry(join(to, 'tree/2 part')).sha256).toBe(readEntry(path('2 part')).sha256);
  });
});

describe('a source that changed between the runs', () => {
  test('starts over for the file that was under way, and for it alone', async () => {
    const { from, to, file, again } = await halfDone();
    writeFileSync(file('2 part'), seededRandom().bytes(partBytes));
    expect(await again()).toMatchObject({ bytes: partBytes, resumedBytes: landedBytes });
    expect(readEntry(join(to, 'tree/2 part')).sha256).toBe(readEntry(file('2 part')).sha256);
    await expectSameTree(from, to);
  });

  test('goes on behind its old end when it only grew', async () => {
    const { from, to, file, again } = await halfDone();
    appendFileSync(file('2 part'), 'and more');
    const { bytes, resumedBytes } = await again();
    expect(bytes + resumedBytes).toBe(totalBytes + 8);
    expect(resumedBytes).toBeGreaterThan(1_500_000);
    await expectSameTree(from, to);
  });

  test('starts over when a byte of what had arrived is another one, with its time set back', async () => {
    const { to, file, again } = await halfDone();
    const { atime, mtime } = statSync(file('2 part'));
    const content = readFileSync(file('2 part'));
    content[1_000] = (content[1_000] as number) ^ 1;
    writeFileSync(file('2 part'), content);
    utimesSync(file('2 part'), atime, mtime);
    expect(await again()).toMatchObject({ bytes: partBytes, resumedBytes: landedBytes });
    expect(readFileSync(join(to, 'tree/2 part')).equals(content)).toBe(true);
  });

  test.each(['rename', 'skip', 'overwrite'])(
    'brings a file again that had landed, in its place (%s)',
    async (policy) => {
      const { from, to, file, again } = await halfDone('--on-conflict', policy);
      writeFileSync(file('1 landed'), seededRandom().bytes(landedBytes));
      const { bytes, resumedBytes } = await again();
      expect(bytes + resumedBytes).toBe(totalBytes);
      expect(bytes).toBeGreaterThan(landedBytes);
      await expectSameTree(from, to);
    },
  );

  test('brings a landed file that has grown in its place, in the same run too', async () => {
    const from = makeTree(world.folder('from'), {
      'tree/a.log': 'one line\n',
      'tree/big': seededRandom().bytes(partBytes),
    });
    const to = world.folder('to');
    const receiver = await world.device('receiver').receive(to);
    const cutOnce = (connection: number) => (connection === 1 ? { up: { stallAfter: 1_500_000 } } : {});
    const proxy = world.keep(await Proxy.open(receiver.port, cutOnce));
    const sender = world
      .device('sender')
      .start(['send', join(from, 'tree'), '--to', proxy.address, '--retry', '20']);
    await proxy.stalled;
    await expect.poll(() => landedPaths(join(to, 'tree'))).toEqual(['a.log']);
    appendFileSync(join(from, 'tree/a.log'), 'and another\n');
    proxy.cut();
    expectExit(await sender.end(), 0);
    await expectSameTree(from, to);
  });

  test('leaves a landed file alone that somebody has changed here meanwhile', async () => {
    const { to, file, again } = await halfDone();
    writeFileSync(file('1 landed'), 'new');
    writeFileSync(join(to, 'tree/1 landed'), 'of the receiver');
    await again();
    expect(readFileSync(join(to, 'tree/1 landed'), 'utf8')).toBe('of the receiver');
    expect(readFileSync(join(to, 'tree/1 landed (1)'), 'utf8')).toBe('new');
  });

  test('that lost the file leaves nothing unfinished behind', async () => {
    const { from, to, file, again } = await halfDone();
    rmSync(file('2 part'));
    expect(await again()).toMatchObject({ bytes: 0, resumedBytes: landedBytes });
    await expectSameTree(from, to);
  });

  test('may have more files than before', async () => {
    const { from, to, file, again } = await halfDone();
    writeFileSync(file('0 new'), 'new');
    writeFileSync(file('3 new'), 'new');
    const { bytes, resumedBytes } = await again();
    expect(bytes + resumedBytes).toBe(totalBytes + 6);
    expect(resumedBytes).toBeGreaterThan(1_500_000);
    await expectSameTree(from, to);
  });
});

describe('a target that changed between the runs', () => {
  test('gets a file again that somebody removed', async () => {
    const { from, to, again } = await halfDone();
    rmSync(join(to, 'tree/1 landed'));
    const { bytes, resumedBytes } = await again();
    expect(bytes + resumedBytes).toBe(totalBytes);
    expect(bytes).toBeGreaterThanOrEqual(landedBytes);
    await expectSameTree(from, to);
  });

  test('keeps what somebody made of a file that had landed, and gets the file beside it', async () => {
    const { from, to, again } = await halfDone();
    writeFileSync(join(to, 'tree/1 landed'), 'somebody wrote here');
    await again();
    expect(readEntry(join(to, 'tree/1 landed')).size).toBe(19);
    expect(readEntry(join(to, 'tree/1 landed (1)'))).toEqual(readEntry(join(from, 'tree/1 landed')));
  });

  test.each([
    ['was removed', (path: string) => rmSync(path)],
    ['was cut short', (path: string) => truncateSync(path, 100)],
    ['was emptied', (path: string) => truncateSync(path, 0)],
  ])('starts over when the unfinished file %s', async (_what, change) => {
    const { from, to, again } = await halfDone();
    for (const path of partials(to)) change(path);
    expect(await again()).toMatchObject({ bytes: partBytes, resumedBytes: landedBytes });
    await expectSameTree(from, to);
  });
});

describe('a journal', () => {
  const journals = (): readonly string[] => {
    const folder = join(world.device('receiver').home, 'journal');
    return readdirSync(folder)
      .filter((name) => name.endsWith('.jsonl'))
      .map((name) => join(folder, name));
  };

  test('that is gone costs what was unfinished, and no file comes to stand there twice', async () => {
    const { from, to, again } = await halfDone();
    for (const path of journals()) rmSync(path);
    expect(await again()).toEqual({ bytes: partBytes, resumedBytes: 0, same: 1 });
    await expectSameTree(from, to);
  });

  test('whose last line was torn is good up to it', async () => {
    const { from, to, again } = await halfDone();
    for (const path of journals()) appendFileSync(path, '{"verified":[1,99');
    const { bytes, resumedBytes } = await again();
    expect(bytes + resumedBytes).toBe(totalBytes);
    expect(resumedBytes).toBeGreaterThan(1_500_000);
    await expectSameTree(from, to);
  });

  test('that was filled with anything does no harm', async () => {
    const { to, again } = await halfDone();
    for (const path of journals()) writeFileSync(path, seededRandom().bytes(50_000));
    expect(await again()).toEqual({ bytes: partBytes, resumedBytes: 0, same: 1 });
    expect(readTree(to).has('tree/2 part')).toBe(true);
  });
});

test('belongs to one device: what another has begun under the same names is not gone on with', async () => {
  const { from, to, again } = await halfDone();
  expect(await again('another')).toEqual({ bytes: partBytes, resumedBytes: 0, same: 1 });
  // The first one still finds what it had; what it brings is there by now.
  const { resumedBytes, same } = await again('sender');
  expect(resumedBytes).toBeGreaterThan(1_500_000);
  expect(same).toBe(1);
  await expectSameTree(from, to);
});

test("works for put, whose journal is the sharer's", async () => {
  const from = makeTree(world.folder('from'), { 'tree/a': seededRandom().bytes(partBytes) });
  const share = world.folder('inbox');
  const first = await world.device('sharer').share(share, '--writable');
  const proxy = world.keep(await Proxy.open(first.port, () => ({ up: { cutAfter: 2_000_000 } })));
  const put = (address: string): readonly string[] => [
    'put',
    join(from, 'tree'),
    `${address}/inbox`,
    '--retry',
    '0',
  ];
  expectExit(await world.device('putter').run(put(proxy.address)), 4);
  const again = await world.device('putter').run(put(first.address));
  expectExit(again, 0);
  const { bytes = 0, resumedBytes = 0 } = lastEvent(again, 'done');
  expect(bytes + resumedBytes).toBe(partBytes);
  expect(resumedBytes).toBeGreaterThan(1_500_000);
  await expectSameTree(from, share);
});

test('the unfinished file of an upload is not shown to others, and cannot be fetched', async () => {
  const from = makeTree(world.folder('from'), { 'tree/a': seededRandom().bytes(partBytes) });
  const share = world.folder('inbox');
  const sharer = await world.device('sharer').share(share, '--writable');
  const proxy = world.keep(await Proxy.open(sharer.port, () => ({ up: { cutAfter: 2_000_000 } })));
  expectExit(
    await world.device('putter').run(['put', join(from, 'tree'), `${proxy.address}/inbox`, '--retry', '0']),
    4,
  );
  await sharer.program.event('retrying');
  expect(partials(share).length).toBe(1);
  const [unfinished = ''] = unfinishedIn(share);
  const looker = world.device('looker');
  const listed = await looker.run(['ls', '-R', `${sharer.address}/inbox`]);
  expect(eventsOf(listed, 'entry').map(({ path }) => path)).toEqual(['inbox/tree']);
  const got = await looker.run(['get', `${sharer.address}/inbox/${unfinished}`, '--dir', world.folder('to')]);
  expectExit(got, 1);
});
