/** A link as a test has it. */

import type { Link } from '../links.ts';

export const lan: Link = {
  name: 'eth0',
  zone: 'eth0',
  addresses: [
    { address: '192.168.1.5', family: 'IPv4', prefixLength: 24 },
    { address: 'fd00::5', family: 'IPv6', prefixLength: 64 },
    { address: 'fe80::5', family: 'IPv6', prefixLength: 64 },
  ],
};
