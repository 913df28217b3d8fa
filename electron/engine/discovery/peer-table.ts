/**
 * Who is on the network: what was announced, until it expires or is taken back. Announcements come from anyone, so
 * everything that is kept has a bound, and no address that leads out of the local network is kept. Pure; the clock
 * comes in as `nowMs`, in milliseconds of any origin.
 */

import { BlockList } from 'node:net';
import type { Endpoint } from '../../../shared/model/peer.ts';
import type { DiscoveredPeer } from '../api.ts';
import { isLinkLocalIPv6, isOnLink } from '../../base/links.ts';
import type { Link } from '../../base/links.ts';
import { serviceName } from '../mdns/service.ts';
import type { HeardRecord, ServiceText } from '../mdns/service.ts';

/** More than that is no network of people who send each other files. */
export const mostPeers = 500;
/** Each may be heard on two interfaces, or listen with two processes. */
const mostEntries = 2 * mostPeers;
export const mostAddressesOfPeer = 16;
/** The parts of its time to live after which it is asked for again (RFC 6762, section 5.2). */
const checkFractions = [0.8, 0.85, 0.9, 0.95] as const;
/** Those who list the same devices do not all ask at the same moment. */
const checkSpread = 0.04;
const mostKnownAnswers = 12;
const mostIncompleteAsked = 8;

/** Where a private network may be: RFC 1918, shared address space, link-local, unique local. */
const privateNetworks = new BlockList();
for (const [address, prefix] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
] as const) {
  privateNetworks.addSubnet(address, prefix, 'ipv4');
}
privateNetworks.addSubnet('fc00::', 7, 'ipv6');
privateNetworks.addSubnet('fe80::', 10, 'ipv6');

/** Not one device, whatever the subnet is. */
const noDevices = new BlockList();
noDevices.addSubnet('127.0.0.0', 8, 'ipv4');
noDevices.addSubnet('0.0.0.0', 8, 'ipv4');
noDevices.addSubnet('224.0.0.0', 3, 'ipv4');
noDevices.addSubnet('ff00::', 8, 'ipv6');
noDevices.addAddress('::', 'ipv6');
noDevices.addAddress('::1', 'ipv6');

/** One address: until when it holds, and how good it is. */
interface Place {
  readonly untilMs: number;
  /** Lower is better. */
  readonly rank: number;
}

/** One service as it was heard on one link. */
interface Entry {
  readonly link: Link;
  readonly instance: string;
  host?: string;
  port?: number;
  text?: ServiceText;
  readonly untilMs: Partial<Record<'PTR' | 'SRV' | 'TXT', number>>;
  readonly addresses: Map<string, Place>;
  /** When it was heard last, on the clock of the table, and on that of people. */
  heardAtMs: number;
  seenAtMs: number;
  checksDone: number;
}

const endOf = ({ untilMs }: Entry): number =>
  Math.min(...[untilMs.PTR, untilMs.SRV, untilMs.TXT].filter((until) => until !== undefined));

const isComplete = (entry: Entry): boolean =>
  entry.text !== undefined && entry.port !== undefined && entry.addresses.size > 0;

const familyOf = (address: string): 'IPv4' | 'IPv6' => (address.includes(':') ? 'IPv6' : 'IPv4');

export class PeerTable {
  readonly #ownDeviceId: string;
  readonly #ownPrefix: string;
  readonly #entries = new Map<string, Entry>();
  #peers: readonly DiscoveredPeer[] = [];
  #shape = '[]';
  readonly #checkShift: number;

  /** @param chance from 0 to 1: when, within a small span, this table lets others be asked again */
  constructor(ownDeviceId: string, chance: number = Math.random()) {
    this.#ownDeviceId = ownDeviceId;
    this.#checkShift = chance * checkSpread;
    this.#ownPrefix = `hexdrop-${ownDeviceId.slice(0, 24)}-`;
  }

