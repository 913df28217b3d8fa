// The doctor on the loopback of this machine: what it says of a listener of ours, and of a port where there is none.

import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';

import { eventsOf, expectExit, lastEvent } from '../support/program.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld();

const unusedPort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', () => done());
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => {
    server.close(done);
  });
  return port;
};

describe('hexdrop doctor', () => {
  test('finds that a device answers, and that our own port is Hexdrop', async () => {
    const into = world.folder('in');
    const { port, address } = await world.device('bob').listen(['receive', '--yes', '--dir', into]);
    const way = await world.device('ada').run(['doctor', address]);
    expectExit(way, 0);
    expect(lastEvent(way, 'diagnosed')['causes']).toEqual(['fine']);

    const here = await world.device('ada').run(['doctor', '--dir', into, '--port', String(port)]);
    expect(eventsOf(here, 'check').find(({ check }) => check === 'port')).toMatchObject({
      outcome: 'good',
      finding: 'port-hexdrop',
    });
  });

  test('says where nothing listens that Hexdrop does not run there, and ends with 4', async () => {
    const way = await world.device('ada').run(['doctor', `127.0.0.1:${await unusedPort()}`]);
    expectExit(way, 4);
    expect((lastEvent(way, 'diagnosed')['causes'] as string[])[0]).toBe('not-running-there');
  });
});
