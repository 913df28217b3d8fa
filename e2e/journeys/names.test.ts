// Names with a backslash are names like any other between systems that hold them, however they travel.

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventsOf, expectExit } from '../support/program.ts';
import { expectSameTree, makeTree } from '../support/trees.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld();

const odd = (root: string): string =>
  makeTree(root, {
    'tree/dev-disk-by\\x2dlabel-swap.swap': 'unit',
    'tree/C:\\Users\\x.txt': 'windows',
    'tree/..\\..\\up': 'no way up',
    'tree/back\\': 'the end',
    'tree/system\\x2dslice/\\leading': 'folder',
    'tree/CON': 'device',
    'tree/trail.': 'dot',
  });

test.skipIf(process.platform === 'win32')('a backslash in names survives send and receive', async () => {
  const from = odd(world.folder('from'));
  const to = world.folder('to');
  const receiver = await world.device('receiver').receive(to, '--once');
  const sent = await world.device('sender').run(['send', join(from, 'tree'), '--to', receiver.address]);
  expectExit(sent, 0);
  expectExit(await receiver.program.end(), 0);
  await expectSameTree(from, to);
});

test.skipIf(process.platform === 'win32')('a backslash in names survives ls, get and put', async () => {
  const from = odd(world.folder('from'));
  const share = world.folder('share');
  const sharer = await world.device('sharer').share(share, '--writable');
  const other = world.device('other');
  expectExit(await other.run(['put', join(from, 'tree'), `${sharer.address}/share`]), 0);
  await expectSameTree(from, share);
  const listed = await other.run(['ls', `${sharer.address}/share/tree/system\\x2dslice`]);
  expectExit(listed, 0);
  expect(eventsOf(listed, 'entry').map(({ path }) => path)).toEqual([
    'share/tree/system\\x2dslice/\\leading',
  ]);
  const to = world.folder('to');
  expectExit(await other.run(['get', `${sharer.address}/share/tree`, '--dir', to]), 0);
  await expectSameTree(from, to);
  const one = world.folder('one');
  expectExit(await other.run(['get', `${sharer.address}/share/tree/..\\..\\up`, '--dir', one]), 0);
  await expectSameTree(makeTree(world.folder('up'), { '..\\..\\up': 'no way up' }), one);
});
