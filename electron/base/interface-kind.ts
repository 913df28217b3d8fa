/**
 * What kind of network an interface belongs to, for people who wonder which address to type. On Linux the kernel
 * tells (/sys/class/net); elsewhere, and where it does not, the usual names decide. A hint: nothing depends on it.
 *
 * On macOS names do not tell Wi-Fi from Ethernet: en0 is the Wi-Fi of every notebook and most others, so it is called
 * that. Windows lets people rename interfaces; its default names are known.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InterfaceKind } from '../../shared/model/device.ts';

const byName: readonly (readonly [RegExp, InterfaceKind])[] = [
  [/^(?:lo\d*|Loopback.*)$/i, 'loopback'],
  [/^(?:wg|tun|utun|ppp|ipsec|tailscale|zt|nordlynx|proton|gpd|cscotun)/i, 'vpn'],
  [/vpn|wireguard|tailscale|zerotier|wintun|openvpn/i, 'vpn'],
  [
    /^(?:docker|br-|virbr|veth|vnet|vmnet|vboxnet|lxc|lxdbr|podman|cni|flannel|cali|tap|bridge\d|vEthernet|awdl|llw|anpi|dummy)/i,
    'virtual',
  ],
  [/virtualbox|vmware|hyper-v/i, 'virtual'],
  [/^(?:wl|wifi|ath|ra\d)|wi-?fi|wlan|wireless|drahtlos|无线/i, 'wifi'],
  [/^(?:eth|en|em\d|bond|team)|ethernet|以太网|local area connection/i, 'ethernet'],
];

const kindByName = (name: string, platform: NodeJS.Platform): InterfaceKind => {
  if (platform === 'darwin' && name === 'en0') return 'wifi';
  return byName.find(([pattern]) => pattern.test(name))?.[1] ?? 'other';
};

/** ARPHRD_* of the kernel: loopback; tunnels and links without a hardware address. */
const loopbackType = 772;
const tunnelTypes: ReadonlySet<number> = new Set([512, 768, 769, 776, 778, 823, 65_534]);

const readText = (path: string): string => {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
};

const portsOf = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

const kindBySystem = (name: string, root: string): InterfaceKind | undefined => {
  const folder = join(root, name);
  if (!existsSync(folder)) return undefined;
  const has = (entry: string): boolean => existsSync(join(folder, entry));
  const deviceType = /^DEVTYPE=(.+)$/m.exec(readText(join(folder, 'uevent')))?.[1];
  const linkType = Number(readText(join(folder, 'type')));
  if (linkType === loopbackType) return 'loopback';
  if (has('wireless') || has('phy80211') || deviceType === 'wlan') return 'wifi';
  if (deviceType === 'wireguard' || tunnelTypes.has(linkType)) return 'vpn';
  // A bridge stands for the network of its ports: real where one of them is a piece of hardware.
  if (has('bridge')) {
    const ports = portsOf(join(folder, 'brif'));
    return ports.some((port) => existsSync(join(root, port, 'device'))) ? 'ethernet' : 'virtual';
  }
  if (deviceType === 'bond' || deviceType === 'vlan') return 'ethernet';
  // A tap of a VPN and one of a virtual machine differ in name at most.
  if (has('tun_flags')) return kindByName(name, 'linux') === 'vpn' ? 'vpn' : 'virtual';
  if (has('device')) return 'ethernet';
  return 'virtual';
};

/** @param systemRoot for tests; /sys/class/net when absent */
export const interfaceKind = (
  name: string,
  platform: NodeJS.Platform = process.platform,
  systemRoot = '/sys/class/net',
): InterfaceKind => {
  const isPlainName = !name.includes('/') && name !== '.' && name !== '..';
  const told = platform === 'linux' && isPlainName ? kindBySystem(name, systemRoot) : undefined;
  return told ?? kindByName(name, platform);
};
