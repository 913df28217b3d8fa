// A network whose name server does not answer: an isolated lab, a hotspot, a router without uplink. Nothing waits for it
// that needs no name, and what needs one says so. Every wait for it would be longer than a test may take.

import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makeNetwork, networkNeed } from '../support/network.ts';
import type { Families, Machine } from '../support/network.ts';
import { eventsOf, expectExit, lastEvent } from '../support/program.ts';
import { useWorld } from '../support/world.ts';

const need = networkNeed('nothing waits for a name server that does not answer');
const world = useWorld();

type Place = ReturnType<Machine['withDeadNameServer']>;

const places = (families: Families = 'IPv4'): readonly [Place, Place] => {
  const network = makeNetwork(families);
  onTestFinished(() => network.close());
  const [here, there] = network.machines;
  return [here.withDeadNameServer(world.path), there.withDeadNameServer(world.path)];
};

const source = (): string => {
  const path = join(world.folder('from'), 'plan.txt');
  writeFileSync(path, 'Ferry at 7:40');
  return path;
};

/** Numbers of the processes that this one has started; it asks for names in one of its own. */
const childrenOf = (pid: number): readonly string[] =>
  readdirSync('/proc').filter((name) => {
    if (!/^\d+$/u.test(name)) return false;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === pid;
    } catch {
      return false; // It has just ended.
    }
  });

describe.skipIf(!need.available)('where no name server answers', () => {
  test('the first transfer after a start goes through, by address and by the name that is announced', async () => {
    const [here, there] = places('IPv4 and IPv6');
    const into = world.folder('in');
    const receiver = world.device('bob').start(['receive', '--yes', '--alias', 'bob', '--dir', into], there);
    const { port } = await receiver.event('listening');
    const path = source();
    for (const to of [`10.77.0.2:${String(port)}`, 'bob']) {
      const sent = await world.device(`sender to ${to}`).run(['send', path, '--to', to], here);
      expectExit(sent, 0);
    }
    expect(readFileSync(join(into, 'plan.txt'), 'utf8')).toBe('Ferry at 7:40');
  });

  test('a name is looked up for ten seconds, and what is told is that the name server does not answer', async () => {
    const [here] = places();
    const sent = await world.device('sender').run(['send', source(), '--to', 'nas.example'], here);
    expectExit(sent, 4);
    expect(lastEvent(sent, 'error').code).toBe('name-server-silent');
    expect(sent.stderr).toContain('name server');
  });

  test('Ctrl-C ends whoever waits for a name', async () => {
    const [here] = places();
    const sender = world.device('sender').start(['send', source(), '--to', 'nas.example'], here);
    await expect.poll(() => childrenOf(sender.pid)).not.toEqual([]);
    sender.signal('SIGINT');
    expectExit(await sender.end(), 130);
    expect(childrenOf(sender.pid)).toEqual([]);
  });

  test('the doctor tells it, looks at everything else, and ends', async () => {
    const [here] = places();
    const ended = await world
      .device('ada')
      .run(['doctor', '--dir', world.folder('in'), '--port', '18520'], here);
    expectExit(ended, 0);
    const findings = eventsOf(ended, 'check').map(({ finding }) => finding);
    expect(findings).toEqual(
      expect.arrayContaining(['port-free', 'nobody-seen', 'names-silent', 'home-good', 'folder-good']),
    );
  });

  test('Ctrl-C ends the doctor, and what it waits for', async () => {
    const [here] = places();
    const doctor = world.device('ada').start(['doctor', '--port', '0'], here);
    await expect.poll(() => childrenOf(doctor.pid)).not.toEqual([]);
    doctor.signal('SIGINT');
    expectExit(await doctor.end(), 130);
    expect(childrenOf(doctor.pid)).toEqual([]);
  });

  test('a listener on a name says the same', async () => {
    const [here] = places();
    const ended = await world
      .device('bob')
      .run(['share', world.folder('music'), '--host', 'nas.example'], here);
    expectExit(ended, 4);
    expect(lastEvent(ended, 'error').code).toBe('name-server-silent');
  });
});
