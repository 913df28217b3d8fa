// Devices see each other: the built program on two machines, which are network namespaces joined by a cable.

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { makeNetwork, networkNeed } from '../support/network.ts';
import type { Families, Machine } from '../support/network.ts';
import { expectExit, eventsOf, Program } from '../support/program.ts';
import type { CliEvent } from '../support/program.ts';
import { useWorld } from '../support/world.ts';

const need = networkNeed('devices on a network see each other, over IPv4 and over IPv6');
const world = useWorld('file');

interface AnnouncedPeer {
  readonly alias: string;
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
}

let memberPath = '';
beforeAll(async () => {
  if (!need.available) return;
  memberPath = join(world.folder('programs'), 'member.mjs');
  await build({
    input: join(import.meta.dirname, 'member.ts'),
    platform: 'node',
    logLevel: 'warn',
    output: { file: memberPath, format: 'esm' },
  });
});

const machines = (families: Families): readonly [Machine, Machine] => {
  const network = makeNetwork(families);
  onTestFinished(() => network.close());
  return network.machines;
};

/** A member on a machine; without a port it only looks. */
const member = (
  machine: Machine,
  alias: string,
  options: { readonly port?: number; readonly ttlSeconds?: number } = {},
): Program => {
  const told = {
    deviceId: Buffer.from(alias).toString('hex').padEnd(64, '0'),
    alias,
    kind: 'desktop',
    ...options,
  };
  const wrap = (): readonly string[] => machine.wrap([process.execPath, memberPath, JSON.stringify(told)]);
  const program = new Program([alias], { wrap });
  onTestFinished(() => void program.kill());
  return program;
};

const peersIn = (event: CliEvent | undefined): readonly AnnouncedPeer[] =>
  (event?.['peers'] ?? []) as readonly AnnouncedPeer[];

const aliasesIn = (event: CliEvent | undefined): readonly string[] =>
  peersIn(event).map(({ alias }) => alias);

/** Waits until exactly these are listed. That two seconds are enough is shown beside the engine, by its own clock. */
const lists = async (program: Program, wanted: readonly string[]): Promise<void> => {
  const isNow = (): boolean => aliasesIn(program.events.at(-1)).join() === wanted.join();
  await program.event(() => isNow());
};

describe.skipIf(!need.available).each<Families>(['IPv4', 'IPv6', 'IPv4 and IPv6'])('over %s', (families) => {
  test('a device appears, and goes with a goodbye', async () => {
    const [here, there] = machines(families);
    const onlooker = member(here, 'ada');
    const device = member(there, 'bob', { port: 7 });
    await device.event(({ isAnnounced }) => isAnnounced === true);
    await lists(onlooker, ['bob']);
    const hosts = peersIn(onlooker.events.at(-1)).flatMap(({ addresses }) =>
      addresses.map(({ host }) => host),
    );
    expect(hosts.includes('10.77.0.2')).toBe(families !== 'IPv6');
    expect(hosts.some((host) => host.endsWith(`%${here.interfaceName}`))).toBe(families !== 'IPv4');

    device.signal('SIGTERM');
    // Without a goodbye its announcement holds for two minutes, which is longer than this test may take.
    await lists(onlooker, []);
    expectExit(await device.end(), 0);
  });

  test('whoever comes later sees who is there', async () => {
    const [here, there] = machines(families);
    const device = member(there, 'bob', { port: 7 });
    await device.event(({ isAnnounced }) => isAnnounced === true);
    const onlooker = member(here, 'ada', { port: 8 });
    await onlooker.event(({ isAnnounced }) => isAnnounced === true);
    await lists(onlooker, ['bob']);
  });
});

describe.skipIf(!need.available)('on a network', () => {
  test('a device that is killed goes when its announcement has expired', async () => {
    const [here, there] = machines('IPv4 and IPv6');
    const onlooker = member(here, 'ada');
    const device = member(there, 'bob', { port: 7, ttlSeconds: 4 });
    await lists(onlooker, ['bob']);
    await device.kill();
    await lists(onlooker, []);
  });

  test('two devices on one machine are both seen, and see each other', async () => {
    const [here, there] = machines('IPv4 and IPv6');
    const onlooker = member(here, 'ada');
    const first = member(there, 'bob', { port: 7 });
    const second = member(there, 'eve', { port: 8 });
    await Promise.all([lists(onlooker, ['bob', 'eve']), lists(first, ['eve']), lists(second, ['bob'])]);
  });

  test('an interface that comes later is used', async () => {
    const [here, there] = machines('IPv4');
    const onlooker = member(here, 'ada');
    const [file = '', ...down] = there.wrap(['ip', 'link', 'set', there.interfaceName, 'down']);
    spawnSync(file, down);
    const device = member(there, 'bob', { port: 7 });
    await device.event('trouble');
    spawnSync(file, [...down.slice(0, -1), 'up']);
    await lists(onlooker, ['bob']);
  });
});

