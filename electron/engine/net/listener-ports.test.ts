import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { atEnd, dialing, listening, stillServes } from '../testing/loopback.ts';

describe('binding', () => {
  const occupied = async (): Promise<number> => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    atEnd(() => {
      server.close();
    });
    return (server.address() as AddressInfo).port;
  };

  test('a taken port is told by its number', async () => {
    const port = await occupied();
    await expect(listening({ port })).rejects.toMatchObject({
      message: expect.stringContaining(`Port ${port} is taken`),
    });
  });

  test('with fallback one of the next ports is taken', async () => {
    const port = await occupied();
    const listener = await listening({ port, portFallback: true });
    expect(listener.port).toBeGreaterThan(port);
    expect(listener.port).toBeLessThanOrEqual(port + 20);
    await stillServes(listener);
  });

  test('port 0 takes any and tells which', async () => {
    expect((await listening({ port: 0, portFallback: true })).port).toBeGreaterThan(0);
  });

  test('listens on IPv6 and IPv4 when no host is named', async () => {
    const listener = await listening({ host: undefined });
    const four = await dialing({ host: '127.0.0.1', port: listener.port });
    expect((await listener.accepted.next()).info.remote.port).toBe(four.info.local.port);
    if (listener.host !== '::') return;
    const six = await dialing({ host: '::1', port: listener.port });
    expect((await listener.accepted.next()).info.remote).toEqual(six.info.local);
  });

  test('an address that is not of this device is a usage error', async () => {
    await expect(listening({ host: '203.0.113.7' })).rejects.toMatchObject({
      code: 'usage',
      message: '"203.0.113.7" is not an address of this device.',
    });
  });

  test('a port that is none is a usage error', async () => {
    await expect(listening({ port: 70_000 })).rejects.toMatchObject({ code: 'usage' });
  });
});
