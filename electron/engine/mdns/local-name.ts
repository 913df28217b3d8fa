/**
 * Where a `.local` name leads, asked by multicast (RFC 6762, section 3): for systems whose own resolver does not know
 * such names. The answer comes from anybody on the network, as that of the system's resolver would.
 */

import { isIPv4 } from 'node:net';
import { isLinkLocalIPv6, isOnLink } from '../../base/links.ts';
import type { Link } from '../../base/links.ts';
import { lowerName, readRecords } from './service.ts';
import { mdnsTransport } from './transport.ts';
import type { OpenTransport, Transport } from './transport.ts';

const askAtMs = [0, 250, 1_000] as const;
/** Whoever answers usually says all of its addresses at once; another interface may be a little later. */
const graceMs = 120;
const mostAddresses = 16;

/** Lower is better. */
const rankOf = (link: Link, address: string): number => {
  if (isIPv4(address)) return isOnLink(link, address, 'IPv4') ? 0 : 2;
  return isLinkLocalIPv6(address) ? 3 : 1;
};

export interface LocalNameOptions {
  readonly timeoutMs?: number;
  /** For tests: the network. */
  readonly transport?: OpenTransport;
}

/** Addresses, the best first, link-local ones with their zone. Empty when nobody answers. */
export const resolveLocalName = async (
  name: string,
  { timeoutMs = 2_000, transport: open = mdnsTransport() }: LocalNameOptions = {},
): Promise<readonly string[]> => {
  const wanted = lowerName(name);
  if (wanted === undefined) return [];
  const found = new Map<string, number>();
  const timers: NodeJS.Timeout[] = [];
  let transport: Transport | undefined;
  try {
    await new Promise<void>((resolve) => {
      const ask = (link: Link): void => {
        void transport?.say(link, {
          type: 'query',
          questions: [
            { name: wanted, type: 'A' },
            { name: wanted, type: 'AAAA' },
          ],
        });
      };
      timers.push(setTimeout(resolve, timeoutMs));
      transport = open({
        opened: (link) => {
          for (const atMs of askAtMs) timers.push(setTimeout(() => ask(link), atMs));
        },
        heard: (packet, link) => {
          const before = found.size;
          for (const record of readRecords(packet)) {
            if ((record.type !== 'A' && record.type !== 'AAAA') || record.name !== wanted) continue;
            if (record.ttlSeconds === 0 || found.size >= mostAddresses) continue;
            const { address } = record;
            found.set(isLinkLocalIPv6(address) ? `${address}%${link.zone}` : address, rankOf(link, address));
          }
          if (before === 0 && found.size > 0) timers.push(setTimeout(resolve, graceMs));
        },
        closed: () => {},
        trouble: () => {},
      });
    });
  } finally {
    for (const timer of timers) clearTimeout(timer);
    await transport?.close();
  }
  return [...found].toSorted((one, other) => one[1] - other[1]).map(([address]) => address);
};