describe.skipIf(!need.available)('the command line', () => {
  test.each<Families>(['IPv4', 'IPv6'])(
    'lists listeners, and sends to one by its name, over %s',
    async (families) => {
      const [here, there] = machines(families);
      const into = world.folder(`in ${families}`);
      const bob = world.device(`bob ${families}`);
      const receiver = bob.start(['receive', '--yes', '--alias', 'Bob’s desktop', '--dir', into], there);
      const { deviceId } = await receiver.event('listening');

      const ada = world.device(`ada ${families}`);
      const listed = await ada.run(['peers'], here);
      expectExit(listed, 0);
      expect(eventsOf(listed, 'peer')).toMatchObject([
        { alias: 'Bob’s desktop', deviceId, trust: 'new', platform: 'linux' },
      ]);

      const file = join(world.path, 'plan.txt');
      writeFileSync(file, 'Ferry at 7:40');
      const sent = await ada.run(['send', file, '--to', 'bob’s desktop'], here);
      expectExit(sent, 0);
      expect(readFileSync(join(into, 'plan.txt'), 'utf8')).toBe('Ferry at 7:40');

      const again = await ada.run(['peers'], here);
      expect(eventsOf(again, 'peer')).toMatchObject([{ deviceId, trust: 'known' }]);

      const name = `hexdrop-${String(deviceId).slice(0, 24)}.local`;
      expectExit(await ada.run(['ls', name], here), 0);

      receiver.signal('SIGINT');
      await receiver.end();
      expect(eventsOf(await ada.run(['peers', '--wait', '1'], here), 'peer')).toEqual([]);
    },
  );

  test('goes on in the same run with a device that comes back at another address and port', async () => {
    const [here, there] = machines('IPv4');
    const into = world.folder('in moved');
    const bob = world.device('bob moved');
    const receive = ['receive', '--yes', '--alias', 'bob', '--dir', into, '--port', '0'];
    const receiver = bob.start([...receive, '--limit', '2M'], there);
    await receiver.event('listening');
    const file = join(world.path, 'film.bin');
    writeFileSync(file, Buffer.alloc(20_000_000, 'film'));
    const sender = world.device('ada moved').start(['send', file, '--to', 'bob'], here);
    await receiver.event(({ event, bytes = 0 }) => event === 'progress' && bytes > 0);
    await receiver.kill();
    for (const change of ['del 10.77.0.2/24', 'add 10.77.0.9/24']) {
      const [program = '', ...words] = there.wrap([
        'ip',
        'addr',
        ...change.split(' '),
        'dev',
        there.interfaceName,
      ]);
      spawnSync(program, words);
    }
    const again = bob.start(receive, there);
    await again.event('listening');
    const sent = await sender.end();
    expectExit(sent, 0);
    expect(readFileSync(join(into, 'film.bin')).equals(readFileSync(file))).toBe(true);
  });

  test('tells what to type where there are link-local addresses alone, with a place for the zone', async () => {
    const [here, there] = machines('IPv6');
    const receiver = world
      .device('bob local')
      .start(['receive', '--yes', '--dir', world.folder('in local')], there);
    const { port } = await receiver.event('listening');
    await receiver.says(/INTERFACE is the name/u);
    const [, address = ''] = /--to \[?(fe80::[0-9a-f:]+)%INTERFACE/u.exec(receiver.stderr) ?? [];
    expect(receiver.stderr).not.toContain('127.0.0.1');
    const file = join(world.path, 'note.txt');
    writeFileSync(file, 'here');
    const send = (host: string) =>
      world.device('ada local').run(['send', file, '--to', `[${host}]:${String(port)}`], here);
    expectExit(await send(`${address}%${here.interfaceName}`), 0);
    const without = await send(address);
    expectExit(without, 2);
    expect(without.stderr).toContain('zone');
  });

  test('does not announce a listener that asks for that', async () => {
    const [here, there] = machines('IPv4');
    const bob = world.device('bob quiet');
    const share = bob.start(['share', world.folder('music'), '--no-announce'], there);
    await share.event('listening');
    expect(eventsOf(await world.device('ada quiet').run(['peers'], here), 'peer')).toEqual([]);
  });

  test('says what is the matter where there is no network', async () => {
    const [here] = machines('IPv4');
    const [file = '', ...args] = here.wrap(['ip', 'link', 'del', here.interfaceName]);
    spawnSync(file, args);
    const ended = await world.device('alone').run(['peers', '--wait', '1'], here);
    expectExit(ended, 4);
    expect(eventsOf(ended, 'error')).toMatchObject([{ code: 'discovery-failed' }]);
  });
});
