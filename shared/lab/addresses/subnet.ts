/** Networks: an address and how many of its first bits name the network. */

import {
  type Address,
  type AddressFault,
  bitsOf,
  formatAddress,
  fromNumber,
  parseAddress,
  toNumber,
} from './address.ts';

export interface Subnet {
  readonly prefix: number;
  readonly network: Address;
  readonly mask: Address;
  /** The highest address; of IPv4 networks up to /30 it is the broadcast address. */
  readonly last: Address;
  readonly firstHost: Address;
  readonly lastHost: Address;
  /** Addresses for hosts. IPv4 keeps network and broadcast address back, but for /31 (RFC 3021) and /32. */
  readonly hosts: bigint;
}

/** `address/prefix`, or an address alone. */
export function parseNetwork(
  typed: string,
): { readonly address: Address; readonly prefix: number | undefined } | AddressFault {
  const [text = '', written, ...more] = typed.trim().split('/');
  const address = parseAddress(text);
  if (typeof address === 'string') return address;
  if (written === undefined) return { address, prefix: undefined };
  const prefix = Number(written);
  if (more.length > 0 || !/^(?:0|[1-9]\d{0,2})$/u.test(written) || prefix > bitsOf(address.family))
    return 'prefix';
  return { address, prefix };
}

const maskOf = (bits: number, prefix: number): bigint =>
  ((1n << BigInt(prefix)) - 1n) << BigInt(bits - prefix);

export function subnetOf(address: Address, prefix: number): Subnet {
  const { family } = address;
  const bits = bitsOf(family);
  const mask = maskOf(bits, prefix);
  const first = toNumber(address) & mask;
  const size = 1n << BigInt(bits - prefix);
  const last = first + size - 1n;
  const keepsTwo = family === 4 && prefix <= 30;
  const at = (number: bigint): Address => fromNumber(family, number);
  return {
    prefix,
    network: at(first),
    mask: at(mask),
    last: at(last),
    firstHost: at(keepsTwo ? first + 1n : first),
    lastHost: at(keepsTwo ? last - 1n : last),
    hosts: keepsTwo ? size - 2n : size,
  };
}

export const isInside = (address: Address, network: Address, prefix: number): boolean =>
  address.family === network.family &&
  (toNumber(address) ^ toNumber(network)) >> BigInt(bitsOf(network.family) - prefix) === 0n;

/** The two halves of a network; undefined when it is a single address. */
export function split({ network, prefix }: Subnet): readonly [Subnet, Subnet] | undefined {
  const bits = bitsOf(network.family);
  if (prefix === bits) return undefined;
  const half = 1n << BigInt(bits - prefix - 1);
  const upper = fromNumber(network.family, toNumber(network) + half);
  return [subnetOf(network, prefix + 1), subnetOf(upper, prefix + 1)];
}

/** The network that this one and its other half make; undefined when it is all there is. */
export function join({
  network,
  prefix,
}: Subnet): { readonly whole: Subnet; readonly other: Subnet } | undefined {
  if (prefix === 0) return undefined;
  const half = 1n << BigInt(bitsOf(network.family) - prefix);
  const other = fromNumber(network.family, toNumber(network) ^ half);
  return { whole: subnetOf(network, prefix - 1), other: subnetOf(other, prefix) };
}

export const networkText = ({ network, prefix }: Subnet): string => `${formatAddress(network)}/${prefix}`;
