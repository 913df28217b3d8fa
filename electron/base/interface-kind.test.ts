import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './testing/trees.ts';
import { interfaceKind } from './interface-kind.ts';

interface SystemInterface {
  readonly type?: number;
  readonly uevent?: string;
  /** Folders that are there. */
  readonly has?: readonly string[];
}

const systemWith = (interfaces: Readonly<Record<string, SystemInterface>>): string => {
  const root = temporaryFolder();
  for (const [name, { type = 1, uevent = '', has = [] }] of Object.entries(interfaces)) {
    for (const folder of ['', ...has]) mkdirSync(join(root, name, folder), { recursive: true });
    writeFileSync(join(root, name, 'type'), `${type}\n`);
    writeFileSync(join(root, name, 'uevent'), `INTERFACE=${name}\n${uevent}`);
  }
  return root;
};

describe('on Linux the kernel tells', () => {
  const root = systemWith({
    lo: { type: 772 },
    lan: { has: ['device'] },
    radio: { has: ['device', 'wireless'] },
    radio2: { uevent: 'DEVTYPE=wlan\n', has: ['device'] },
    home: { type: 65_534, uevent: 'DEVTYPE=wireguard\n' },
    work: { type: 65_534, has: ['tun_flags'] },
    vpntap: { has: ['tun_flags'] },
    tap0: { has: ['tun_flags'] },
    docker0: { uevent: 'DEVTYPE=bridge\n', has: ['bridge', 'brif/veth1'] },
    br0: { uevent: 'DEVTYPE=bridge\n', has: ['bridge', 'brif/lan', 'brif/veth1'] },
    veth1: {},
    bond0: { uevent: 'DEVTYPE=bond\n' },
  });

  it.each([
    ['lo', 'loopback'],
    ['lan', 'ethernet'],
    ['radio', 'wifi'],
    ['radio2', 'wifi'],
    ['home', 'vpn'],
    ['work', 'vpn'],
    ['vpntap', 'vpn'],
    ['tap0', 'virtual'],
    ['docker0', 'virtual'],
    ['br0', 'ethernet'],
    ['veth1', 'virtual'],
    ['bond0', 'ethernet'],
  ])('%s is %s', (name, kind) => {
    expect(interfaceKind(name, 'linux', root)).toBe(kind);
  });

  it('and names decide where it does not', () => {
    expect(interfaceKind('wlan0', 'linux', root)).toBe('wifi');
    expect(interfaceKind('../../etc', 'linux', root)).toBe('other');
  });
});

describe('elsewhere names tell', () => {
  it.each([
    ['darwin', 'en0', 'wifi'],
    ['darwin', 'en5', 'ethernet'],
    ['darwin', 'utun3', 'vpn'],
    ['darwin', 'bridge100', 'virtual'],
    ['darwin', 'awdl0', 'virtual'],
    ['darwin', 'lo0', 'loopback'],
    ['win32', 'Wi-Fi', 'wifi'],
    ['win32', 'WLAN 2', 'wifi'],
    ['win32', 'Ethernet', 'ethernet'],
    ['win32', '以太网', 'ethernet'],
    ['win32', 'vEthernet (WSL)', 'virtual'],
    ['win32', 'Tailscale', 'vpn'],
    ['win32', 'Loopback Pseudo-Interface 1', 'loopback'],
    ['win32', 'Karl', 'other'],
  ] as const)('%s: %s is %s', (platform, name, kind) => {
    expect(interfaceKind(name, platform)).toBe(kind);
  });
});
