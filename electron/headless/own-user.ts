/**
 * Whether the program at the other end of a loopback connection runs as this user. Linux tells in /proc/net. Asked for
 * keys that had to go through the list of processes, where every user of the machine may read them.
 */

import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';

/** Hex digits of an address as the kernel prints it are of no use here: the ports name a connection of loopback. */
export const ownerIn = (table: string, clientPort: number, serverPort: number): number | undefined => {
  for (const line of table.split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    const [, local = '', remote = '', state] = fields;
    const isIt = portOf(local) === clientPort && portOf(remote) === serverPort && state === '01';
    if (isIt) return Number(fields[7]);
  }
  return undefined;
};

const portOf = (address: string): number => Number.parseInt(address.slice(address.lastIndexOf(':') + 1), 16);

/** False where the system does not tell. */
export const isOwnUser = ({ remotePort, localPort }: Socket): boolean => {
  const ownUser = process.getuid?.();
  if (process.platform !== 'linux' || remotePort === undefined || localPort === undefined) return false;
  for (const path of ['/proc/net/tcp', '/proc/net/tcp6']) {
    try {
      const owner = ownerIn(readFileSync(path, 'latin1'), remotePort, localPort);
      if (owner !== undefined) return owner === ownUser;
    } catch {
      // Without IPv6 there is no second table.
    }
  }
  return false;
};
