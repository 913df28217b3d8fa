/**
 * Where a connection comes from, as far as what it does is counted: an IPv4 address, or the /64 of an IPv6 address, of
 * which every home and every machine has 2^64 to choose from (RFC 6177).
 */

import { isIPv4, isIPv6 } from 'node:net';

/** Whether an address, or the name `localhost`, is this machine and nobody else. */
export const isLoopback = (host: string): boolean => {
  const plain = withoutMapping(host);
  return (
    (isIPv4(plain) && plain.startsWith('127.')) || plain === '::1' || plain.toLowerCase() === 'localhost'
  );
};

/** `::ffff:192.168.1.5` is how a socket for both families tells an IPv4 address. */
export const withoutMapping = (address: string): string =>
  /^::ffff:(\d+\.\d+\.\d+\.\d+)$/iu.exec(address)?.[1] ?? address;

/** What stands for all addresses of the same origin; a text that is no address stands for itself. */
export const originOf = (address: string): string => {
  const plain = withoutMapping(address);
  const [unzoned = '', zone] = plain.split('%');
  if (!isIPv6(unzoned)) return plain;
  // All link-local addresses share one /64: there each is an origin of its own.
  if (/^fe[89ab]/iu.test(unzoned)) return plain;
  const [head = '', tail] = unzoned.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length - (unzoned.includes('.') ? 1 : 0);
  const groups = [...before, ...Array.from({ length: Math.max(0, zeros) }, () => '0'), ...after];
  const prefix = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${prefix.join(':')}::/64${zone === undefined ? '' : `%${zone}`}`;
};
