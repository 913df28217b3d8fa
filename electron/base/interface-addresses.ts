/** The addresses of this machine as one types them elsewhere, the likeliest to work first. */

import { networkInterfaces } from 'node:os';
import type { InterfaceAddress, InterfaceKind } from '../../shared/model/device.ts';
import { formatAddress } from './address.ts';
import { interfaceKind } from './interface-kind.ts';
import { isLinkLocalIPv6 } from './links.ts';
import type { SystemInterfaces } from './links.ts';

const order: readonly InterfaceKind[] = ['ethernet', 'wifi', 'vpn', 'other', 'virtual', 'loopback'];

const rankOf = ({ kind, family, address }: InterfaceAddress): number => {
  const ofFamily = family === 'IPv4' ? 0 : isLinkLocalIPv6(address) ? 2 : 1;
  return order.indexOf(kind) * 3 + ofFamily;
};

export interface InterfaceAddressSources {
  readonly interfaces?: SystemInterfaces;
  readonly kindOf?: (name: string) => InterfaceKind;
  readonly platform?: NodeJS.Platform;
}

/**
 * Loopback addresses are left out. The zone of a link-local address is that of this machine: on another one its own
 * interface's name stands in its place.
 */
export const interfaceAddresses = (
  port: number,
  sources: InterfaceAddressSources = {},
): readonly InterfaceAddress[] => {
  const { interfaces = networkInterfaces(), kindOf = interfaceKind, platform = process.platform } = sources;
  return Object.entries(interfaces)
    .flatMap(([interfaceName, infos]) => {
      const outside = (infos ?? []).filter(({ internal }) => !internal);
      if (outside.length === 0) return [];
      const kind = kindOf(interfaceName);
      return outside.map((info): InterfaceAddress => {
        const plain = info.address.split('%')[0] ?? '';
        const zone = platform === 'win32' && info.family === 'IPv6' ? String(info.scopeid) : interfaceName;
        const host = info.family === 'IPv6' && isLinkLocalIPv6(plain) ? `${plain}%${zone}` : plain;
        return {
          address: plain,
          family: info.family,
          interfaceName,
          kind,
          dialable: formatAddress({ host, port }),
        };
      });
    })
    .toSorted((one, other) => rankOf(one) - rankOf(other));
};
