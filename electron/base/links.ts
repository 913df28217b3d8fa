/**
 * The interfaces that discovery works on, from what the system tells: all that are up and not loopback, IPv4 and IPv6.
 * Pure: `os.networkInterfaces()` comes in as an argument.
 */

import { BlockList } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';

export type SystemInterfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

interface LinkAddress {
  /** Without a zone. */
  readonly address: string;
  readonly family: 'IPv4' | 'IPv6';
  readonly prefixLength: number;
}

/** One interface at one moment. Another address makes another link. */
export interface Link {
  readonly name: string;
  /** What stands behind the % of a link-local address: the name, or on Windows the number. */
  readonly zone: string;
  readonly addresses: readonly LinkAddress[];
}

/** Machines that run containers may have hundreds; a socket or two for each of them is enough of a burden. */
const mostLinks = 64;
/** IPv6 hands out addresses freely; that many are announced. */
const mostAddressesOfLink = 8;

export const isLinkLocalIPv6 = (address: string): boolean => /^fe[89ab]/i.test(address);

const prefixLengthOf = ({ cidr, family }: NetworkInterfaceInfo): number => {
  const length = Number(cidr?.split('/')[1]);
  if (Number.isInteger(length)) return length;
  return family === 'IPv4' ? 32 : 128;
};

const linkOf = (
  name: string,
  infos: readonly NetworkInterfaceInfo[],
  platform: NodeJS.Platform,
): Link | undefined => {
  const usable = infos.filter((info) => !info.internal);
  const [first] = usable;
  if (first === undefined) return undefined;
  const scopes = usable.flatMap((info) =>
    info.family === 'IPv6' && info.scopeid !== 0 ? [String(info.scopeid)] : [],
  );
  return {
    name,
    zone: platform === 'win32' ? (scopes[0] ?? name) : name,
    addresses: usable.slice(0, mostAddressesOfLink).map((info) => ({
      address: info.address.split('%')[0] ?? '',
      family: info.family,
      prefixLength: prefixLengthOf(info),
    })),
  };
};

export const linksOf = (
  interfaces: SystemInterfaces,
  platform: NodeJS.Platform = process.platform,
): readonly Link[] =>
  Object.entries(interfaces)
    .flatMap(([name, infos]) => linkOf(name, infos ?? [], platform) ?? [])
    .slice(0, mostLinks);

/** The same interface with the same addresses, in any order. */
export const keyOfLink = ({ name, addresses }: Link): string =>
  [name, ...addresses.map(({ address, prefixLength }) => `${address}/${prefixLength}`).toSorted()].join(' ');

/** Whether an address lies in a subnet of this link. Link-local IPv6 lies in that of every link. */
export const isOnLink = (link: Link, address: string, family: 'IPv4' | 'IPv6'): boolean => {
  const subnets = new BlockList();
  const type = family === 'IPv4' ? 'ipv4' : 'ipv6';
  for (const own of link.addresses) {
    if (own.family === family) subnets.addSubnet(own.address, own.prefixLength, type);
  }
  return subnets.check(address, type);
};