  /** As of the last `summarise`: by alias, then by id, so that the order does not jump. */
  get peers(): readonly DiscoveredPeer[] {
    return this.#peers;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Takes what a packet says. Cheap: what comes of it for people is `summarise`'s to find out. */
  hear(link: Link, records: readonly HeardRecord[], nowMs: number, seenAtMs: number): void {
    for (const record of records) {
      if (record.type === 'PTR') this.#hearPointer(link, record.instance, record.ttlSeconds, nowMs);
      if (record.type === 'SRV' || record.type === 'TXT') this.#hearService(link, record, nowMs, seenAtMs);
    }
    this.#hearAddresses(link, records, nowMs);
  }

  /** Forgets what has expired. */
  expire(nowMs: number): void {
    for (const [key, entry] of this.#entries) {
      for (const [address, { untilMs }] of entry.addresses) {
        if (untilMs <= nowMs) entry.addresses.delete(address);
      }
      if (endOf(entry) <= nowMs) this.#entries.delete(key);
    }
  }

  /** What was heard over a link that is gone leads nowhere. */
  dropLink(link: Link): void {
    for (const [key, entry] of this.#entries) if (entry.link.name === link.name) this.#entries.delete(key);
  }

  /** Brings `peers` up to date. True when somebody came, went, or is not as before. */
  summarise(): boolean {
    const byDevice = new Map<string, Entry[]>();
    for (const entry of this.#entries.values()) {
      if (entry.text === undefined || !isComplete(entry)) continue;
      const list = byDevice.get(entry.text.deviceId);
      if (list !== undefined) list.push(entry);
      else if (byDevice.size < mostPeers) byDevice.set(entry.text.deviceId, [entry]);
    }
    this.#peers = [...byDevice.values()].flatMap((entries) => peerOf(entries) ?? []).toSorted(compare);
    const shape = JSON.stringify(this.#peers.map(({ lastSeenMs: _lastSeen, ...seen }) => seen));
    if (shape === this.#shape) return false;
    this.#shape = shape;
    return true;
  }

  /** When there is something to do next: something expires, or should be asked again. Infinity: never. */
  nextDueMs(): number {
    let nextMs = Number.POSITIVE_INFINITY;
    for (const entry of this.#entries.values()) {
      nextMs = Math.min(nextMs, endOf(entry), this.#nextCheckMs(entry));
      for (const { untilMs } of entry.addresses.values()) nextMs = Math.min(nextMs, untilMs);
    }
    return nextMs;
  }

  /** Names of the links on which somebody must be asked again, since the announcement is running out. */
  takeDueChecks(nowMs: number): ReadonlySet<string> {
    const links = new Set<string>();
    for (const entry of this.#entries.values()) {
      if (this.#nextCheckMs(entry) > nowMs) continue;
      while (this.#nextCheckMs(entry) <= nowMs) entry.checksDone += 1;
      links.add(entry.link.name);
    }
    return links;
  }

  /** Services of this link that need not answer, with the seconds that their announcement holds. */
  knownAnswers(link: Link, nowMs: number): readonly { instance: string; ttlSeconds: number }[] {
    return [...this.#entries.values()]
      .filter((entry) => entry.link.name === link.name && isComplete(entry) && entry.checksDone === 0)
      .map((entry) => ({ instance: entry.instance, ttlSeconds: Math.floor((endOf(entry) - nowMs) / 1000) }))
      .filter(({ ttlSeconds }) => ttlSeconds > 0)
      .toSorted((one, other) => other.ttlSeconds - one.ttlSeconds)
      .slice(0, mostKnownAnswers);
  }

  /** What is missing of services that were heard of in part. */
  questionsAbout(link: Link): readonly { name: string; type: 'SRV' | 'TXT' | 'A' | 'AAAA' }[] {
    return [...this.#entries.values()]
      .filter((entry) => entry.link.name === link.name && !isComplete(entry))
      .slice(0, mostIncompleteAsked)
      .flatMap(({ instance, host, text, addresses }) => [
        ...(host === undefined ? [{ name: instance, type: 'SRV' as const }] : []),
        ...(text === undefined ? [{ name: instance, type: 'TXT' as const }] : []),
        ...(host !== undefined && addresses.size === 0
          ? [
              { name: host, type: 'A' as const },
              { name: host, type: 'AAAA' as const },
            ]
          : []),
      ]);
  }

  #nextCheckMs(entry: Entry): number {
    const fraction = checkFractions[entry.checksDone];
    if (fraction === undefined) return Number.POSITIVE_INFINITY;
    return entry.heardAtMs + (fraction + this.#checkShift) * (endOf(entry) - entry.heardAtMs);
  }

  #hearPointer(link: Link, instance: string, ttlSeconds: number, nowMs: number): void {
    const key = keyOf(link, instance);
    if (ttlSeconds === 0) this.#entries.delete(key);
    else this.#entryOf(link, instance, nowMs)?.set('PTR', ttlSeconds);
  }

  #hearService(
    link: Link,
    record: Extract<HeardRecord, { type: 'SRV' | 'TXT' }>,
    nowMs: number,
    seenAtMs: number,
  ): void {
    const key = keyOf(link, record.name);
    // A text that is not ours takes back the one before: who says nonsense is not listed.
    if (record.ttlSeconds === 0 || (record.type === 'TXT' && !this.#isOther(record.text))) {
      this.#entries.delete(key);
      return;
    }
    const found = this.#entryOf(link, record.name, nowMs);
    if (found === undefined) return;
    const { entry } = found;
    if (record.type === 'SRV') {
      if (entry.host !== record.host) entry.addresses.clear();
      entry.host = record.host;
      entry.port = record.port;
    } else if (record.text !== undefined) {
      entry.text = record.text;
    }
    entry.heardAtMs = nowMs;
    entry.seenAtMs = seenAtMs;
    entry.checksDone = 0;
    found.set(record.type, record.ttlSeconds);
  }

  #hearAddresses(link: Link, records: readonly HeardRecord[], nowMs: number): void {
    const byHost = new Map<string, Extract<HeardRecord, { type: 'A' | 'AAAA' }>[]>();
    for (const record of records) {
      if (record.type !== 'A' && record.type !== 'AAAA') continue;
      const list = byHost.get(record.name);
      if (list === undefined) byHost.set(record.name, [record]);
      else list.push(record);
    }
    if (byHost.size === 0) return;
    for (const entry of this.#entries.values()) {
      const heard = entry.link.name === link.name ? byHost.get(entry.host ?? '') : undefined;
      if (heard === undefined) continue;
      const flushed = new Set(heard.filter(({ flush }) => flush).map(({ type }) => type));
      for (const address of entry.addresses.keys()) {
        if (flushed.has(familyOf(address) === 'IPv4' ? 'A' : 'AAAA')) entry.addresses.delete(address);
      }
      for (const { address, ttlSeconds } of heard) {
        if (ttlSeconds === 0) entry.addresses.delete(address);
        else if (isReachable(link, address) && entry.addresses.size < mostAddressesOfPeer) {
          entry.addresses.set(address, {
            untilMs: nowMs + ttlSeconds * 1000,
            rank: rankOf(link, address),
          });
        }
      }
    }
  }

  #isOther(text: ServiceText | undefined): boolean {
    return text !== undefined && text.deviceId !== this.#ownDeviceId;
  }

  /** The entry of a service, made where there is none and room for one. */
  #entryOf(
    link: Link,
    instance: string,
    nowMs: number,
  ): { entry: Entry; set(type: 'PTR' | 'SRV' | 'TXT', ttlSeconds: number): void } | undefined {
    if (instance.startsWith(this.#ownPrefix)) return undefined;
    const key = keyOf(link, instance);
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      if (this.#entries.size >= mostEntries) return undefined;
      entry = {
        link,
        instance,
        untilMs: {},
        addresses: new Map(),
        heardAtMs: nowMs,
        seenAtMs: 0,
        checksDone: 0,
      };
      this.#entries.set(key, entry);
    }
    const { untilMs } = entry;
    return {
      entry,
      set: (type, ttlSeconds) => {
        untilMs[type] = nowMs + ttlSeconds * 1000;
      },
    };
  }
}

const keyOf = (link: Link, instance: string): string => `${link.name} ${instance}`;

const isReachable = (link: Link, address: string): boolean => {
  const type = familyOf(address) === 'IPv4' ? 'ipv4' : 'ipv6';
  // A list takes an IPv4 address for the IPv6 address that stands for it, so these cannot be in the list.
  if (/^::ffff:/i.test(address) || noDevices.check(address, type)) return false;
  return privateNetworks.check(address, type) || isOnLink(link, address, familyOf(address));
};

/** Lower is better: in a subnet of ours before elsewhere, IPv4 before IPv6, link-local IPv6 after both. */
const rankOf = (link: Link, address: string): number => {
  const isIPv6 = familyOf(address) === 'IPv6';
  if (isIPv6 && isLinkLocalIPv6(address)) return 2;
  if (!isOnLink(link, address, isIPv6 ? 'IPv6' : 'IPv4')) return isIPv6 ? 4 : 3;
  return isIPv6 ? 1 : 0;
};

const peerOf = (entries: readonly Entry[]): DiscoveredPeer | undefined => {
  const [latest] = entries.toSorted((one, other) => other.heardAtMs - one.heardAtMs);
  if (latest?.text === undefined) return undefined;
  const ranked = entries.flatMap(({ link, port = 0, addresses }) =>
    [...addresses].map(([address, { rank }]) => ({
      host: isLinkLocalIPv6(address) ? `${address}%${link.zone}` : address,
      port,
      rank,
    })),
  );
  const best = ranked.toSorted(
    (one, other) =>
      one.rank - other.rank ||
      one.port - other.port ||
      (one.host < other.host ? -1 : Number(one.host > other.host)),
  );
  const addresses = new Map<string, Endpoint>();
  for (const { host, port } of best) {
    if (addresses.size < mostAddressesOfPeer) addresses.set(`${host} ${port}`, { host, port });
  }
  return {
    ...latest.text,
    addresses: [...addresses.values()],
    lastSeenMs: Math.max(...entries.map(({ seenAtMs }) => seenAtMs)),
  };
};

const { compare: compareNames } = new Intl.Collator('en', { numeric: true });

const compare = (one: DiscoveredPeer, other: DiscoveredPeer): number =>
  compareNames(one.alias, other.alias) || (one.deviceId < other.deviceId ? -1 : 1);

/** What is asked for to find everyone. */
export const browseQuestion = { name: serviceName, type: 'PTR' } as const;
