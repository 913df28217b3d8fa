import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';

import { fakeCall } from '../testing/fake-world.ts';

const published = async (tag: string): Promise<{ url: string; requests: () => number }> => {
  let requests = 0;
  const server = createServer((_request, response) => {
    requests += 1;
    response.end(JSON.stringify({ tag_name: tag }));
  });
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, requests: () => requests };
};

describe('hexdrop version', () => {
  it('asks nobody, unless it is told to', async () => {
    const { url, requests } = await published('v9.0.0');
    const call = fakeCall(['version'], { env: { HEXDROP_RELEASES_URL: url } });
    expect(await call.run()).toBe(0);
    expect([call.stdout.text, requests()]).toEqual(['hexdrop 1.2.3\n', 0]);
  });

  it('tells with --check what is published, and that nothing was downloaded', async () => {
    const { url } = await published('v9.0.0');
    const call = fakeCall(['version', '--check'], { env: { HEXDROP_RELEASES_URL: url } });
    expect(await call.run()).toBe(0);
    expect(call.stdout.text).toContain('Version 9.0.0 is published');
    expect(call.stdout.text).toContain('Nothing was downloaded.');
  });

  it('tells with --check that it is the latest', async () => {
    const { url } = await published('v1.2.3');
    const call = fakeCall(['version', '--check', '--json'], { env: { HEXDROP_RELEASES_URL: url } });
    expect(await call.run()).toBe(0);
    expect(call.stdout.events).toMatchObject([{ version: '1.2.3', latest: '1.2.3', isNewer: false }]);
  });

  it('ends with 4 when nobody answers', async () => {
    const call = fakeCall(['version', '--check'], { env: { HEXDROP_RELEASES_URL: 'http://127.0.0.1:1/' } });
    expect(await call.run()).toBe(4);
    expect(call.stderr.text).toContain('could not be found out');
  });
});
