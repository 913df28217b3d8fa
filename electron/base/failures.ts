/**
 * What the system and OpenSSL say about a connection, as the project's own errors with a sentence for people.
 * Only this file knows their codes.
 */

import type { ErrorCode, ErrorDetails } from '../../shared/errors/errors.ts';
import { HexdropError } from '../../shared/errors/errors.ts';

/** A connection that worked has broken. */
export const lossOf = (error: NodeJS.ErrnoException, peerName: string): HexdropError => {
  if (error instanceof HexdropError) return error;
  const code = error.code ?? '';
  const lost = (what: string): HexdropError =>
    new HexdropError('connection-lost', `The connection to ${peerName} broke: ${what}.`, {
      seen: code,
      cause: error,
    });
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNABORTED')
    return lost('the other side cut it');
  if (code === 'ETIMEDOUT') return lost('the other side no longer answers');
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH' || code === 'ENETDOWN')
    return lost('the network is gone');
  if (/ALERT_CERTIFICATE_REQUIRED|ALERT_BAD_CERTIFICATE|CERTIFICATE_UNKNOWN/.test(code)) {
    return new HexdropError('tls-failed', `${peerName} does not take this device's certificate.`, {
      seen: code,
      cause: error,
    });
  }
  if (code.startsWith('ERR_SSL_')) {
    return new HexdropError(
      'tls-failed',
      `The encryption with ${peerName} failed (${openSslReason(error)}).`,
      {
        seen: code,
        cause: error,
      },
    );
  }
  return lost(error.message === '' ? code : error.message);
};

/** A name could not be looked up, which says nothing about whether there is such a device. */
export const noNameServer = (host: string, details: ErrorDetails): HexdropError =>
  new HexdropError(
    'name-server-silent',
    `The name server of this network does not answer, so that no address is found for "${host}". Give the address itself, or the name that "hexdrop peers" shows.`,
    details,
  );

/** What is wrong when a connection cannot be made. `host` and `port` are what the person asked for. */
export const dialFailure = (error: NodeJS.ErrnoException, host: string, port: number): HexdropError => {
  if (error instanceof HexdropError) return error;
  const name = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  const code = error.code ?? '';
  const failure = (as: ErrorCode, sentence: string): HexdropError =>
    new HexdropError(as, sentence, { seen: code, cause: error });
  switch (code) {
    case 'ECONNREFUSED':
      return failure(
        'connection-refused',
        `Nothing listens on ${name}. Is Hexdrop running there, and is the port right?`,
      );
    case 'EAI_AGAIN':
      return noNameServer(host, { seen: code, cause: error });
    case 'ENOTFOUND':
    case 'EAI_NONAME':
    case 'EAI_NODATA':
      return failure(
        'host-unknown',
        `No device called "${host}" is known. Is the name right, or is its address better?`,
      );
    case 'ETIMEDOUT':
      return failure(
        'unreachable',
        `${name} does not answer. Is the device on, in this network, and not behind a firewall?`,
      );
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EHOSTDOWN':
    case 'ENETDOWN':
    case 'EADDRNOTAVAIL':
    case 'EINVAL':
      return failure('unreachable', `There is no way from here to ${name}. Is the device in this network?`);
    case 'EACCES':
    case 'EPERM':
      return failure('unreachable', `This system does not permit a connection to ${name} (${code}).`);
    case 'ECONNRESET':
    case 'EPIPE':
    case 'ECONNABORTED':
      return failure(
        'tls-failed',
        `${name} hung up while the connection was set up. Is it Hexdrop, and is the port right?`,
      );
    case 'ERR_SOCKET_BAD_PORT':
      return failure('usage', `${port} is not a port: 1 to 65535 are.`);
    default:
  }
  if (
    /WRONG_VERSION_NUMBER|PACKET_LENGTH|BAD_PROTOCOL_VERSION|HTTP_REQUEST|RECORD_LAYER|UNEXPECTED_MESSAGE|UNKNOWN_PROTOCOL|EPROTO/.test(
      code,
    )
  ) {
    return failure(
      'not-hexdrop',
      `What answers on ${name} does not encrypt as Hexdrop does: it is another program, or it takes plain connections only. Is the port right?`,
    );
  }
  if (/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/.test(code)) {
    return failure(
      'not-hexdrop',
      `What answers on ${name} speaks another version of TLS than 1.3, so it is not Hexdrop. Is the port right?`,
    );
  }
  if (code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_')) {
    return failure(
      'tls-failed',
      `No encrypted connection to ${name} could be set up (${openSslReason(error)}).`,
    );
  }
  return failure('unreachable', `${name} cannot be reached: ${error.message === '' ? code : error.message}.`);
};

/** What is wrong when a port cannot be listened on. */
export const listenFailure = (error: NodeJS.ErrnoException, host: string, port: number): HexdropError => {
  const name = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  const code = error.code ?? '';
  const failure = (as: ErrorCode, sentence: string): HexdropError =>
    new HexdropError(as, sentence, { seen: code, cause: error });
  switch (code) {
    case 'EADDRINUSE':
      return failure(
        'port-taken',
        `Port ${port} is taken: another program, perhaps another Hexdrop, listens on ${name}. Choose another port, or 0 for any.`,
      );
    case 'EACCES':
    case 'EPERM':
      return failure(
        'permission-denied',
        `This system does not permit listening on ${name}. Ports from 1024 up are free to use.`,
      );
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'EINVAL':
      return failure('usage', `"${host}" is not an address of this device.`);
    case 'EAI_AGAIN':
      return noNameServer(host, { seen: code, cause: error });
    case 'ENOTFOUND':
      return failure('host-unknown', `No address is known for "${host}".`);
    case 'ERR_SOCKET_BAD_PORT':
      return failure('usage', `${port} is not a port: 1 to 65535 are, and 0 for any that is free.`);
    default:
      return failure(
        'internal',
        `Listening on ${name} failed: ${error.message === '' ? code : error.message}.`,
      );
  }
};

const openSslReason = (error: NodeJS.ErrnoException & { reason?: string }): string =>
  error.reason ?? error.code ?? error.message;
