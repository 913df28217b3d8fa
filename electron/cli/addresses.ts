/** The addresses under which others reach a listener: what a person types on the other machine. */

import { defaultPort } from '../../shared/model/peer.ts';
import { isLinkLocalIPv6 } from '../base/links.ts';
import { isLoopback } from '../base/origin.ts';
import type { NetworkAddress } from './world.ts';

const everywhere = new Set(['0.0.0.0', '::', '::0']);

/** What stands for the zone, which is another one on every machine: the name of its own interface to that network. */
const zoneThere = 'INTERFACE';

export interface ReachableHosts {
  /** IPv4 first, since it is shorter to type. Empty where only this machine itself leads there. */
  readonly hosts: readonly string[];
  /** All of them are link-local, with INTERFACE where the other machine has to put its own. */
  readonly needZone: boolean;
}

/** Under which a listener on `host` is reached from other machines. */
export const reachableHosts = (host: string, addresses: readonly NetworkAddress[]): ReachableHosts => {
  const isEverywhere = everywhere.has(host);
  const families = host === '0.0.0.0' ? (['IPv4'] as const) : (['IPv4', 'IPv6'] as const);
  const outside = isEverywhere
    ? families.flatMap((family) => addresses.filter((each) => each.family === family && !each.internal))
    : [];
  const found = [...new Set(isEverywhere ? outside.map(({ address }) => address) : [host])]
    .map((address) => address.split('%')[0] ?? '')
    .filter((address) => !isLoopback(address) || !isEverywhere);
  const usable = found.filter((address) => !isLinkLocalIPv6(address));
  return usable.length > 0
    ? { hosts: usable, needZone: false }
    : { hosts: found.map((address) => `${address}%${zoneThere}`), needZone: found.length > 0 };
};

/** As short as the other side may type it. */
export const typedAddress = (host: string, port: number): string => {
  if (port === defaultPort) return host;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
};
