/**
 * Which of several addresses of one device to dial: the first that takes a TCP connection, tried in their order a
 * quarter of a second apart (after RFC 8305). Only a hint: whose key answers there is the engine's to check.
 */

import { connect } from 'node:net';
import type { Socket } from 'node:net';

import type { Endpoint } from '../../../shared/model/peer.ts';
import { nameLookup } from '../net/name-lookup.ts';

const nextAfterMs = 250;
const patienceMs = 3_000;

/** Undefined when none answers in time, or nobody waits any more. A single one is not tried. */
export function pickAddress(
  addresses: readonly Endpoint[],
  signal?: AbortSignal,
): Promise<Endpoint | undefined> {
  const [first] = addresses;
  if (first === undefined || addresses.length === 1) return Promise.resolve(first);
  return new Promise((resolve) => {
    const sockets = new Set<Socket>();
    let next = 0;
    let timer: NodeJS.Timeout | undefined;
    const over = new AbortController();
    const decide = (endpoint: Endpoint | undefined): void => {
      clearTimeout(timer);
      clearTimeout(patience);
      over.abort();
      signal?.removeEventListener('abort', giveUp);
      for (const socket of sockets) socket.destroy();
      resolve(endpoint);
    };
    const giveUp = (): void => decide(undefined);
    const patience = setTimeout(giveUp, patienceMs);
    signal?.addEventListener('abort', giveUp, { once: true });
    const tryNext = (): void => {
      clearTimeout(timer);
      const endpoint = addresses[next];
      if (endpoint === undefined) {
        if (sockets.size === 0) giveUp();
        return;
      }
      next += 1;
      const { host, port } = endpoint;
      const socket = connect({ host, port, lookup: nameLookup({ signal: over.signal }) });
      sockets.add(socket);
      socket.once('connect', () => decide(endpoint));
      socket.once('error', () => {
        sockets.delete(socket);
        socket.destroy();
        tryNext();
      });
      timer = setTimeout(tryNext, nextAfterMs);
    };
    tryNext();
  });
}
