import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DiscoveredPeer } from '../api.ts';
import type { Link } from '../../base/links.ts';
import { lan } from '../../base/testing/links.ts';
import { PeerTable, mostAddressesOfPeer, mostPeers } from './peer-table.ts';
import type { HeardRecord } from '../mdns/service.ts';
import { serviceName } from '../mdns/service.ts';

const ownId = '0'.repeat(64);

interface Saying {
  readonly id?: string;
  readonly alias?: string;
  readonly port?: number;
  readonly addresses?: readonly string[];
  readonly ttlSeconds?: number;
}

const idOf = (index: number): string => index.toString(16).padStart(64, 'a');

const said = ({
  id = 'b'.repeat(64),
  alias = 'studio',
  port = 7,
  addresses = ['192.168.1.9'],
  ttlSeconds = 60,
}: Saying = {}): readonly HeardRecord[] => {
  const instance = `hexdrop-${id.slice(-24)}-${port}.${serviceName}`;
  const host = `${id.slice(-24)}.local`;
  return [
    { type: 'PTR', name: serviceName, ttlSeconds, instance },
    { type: 'SRV', name: instance, ttlSeconds, host, port },
    {
      type: 'TXT',
      name: instance,
      ttlSeconds,
      text: { deviceId: id, alias, kind: 'laptop', platform: 'linux' },
    },
    ...addresses.map((address) => ({
      type: address.includes(':') ? ('AAAA' as const) : ('A' as const),
      name: host,
      ttlSeconds,
      address,
      flush: true,
    })),
  ];
};

const tableOf = (...sayings: readonly Saying[]): PeerTable => {
  const table = new PeerTable(ownId, 0);
  for (const saying of sayings) table.hear(lan, said(saying), 0, 1_000);
  table.summarise();
  return table;
};

const hostsOf = ({ peers }: PeerTable): readonly string[] =>
  peers.flatMap(({ addresses }) => addresses.map(({ host }) => host));

const at = (table: PeerTable, nowMs: number): readonly DiscoveredPeer[] => {
  table.expire(nowMs);
  table.summarise();
  return table.peers;
};

describe('a device', () => {
  it('is listed once it has said all of it', () => {
    expect(tableOf({}).peers).toEqual([
      {
        deviceId: 'b'.repeat(64),
        alias: 'studio',
        kind: 'laptop',
        platform: 'linux',
        addresses: [{ host: '192.168.1.9', port: 7 }],
        lastSeenMs: 1_000,
      },
    ]);
  });

  it('is not listed before, and what is missing is asked for', () => {
    const table = new PeerTable(ownId, 0);
    const [pointer, service, text, address] = said();
    const hear = (record: HeardRecord | undefined): void =>
      table.hear(lan, record === undefined ? [] : [record], 0, 0);
    hear(pointer);
    expect(table.questionsAbout(lan).map(({ type }) => type)).toEqual(['SRV', 'TXT']);
    hear(service);
    expect(table.questionsAbout(lan).map(({ type }) => type)).toEqual(['TXT', 'A', 'AAAA']);
    hear(text);
    expect(table.summarise()).toBe(false);
    hear(address);
    expect(table.summarise()).toBe(true);
    expect(table.peers).toHaveLength(1);
    expect(table.questionsAbout(lan)).toEqual([]);
  });

  it('is this one: not listed, under whatever name', () => {
    const table = tableOf({ id: ownId });
    expect(table.peers).toEqual([]);
    expect(table.size).toBe(0);
  });

  it.each(['PTR', 'SRV', 'TXT'])('goes with its goodbye: %s', (type) => {
    const table = tableOf({});
    table.hear(
      lan,
      said({ ttlSeconds: 0 }).filter((record) => record.type === type),
      1,
      1,
    );
    expect(table.summarise()).toBe(true);
    expect(table.peers).toEqual([]);
  });

  it('goes when what it said has expired', () => {
    const table = tableOf({});
    expect(at(table, 59_999)).toHaveLength(1);
    expect(at(table, 60_000)).toEqual([]);
    expect(table.size).toBe(0);
  });

  it('stays when it says it again, and is no news', () => {
    const table = tableOf({});
    table.hear(lan, said(), 50_000, 51_000);
    expect(table.summarise()).toBe(false);
    expect(at(table, 100_000)).toMatchObject([{ lastSeenMs: 51_000 }]);
  });

  it('is asked again before it expires: at 80 %, and three times more', () => {
    const table = tableOf({});
    expect(table.nextDueMs()).toBe(48_000);
    expect(table.takeDueChecks(47_999)).toEqual(new Set());
    expect(table.takeDueChecks(48_000)).toEqual(new Set(['eth0']));
    expect(table.takeDueChecks(48_000)).toEqual(new Set());
    const asked = [51_000, 54_000, 57_000].map((nowMs) => table.takeDueChecks(nowMs).size);
    expect(asked).toEqual([1, 1, 1]);
    expect(table.nextDueMs()).toBe(60_000);
  });

  it('need not answer while its announcement is fresh', () => {
    const table = tableOf({});
    expect(table.knownAnswers(lan, 10_000)).toMatchObject([{ ttlSeconds: 50 }]);
    table.takeDueChecks(48_000);
    expect(table.knownAnswers(lan, 48_000)).toEqual([]);
  });

  it('has its latest name', () => {
    const table = tableOf({}, { alias: 'atelier' });
    expect(table.peers.map(({ alias }) => alias)).toEqual(['atelier']);
  });

  it('with two listeners is one, with both ports', () => {
    const table = tableOf({ port: 8 }, { port: 7 });
    expect(table.peers).toHaveLength(1);
    expect(table.peers[0]?.addresses.map(({ port }) => port)).toEqual([7, 8]);
  });

  it('goes with the link that it was heard on', () => {
    const table = tableOf({});
    table.dropLink(lan);
    table.summarise();
    expect(table.peers).toEqual([]);
  });
});

