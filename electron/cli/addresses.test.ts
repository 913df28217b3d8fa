import { describe, expect, it } from 'vitest';
import { reachableHosts, typedAddress } from './addresses.ts';
import type { NetworkAddress } from './world.ts';

const loopback: readonly NetworkAddress[] = [
  { address: '127.0.0.1', family: 'IPv4', internal: true },
  { address: '::1', family: 'IPv6', internal: true },
];
const linkLocal: NetworkAddress = { address: 'fe80::1', family: 'IPv6', internal: false };
const global: NetworkAddress = { address: 'fd00::5', family: 'IPv6', internal: false };
const ipv4: NetworkAddress = { address: '192.168.1.23', family: 'IPv4', internal: false };

describe('what others type', () => {
  it('is every address but loopback, IPv4 first, and nothing that needs a zone where there is another', () => {
    const all = [...loopback, linkLocal, global, ipv4];
    expect(reachableHosts('::', all)).toEqual({ hosts: ['192.168.1.23', 'fd00::5'], needZone: false });
    expect(reachableHosts('0.0.0.0', all)).toEqual({ hosts: ['192.168.1.23'], needZone: false });
  });

  it('has a zone to be filled in where there are link-local addresses alone', () => {
    const needed = { hosts: ['fe80::1%INTERFACE'], needZone: true };
    expect(reachableHosts('::', [...loopback, linkLocal])).toEqual(needed);
    expect(reachableHosts('fe80::1%eth0', [])).toEqual(needed);
    expect(typedAddress('fe80::1%INTERFACE', 7)).toBe('[fe80::1%INTERFACE]:7');
  });

  it('is nothing where there is no network, and never loopback', () => {
    const nothing = { hosts: [], needZone: false };
    expect(reachableHosts('::', loopback)).toEqual(nothing);
    expect(reachableHosts('0.0.0.0', [...loopback, linkLocal])).toEqual(nothing);
  });

  it('is the one address that is listened on', () => {
    expect(reachableHosts('10.0.0.1', [ipv4])).toEqual({ hosts: ['10.0.0.1'], needZone: false });
    expect(reachableHosts('127.0.0.1', loopback)).toEqual({ hosts: ['127.0.0.1'], needZone: false });
  });
});
