/**
 * Whether the program at the other end of a loopback connection runs as this user. Linux tells in /proc/net. Asked for
 * keys that had to go through the list of processes, where every user of the machine may read them.
 */

import { readFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import type { Socket } from 'node:net';

import { withoutMapping } from '../base/origin.ts';

/** Both ends of a connection, as the program at the far end sees them. */
export interface SocketEnds {
  readonly local: { readonly address: string; readonly port: number };
  readonly remote: { readonly address: string; readonly port: number };
}

/** Undefined where the table has no such connection, or addresses that nobody can write. */
export const ownerIn = (table: string, { local, remote }: SocketEnds): number | undefined => {
  const wanted = [kernelForms(local.address, local.port), kernelForms(remote.address, remote.port)] as const;
  for (const line of table.split('\n').slice(1)) {
    const [, near = '', far = '', state, , , , owner] = line.trim().split(/\s+/);
    if (state === '01' && wanted[0].includes(near) && wanted[1].includes(far)) return Number(owner);
  }
  return undefined;
};

/**
 * `0100007F:4859`: 32 bits at a time, each in the order of this machine's bytes; of an IPv4 address also as a socket for
 * both families has it. Ports alone would name a connection of somebody else, on the other family.
 */
const kernelForms = (address: string, port: number): readonly string[] => {
  const plain = withoutMapping(address);
  const at = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  if (!isIPv4(plain)) return plain === '::1' ? [wordsOf([0, 0, 0, 1]) + at] : [];
  const word = plain.split('.').reduce((all, part) => all * 256 + Number(part), 0);
  return [wordsOf([word]) + at, wordsOf([0, 0, 0xffff, word]) + at];
};

const isLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

const wordsOf = (words: readonly number[]): string =>
  words
    .map((word) => {
      const bytes = new Uint8Array(4);
      new DataView(bytes.buffer).setUint32(0, word, isLittleEndian);
      return Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('');
    })
    .join('');

/** False where the system does not tell. */
export const isOwnUser = ({ remoteAddress, remotePort, localAddress, localPort }: Socket): boolean => {
  const ownUser = process.getuid?.();
  if (process.platform !== 'linux' || remotePort === undefined || localPort === undefined) return false;
  if (remoteAddress === undefined || localAddress === undefined) return false;
  const ends: SocketEnds = {
    local: { address: remoteAddress, port: remotePort },
    remote: { address: localAddress, port: localPort },
  };
  for (const path of ['/proc/net/tcp', '/proc/net/tcp6']) {
    try {
      const owner = ownerIn(readFileSync(path, 'latin1'), ends);
      if (owner !== undefined) return owner === ownUser;
    } catch {
      // Without IPv6 there is no second table.
    }
  }
  return false;
};
