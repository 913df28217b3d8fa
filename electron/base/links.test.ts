import type { NetworkInterfaceInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { isOnLink, keyOfLink, linksOf } from './links.ts';
import { lan } from './testing/links.ts';

const ipv4 = (address: string, cidr: string | null, internal = false): NetworkInterfaceInfo => ({
  address,
  cidr,
  internal,
  family: 'IPv4',
  netmask: '',
  mac: '',
});
const ipv6 = (address: string, cidr: string, scopeid = 0): NetworkInterfaceInfo => ({
  address,
  cidr,
  internal: false,
  family: 'IPv6',
  netmask: '',
  mac: '',
  scopeid,
});

describe('the links of a machine', () => {
  it('are its interfaces but loopback, with all addresses', () => {
    const links = linksOf(
      {
        lo: [ipv4('127.0.0.1', '127.0.0.1/8', true)],
        eth0: [ipv4('192.168.1.5', '192.168.1.5/24'), ipv6('fe80::1', 'fe80::1/64', 3)],
        gone: undefined,
      },
      'linux',
    );
    expect(links).toEqual([
      {
        name: 'eth0',
        zone: 'eth0',
        addresses: [
          { address: '192.168.1.5', family: 'IPv4', prefixLength: 24 },
          { address: 'fe80::1', family: 'IPv6', prefixLength: 64 },
        ],
      },
    ]);
  });

  it('have a number for a zone on Windows', () => {
    const [link] = linksOf({ Ethernet: [ipv6('fe80::1', 'fe80::1/64', 12)] }, 'win32');
    expect(link?.zone).toBe('12');
  });

  it('stand alone without a prefix', () => {
    const [link] = linksOf({ eth0: [ipv4('10.0.0.1', null)] });
    expect(link?.addresses[0]?.prefixLength).toBe(32);
  });

  it('are at most 64, with 8 addresses each', () => {
    const many = Array.from({ length: 100 }, (_, index) => [
      `veth${index}`,
      Array.from({ length: 20 }, (__, host) => ipv4(`10.0.${index}.${host}`, `10.0.${index}.${host}/24`)),
    ]);
    const links = linksOf(Object.fromEntries(many));
    expect(links).toHaveLength(64);
    expect(links[0]?.addresses).toHaveLength(8);
  });

  it('are others with another address, and the same in another order', () => {
    const turned = { ...lan, addresses: lan.addresses.toReversed() };
    expect(keyOfLink(turned)).toBe(keyOfLink(lan));
    expect(keyOfLink({ ...lan, addresses: lan.addresses.slice(1) })).not.toBe(keyOfLink(lan));
  });

  it.each([
    ['192.168.1.99', 'IPv4', true],
    ['192.168.2.99', 'IPv4', false],
    ['fd00::99', 'IPv6', true],
    ['fd01::99', 'IPv6', false],
    ['fe80::99', 'IPv6', true],
  ] as const)('hold the addresses of their subnets: %s', (address, family, isOn) => {
    expect(isOnLink(lan, address, family)).toBe(isOn);
  });
});
