import { describe, expect, test } from 'vitest';
import { dialFailure, listenFailure, lossOf } from './failures.ts';

const failed = (code: string, message = ''): NodeJS.ErrnoException =>
  Object.assign(new Error(message), { code });

describe('a dial that failed', () => {
  test.each([
    ['ECONNREFUSED', 'connection-refused', 'Nothing listens on nas.local:9.'],
    ['ENOTFOUND', 'host-unknown', 'No device called "nas.local" is known.'],
    ['EAI_AGAIN', 'name-server-silent', 'The name server of this network does not answer'],
    ['ETIMEDOUT', 'unreachable', 'nas.local:9 does not answer.'],
    ['EHOSTUNREACH', 'unreachable', 'There is no way from here to nas.local:9.'],
    ['ENETUNREACH', 'unreachable', 'There is no way from here to nas.local:9.'],
    ['EADDRNOTAVAIL', 'unreachable', 'There is no way from here to nas.local:9.'],
    ['EACCES', 'unreachable', 'This system does not permit a connection to nas.local:9'],
    ['ECONNRESET', 'tls-failed', 'nas.local:9 hung up while the connection was set up.'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'not-hexdrop', 'does not encrypt as Hexdrop does'],
    ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'not-hexdrop', 'does not encrypt as Hexdrop does'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'not-hexdrop', 'another version of TLS than 1.3'],
    ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'not-hexdrop', 'another version of TLS than 1.3'],
    ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'tls-failed', 'No encrypted connection to nas.local:9'],
    ['EMFILE', 'unreachable', 'nas.local:9 cannot be reached: EMFILE.'],
  ])('%s reads as %s', (code, expected, sentence) => {
    const error = dialFailure(failed(code), 'nas.local', 9);
    expect(error.code).toBe(expected);
    expect(error.message).toContain(sentence);
    expect(error.seen).toBe(code);
  });

  test('an IPv6 address is told in brackets', () => {
    expect(dialFailure(failed('ECONNREFUSED'), '::1', 9).message).toContain('[::1]:9');
  });
});

describe('a connection that broke', () => {
  test.each([
    ['ECONNRESET', 'connection-lost', 'the other side cut it'],
    ['EPIPE', 'connection-lost', 'the other side cut it'],
    ['ETIMEDOUT', 'connection-lost', 'no longer answers'],
    ['ENETDOWN', 'connection-lost', 'the network is gone'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'tls-failed', "does not take this device's certificate"],
    ['ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC', 'tls-failed', 'The encryption with nas.local:9 failed'],
    ['EWHATEVER', 'connection-lost', 'EWHATEVER'],
  ])('%s reads as %s', (code, expected, sentence) => {
    const error = lossOf(failed(code), 'nas.local:9');
    expect(error.code).toBe(expected);
    expect(error.message).toContain(sentence);
  });
});

describe('a port that cannot be listened on', () => {
  test.each([
    ['EACCES', 'permission-denied', 'does not permit listening'],
    ['EADDRNOTAVAIL', 'usage', 'is not an address of this device'],
    ['ENOTFOUND', 'host-unknown', 'No address is known'],
    ['ERR_SOCKET_BAD_PORT', 'usage', 'is not a port'],
    ['EMFILE', 'internal', 'failed: EMFILE'],
  ])('%s reads as %s', (code, expected, sentence) => {
    const error = listenFailure(failed(code), '192.0.2.1', 80);
    expect(error.code).toBe(expected);
    expect(error.message).toContain(sentence);
  });
});
