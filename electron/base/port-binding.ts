/** Binds a server to an address and a port, with the fallbacks that people expect: IPv4 alone, the next free port. */

import { isIP } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { limits } from '../../shared/protocol/limits.ts';
import { listenFailure, noNameServer } from './failures.ts';
import { systemAddresses } from './system-names.ts';

/** How many ports after the wanted one are tried. */
const fallbackPorts = 20;

export interface BindOptions {
  /** `::`, which is IPv4 too, when absent; `0.0.0.0` where the system has no IPv6. */
  readonly host?: string | undefined;
  readonly port: number;
  readonly portFallback?: boolean | undefined;
}

export const bindServer = async (
  server: Server,
  options: BindOptions,
): Promise<{ host: string; port: number }> => {
  const { port } = options;
  const lastPort = options.portFallback === true && port > 0 ? Math.min(port + fallbackPorts, 65_535) : port;
  let host = options.host === undefined ? '::' : await addressOf(options.host, port);
  for (let candidate = port; ;) {
    try {
      return await bindOnce(server, host, candidate);
    } catch (thrown) {
      const error = thrown as NodeJS.ErrnoException;
      if (options.host === undefined && host === '::' && isWithoutIpv6(error)) host = '0.0.0.0';
      else if (error.code === 'EADDRINUSE' && candidate < lastPort) candidate += 1;
      else throw listenFailure(error, host, candidate);
    }
  }
};

/** A name stands for the first of its addresses: one that this device does not have cannot be listened on. */
const addressOf = async (host: string, port: number): Promise<string> => {
  if (isIP(host) !== 0) return host;
  const patience = AbortSignal.timeout(limits.handshakeMs);
  try {
    const [first] = await systemAddresses(host, patience);
    return first?.address ?? host;
  } catch (thrown) {
    throw patience.aborted
      ? noNameServer(host, { cause: thrown })
      : listenFailure(thrown as NodeJS.ErrnoException, host, port);
  }
};

const isWithoutIpv6 = ({ code }: NodeJS.ErrnoException): boolean =>
  code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL' || code === 'EINVAL';

const bindOnce = (server: Server, host: string, port: number): Promise<{ host: string; port: number }> =>
  new Promise((resolve, reject) => {
    const onError = (error: Error): void => {
      server.off('listening', onListening);
      reject(error);
    };
    const onListening = (): void => {
      server.off('error', onError);
      // Running out of descriptors later is no reason to die: the next connection may be fine again.
      server.on('error', () => undefined);
      const { address, port: boundPort } = server.address() as AddressInfo;
      resolve({ host: address, port: boundPort });
    };
    server.once('error', onError);
    server.once('listening', onListening);
    try {
      server.listen({ host, port, exclusive: true });
    } catch (thrown) {
      server.off('listening', onListening);
      server.off('error', onError);
      reject(thrown);
    }
  });
