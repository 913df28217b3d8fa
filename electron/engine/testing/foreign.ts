/** For the tests of this folder: peers that are not ours, on raw sockets. */

import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, ServerOpts, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import type { Payload } from '../../../shared/protocol/catalog.ts';
import { decodePayloadOf } from '../../../shared/protocol/codec.ts';
import { decodeHeader } from '../../../shared/protocol/header.ts';
import { headerBytes } from '../../../shared/protocol/limits.ts';
import { atEnd, ours } from './loopback.ts';

/** A raw TCP socket to the port, for peers that are not ours. */
export const rawSocket = async (port: number): Promise<Socket> => {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  socket.on('error', () => undefined);
  atEnd(() => {
    socket.destroy();
  });
  await once(socket, 'connect');
  return socket;
};

/** A server that is not ours. */
export const foreignServer = async (
  onSocket: (socket: Socket) => void,
  options: ServerOpts = {},
): Promise<{ server: Server; port: number }> => {
  const server = createServer(options, (socket) => {
    socket.on('error', () => undefined);
    atEnd(() => {
      socket.destroy();
    });
    onSocket(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(() => {
    server.close();
  });
  return { server, port: (server.address() as AddressInfo).port };
};

/** Everything until the other side's FIN. */
export const readToEnd = async (socket: Socket): Promise<Buffer> => {
  const parts: Buffer[] = [];
  for await (const part of socket) parts.push(part as Buffer);
  return Buffer.concat(parts);
};

export const readErrorFrame = (bytes: Uint8Array): Payload<'ERROR'> => {
  const header = decodeHeader(bytes);
  return decodePayloadOf('ERROR', bytes.subarray(headerBytes, headerBytes + header.length));
};

/** Whatever the reason: `once` would reject for an error. */
export const closingOf = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket.once('close', () => resolve());
  });

export const tlsClient = (port: number, options: ConnectionOptions = {}): TLSSocket => {
  const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options });
  socket.on('error', () => undefined);
  atEnd(() => {
    socket.destroy();
  });
  return socket;
};

export const ourCertificate = { key: ours.keyPem, cert: ours.certificatePem };

export const sends = async (port: number, bytes: string | Buffer): Promise<Buffer> => {
  const socket = await rawSocket(port);
  socket.write(bytes, 'latin1');
  return readToEnd(socket);
};
