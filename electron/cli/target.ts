/**
 * What a person calls the other side, as an endpoint: an address, or the alias of a known device. An address always
 * wins over an alias that reads like one, so that no device can put itself in the place of another by its name.
 */

import { isIP } from 'node:net';
import type { Endpoint } from '../../shared/model/peer.ts';
import { HexdropError } from '../../shared/protocol/errors.ts';
import { defaultPort } from '../../shared/protocol/limits.ts';
import { parseAddress, parseRemotePath, targetOf } from '../engine/net/address.ts';
import type { RemotePath } from '../engine/net/address.ts';
import { shortDeviceId } from '../engine/net/identity.ts';
import type { KnownDevice } from '../engine/net/known-devices.ts';
import { usageError } from './call/options.ts';

const normalise = (alias: string): string => alias.normalize('NFC').toLowerCase();

const devicesCalled = (alias: string, devices: readonly KnownDevice[]): readonly KnownDevice[] =>
  devices.filter((device) => device.targets.length > 0 && normalise(device.alias) === normalise(alias));

const tryAddress = (text: string, port: number): Endpoint | HexdropError => {
  try {
    return parseAddress(text, port);
  } catch (thrown) {
    if (thrown instanceof HexdropError) return thrown;
    throw thrown;
  }
};

const readsAsAddress = (endpoint: Endpoint, devices: readonly KnownDevice[]): boolean =>
  isIP(endpoint.host) !== 0 ||
  endpoint.host.includes('.') ||
  devices.some((device) => device.targets.includes(targetOf(endpoint)));

/** 1 is not a port here: -1 tells an address that names a port from one that takes the default. */
const noPort = -1;

/** Throws a usage error for what is neither; `port` is the one of --port. */
export const resolveTarget = (
  text: string,
  port: number | undefined,
  devices: readonly KnownDevice[],
): Endpoint => {
  if (port === 0)
    throw usageError('--port 0 is for listeners; here it must be the port to connect to.', { seen: '0' });
  const typed = tryAddress(text, noPort);
  const portTyped = typed instanceof HexdropError || typed.port === noPort ? port : typed.port;
  const address =
    typed instanceof HexdropError ? typed : { host: typed.host, port: portTyped ?? defaultPort };
  if (!(address instanceof HexdropError) && readsAsAddress(address, devices)) return address;

  const alias = address instanceof HexdropError ? text : address.host;
  const [device, ...others] = devicesCalled(alias, devices);
  if (device === undefined) {
    if (!(address instanceof HexdropError)) return address;
    throw usageError(`${address.message} No known device is called "${text}" either.`, {
      seen: text,
      ...(address.allowed === undefined ? {} : { allowed: address.allowed }),
    });
  }
  if (others.length > 0) {
    const list = [device, ...others]
      .map(({ deviceId, targets }) => `${targets[0]} (${shortDeviceId(deviceId)})`)
      .join(', ');
    throw usageError(`Several known devices are called "${alias}": ${list}. Give the address.`, {
      seen: alias,
    });
  }
  const known = parseAddress(device.targets[0] ?? '');
  return portTyped === undefined ? known : { ...known, port: portTyped };
};

/** `host[:port]/share/path`, where the host may be an alias. */
export const resolveRemotePath = (
  text: string,
  port: number | undefined,
  devices: readonly KnownDevice[],
): RemotePath => {
  const slash = text.indexOf('/');
  const host = slash === -1 ? text : text.slice(0, slash);
  const { path } = slash === -1 ? { path: '' } : parseRemotePath(`host${text.slice(slash)}`);
  return { endpoint: resolveTarget(host, port, devices), path };
};
