/**
 * Says no to a connection that never became one: the typed ERROR frame, or a sentence for a web browser, then the
 * end. Waits a little for the peer to read it: closing on unread input would reset the connection, and the reset
 * would take the answer with it.
 */

import type { Socket } from 'node:net';
import { encodeFrame } from '../../../shared/protocol/codec.ts';
import type { HexdropError } from '../../../shared/errors/errors.ts';
import { errorPayload } from '../../../shared/protocol/wire-errors.ts';

/** How long, and for how much more input, a refused peer may stay. */
const lingerMs = 1_000;
const lingerBytes = 65_536;

export const errorFrame = (error: HexdropError): Uint8Array =>
  encodeFrame('ERROR', { id: 0 }, errorPayload(error));

export const httpAnswer = (port: number): Uint8Array => {
  const text = `This port (${port}) speaks the Hexdrop protocol, not HTTP.\nFetch files from it with: hexdrop ls <this address>:${port}\n`;
  const head = [
    'HTTP/1.1 400 Bad Request',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${text.length}`,
    'Connection: close',
  ];
  return new TextEncoder().encode(`${head.join('\r\n')}\r\n\r\n${text}`);
};

/** Sends the answer and ends; the socket is gone within the linger time whatever the peer does. */
export const refuse = (socket: Socket, answer: Uint8Array): void => {
  if (socket.destroyed) return;
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  let drainedBytes = 0;
  socket.removeAllListeners('data');
  socket.on('data', (bytes: Uint8Array) => {
    drainedBytes += bytes.length;
    if (drainedBytes > lingerBytes) socket.destroy();
  });
  socket.on('close', () => clearTimeout(timer));
  socket.resume();
  socket.end(answer);
};
