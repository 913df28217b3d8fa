// A file comes to rest as if it had been made where it lies: on the file system that is there, with the group, the access
// list and the mode that it would have; and several users can receive into one folder.

import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Proxy } from '../faults/proxy.ts';
import { memoryDisk, mounts } from '../support/mounts.ts';
import { lacking, needs } from '../support/needs.ts';
import type { Need } from '../support/needs.ts';
import { eventsOf, expectExit, lastEvent } from '../support/program.ts';
import { plainUser } from '../support/plain-user.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { expectSameTree, landedPaths, makeTree, unfinishedIn } from '../support/trees.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld();
const space = mounts('files land on other file systems inside of the target');
const user = plainUser('what another user owns is respected');
const isRoot = process.getuid?.() === 0;
const hasModes = process.platform !== 'win32';

const mode = (path: string): string => (statSync(path).mode & 0o7777).toString(8);

/** What a receiver takes that is sent `from`. */
async function deliver(from: string, to: string, ...args: readonly string[]) {
  const receiver = await world.device('receiver').receive(to, '--once', ...args);
  const sent = await world.device('sender').run(['send', from, '--to', receiver.address]);
  const received = await receiver.program.end();
  return { sent, received };
}

describe.skipIf(!space.available)('a file system inside of the target', () => {
  async function mounted(command: 'receive' | 'share', ...words: readonly (readonly string[])[]) {
    const to = world.folder('to');
    const args = command === 'receive' ? ['receive', '--yes', '--dir', to] : ['share', to, '--writable'];
    const listener = await world.device('receiver').listen(args, { wrap: space.wrap(...words) });
    return { ...listener, seen: space.seen(listener.program.pid, to) };
  }
  const source = (large = 3_000_000): string => {
    const random = seededRandom();
    return makeTree(world.folder('from'), {
      'tree/usb/small': 'small',
      'tree/usb/large': random.bytes(large),
      'tree/usb/deep/disk/small': 'deep',
      'tree/usb/deep/disk/large': random.bytes(large),
      'tree/bound/small': 'bound',
      'tree/bound/large': random.bytes(large),
      'tree/large': random.bytes(large),
    });
  };
  /** Two file systems, one in the other, and a folder that is bound from elsewhere on the same file system. */
  const words = (): readonly (readonly string[])[] => {
    const tree = join(world.folder('to'), 'tree');
    for (const folder of ['usb', 'bound']) mkdirSync(join(tree, folder), { recursive: true });
    return [
      memoryDisk(join(tree, 'usb')),
      ['--mkdir', ...memoryDisk(join(tree, 'usb/deep/disk'))],
      ['--bind', world.folder('elsewhere'), join(tree, 'bound')],
    ];
  };

  test('at one level or two, or bound from elsewhere, takes files as any folder does', async () => {
    const from = source();
    const { address, program, seen } = await mounted('receive', ...words());
    const sent = await world.device('sender').run(['send', join(from, 'tree'), '--to', address]);
    expectExit(sent, 0);
    expect(eventsOf(sent, 'fault')).toEqual([]);
    await program.event('done');
    await expectSameTree(from, seen);
    expect(landedPaths(world.folder('to'))).toEqual(['tree', 'tree/bound', 'tree/large', 'tree/usb']);
    expect(readFileSync(join(world.folder('elsewhere'), 'small'), 'utf8')).toBe('bound');
  });

  test('takes uploads, and files in place of older ones', async () => {
    const from = source();
    const { address, seen } = await mounted('share', ...words());
    const put = await world.device('putter').run(['put', join(from, 'tree'), `${address}/to`]);
    expectExit(put, 0);
    await expectSameTree(from, seen);
  });

  test('goes on with what a broken connection left there', async () => {
    // So little that everything goes over one connection.
    const from = source(900_000);
    const { address, port, program, seen } = await mounted('receive', ...words());
    const proxy = world.keep(await Proxy.open(port, () => ({ up: { cutAfter: 2_400_000 } })));
    const send = (to: string) =>
      world.device('sender').run(['send', join(from, 'tree'), '--to', to, '--retry', '0']);
    expectExit(await send(proxy.address), 4);
    await program.event('retrying');
    const again = await send(address);
    expectExit(again, 0);
    expect(lastEvent(again, 'done')['resumedBytes']).toBeGreaterThan(1_500_000);
    await expectSameTree(from, seen);
    expect(unfinishedIn(seen)).toEqual([]);
  });

  test('that comes in the middle of a file costs no file', async () => {
    const from = makeTree(world.folder('from'), {
      'tree/usb/large': seededRandom().bytes(1_900_000),
      'tree/usb/other': seededRandom().bytes(1_000_000),
    });
    const { port, program, seen } = await mounted('receive', memoryDisk('/mnt'));
    const proxy = world.keep(await Proxy.open(port, () => ({ up: { stallAfter: 1_500_000 } })));
    const sender = world.device('sender').start(['send', join(from, 'tree'), '--to', proxy.address]);
    await proxy.stalled;
    await program.event(({ event, bytes = 0 }) => event === 'progress' && bytes > 500_000);
    space.mountFor(program.pid, memoryDisk(join(world.folder('to'), 'tree/usb')));
    proxy.release();
    const sent = await sender.end();
    expectExit(sent, 0);
    expect(eventsOf(sent, 'fault')).toEqual([]);
    await expectSameTree(from, seen);
  });
});

