/**
 * What is said about a device on the network, as DNS-SD records of `_hexdrop._tcp` (RFC 6763), and read back. Reading
 * takes anything: what is not one of our records, or not within its bounds, is as if it had not come.
 */

import { isIPv4, isIPv6 } from 'node:net';
import type { DeviceKind } from '../../../shared/model/device.ts';
import { limits, protocolVersion } from '../../../shared/protocol/limits.ts';
import { clip } from '../../../shared/base/text.ts';
import type { Link } from '../../base/links.ts';

export const serviceName = '_hexdrop._tcp.local';
/** Asks which services there are at all (RFC 6763, section 9). */
export const servicesName = '_services._dns-sd._udp.local';

/**
 * How long others believe an announcement, in seconds. A device that is gone without a goodbye is listed that much
 * longer; each one that asks is answered at least that often.
 */
export const announcedTtlSeconds = 60;

export interface OwnService {
  readonly deviceId: string;
  readonly alias: string;
  readonly kind: DeviceKind;
  readonly platform: string;
  readonly port: number;
  /** The address that is listened on: one, or all of a family (`0.0.0.0`), or all (`::`). */
  readonly host: string;
}

/** What a TXT record says. */
export interface ServiceText {
  readonly deviceId: string;
  readonly alias: string;
  readonly kind: DeviceKind;
  readonly platform: string;
}

const kinds: readonly DeviceKind[] = ['desktop', 'laptop', 'server', 'phone'];

/** A string of a TXT record has at most 255 bytes, the key and its `=` included. */
const mostTextBytes = 255;
const mostTextEntries = 32;
const platformCharacters = 32;

/** What a person sees as one: a letter with its accents, a family that is one emoji. */
const characters = new Intl.Segmenter();

/** As much of the value, in whole characters, as the string holds. */
const fitting = (key: string, value: string): string => {
  let left = mostTextBytes - Buffer.byteLength(`${key}=`);
  if (Buffer.byteLength(value) <= left) return value;
  let fits = '';
  for (const { segment } of characters.segment(value)) {
    left -= Buffer.byteLength(segment);
    if (left < 0) break;
    fits += segment;
  }
  return fits;
};

const textEntry = (key: string, value: string): string => `${key}=${fitting(key, value)}`;

/** As much of an alias as its first string holds: all that programs see which do not know the second one. */
export const announcedAlias = (alias: string): string =>
  fitting('alias', clip(alias, limits.aliasCharacters));

/** The longest aliases have a few bytes more than one string holds. */
const aliasEntries = (alias: string): readonly string[] => {
  const first = announcedAlias(alias);
  const rest = clip(alias, limits.aliasCharacters).slice(first.length);
  return [textEntry('alias', first), ...(rest === '' ? [] : [textEntry('alias2', rest)])];
};

/** Names one process of one device: several may listen, each on a port of its own. */
export const instanceNameOf = ({ deviceId, port }: Pick<OwnService, 'deviceId' | 'port'>): string =>
  `hexdrop-${deviceId.slice(0, 24)}-${port}.${serviceName}`;

/** Not the machine's own name: that may be taken, and is for the system to announce. */
export const hostNameOf = ({ deviceId }: Pick<OwnService, 'deviceId'>): string =>
  `hexdrop-${deviceId.slice(0, 24)}.local`;

/** Those of a link's addresses that the listener can be reached at. */
const announcedAddresses = ({ host }: OwnService, link: Link): Link['addresses'] => {
  if (host === '::') return link.addresses;
  if (host === '0.0.0.0') return link.addresses.filter(({ family }) => family === 'IPv4');
  const plain = host.split('%')[0]?.toLowerCase();
  return link.addresses.filter(({ address }) => address.toLowerCase() === plain);
};

interface RecordBase {
  readonly name: string;
  /** Seconds. */
  readonly ttl: number;
  /** Takes the place of what was said before. */
  readonly flush?: boolean;
}
type PointerRecord = RecordBase & { readonly type: 'PTR'; readonly data: string };
type ServiceRecord = RecordBase & {
  readonly type: 'SRV';
  readonly data: { readonly port: number; readonly target: string };
};
type TextRecord = RecordBase & { readonly type: 'TXT'; readonly data: string[] };
export type AddressRecord = RecordBase & { readonly type: 'A' | 'AAAA'; readonly data: string };
export type MdnsRecord = PointerRecord | ServiceRecord | TextRecord | AddressRecord;

export interface OwnRecords {
  readonly pointer: PointerRecord;
  readonly service: ServiceRecord;
  readonly text: TextRecord;
  readonly addresses: readonly AddressRecord[];
}

/** Undefined where the device cannot be reached over this link. */
export const recordsOf = (own: OwnService, link: Link, ttl: number): OwnRecords | undefined => {
  const addresses = announcedAddresses(own, link);
  if (addresses.length === 0) return undefined;
  const instance = instanceNameOf(own);
  const host = hostNameOf(own);
  const data = [
    `v=${protocolVersion}`,
    textEntry('id', own.deviceId),
    ...aliasEntries(own.alias),
    textEntry('kind', own.kind),
    textEntry('platform', clip(own.platform, platformCharacters)),
  ];
  return {
    pointer: { type: 'PTR', name: serviceName, ttl, data: instance },
    service: { type: 'SRV', name: instance, ttl, flush: true, data: { port: own.port, target: host } },
    text: { type: 'TXT', name: instance, ttl, flush: true, data },
    addresses: addresses.map(({ address, family }) => ({
      type: family === 'IPv4' ? 'A' : 'AAAA',
      name: host,
      ttl,
      flush: true,
      data: address,
    })),
  };
};

