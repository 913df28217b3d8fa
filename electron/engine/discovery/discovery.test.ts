import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HexdropError } from '../../../shared/errors/errors.ts';
import type { Discovery } from '../api.ts';
import { startDiscovery } from './discovery.ts';
import type { DiscoveryOptions } from './discovery.ts';
import type { Link } from '../../base/links.ts';
import { linkAt, MemoryNetwork } from '../testing/network.ts';
import { goodbye } from './responder.ts';
import { recordsOf, serviceName } from '../mdns/service.ts';
import type { PacketListener } from '../mdns/transport.ts';

const ada = 'a'.repeat(64);
const bob = 'b'.repeat(64);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const passMs = (milliseconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(milliseconds);

const join = (
  network: MemoryNetwork,
  deviceId: string,
  more: Partial<DiscoveryOptions> & { readonly links?: readonly Link[] } = {},
): Discovery => {
  const { links = [linkAt(deviceId.charCodeAt(0))], ...options } = more;
  return startDiscovery({
    deviceId,
    alias: deviceId === ada ? 'ada' : 'bob',
    kind: 'laptop',
    platform: 'linux',
    transport: network.member(links),
    ...options,
  });
};

const aliases = (discovery: Discovery): readonly string[] => discovery.peers.map(({ alias }) => alias);

const responses = (network: MemoryNetwork): number =>
  network.said.filter(({ type }) => type === 'response').length;

describe('two devices on a network', () => {
  it('see each other within two seconds, whoever came first, and not themselves', async () => {
    const network = new MemoryNetwork();
    const first = join(network, ada, { port: 1 });
    await passMs(30_000);
    const second = join(network, bob, { port: 2 });
    await passMs(2_000);
    expect(aliases(first)).toEqual(['bob']);
    expect(aliases(second)).toEqual(['ada']);
    expect(second.peers[0]?.addresses).toEqual([
      { host: '192.168.1.97', port: 1 },
      { host: 'fe80::97%eth0', port: 1 },
    ]);
  });

  it('are still there after an hour, at hardly any cost', async () => {
    const network = new MemoryNetwork();
    const first = join(network, ada, { port: 1 });
    const second = join(network, bob, { port: 2 });
    await passMs(60 * 60_000);
    expect(aliases(first)).toEqual(['bob']);
    expect(aliases(second)).toEqual(['ada']);
    // Less than one packet in ten seconds from each of them.
    expect(network.said.length).toBeLessThan(2 * 360);
  });

  it('tell each other goodbye', async () => {
    const network = new MemoryNetwork();
    const first = join(network, ada, { port: 1 });
    const second = join(network, bob, { port: 2 });
    await passMs(2_000);
    await second.close();
    await passMs(100);
    expect(first.peers).toEqual([]);
  });

  it('miss the one that went without a goodbye when its announcement has expired', async () => {
    const network = new MemoryNetwork();
    const first = join(network, ada, { port: 1 });
    const records = recordsOf(
      { deviceId: bob, alias: 'bob', kind: 'laptop', platform: '', port: 2, host: '::' },
      linkAt(98),
      10,
    );
    await passMs(100);
    if (records !== undefined) {
      const { pointer, service, text, addresses } = records;
      network.say('eth0', { type: 'response', answers: [pointer, service, text, ...addresses] });
    }
    await passMs(9_900);
    expect(aliases(first)).toEqual(['bob']);
    await passMs(300);
    expect(first.peers).toEqual([]);
  });
});

describe('an announcement', () => {
  it('is made on every link, with the addresses of that link alone', async () => {
    const network = new MemoryNetwork();
    join(network, ada, { port: 1, links: [linkAt(1, 'eth0'), linkAt(2, 'wlan0')] });
    const atWlan = join(network, bob, { links: [linkAt(9, 'wlan0')] });
    await passMs(2_000);
    expect(atWlan.peers[0]?.addresses.map(({ host }) => host)).toEqual(['192.168.1.2', 'fe80::2%wlan0']);
  });

  it('is none without a port, until there is one', async () => {
    const network = new MemoryNetwork();
    const first = join(network, ada);
    const second = join(network, bob, { port: 2 });
    const changes = vi.fn<() => void>();
    first.onChange(changes);
    await passMs(5_000);
    expect(second.peers).toEqual([]);
    expect(first.isAnnounced).toBe(false);
    first.update({ port: 7 });
    await passMs(200);
    expect(aliases(second)).toEqual(['ada']);
    expect(first.isAnnounced).toBe(true);
    expect(changes).toHaveBeenCalled();
  });

  it('is taken back with its port', async () => {
    const network = new MemoryNetwork();
    const first = join(network, ada, { port: 1 });
    const second = join(network, bob);
    await passMs(2_000);
    first.update({ port: undefined });
    await passMs(200);
    expect(second.peers).toEqual([]);
    expect(first.isAnnounced).toBe(false);
  });

  it('follows the alias and the port', async () => {
    const network = new MemoryNetwork();
    const first = join(network, ada, { port: 1 });
    const second = join(network, bob);
    await passMs(2_000);
    first.update({ alias: 'countess' });
    await passMs(200);
    expect(aliases(second)).toEqual(['countess']);
    first.update({ port: 9 });
    await passMs(200);
    expect(second.peers).toHaveLength(1);
    expect(second.peers[0]?.addresses.every(({ port }) => port === 9)).toBe(true);
  });

  it('is repeated when somebody else takes it back', async () => {
    // An answer takes its time, a goodbye does not.
    vi.spyOn(Math, 'random').mockReturnValue(0.9);
    const network = new MemoryNetwork();
    join(network, ada, { port: 1 });
    const second = join(network, bob);
    await passMs(5_000);
    const own = {
      deviceId: ada,
      alias: 'ada',
      kind: 'laptop',
      platform: 'linux',
      port: 1,
      host: '::',
    } as const;
    const records = recordsOf(own, linkAt(97), 60);
    if (records !== undefined) network.say('eth0', { type: 'response', answers: goodbye(records).answers });
    await passMs(60);
    expect(second.peers).toEqual([]);
    await passMs(1_500);
    expect(aliases(second)).toEqual(['ada']);
  });

  it('leaves once a second at most, however much is asked', async () => {
    const network = new MemoryNetwork();
    join(network, ada, { port: 1 });
    await passMs(10_000);
    const before = responses(network);
    for (let count = 0; count < 1_000; count += 1) {
      network.say('eth0', { type: 'query', questions: [{ name: serviceName, type: 'PTR' }] });
      await passMs(10);
    }
    expect(responses(network) - before).toBeLessThanOrEqual(11);
  });

  it('is not made where the listener cannot be reached', async () => {
    const network = new MemoryNetwork();
    const first = join(network, ada, { port: 1, host: '10.9.9.9' });
    await passMs(2_000);
    expect(first.isAnnounced).toBe(false);
    expect(responses(network)).toBe(0);
  });
});

describe('discovery', () => {
  it('asks again at once when it is told to', async () => {
    const network = new MemoryNetwork();
    const first = join(network, ada);
    await passMs(10 * 60_000);
    const before = network.said.length;
    first.refresh();
    await passMs(100);
    expect(network.said.length).toBe(before + 1);
    for (let count = 0; count < 100; count += 1) first.refresh();
    await passMs(100);
    expect(network.said.length).toBe(before + 1);
  });

  it('tells a change once, and nobody who no longer listens', async () => {
    const network = new MemoryNetwork();
    const first = join(network, ada);
    const [heard, left] = [vi.fn<() => void>(), vi.fn<() => void>()];
    first.onChange(heard);
    first.onChange(left)();
    join(network, bob, { port: 2 });
    await passMs(30_000);
    expect(heard).toHaveBeenCalledTimes(1);
    expect(left).not.toHaveBeenCalled();
  });

  it('forgets those of a link that is gone', async () => {
    let listener: PacketListener | undefined;
    const link = linkAt(1);
    const network = new MemoryNetwork();
    const discovery = startDiscovery({
      deviceId: ada,
      alias: 'ada',
      kind: 'laptop',
      transport: (ears) => {
        listener = ears;
        return network.member([link])(ears);
      },
    });
    join(network, bob, { port: 2 });
    await passMs(2_000);
    expect(aliases(discovery)).toEqual(['bob']);
    listener?.closed(link);
    await passMs(100);
    expect(discovery.peers).toEqual([]);
  });

  it('tells trouble, and lives on', async () => {
    let listener: PacketListener | undefined;
    const discovery = startDiscovery({
      deviceId: ada,
      alias: 'ada',
      kind: 'laptop',
      port: 1,
      transport: (ears) => {
        listener = ears;
        setTimeout(() => ears.opened(linkAt(1)), 0);
        return {
          links: [],
          say: () => Promise.resolve(false),
          refresh: () => {},
          close: () => Promise.resolve(),
        };
      },
    });
    const troubles: string[] = [];
    const stopListening = discovery.onTrouble(({ code }) => troubles.push(code));
    listener?.trouble(new HexdropError('discovery-failed'));
    stopListening();
    listener?.trouble(new HexdropError('discovery-failed'));
    await passMs(5_000);
    expect(troubles).toEqual(['discovery-failed']);
    expect(discovery.isAnnounced).toBe(false);
  });

  it('closes within 300 ms although nothing leaves, plans nothing more, and once is enough', async () => {
    const close = vi.fn<() => Promise<void>>(() => Promise.resolve());
    const discovery = startDiscovery({
      deviceId: ada,
      alias: 'ada',
      kind: 'laptop',
      port: 1,
      transport: (ears) => {
        setTimeout(() => ears.opened(linkAt(1)), 0);
        return { links: [], say: () => new Promise(() => {}), refresh: () => {}, close };
      },
    });
    await passMs(50);
    const closed = Promise.all([discovery.close(), discovery.close()]);
    await passMs(300);
    await closed;
    expect(close).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
