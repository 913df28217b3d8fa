// What is not moved is said: links and special files are left out and reported, names that cannot travel fail by
// themselves, and nothing of it keeps the others from arriving.

import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { needs } from '../support/needs.ts';
import { eventsOf, expectExit, lastEvent } from '../support/program.ts';
import type { Ended } from '../support/program.ts';
import { makeTree, readTree } from '../support/trees.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld();
const mkfifo = needs('mkfifo', 'a FIFO in a tree is left out and reported');

/** Sends `from/tree` and returns what both sides said. */
async function sendTree(from: string, to: string) {
  const receiver = await world.device('receiver').receive(to, '--once');
  const sent = await world.device('sender').run(['send', join(from, 'tree'), '--to', receiver.address]);
  return { sent, received: await receiver.program.end() };
}

const omitted = (ended: Ended): readonly string[] =>
  eventsOf(ended, 'omitted')
    .map(({ path, reason }) => `${path}: ${reason}`)
    .toSorted();

test('symbolic links are left out and reported, wherever they lead', async () => {
  const outside = makeTree(world.folder('outside'), { secret: 'not to be sent' });
  const from = makeTree(world.folder('from'), { 'tree/a': 'A', 'tree/deep/b': 'B' });
  symlinkSync('a', join(from, 'tree/to a file'));
  symlinkSync(outside, join(from, 'tree/to a folder outside'));
  symlinkSync('.', join(from, 'tree/deep/to itself'));
  symlinkSync('/nowhere', join(from, 'tree/deep/dangling'));
  const to = world.folder('to');
  const { sent, received } = await sendTree(from, to);
  expectExit(sent, 0);
  expectExit(received, 0);
  expect([...readTree(to).keys()]).toEqual(['tree', 'tree/a', 'tree/deep', 'tree/deep/b']);
  for (const side of [sent, received])
    expect(omitted(side)).toEqual([
      'tree/deep/dangling: symlink',
      'tree/deep/to itself: symlink',
      'tree/to a file: symlink',
      'tree/to a folder outside: symlink',
    ]);
  expect(received.stderr).toContain('tree/deep/dangling: symbolic link');
  expect(sent.stderr).toContain('Left out 4 entries');
  expect(received.stderr).toContain('Left out 4 entries');
});

test('a symbolic link that is named on the command line is followed', async () => {
  const from = makeTree(world.folder('from'), { 'real/a': 'A' });
  symlinkSync('real', join(from, 'tree'));
  const to = world.folder('to');
  const { sent } = await sendTree(from, to);
  expectExit(sent, 0);
  expect([...readTree(to).keys()]).toEqual(['tree', 'tree/a']);
});

test('a folder that is shared by a link has the name of the link, and links in it lead nowhere', async () => {
  const real = makeTree(world.folder('from'), { 'real/a': 'A', 'real/b/c': 'C' });
  const link = join(real, 'link');
  symlinkSync('real', link);
  symlinkSync('..', join(real, 'real/up'));
  const sharer = await world.device('sharer').share(link);
  await sharer.program.says(/Sharing "link" \(.*real, by way of .*link\), read-only/);
  const other = world.device('other');
  const listed = await other.run(['ls', '-R', `${sharer.address}/link`]);
  expect(eventsOf(listed, 'entry').map(({ path }) => path)).toEqual(['link/a', 'link/b', 'link/b/c']);
  const to = world.folder('to');
  expectExit(await other.run(['get', `${sharer.address}/link`, '--dir', to]), 0);
  expect([...readTree(to).keys()]).toEqual(['link', 'link/a', 'link/b', 'link/b/c']);
});

