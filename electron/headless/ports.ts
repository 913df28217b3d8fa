/** Takes the port of the page: on loopback both families or none, so that nobody else answers for one of them. */

import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { HexdropError } from '../../shared/errors/errors.ts';

/** Beside the port of transfers, 18520, which looks for a free one in the same way. */
const usualPort = 18_521;
const portsTried = 20;

export interface BoundPort {
  readonly port: number;
  readonly servers: readonly Server[];
}

interface BindOptions {
  /** 0 takes a free one; without it the usual one or one of the next. */
  readonly port: number | undefined;
  /** `loopback` is both families of it; `::` is everything. */
  readonly address: string;
  readonly makeServer: () => Server;
}

/** The machine has no such family, or does not use it on this interface. */
const lacksFamily = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EPROTONOSUPPORT']);

/** @throws HexdropError port-taken, permission-denied, internal */
export const bindPort = async (options: BindOptions): Promise<BoundPort> => {
  const { port } = options;
  const candidates =
    port === undefined
      ? Array.from({ length: portsTried }, (_none, index) => usualPort + index)
      : // The second family may find the free port of the first one taken.
        Array.from({ length: port === 0 ? portsTried : 1 }, () => port);
  for (const candidate of candidates) {
    const bound =
      options.address === 'loopback'
        ? await bindLoopback(candidate, options)
        : await bindAddress(candidate, options);
    if (bound !== undefined) return bound;
  }
  const what =
    port === undefined ? `One of the ports ${usualPort} to ${usualPort + portsTried - 1}` : `Port ${port}`;
  throw new HexdropError(
    'port-taken',
    `${what} is needed, and other programs listen there. Choose another with --port.`,
  );
};

const bindLoopback = async (
  candidate: number,
  { makeServer }: BindOptions,
): Promise<BoundPort | undefined> => {
  const four = makeServer();
  if ((await listen(four, candidate, '127.0.0.1')) !== 'listens') return undefined;
  const { port } = four.address() as AddressInfo;
  const six = makeServer();
  const outcome = await listen(six, port, '::1');
  if (outcome === 'listens') return { port, servers: [four, six] };
  if (outcome === 'no-family') return { port, servers: [four] };
  await new Promise((resolve) => four.close(resolve));
  return undefined;
};

const bindAddress = async (
  candidate: number,
  { address, makeServer }: BindOptions,
): Promise<BoundPort | undefined> => {
  // Without IPv6 all is that of IPv4.
  for (const host of address === '::' ? ['::', '0.0.0.0'] : [address]) {
    const server = makeServer();
    const outcome = await listen(server, candidate, host);
    if (outcome === 'taken') return undefined;
    if (outcome === 'listens') return { port: (server.address() as AddressInfo).port, servers: [server] };
  }
  throw new HexdropError('internal', `This machine has no address ${address}.`);
};

const listen = (server: Server, port: number, host: string): Promise<'listens' | 'taken' | 'no-family'> =>
  new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      const code = error.code ?? '';
      if (code === 'EADDRINUSE') resolve('taken');
      else if (lacksFamily.has(code)) resolve('no-family');
      else {
        const kind = code === 'EACCES' ? 'permission-denied' : 'internal';
        reject(new HexdropError(kind, `Port ${port} cannot be listened on (${code}).`, { cause: error }));
      }
    };
    server.once('error', failed);
    server.listen({ port, host, exclusive: true, ipv6Only: host === '::1' }, () => {
      server.off('error', failed);
      resolve('listens');
    });
  });