describe.skipIf(!hasModes)('a folder that gives its files a group or an access list', () => {
  const tree = () =>
    makeTree(world.folder('from'), {
      'tree/small': 'small',
      'tree/large': seededRandom().bytes(2_000_000),
      'tree/run.sh': { content: '#!/bin/sh\n', mode: 0o755 },
      'tree/folder/deep': 'deep',
    });
  const files = ['tree/small', 'tree/large', 'tree/run.sh', 'tree/folder/deep'];

  test.skipIf(!isRoot)('gives it to what is received, at every level', async () => {
    const to = world.folder('to');
    chownSync(to, 0, 12_345);
    chmodSync(to, 0o2775);
    const { sent } = await deliver(join(tree(), 'tree'), to);
    expectExit(sent, 0);
    for (const path of files) expect([path, statSync(join(to, path)).gid]).toEqual([path, 12_345]);
  });

  test('which is another one inside of the target, gives its own', async () => {
    const to = makeTree(world.folder('to'), { 'tree/mine': '' });
    const groups = process.getgroups?.() ?? [];
    const group = isRoot ? 23_456 : (groups.find((id) => id !== process.getgid?.()) ?? groups[0] ?? 0);
    chownSync(join(to, 'tree'), process.getuid?.() ?? 0, group);
    chmodSync(join(to, 'tree'), 0o2770);
    const { sent } = await deliver(join(tree(), 'tree'), to);
    expectExit(sent, 0);
    for (const path of files) expect([path, statSync(join(to, path)).gid]).toEqual([path, group]);
  });

  const setfacl = accessLists();
  test.skipIf(!setfacl.available)('gives the list that a file made there has', async () => {
    const to = makeTree(world.folder('to'), { 'tree/mine': '' });
    const list = 'd:u:12345:rwx,d:g:23456:r,d:o::-';
    execFileSync(setfacl.path, ['-m', list, to, join(to, 'tree')]);
    const { sent } = await deliver(join(tree(), 'tree'), to);
    expectExit(sent, 0);
    execFileSync('mkdir', ['-p', join(to, 'made/folder')]);
    for (const path of files) {
      const [made, received] = [join(to, path.replace('tree', 'made')), join(to, path)];
      writeFileSync(made, '', { mode: path.endsWith('.sh') ? 0o777 : 0o666 });
      expect([path, listOf(received)]).toEqual([path, listOf(made)]);
    }
  });

  function accessLists(): Need {
    const proves = 'received files get the default access list of their folder';
    const program = needs('setfacl', proves);
    if (!program.available) return program;
    const probe = spawnSync('sh', [
      '-c',
      'd=$(mktemp -d /dev/shm/hexdrop-acl.XXXXXX) && setfacl -m d:u:1:r "$d"; r=$?; rmdir "$d"; exit $r',
    ]);
    return probe.status === 0 ? program : lacking(proves, 'the file system keeps no access lists');
  }
  const listOf = (path: string): string =>
    execFileSync('getfacl', ['--omit-header', '--absolute-names', '--numeric', path], { encoding: 'utf8' });
});

