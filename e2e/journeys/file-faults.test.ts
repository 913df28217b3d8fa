// One file that fails is one file that fails: both sides learn which and why, the others arrive, and the exit code
// says that not all is well. The next run brings what was missing, and only that.

import {
  appendFileSync,
  chmodSync,
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Proxy } from '../faults/proxy.ts';
import { plainUser } from '../support/plain-user.ts';
import { eventsOf, expectExit, lastEvent } from '../support/program.ts';
import type { Ended } from '../support/program.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { expectSameTree, isUnfinished, makeTree, readTree } from '../support/trees.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld();
const user = plainUser('a file that may not be read, or a folder that may not be written, fails by itself');

/** What has arrived under its name: what is unfinished may be of use to the next run. */
const files = (root: string): readonly string[] =>
  [...readTree(root)]
    .filter(([path, { kind }]) => kind === 'file' && !isUnfinished(basename(path)))
    .map(([path]) => path);

const faults = (ended: Pick<Ended, 'events'>): readonly string[] =>
  eventsOf(ended, 'fault').map(({ path, code, side }) => `${path}: ${code} ${side}`);

const notices = (ended: Pick<Ended, 'events'>): readonly string[] =>
  eventsOf(ended, 'notice').map(({ path, code, side }) => `${path}: ${code} ${side}`);

describe.skipIf(!user.available)('permissions', () => {
  test('an unreadable file in the middle of a tree fails, and the others go on', async () => {
    const from = makeTree(world.folder('from'), {
      'tree/a': 'A',
      'tree/large secret': { content: seededRandom().bytes(300_000), mode: 0o000 },
      'tree/secret': { content: 'no', mode: 0o000 },
      'tree/z/z': 'Z',
    });
    const to = world.folder('to');
    const sender = world.device('sender');
    const receiver = await world.device('receiver').receive(to, '--once');
    user.owns(from, sender.home);
    const args = ['send', join(from, 'tree'), '--to', receiver.address];
    const sent = await sender.run(args, user.options);
    const received = await receiver.program.end();
    expectExit(sent, 1);
    expectExit(received, 1);
    expect(files(to)).toEqual(['tree/a', 'tree/z/z']);
    expect(faults(sent).toSorted()).toEqual([
      'tree/large secret: permission-denied here',
      'tree/secret: permission-denied here',
    ]);
    expect(faults(received).toSorted()).toEqual([
      'tree/large secret: permission-denied there',
      'tree/secret: permission-denied there',
    ]);
    for (const side of [sent, received])
      expect(lastEvent(side, 'done')).toMatchObject({ files: 2, failed: 2 });
    expect(sent.stderr).toContain('tree/secret');
  });

  test('a folder that may not be listed fails, and the others go on', async () => {
    const from = makeTree(world.folder('from'), { 'tree/a': 'A', 'tree/closed/b': 'B', 'tree/z': 'Z' });
    const sender = world.device('sender');
    user.owns(from, sender.home);
    chmodSync(join(from, 'tree/closed'), 0o000);
    const to = world.folder('to');
    const receiver = await world.device('receiver').receive(to, '--once');
    const sent = await sender.run(['send', join(from, 'tree'), '--to', receiver.address], user.options);
    const received = await receiver.program.end();
    expectExit(sent, 1);
    expectExit(received, 1);
    expect(files(to)).toEqual(['tree/a', 'tree/z']);
    expect(faults(sent)).toEqual(['tree/closed: permission-denied here']);
    expect(faults(received)).toEqual(['tree/closed: permission-denied there']);
  });

  test('a folder of a share that may not be listed is told, and the listing goes on behind it', async () => {
    const from = makeTree(world.folder('from'), {
      'a/1': '1',
      'closed/b': 'B',
      'deep/closed/c': 'C',
      'z/2': '2',
    });
    const sharer = world.device('sharer');
    user.owns(from, sharer.home);
    for (const closed of ['closed', 'deep/closed']) chmodSync(join(from, closed), 0o000);
    const { address } = await sharer.listen(['share', from], user.options);
    const listed = await world.device('looker').run(['ls', '-R', `${address}/from`]);
    expectExit(listed, 1);
    expect(eventsOf(listed, 'entry').map(({ path }) => path)).toEqual([
      'from/a',
      'from/closed',
      'from/deep',
      'from/z',
      'from/a/1',
      'from/deep/closed',
      'from/z/2',
    ]);
    expect(faults(listed)).toEqual([
      'from/closed: permission-denied there',
      'from/deep/closed: permission-denied there',
    ]);
    expect(listed.stderr).toContain('from/deep/closed/ could not be listed');
    // One that is asked for itself is no listing at all.
    expectExit(await world.device('looker').run(['ls', `${address}/from/closed`]), 1);
  });

  test('a target folder that may not be written to refuses the transfer, and both sides say why', async () => {
    const from = makeTree(world.folder('from'), { a: 'A' });
    const to = world.folder('to');
    const receiver = world.device('receiver');
    user.owns(to, receiver.home);
    chmodSync(to, 0o500);
    const args = ['receive', '--yes', '--once', '--dir', to];
    const listener = await receiver.listen(args, user.options);
    const sent = await world.device('sender').run(['send', join(from, 'a'), '--to', listener.address]);
    expectExit(sent, 1);
    expect(lastEvent(sent, 'error').code).toBe('permission-denied');
    await listener.program.event(({ event, code }) => event === 'error' && code === 'permission-denied');
    expect(files(to)).toEqual([]);
  });

  test('a folder within the target that may not be written to fails alone', async () => {
    const from = makeTree(world.folder('from'), { 'tree/closed/a': 'A', 'tree/open/b': 'B' });
    const to = makeTree(world.folder('to'), { 'tree/closed/old': 'old', 'tree/open/old': 'old' });
    const receiver = world.device('receiver');
    user.owns(to, receiver.home);
    chmodSync(join(to, 'tree/closed'), 0o500);
    const args = ['receive', '--yes', '--once', '--dir', to];
    const listener = await receiver.listen(args, user.options);
    const sent = await world.device('sender').run(['send', join(from, 'tree'), '--to', listener.address]);
    const received = await listener.program.end();
    expectExit(sent, 1);
    expectExit(received, 1);
    expect(faults(sent)).toEqual(['tree/closed/a: permission-denied there']);
    expect(faults(received)).toEqual(['tree/closed/a: permission-denied here']);
    expect(files(to)).toContain('tree/open/b');
  });
});

