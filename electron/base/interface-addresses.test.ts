import { describe, expect, it } from 'vitest';
import type { InterfaceKind } from '../../shared/model/device.ts';
import { interfaceAddresses } from './interface-addresses.ts';
import type { SystemInterfaces } from './links.ts';

const common = { netmask: '', mac: '', cidr: null, internal: false };
const interfaces: SystemInterfaces = {
  lo: [{ ...common, address: '127.0.0.1', family: 'IPv4', internal: true }],
  docker0: [{ ...common, address: '172.17.0.1', family: 'IPv4' }],
  wlan0: [
    { ...common, address: 'fe80::7', family: 'IPv6', scopeid: 4 },
    { ...common, address: 'fd00::7', family: 'IPv6', scopeid: 0 },
    { ...common, address: '192.168.1.7', family: 'IPv4' },
  ],
  eth0: [{ ...common, address: '192.168.1.5', family: 'IPv4' }],
};
const kinds: Readonly<Record<string, InterfaceKind>> = {
  docker0: 'virtual',
  wlan0: 'wifi',
  eth0: 'ethernet',
};
const kindOf = (name: string): InterfaceKind => kinds[name] ?? 'other';

describe('the addresses of this machine', () => {
  it('are as one types them, the likeliest first, without loopback', () => {
    const listed = interfaceAddresses(18_520, { interfaces, kindOf, platform: 'linux' });
    expect(listed.map(({ kind, dialable }) => `${kind} ${dialable}`)).toEqual([
      'ethernet 192.168.1.5:18520',
      'wifi 192.168.1.7:18520',
      'wifi [fd00::7]:18520',
      'wifi [fe80::7%wlan0]:18520',
      'virtual 172.17.0.1:18520',
    ]);
    expect(listed[3]).toMatchObject({ address: 'fe80::7', family: 'IPv6', interfaceName: 'wlan0' });
  });

  it('have a number for a zone on Windows', () => {
    const listed = interfaceAddresses(7, { interfaces, kindOf, platform: 'win32' });
    expect(listed.map(({ dialable }) => dialable)).toContain('[fe80::7%4]:7');
  });

  it('come from the system when nobody says otherwise', () => {
    expect(interfaceAddresses(7).every(({ dialable }) => dialable.endsWith(':7'))).toBe(true);
  });
});
