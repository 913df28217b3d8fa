// A home that takes nothing, because its disk is full or read-only, is the business of its owner, who is told once. Nobody
// else suffers: newcomers are let in, files arrive, and what this side asks for it gets.

import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { memoryDisk, mounts } from '../support/mounts.ts';
import { eventsOf, expectExit } from '../support/program.ts';
import { expectSameTree, makeTree, readTree } from '../support/trees.ts';
import type { Device } from '../support/stage.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld();
const disk = mounts('a home that takes nothing ends nothing');

type Wrap = (command: readonly string[]) => readonly string[];

const readOnly = (dir: string): Wrap => disk.wrap(['--bind', dir, dir], ['-o', 'remount,ro,bind', dir]);

/** What is in the folder is copied, and a file that takes all the room comes beside it. */
const full = (dir: string): Wrap => {
  const copy = `${dir} copy`;
  cpSync(dir, copy, { recursive: true });
  const script = 'cp -a "$1/." "$2"; cat /dev/zero > "$2/filler" 2> /dev/null; shift 2; exec "$@"';
  return (command) => disk.wrap(memoryDisk(dir, '1m'))(['sh', '-c', script, 'sh', copy, dir, ...command]);
};

/** Has an identity, and can keep nothing else. */
async function strickenDevice(name: string, how: 'full' | 'read-only') {
  const device = world.device(name);
  expectExit(await device.run(['partials']), 0);
  return { device, options: { wrap: how === 'full' ? full(device.home) : readOnly(device.home) } };
}

const source = (): string => makeTree(world.folder('from'), { 'tree/a': 'first', 'tree/b/c': 'second' });

const troublesOf = (events: Parameters<typeof eventsOf>[0]): readonly unknown[] =>
  eventsOf(events, 'trouble');

describe.skipIf(!disk.available).each(['full', 'read-only'] as const)('a home that is %s', (how) => {
  const expectTold = (device: Device, events: Parameters<typeof eventsOf>[0]): void =>
    expect(troublesOf(events)).toEqual([
      { event: 'trouble', code: 'home-unwritable', message: expect.stringContaining(device.home) },
    ]);

  test('keeps nobody from sending there, known or not', async () => {
    const from = source();
    const to = world.folder('to');
    const { device, options } = await strickenDevice('receiver', how);
    const receiver = await device.listen(
      ['receive', '--yes', '--on-conflict', 'overwrite', '--dir', to],
      options,
    );
    for (const sender of ['ada', 'bob', 'ada']) {
      const sent = await world.device(sender).run(['send', join(from, 'tree'), '--to', receiver.address]);
      expectExit(sent, 0);
      await expectSameTree(from, to);
    }
    expectTold(device, receiver.program);
    expect(receiver.program.stderr).toContain(device.home);
  });

  test('keeps nobody from browsing and fetching', async () => {
    const from = source();
    const to = world.folder('to');
    const { device, options } = await strickenDevice('sharer', how);
    const sharer = await device.listen(['share', join(from, 'tree')], options);
    expectExit(await world.device('ada').run(['ls', `${sharer.address}/tree`, '-R']), 0);
    expectExit(await world.device('bob').run(['get', `${sharer.address}/tree`, '--dir', to]), 0);
    await expectSameTree(from, to);
    expectTold(device, sharer.program);
  });

  test('lets its owner send to a device that is new, and fetch from it', async () => {
    const from = source();
    const [to, fetched] = [world.folder('to'), world.folder('fetched')];
    const { device, options } = await strickenDevice('owner', how);
    const receiver = await world.device('receiver').receive(to);
    const sent = await device.run(['send', join(from, 'tree'), '--to', receiver.address], options);
    expectExit(sent, 0);
    expectTold(device, sent);
    const sharer = await world.device('sharer').listen(['share', join(from, 'tree')]);
    const got = await device.run(['get', `${sharer.address}/tree`, '--dir', fetched], options);
    expectExit(got, 0);
    expectTold(device, got);
    for (const folder of [to, fetched]) expect(readFileSync(join(folder, 'tree', 'a'), 'utf8')).toBe('first');
    expect([...readTree(fetched).keys()]).toEqual([...readTree(from).keys()]);
  });

  test('does not keep the window from opening', async () => {
    const { device, options } = await strickenDevice('window', how);
    const quiet = ['ui', '--port', '0', '--host', '127.0.0.1', '--no-open'];
    const program = device.start(quiet, options);
    await program.event('listening');
    program.signal('SIGINT');
    expectExit(await program.end(), 130);
  });
});