describe.skipIf(!hasModes)('a file that is replaced by choice', () => {
  const names = ['small', 'large'];
  const contents = () => ({ small: 'new', large: seededRandom().bytes(2_000_000) });

  test.each([
    ['is private', 0o600, false, '600'],
    ['is for a group', 0o640, false, '640'],
    ['may not be written to', 0o444, false, '444'],
    ['is open to all', 0o666, false, '666'],
    ['may be run', 0o755, false, '755'],
    ['is private, and the new one may be run', 0o600, true, '700'],
    ['is setuid', 0o4755, false, '755'],
  ])('and %s leaves its mode to the new one', async (_what, before, executable, after) => {
    const from = world.folder('from');
    const to = world.folder('to');
    for (const [name, content] of Object.entries(contents())) {
      makeTree(from, { [name]: { content, mode: executable ? 0o755 : 0o644 } });
      writeFileSync(join(to, name), 'old');
      chmodSync(join(to, name), before);
    }
    const receiver = await world.device('receiver').receive(to, '--on-conflict', 'overwrite');
    const paths = names.map((name) => join(from, name));
    expectExit(await world.device('sender').run(['send', ...paths, '--to', receiver.address]), 0);
    for (const name of names) {
      expect([name, readFileSync(join(to, name)).equals(readFileSync(join(from, name)))]).toEqual([
        name,
        true,
      ]);
      expect([name, mode(join(to, name))]).toEqual([name, after]);
    }
  });

  test('is never open to more people while the new one comes', async () => {
    const from = makeTree(world.folder('from'), { secret: seededRandom().bytes(3_000_000) });
    const to = world.folder('to');
    writeFileSync(join(to, 'secret'), 'old', { mode: 0o600 });
    const receiver = await world.device('receiver').receive(to, '--on-conflict', 'overwrite');
    const proxy = world.keep(await Proxy.open(receiver.port, () => ({ up: { stallAfter: 1_500_000 } })));
    const sender = world.device('sender').start(['send', join(from, 'secret'), '--to', proxy.address]);
    await proxy.stalled;
    await receiver.program.event(({ event, bytes = 0 }) => event === 'progress' && bytes > 500_000);
    expect(unfinishedIn(to).map((path) => mode(join(to, path)))).toEqual(['600']);
    proxy.release();
    expectExit(await sender.end(), 0);
    expect(mode(join(to, 'secret'))).toBe('600');
  });

  test.skipIf(!isRoot)('keeps its owner and group where the receiver may give them', async () => {
    const from = makeTree(world.folder('from'), contents());
    const to = makeTree(world.folder('to'), { small: 'old', large: 'old' });
    for (const name of names) {
      chownSync(join(to, name), 12_345, 23_456);
      chmodSync(join(to, name), 0o640);
    }
    const receiver = await world.device('receiver').receive(to, '--on-conflict', 'overwrite');
    const paths = names.map((name) => join(from, name));
    expectExit(await world.device('sender').run(['send', ...paths, '--to', receiver.address]), 0);
    for (const name of names)
      expect([name, statSync(join(to, name))]).toMatchObject([
        name,
        { uid: 12_345, gid: 23_456, mode: 0o100640 },
      ]);
  });

  test.skipIf(!isRoot || !user.available)(
    'by a user who may not keep its group opens it to no other',
    async () => {
      const from = makeTree(world.folder('from'), contents());
      const to = makeTree(world.folder('to'), { small: 'old', large: 'old' });
      const receiver = world.device('receiver');
      user.owns(to, receiver.home);
      for (const name of names) {
        chownSync(join(to, name), 12_345, 23_456);
        chmodSync(join(to, name), 0o660);
      }
      const args = ['receive', '--yes', '--dir', to, '--on-conflict', 'overwrite'];
      const listener = await receiver.listen(args, user.options);
      const paths = names.map((name) => join(from, name));
      expectExit(await world.device('sender').run(['send', ...paths, '--to', listener.address]), 0);
      for (const name of names) expect([name, mode(join(to, name))]).toEqual([name, '600']);
    },
  );
});

describe.skipIf(!isRoot || !user.available)('a folder that several users receive into', () => {
  const other = 12_345;
  const from = () =>
    makeTree(world.folder('from'), {
      one: seededRandom().bytes(3_000_000),
      two: seededRandom().bytes(3_000_000),
    });

  test.each([
    ['with the sticky bit', 0o1777],
    ['that all may write to', 0o777],
  ])('%s serves the second while the first has something unfinished', async (_what, folderMode) => {
    const source = from();
    const to = world.folder('to');
    chmodSync(to, folderMode);
    const first = world.device('first');
    const second = world.device('second');
    user.owns(first.home);
    chownSync(second.home, other, other);
    const receive = ['receive', '--yes', '--dir', to];
    const one = await first.listen(receive, user.options);
    const proxy = world.keep(await Proxy.open(one.port, () => ({ up: { cutAfter: 1_500_000 } })));
    const send = (name: string, address: string) =>
      world.device('sender').run(['send', join(source, name), '--to', address, '--retry', '0']);
    expectExit(await send('one', proxy.address), 4);
    await one.program.event('retrying');
    expect(unfinishedIn(to)).toHaveLength(1);

    const two = await second.listen(receive, { user: other });
    expectExit(await send('two', two.address), 0);
    expectExit(await send('one', two.address), 0);
    const again = await send('one', one.address);
    expectExit(again, 0);
    expect(lastEvent(again, 'done')['resumedBytes']).toBeGreaterThan(500_000);
    await one.program.event('done');
    expect(unfinishedIn(to)).toEqual([]);
    expect(statSync(join(to, 'two')).uid).toBe(other);
    rmSync(to, { recursive: true });
  });
});
