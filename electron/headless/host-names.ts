/**
 * Under which names this program is asked for. A name that is not ours in the Host field means that a foreign name was
 * pointed at this machine (DNS rebinding), and the page behind it would count as ours.
 */

import { isIPv6 } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { isLoopback, withoutMapping } from '../base/origin.ts';

export interface HostNames {
  /** Whether `field`, a Host field, names this program. */
  isOurs(field: string): boolean;
}

interface HostNameOptions {
  readonly port: number;
  readonly isSecure: boolean;
  /** As given with --allow-host: `nas.example`, `nas.example:8443`. */
  readonly allowed: readonly string[];
}

/** As they stand in a URL. */
const inUrl = (address: string): string => (isIPv6(address) ? `[${address}]` : address);

const loopbackHosts = ['127.0.0.1', 'localhost', '[::1]'] as const;

export const loopbackNames = (options: HostNameOptions): HostNames => {
  const names = new Set(withPorts([...loopbackHosts, ...options.allowed], options));
  return { isOurs: (field) => names.has(field.toLowerCase()) };
};

/** Addresses come and go with the network: looked at when asked. */
export const machineNames = (
  options: HostNameOptions,
  addresses: () => readonly string[] = machineAddresses,
  ownName: string = hostname(),
): HostNames => {
  const [shortName = ownName] = ownName.split('.');
  const named = new Set(
    withPorts([...loopbackHosts, ownName, shortName, `${shortName}.local`, ...options.allowed], options),
  );
  return {
    isOurs: (field) => {
      const asked = field.toLowerCase();
      return named.has(asked) || withPorts(addresses().map(inUrl), options).includes(asked);
    },
  };
};

/** Without zones: a URL cannot carry them. */
export const machineAddresses = (): readonly string[] =>
  Object.values(networkInterfaces()).flatMap((entries) => (entries ?? []).map(({ address }) => address));

const withPorts = (hosts: readonly string[], { port, isSecure }: HostNameOptions): readonly string[] =>
  hosts
    .map((host) => host.toLowerCase())
    .flatMap((host) => {
      if (/:\d+$/.test(host) && !host.endsWith(']')) return [host];
      const isUsual = port === (isSecure ? 443 : 80);
      return isUsual ? [host, `${host}:${port}`] : [`${host}:${port}`];
    });

/** A socket's address as people write it: IPv4 in IPv6 is IPv4. */
export const plainAddress = (address: string | undefined): string =>
  withoutMapping(address ?? '').replace(/%.*$/, '');

/** Whether a socket's other end is on another machine. */
export const isElsewhere = (address: string): boolean =>
  !isLoopback(address) && !machineAddresses().includes(address);
