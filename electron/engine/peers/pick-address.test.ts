import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';

import { pickAddress } from './pick-address.ts';

const listening = async (): Promise<number> => {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
};

const closedPort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
};

const at = (port: number) => ({ host: '127.0.0.1', port });

describe('which address to dial', () => {
  it('is the only one, without a look', async () => {
    expect(await pickAddress([at(1)])).toEqual(at(1));
    expect(await pickAddress([])).toBeUndefined();
  });

  it('is the first that answers', async () => {
    const [dead, one, other] = [await closedPort(), await listening(), await listening()];
    expect(await pickAddress([at(dead), at(one), at(other)])).toEqual(at(one));
  });

  it('is none when none answers, or when nobody waits any more', async () => {
    const [dead, other] = [await closedPort(), await closedPort()];
    expect(await pickAddress([at(dead), at(other)])).toBeUndefined();
    const abort = new AbortController();
    const picked = pickAddress([at(dead), at(await listening())], abort.signal);
    abort.abort();
    expect(await picked).toBeUndefined();
  });
});
