/** The addresses under which others reach a listener: what a person types on the other machine. */

import { defaultPort } from '../../shared/protocol/limits.ts';
import type { NetworkAddress } from './world.ts';

const everywhere = new Set(['0.0.0.0', '::', '::0']);

/** Only with a zone, which is another one on every machine. */
const isLinkLocal = (address: string): boolean => /^fe[89ab]/i.test(address);

const isUsable = ({ address, internal }: NetworkAddress): boolean => !internal && !isLinkLocal(address);

/** Of a listener on `host`; IPv4 first, since it is shorter to type. Never empty. */
export const reachableHosts = (host: string, addresses: readonly NetworkAddress[]): readonly string[] => {
  if (!everywhere.has(host)) return [host];
  const families = host === '0.0.0.0' ? (['IPv4'] as const) : (['IPv4', 'IPv6'] as const);
  const found = families.flatMap((family) =>
    addresses
      .filter((address) => address.family === family && isUsable(address))
      .map(({ address }) => address),
  );
  return found.length === 0 ? ['127.0.0.1'] : [...new Set(found)];
};

/** As short as the other side may type it. */
export const typedAddress = (host: string, port: number): string => {
  if (port === defaultPort) return host;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
};