const bigBytes = 40_000_000;
const lateBytes = 700_000;

/** Fetches over a proxy that stops when a part is through, so that the source can be changed meanwhile. */
async function changedMeanwhile(change: (tree: string) => void) {
  const random = seededRandom();
  const from = makeTree(world.folder('from'), {
    // More than all buffers on the way hold: it is still being read when the proxy stops.
    'tree/1 big': random.bytes(bigBytes),
    'tree/2 later': random.bytes(lateBytes),
    'tree/3 small': 'small',
    'tree/4 last': 'last',
  });
  const to = world.folder('to');
  const sharer = await world.device('sharer').share(from);
  const proxy = world.keep(await Proxy.open(sharer.port, () => ({ down: { stallAfter: 600_000 } })));
  const get = (address: string): readonly string[] => ['get', `${address}/from/tree`, '--dir', to];
  const getter = world.device('getter').start(get(proxy.address));
  await proxy.stalled;
  change(join(from, 'tree'));
  proxy.release();
  const got = await getter.end();
  await sharer.program.event('done');
  return {
    from,
    to,
    got,
    shared: sharer.program,
    again: () => world.device('getter').run(get(sharer.address)),
  };
}

describe('a source file that, while the transfer runs,', () => {
  test('grows arrives with the size that it had at the start, and both sides say so', async () => {
    const { from, to, got, shared } = await changedMeanwhile((tree) => {
      for (const name of ['1 big', '2 later', '3 small']) appendFileSync(join(tree, name), 'more');
    });
    expectExit(got, 0);
    const told = ['tree/1 big: grew', 'tree/2 later: grew', 'tree/3 small: grew'];
    expect(notices(got)).toEqual(told.map((line) => `${line} there`));
    expect(notices(shared)).toEqual(told.map((line) => `${line} here`));
    for (const name of ['tree/1 big', 'tree/2 later', 'tree/3 small']) {
      const whole = readFileSync(join(from, name));
      expect(readFileSync(join(to, name)).equals(whole.subarray(0, -'more'.length))).toBe(true);
    }
  });

  test('gets another name and mode, as a backup does it, arrives as ever', async () => {
    const { from, to, got, shared } = await changedMeanwhile((tree) => {
      for (const name of ['1 big', '2 later', '3 small']) {
        linkSync(join(tree, name), join(tree, '..', `${name}.backup`));
        chmodSync(join(tree, name), 0o640);
      }
    });
    expectExit(got, 0);
    expect([...notices(got), ...notices(shared)]).toEqual([]);
    for (const name of files(to))
      expect(readFileSync(join(to, name)).equals(readFileSync(join(from, name)))).toBe(true);
  });

  test('changes in its middle fails alone and never lands half old, half new', async () => {
    const { to, got } = await changedMeanwhile((tree) => {
      writeFileSync(join(tree, '1 big'), seededRandom().bytes(bigBytes));
    });
    expectExit(got, 1);
    expect(files(to)).toEqual(['tree/2 later', 'tree/3 small', 'tree/4 last']);
    expect(faults(got)).toEqual(['tree/1 big: file-changed there']);
  });

  test('vanishes fails alone', async () => {
    const { to, got } = await changedMeanwhile((tree) => {
      rmSync(join(tree, '2 later'));
      rmSync(join(tree, '3 small'));
    });
    expectExit(got, 1);
    expect(files(to)).toEqual(['tree/1 big', 'tree/4 last']);
    expect(faults(got).toSorted()).toEqual([
      'tree/2 later: file-vanished there',
      'tree/3 small: file-vanished there',
    ]);
  });

  test('becomes shorter fails alone', async () => {
    const { to, got } = await changedMeanwhile((tree) => writeFileSync(join(tree, '2 later'), 'short'));
    expectExit(got, 1);
    expect(files(to)).toEqual(['tree/1 big', 'tree/3 small', 'tree/4 last']);
    expect(faults(got)).toEqual(['tree/2 later: file-changed there']);
  });

  test('is replaced before its turn by another of the same size arrives as that one, which both sides say', async () => {
    const { from, to, got, shared } = await changedMeanwhile((tree) => {
      writeFileSync(join(tree, 'new'), seededRandom().bytes(lateBytes));
      renameSync(join(tree, 'new'), join(tree, '2 later'));
    });
    expectExit(got, 0);
    expect(notices(got)).toEqual(['tree/2 later: newer there']);
    expect(notices(shared)).toEqual(['tree/2 later: newer here']);
    expect(readFileSync(join(to, 'tree/2 later')).equals(readFileSync(join(from, 'tree/2 later')))).toBe(
      true,
    );
  });

  test('is replaced by a longer one fails alone, and the next run brings it', async () => {
    const { from, to, got, shared, again } = await changedMeanwhile((tree) => {
      writeFileSync(join(tree, 'new'), seededRandom().bytes(lateBytes + 4));
      renameSync(join(tree, 'new'), join(tree, '2 later'));
    });
    expectExit(got, 1);
    expect(files(to)).toEqual(['tree/1 big', 'tree/3 small', 'tree/4 last']);
    expect(faults(got)).toEqual(['tree/2 later: file-changed there']);
    expect(faults(shared)).toEqual(['tree/2 later: file-changed here']);

    const mended = await again();
    expectExit(mended, 0);
    expect(lastEvent(mended, 'done')).toMatchObject({ files: 4, bytes: lateBytes + 4, failed: 0 });
    await expectSameTree(from, to);
  });

  test('becomes a folder fails alone', async () => {
    const { to, got } = await changedMeanwhile((tree) => {
      rmSync(join(tree, '2 later'));
      makeTree(join(tree, '2 later'), { inside: 'x' });
    });
    expectExit(got, 1);
    expect(files(to)).toEqual(['tree/1 big', 'tree/3 small', 'tree/4 last']);
  });
});

