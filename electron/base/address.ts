/**
 * Addresses as people type and read them: `192.168.1.23`, `nas.local:99`, `[fe80::1%eth0]:99`, and paths on a peer,
 * `nas.local/Photos/2026`. Strings only: looks nothing up. Everything refused is a `usage` error that says what was
 * seen and what is allowed.
 */

import { isIPv4, isIPv6 } from 'node:net';
import { HexdropError } from '../../shared/errors/errors.ts';
import { defaultPort } from '../../shared/model/peer.ts';
import type { Endpoint } from '../../shared/model/peer.ts';

export interface RemotePath {
  readonly endpoint: Endpoint;
  /** The share and what is below it, joined by `/`, without one in front or behind; empty for the list of shares. */
  readonly path: string;
}

const allowedForms =
  'a name or an address, with an optional port: nas.local, 192.168.1.23:18520, [fe80::1%eth0]:18520';

/** Letters of any script, digits, hyphens and underscores, in parts joined by dots; a dot at the end is fine. */
const namePattern =
  /^(?=.{1,253}\.?$)[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}_-]{0,61}[\p{L}\p{M}\p{N}_])?(?:\.[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}_-]{0,61}[\p{L}\p{M}\p{N}_])?)*\.?$/u;

/** Reads `host`, `host:port`, `[IPv6]:port` or a bare IPv6 address. */
export const parseAddress = (text: string, portWhenNone: number = defaultPort): Endpoint => {
  if (text.startsWith('[')) {
    const close = text.indexOf(']');
    if (close < 0) throw badAddress(text, 'the bracket is not closed');
    const host = text.slice(1, close);
    if (!isIPv6WithPlainZone(host)) throw badAddress(text, `"${host}" is not an IPv6 address`);
    const rest = text.slice(close + 1);
    if (rest === '') return { host, port: portWhenNone };
    if (!rest.startsWith(':')) throw badAddress(text, 'only a port may follow the bracket');
    return { host, port: parsePort(rest.slice(1), text) };
  }
  // More than one colon: an IPv6 address, which takes a port only in brackets.
  if (text.indexOf(':') !== text.lastIndexOf(':')) {
    if (isIPv6WithPlainZone(text)) return { host: text, port: portWhenNone };
    throw badAddress(text, 'an IPv6 address with a port needs brackets');
  }
  const [host = '', port] = text.split(':');
  checkHost(host, text);
  return { host, port: port === undefined ? portWhenNone : parsePort(port, text) };
};

/** Reads `host[:port]` and `host[:port]/share/path`. Whether the path exists, or may be, is the peer's to say. */
export const parseRemotePath = (text: string, portWhenNone: number = defaultPort): RemotePath => {
  const slash = text.indexOf('/');
  if (slash < 0) return { endpoint: parseAddress(text, portWhenNone), path: '' };
  const endpoint = parseAddress(text.slice(0, slash), portWhenNone);
  const parts = text.slice(slash + 1).split('/');
  // One slash at the end is how shells complete a folder.
  if (parts.at(-1) === '') parts.pop();
  for (const part of parts) {
    if (part === '') throw badPath(text, 'a name between two slashes is missing');
    if (part === '.' || part === '..') throw badPath(text, `"${part}" is not a name`);
    if (part.includes('\0')) throw badPath(text, 'a name holds a NUL');
  }
  return { endpoint, path: parts.join('/') };
};

/** The form that parseAddress reads back; the port always shown. */
export const formatAddress = ({ host, port }: Endpoint): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

/** The same device written differently is the same target: names have no case, and a dot at the end means nothing. */
export const targetOf = ({ host, port }: Endpoint): string =>
  formatAddress({ host: host.toLowerCase().replace(/\.$/, ''), port });

/** A zone may be anything to the system; with a colon it is a port that lacks the brackets. */
const isIPv6WithPlainZone = (text: string): boolean => isIPv6(text) && !/%.*[^\w.~-]/.test(text);

const checkHost = (host: string, text: string): void => {
  if (host === '') throw badAddress(text, 'the host is missing');
  if (isIPv4(host)) return;
  if (/^[\d.]+$/.test(host))
    throw badAddress(text, `"${host}" is not an IPv4 address: it has four numbers from 0 to 255`);
  if (!namePattern.test(host)) throw badAddress(text, `"${host}" is neither a name nor an address`);
};

const parsePort = (digits: string, text: string): number => {
  const port = Number(digits);
  if (!/^\d{1,5}$/.test(digits) || port < 1 || port > 65_535) {
    throw badAddress(
      text,
      digits === '' ? 'the port is missing' : `"${digits}" is not a port: 1 to 65535 are`,
    );
  }
  return port;
};

const badAddress = (text: string, why: string): HexdropError =>
  new HexdropError('usage', `"${text}" is not an address: ${why}. Allowed is ${allowedForms}.`, {
    seen: text,
    allowed: allowedForms,
  });

const badPath = (text: string, why: string): HexdropError =>
  new HexdropError(
    'usage',
    `"${text}" is not a path on a device: ${why}. Allowed is host[:port]/share/folder/file.`,
    {
      seen: text,
      allowed: 'host[:port]/share/folder/file',
    },
  );
