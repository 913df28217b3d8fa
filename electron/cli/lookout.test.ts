import { describe, expect, it } from 'vitest';
import { discoveredPeer } from './testing/fake-views.ts';
import { FakeDiscovery, fakeCall } from './testing/fake-world.ts';
import { Lookout } from './lookout.ts';

const peer = discoveredPeer();
const was = { host: '10.0.0.5', port: 18_520 };
const never = new AbortController().signal;

const lookoutOver = (discovery: FakeDiscovery): Lookout => {
  const { world } = fakeCall([], { discovery });
  return new Lookout(world, () => ({ deviceId: 'a'.repeat(64), alias: 'own', kind: 'unknown' }));
};

describe('a lookout', () => {
  it('looks once it is asked, goes on looking, and ends with the command', async () => {
    const discovery = new FakeDiscovery();
    discovery.peers = [peer];
    const lookout = lookoutOver(discovery);
    expect(discovery.started).toEqual([]);
    for (let time = 0; time < 2; time += 1)
      expect(await lookout.find(peer.deviceId, was, never)).toEqual(peer.addresses);
    expect(discovery.started).toMatchObject([{ alias: 'own' }]);
    expect(discovery.started[0]?.port).toBeUndefined();
    await lookout.close();
    expect(discovery.closedCount).toBe(1);
  });

  it('knows nothing of others, and ends when nobody waits', async () => {
    const discovery = new FakeDiscovery();
    discovery.peers = [peer];
    const lookout = lookoutOver(discovery);
    expect(await lookout.find('b'.repeat(64), was, AbortSignal.abort())).toEqual([]);
    await lookout.close();
  });

  it('does not look for who was on this machine', async () => {
    const discovery = new FakeDiscovery();
    const lookout = lookoutOver(discovery);
    for (const host of ['127.0.0.1', '::1', 'localhost'])
      expect(await lookout.find(peer.deviceId, { host, port: 7 }, never)).toEqual([]);
    expect(discovery.started).toEqual([]);
    await lookout.close();
  });
});