test('links in a share are neither listed nor fetched nor walked through, and are told as left out', async () => {
  const outside = makeTree(world.folder('outside'), { secret: 'not to be sent' });
  const share = makeTree(world.folder('share'), { 'folder/a': 'A' });
  symlinkSync(outside, join(share, 'out'));
  symlinkSync(join(outside, 'secret'), join(share, 'folder/leak'));
  const sharer = await world.device('sharer').share(share);
  const other = world.device('other');
  const listed = await other.run(['ls', '-R', `${sharer.address}/share`]);
  expectExit(listed, 0);
  expect(eventsOf(listed, 'entry').map(({ path }) => path)).toEqual(['share/folder', 'share/folder/a']);
  expect(omitted(listed)).toEqual(['share/folder/leak: symlink', 'share/out: symlink']);
  const folder = await other.run(['ls', `${sharer.address}/share/folder`], { isForPeople: true });
  expect(folder.stdout).not.toContain('leak');
  expect(folder.stderr).toContain('Left out 1 entry:\n  share/folder/leak: symbolic link\n');
  const to = world.folder('to');
  for (const path of ['share/out', 'share/out/secret', 'share/folder/leak']) {
    const got = await other.run(['get', `${sharer.address}/${path}`, '--dir', to]);
    expectExit(got, 1);
    expect(lastEvent(got, 'error').code).toBe('symlink-in-path');
  }
  expect([...readTree(to).keys()]).toEqual([]);
});

test.skipIf(!mkfifo.available)('FIFOs and sockets are left out and reported', async () => {
  const from = makeTree(world.folder('from'), { 'tree/a': 'A' });
  execFileSync(mkfifo.path, [join(from, 'tree/fifo')]);
  const server = createServer();
  world.keep({ close: () => void server.close() });
  await new Promise<void>((resolve) => server.listen(join(from, 'tree/socket'), resolve));
  const to = world.folder('to');
  const { sent, received } = await sendTree(from, to);
  expectExit(sent, 0);
  expectExit(received, 0);
  expect([...readTree(to).keys()]).toEqual(['tree', 'tree/a']);
  for (const side of [sent, received])
    expect(omitted(side)).toEqual(['tree/fifo: special', 'tree/socket: special']);
});

test('a name that is not UTF-8 fails by itself, and the others go on', async () => {
  const from = makeTree(world.folder('from'), { 'tree/a': 'A', 'tree/z': 'Z' });
  writeFileSync(Buffer.concat([Buffer.from(join(from, 'tree/b')), Buffer.from([0xff, 0xfe])]), 'B');
  const to = world.folder('to');
  const { sent, received } = await sendTree(from, to);
  expectExit(sent, 1);
  expectExit(received, 1);
  expect([...readTree(to).keys()]).toEqual(['tree', 'tree/a', 'tree/z']);
  for (const [ended, side] of [
    [sent, 'here'],
    [received, 'there'],
  ] as const) {
    expect(eventsOf(ended, 'fault')).toMatchObject([
      { path: 'tree/b\ufffd\ufffd', code: 'name-not-utf8', side },
    ]);
  }
  expect(received.stderr).toContain('tree/b\ufffd\ufffd');
  expect(received.stderr).not.toContain('more');
  expect(lastEvent(sent, 'done')).toMatchObject({ files: 2, failed: 1 });
  expect(lastEvent(received, 'done')).toMatchObject({ files: 2, failed: 1 });
});

test('unfinished files of others are not sent along, and that is said', async () => {
  const from = makeTree(world.folder('from'), { 'tree/a': 'A' });
  mkdirSync(join(from, 'tree/.hexdrop-partial/0123'), { recursive: true });
  writeFileSync(join(from, 'tree/.hexdrop-partial/0123/1.part'), 'half');
  const to = world.folder('to');
  const { sent, received } = await sendTree(from, to);
  expect([...readTree(to).keys()]).toEqual(['tree', 'tree/a']);
  expectExit(sent, 0);
  expectExit(received, 0);
  expect(eventsOf(sent, 'omitted')).toMatchObject([{ path: 'tree/.hexdrop-partial', reason: 'reserved' }]);
  expect(received.stderr).toContain('Left out 1 entry');
});