test('the target folder may vanish while the transfer runs: the transfer fails, the receiver goes on', async () => {
  const from = makeTree(world.folder('from'), {
    'tree/big': seededRandom().bytes(2_000_000),
    'tree/small': 's',
  });
  const to = world.folder('to');
  const receiver = await world.device('receiver').receive(to);
  const proxy = world.keep(await Proxy.open(receiver.port, () => ({ up: { stallAfter: 1_000_000 } })));
  const sender = world.device('sender').start(['send', join(from, 'tree'), '--to', proxy.address]);
  await proxy.stalled;
  rmSync(to, { recursive: true });
  proxy.release();
  expectExit(await sender.end(), 1);
  world.folder('to');
  const again = await world.device('sender').run(['send', join(from, 'tree'), '--to', receiver.address]);
  expectExit(again, 0);
  await expectSameTree(from, to);
});

test.skipIf(process.platform === 'win32')(
  'a folder that is gone while a command stands in it is told in words, and whole paths still work',
  async () => {
    const from = makeTree(world.folder('from'), { file: 'content' });
    const gone = world.folder('gone');
    const inGone = {
      cwd: gone,
      wrap: (command: readonly string[]) => ['sh', '-c', 'rmdir "$PWD" && exec "$@"', 'sh', ...command],
    };
    const to = world.folder('to');
    const receiver = await world.device('receiver').receive(to);
    const relative = await world.device('sender').run(['send', 'file', '--to', receiver.address], inGone);
    expectExit(relative, 2);
    expect(lastEvent(relative, 'error').message).toContain('is not there any more');
    world.folder('gone');
    const args = ['send', join(from, 'file'), '--to', receiver.address];
    expectExit(await world.device('sender').run(args, inGone), 0);
    await expectSameTree(from, to);
  },
);
