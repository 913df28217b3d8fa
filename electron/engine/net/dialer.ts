/**
 * Opens connections: TCP, then TLS unless plain is asked for, then the peer's key is checked, all within one
 * timeout. Nothing of ours is sent before the key was found right. The first frame is the session's business.
 */

import { connect as connectTcp, isIP } from 'node:net';
import type { LookupFunction, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { networkInterfaces } from 'node:os';
import type { NetworkInterfaceInfo } from 'node:os';
import type { TLSSocket } from 'node:tls';
import { HexdropError, asHexdropError } from '../../../shared/errors/errors.ts';
import { isLinkLocalIPv6 } from '../../base/links.ts';
import { formatAddress } from '../../base/address.ts';
import { Connection } from './connection.ts';
import type { ConnectionOptions } from './connection.ts';
import { DirectInlet } from './direct-inlet.ts';
import { dialFailure, noNameServer } from '../../base/failures.ts';
import type { Identity } from './identity.ts';
import { shortDeviceId } from '../../../shared/model/device-id.ts';
import type { KeyLog } from './key-log.ts';
import type { TapMaker } from './tap.ts';
import { nameLookup } from './name-lookup.ts';
import { secureContextOf, secureFactsOf } from './tls.ts';

export interface DialOptions {
  readonly host: string;
  readonly port: number;
  readonly identity: Identity;
  readonly plain: boolean;
  /** Another key than this one is an identity-mismatch: for lanes, whose peer has been proven before. */
  readonly expectDeviceId?: string | undefined;
  /** Throws to refuse the key that the peer proved, before anything is sent: for the record of known devices. */
  readonly checkPeer?: ((deviceId: string) => void) | undefined;
  /** The reader has `target`: deliveries go straight into its buffers. */
  readonly directRead?: boolean | undefined;
  /** For TCP and TLS together. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** How names become addresses; when absent the system's way, and for `.local` names our own question as well. */
  readonly lookup?: LookupFunction | undefined;
  readonly tap?: TapMaker | undefined;
  /** Takes the secrets of the TLS session, a line each. */
  readonly keyLog?: KeyLog | undefined;
}

/** Rejects with a HexdropError of the classes "reach", "session" or with `cancelled`. */
export const dial = (options: DialOptions): Promise<Connection> =>
  new Promise((resolve, reject) => {
    const { host, port, signal } = options;
    const peerName = formatAddress({ host, port });
    if (signal?.aborted === true) {
      reject(cancelledDial(peerName));
      return;
    }
    const zoneFault = faultOfZone(options, networkInterfaces());
    if (zoneFault !== undefined) {
      reject(zoneFault);
      return;
    }

    const inlet = options.directRead === true ? new DirectInlet() : undefined;
    const over = new AbortController();
    let isLookedUp = isIP(host) !== 0;
    const lookup = options.lookup ?? nameLookup({ signal: over.signal });
    let socket: Socket | TLSSocket;
    try {
      socket = openSocket(options, inlet, (name, how, answer) =>
        lookup(name, how, (...found) => {
          isLookedUp = true;
          answer(...found);
        }),
      );
    } catch (thrown) {
      reject(dialFailure(thrown as NodeJS.ErrnoException, host, port));
      return;
    }

    let connectedAtMs: number | undefined;
    const onTcpConnected = (): void => {
      connectedAtMs = performance.now();
    };
    const release = (): void => {
      clearTimeout(timer);
      over.abort();
      signal?.removeEventListener('abort', onAbort);
      socket.off('connect', onTcpConnected);
      socket.off('connect', onReady);
      socket.off('secureConnect', onReady);
      socket.off('error', onError);
      socket.off('close', onClose);
    };
    const fail = (error: HexdropError): void => {
      release();
      // A socket may still report an error after its end is decided.
      socket.on('error', () => undefined);
      socket.destroy();
      reject(error);
    };
    const onError = (error: NodeJS.ErrnoException): void => fail(dialFailure(error, host, port));
    const onClose = (): void =>
      fail(dialFailure(Object.assign(new Error(''), { code: 'ECONNRESET' }), host, port));
    const onAbort = (): void => fail(cancelledDial(peerName));
    const onTimeout = (): void =>
      fail(
        isLookedUp
          ? timedOut(peerName, connectedAtMs !== undefined, options.timeoutMs)
          : noNameServer(host, { seen: 'ETIMEDOUT' }),
      );
    const onReady = (): void => {
      try {
        const connection = adopt(socket, options, { inlet, peerName, connectedAtMs });
        release();
        resolve(connection);
      } catch (thrown) {
        fail(asHexdropError(thrown, 'tls-failed'));
      }
    };

    const timer = setTimeout(onTimeout, options.timeoutMs);
    signal?.addEventListener('abort', onAbort);
    socket.on('connect', onTcpConnected);
    socket.on(options.plain ? 'connect' : 'secureConnect', onReady);
    socket.on('error', onError);
    socket.on('close', onClose);
  });

/** The same link-local address may be in every network: without a zone no system knows which one is meant. */
const faultOfZone = (
  { host, port }: Pick<DialOptions, 'host' | 'port'>,
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>,
): HexdropError | undefined => {
  const [address = '', zone] = host.split('%');
  if (!isLinkLocalIPv6(address)) return undefined;
  const own = Object.entries(interfaces);
  const zones = own.flatMap(([name, infos = []]) => [name, ...infos.map(({ scopeid }) => String(scopeid))]);
  if (zone !== undefined && zones.includes(zone)) return undefined;
  const names = own.filter(([, infos]) => infos?.some(({ internal }) => !internal)).map(([name]) => name);
  const example = formatAddress({ host: `${address}%${names[0] ?? 'eth0'}`, port });
  const what =
    zone === undefined
      ? `${address} is a link-local address and needs its zone: the interface of this machine that leads there`
      : `"${zone}", the zone of ${address}, is no interface of this machine`;
  const allowed = names.length > 0 ? names.join(', ') : 'none: this machine has no network now';
  return new HexdropError(
    'usage',
    `${what}. Allowed is ${allowed}${names.length > 0 ? `, as in ${example}` : ''}.`,
    {
      seen: host,
      allowed,
    },
  );
};

const openSocket = (
  options: DialOptions,
  inlet: DirectInlet | undefined,
  lookup: LookupFunction,
): Socket | TLSSocket => {
  const { host, port } = options;
  const onread = inlet === undefined ? {} : { onread: inlet.onread };
  const tcp = {
    host,
    port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 15_000,
    ...onread,
    lookup,
  };
  if (options.plain) {
    const socket = connectTcp(tcp);
    // Nothing is read before there is a reader.
    socket.pause();
    return socket;
  }
  const socket = connectTls({
    ...tcp,
    secureContext: secureContextOf(options.identity),
    minVersion: 'TLSv1.3',
    // No authority vouches for a device: the key itself is checked below.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  });
  if (options.keyLog !== undefined) socket.on('keylog', options.keyLog.write);
  return socket;
};

const adopt = (
  socket: Socket | TLSSocket,
  options: DialOptions,
  facts: Pick<ConnectionOptions, 'inlet' | 'connectedAtMs'> & { readonly peerName: string },
): Connection => {
  const { peerName } = facts;
  const common = { socket, side: 'dialer', tap: options.tap, ...facts } as const;
  if (options.plain) return new Connection(common);
  socket.pause();
  const { secure, peerDeviceId } = secureFactsOf(socket as TLSSocket);
  if (peerDeviceId === undefined) {
    throw new HexdropError('certificate-required', `${peerName} presented no certificate.`);
  }
  if (options.expectDeviceId !== undefined && options.expectDeviceId !== peerDeviceId) {
    throw new HexdropError(
      'identity-mismatch',
      `What answers on ${peerName} is another device than expected: it has the key ${shortDeviceId(peerDeviceId)}, not ${shortDeviceId(options.expectDeviceId)}.`,
      { seen: shortDeviceId(peerDeviceId), allowed: shortDeviceId(options.expectDeviceId) },
    );
  }
  options.checkPeer?.(peerDeviceId);
  return new Connection({ ...common, secure, peerDeviceId });
};

const cancelledDial = (peerName: string): HexdropError =>
  new HexdropError('cancelled', `Connecting to ${peerName} was cancelled.`);

const timedOut = (peerName: string, isTcpConnected: boolean, timeoutMs: number): HexdropError => {
  const seconds = `${Math.max(1, Math.round(timeoutMs / 1000))} s`;
  return isTcpConnected
    ? new HexdropError(
        'handshake-timeout',
        `${peerName} took the connection but set up no encryption within ${seconds}. Is it Hexdrop, and is the port right?`,
      )
    : new HexdropError(
        'unreachable',
        `${peerName} does not answer within ${seconds}. Is the device on, in this network, and not behind a firewall?`,
      );
};