describe('its addresses', () => {
  it('are the best first: own subnet, IPv4 before IPv6, link-local with its zone', () => {
    const table = tableOf({ addresses: ['fe80::9', '10.0.0.9', 'fd00::9', '192.168.1.9', 'fd77::9'] });
    expect(hostsOf(table)).toEqual(['192.168.1.9', 'fd00::9', 'fe80::9%eth0', '10.0.0.9', 'fd77::9']);
  });

  it('never lead out of the local network, or to nobody', () => {
    const outside = ['8.8.8.8', '127.0.0.1', '0.0.0.0', '224.0.0.251', '255.255.255.255', '2001:db8::1'];
    const nobody = ['::', '::1', 'ff02::fb', '::ffff:192.168.1.9'];
    const table = tableOf({ addresses: [...outside, ...nobody] });
    expect(table.peers).toEqual([]);
  });

  it('may be public where the own subnet is', () => {
    const campus: Link = {
      ...lan,
      addresses: [{ address: '203.0.113.5', family: 'IPv4', prefixLength: 24 }],
    };
    const table = new PeerTable(ownId, 0);
    table.hear(campus, said({ addresses: ['203.0.113.9'] }), 0, 0);
    table.summarise();
    expect(hostsOf(table)).toEqual(['203.0.113.9']);
  });

  it('are replaced by those that it says next', () => {
    const table = tableOf({ addresses: ['192.168.1.9'] }, { addresses: ['192.168.1.10'] });
    expect(hostsOf(table)).toEqual(['192.168.1.10']);
  });

  it('expire one by one', () => {
    const table = tableOf({});
    const host = `${'b'.repeat(24)}.local`;
    table.hear(lan, [{ type: 'A', name: host, ttlSeconds: 5, address: '192.168.1.10', flush: false }], 0, 0);
    table.summarise();
    expect(hostsOf(table)).toEqual(['192.168.1.10', '192.168.1.9']);
    expect(at(table, 5_000)[0]?.addresses).toHaveLength(1);
  });

  it('are at most 16', () => {
    const addresses = Array.from({ length: 100 }, (_, index) => `192.168.1.${index + 10}`);
    expect(hostsOf(tableOf({ addresses }))).toHaveLength(mostAddressesOfPeer);
  });
});

describe('the list', () => {
  it('is in the order of names, as people sort them', () => {
    const sayings = ['pc 10', 'pc 2', 'Atelier'].map((alias, index) => ({ alias, id: idOf(index) }));
    expect(tableOf(...sayings).peers.map(({ alias }) => alias)).toEqual(['Atelier', 'pc 2', 'pc 10']);
  });

  it('has a bound, and those who are in it stay', () => {
    const sayings = Array.from({ length: 3 * mostPeers }, (_, index) => ({ id: idOf(index) }));
    const table = tableOf(...sayings);
    expect(table.peers).toHaveLength(mostPeers);
    expect(table.size).toBeLessThanOrEqual(2 * mostPeers);
    expect(table.peers.some(({ deviceId }) => deviceId === idOf(0))).toBe(true);
  });

  it('stays within its bounds whatever is said, and forgets all of it in time', () => {
    const record = fc.oneof(
      fc.record({
        type: fc.constant('PTR' as const),
        name: fc.constant(serviceName),
        ttlSeconds: fc.nat(120),
        instance: fc.stringMatching(/^[a-f]{1,2}\._hexdrop\._tcp\.local$/),
      }),
      fc.record({
        type: fc.constant('SRV' as const),
        name: fc.stringMatching(/^[a-f]{1,2}\._hexdrop\._tcp\.local$/),
        ttlSeconds: fc.nat(120),
        host: fc.stringMatching(/^[a-c]\.local$/),
        port: fc.integer({ min: 1, max: 65_535 }),
      }),
      fc.record({
        type: fc.constant('TXT' as const),
        name: fc.stringMatching(/^[a-f]{1,2}\._hexdrop\._tcp\.local$/),
        ttlSeconds: fc.nat(120),
        text: fc.option(
          fc.record({
            deviceId: fc.stringMatching(/^[0-1]{64}$/),
            alias: fc.string({ unit: 'binary' }),
            kind: fc.constantFrom('laptop', 'unknown'),
            platform: fc.string(),
          }),
          { nil: undefined },
        ),
      }),
      fc.record({
        type: fc.constantFrom('A', 'AAAA'),
        name: fc.stringMatching(/^[a-c]\.local$/),
        ttlSeconds: fc.nat(120),
        address: fc.oneof(fc.ipV4(), fc.ipV6()),
        flush: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.array(record), fc.nat(10_000))), (packets) => {
        const table = new PeerTable(ownId, 0);
        let nowMs = 0;
        for (const [records, laterMs] of packets) {
          nowMs += laterMs;
          table.hear(lan, records, nowMs, nowMs);
          table.expire(nowMs);
          table.summarise();
          table.takeDueChecks(nowMs);
          expect(table.nextDueMs()).toBeGreaterThan(nowMs);
        }
        for (const { addresses } of table.peers) {
          expect(addresses.length).toBeGreaterThan(0);
          expect(addresses.length).toBeLessThanOrEqual(mostAddressesOfPeer);
        }
        expect(at(table, nowMs + 120_000)).toEqual([]);
        expect(table.size).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});