export type HeardRecord = { readonly name: string; readonly ttlSeconds: number } & (
  | { readonly type: 'PTR'; readonly instance: string }
  | { readonly type: 'SRV'; readonly host: string; readonly port: number }
  | { readonly type: 'TXT'; readonly text: ServiceText | undefined }
  | { readonly type: 'A' | 'AAAA'; readonly address: string; readonly flush: boolean }
);

/** A packet of a million devices is no packet of ours. Ours has a handful of records. */
const mostRecordsOfPacket = 256;
const mostNameLength = 255;
/** Whoever claims to be there for longer is asked again; a device that is gone must not stay listed. */
const longestTtlSeconds = 120;

const plainObject = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

export const lowerName = (value: unknown): string | undefined =>
  typeof value === 'string' && value.length > 0 && value.length <= mostNameLength
    ? value.toLowerCase().replace(/\.$/, '')
    : undefined;

const isInstance = (name: string): boolean => name.endsWith(`.${serviceName}`);

const readText = (data: unknown): ServiceText | undefined => {
  const values = new Map<string, string>();
  for (const entry of Array.isArray(data) ? data.slice(0, mostTextEntries) : []) {
    const text: unknown = entry instanceof Uint8Array ? Buffer.from(entry).toString('utf8') : entry;
    if (typeof text !== 'string' || text.length > mostTextBytes) continue;
    const equals = text.indexOf('=');
    // The first of a key counts (RFC 6763, section 6.4).
    const key = text.slice(0, equals).toLowerCase();
    if (equals > 0 && !values.has(key)) values.set(key, text.slice(equals + 1));
  }
  const deviceId = values.get('id');
  if (deviceId === undefined || !/^[0-9a-f]{64}$/.test(deviceId)) return undefined;
  return {
    deviceId,
    alias: clip(`${values.get('alias') ?? ''}${values.get('alias2') ?? ''}`.trim(), limits.aliasCharacters),
    kind: kinds.find((kind) => kind === values.get('kind')) ?? 'unknown',
    platform: clip(values.get('platform') ?? '', platformCharacters),
  };
};

const readRecord = (value: unknown): HeardRecord | undefined => {
  const { type, name: rawName, ttl, data, flush } = plainObject(value);
  const name = lowerName(rawName);
  if (name === undefined || typeof ttl !== 'number' || !(ttl >= 0)) return undefined;
  const common = { name, ttlSeconds: Math.min(ttl, longestTtlSeconds) };
  switch (type) {
    case 'PTR': {
      const instance = lowerName(data);
      if (name !== serviceName || instance === undefined || !isInstance(instance)) return undefined;
      return { ...common, type, instance };
    }
    case 'SRV': {
      const { port, target } = plainObject(data);
      const host = lowerName(target);
      if (!isInstance(name) || host === undefined) return undefined;
      if (typeof port !== 'number' || !Number.isInteger(port) || port < 1 || port > 65_535) return undefined;
      return { ...common, type, host, port };
    }
    case 'TXT':
      return isInstance(name) ? { ...common, type, text: readText(data) } : undefined;
    case 'A':
    case 'AAAA': {
      if (typeof data !== 'string' || !(type === 'A' ? isIPv4(data) : isIPv6(data))) return undefined;
      return { ...common, type, address: data.toLowerCase(), flush: flush === true };
    }
    default:
      return undefined;
  }
};

const listed = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Reads the answers and additional records that say something about devices or addresses. */
export const readRecords = (packet: unknown): readonly HeardRecord[] => {
  const { answers, additionals } = plainObject(packet);
  return [
    ...listed(answers).slice(0, mostRecordsOfPacket),
    ...listed(additionals).slice(0, mostRecordsOfPacket),
  ]
    .map(readRecord)
    .filter((record) => record !== undefined);
};

export interface HeardQuestions {
  readonly questions: readonly { readonly name: string; readonly type: string }[];
  /** Instances that whoever asks knows of already, for long enough (RFC 6762, section 7.1). */
  readonly knownInstances: ReadonlySet<string>;
}

const mostQuestions = 32;

export const readQuestions = (packet: unknown, ttlSeconds: number): HeardQuestions => {
  const { questions, answers } = plainObject(packet);
  const known = listed(answers)
    .slice(0, mostRecordsOfPacket)
    .map(readRecord)
    .flatMap((record) =>
      record?.type === 'PTR' && record.ttlSeconds >= ttlSeconds / 2 ? [record.instance] : [],
    );
  return {
    questions: listed(questions)
      .slice(0, mostQuestions)
      .flatMap((question) => {
        const { name: rawName, type } = plainObject(question);
        const name = lowerName(rawName);
        return name === undefined || typeof type !== 'string' ? [] : [{ name, type }];
      }),
    knownInstances: new Set(known),
  };
};
