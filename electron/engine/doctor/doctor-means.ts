/** How the connection doctor looks at the network, unless it is told another way. */

import { createSocket } from 'node:dgram';
import { connect as connectTcp, isIPv4 } from 'node:net';
import type { Endpoint } from '../../../shared/model/peer.ts';
import type { TcpOutcome } from './doctor-causes.ts';
import { nameLookup } from '../net/name-lookup.ts';

/** Rejects with what the system says, or with EAI_AGAIN when the time is up or the signal says so. */
export const lookupName = (
  name: string,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<readonly string[]> =>
  new Promise((done, reject) => {
    const over = new AbortController();
    const end = (work: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
      over.abort();
      work();
    };
    const giveUp = (): void => end(() => reject(Object.assign(new Error(name), { code: 'EAI_AGAIN' })));
    const timer = setTimeout(giveUp, timeoutMs);
    signal?.addEventListener('abort', giveUp, { once: true });
    nameLookup({ signal: over.signal })(name, { all: true }, (error, addresses) =>
      end(() => {
        if (error !== null) reject(error);
        else done(typeof addresses === 'string' ? [addresses] : addresses.map(({ address }) => address));
      }),
    );
  });

const noWay: ReadonlySet<string> = new Set([
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'EINVAL',
]);

export const connectBriefly = ({ host, port }: Endpoint, timeoutMs: number): Promise<TcpOutcome> =>
  new Promise((done) => {
    const socket = connectTcp({ host, port });
    const end = (outcome: TcpOutcome): void => {
      clearTimeout(timer);
      socket.destroy();
      done(outcome);
    };
    const timer = setTimeout(() => end('silent'), timeoutMs);
    socket.on('connect', () => end('connected'));
    socket.on('error', ({ code = '' }: NodeJS.ErrnoException) => {
      if (code === 'ECONNREFUSED') end('refused');
      else end(noWay.has(code) ? 'no-way' : 'silent');
    });
  });

/** "Connecting" a UDP socket sends nothing: the system only chooses the way. */
export const routeTo = (host: string): Promise<string | undefined> =>
  new Promise((done) => {
    const socket = createSocket(isIPv4(host) ? 'udp4' : 'udp6');
    let isOver = false;
    const end = (address: string | undefined): void => {
      if (isOver) return;
      isOver = true;
      socket.close();
      done(address);
    };
    socket.on('error', () => end(undefined));
    socket.connect(9, host, (error?: Error | null) =>
      end(error === undefined || error === null ? socket.address().address.split('%')[0] : undefined),
    );
  });
