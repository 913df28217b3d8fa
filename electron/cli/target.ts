/**
 * What a person calls the other side, as an endpoint: an address, or the alias of a device that is known or announced
 * on the network. An address always wins over an alias that reads like one, so that no device can put itself in the
 * place of another by its name. Known and announced devices of that name are gathered: more than one key is refused with the
 * list, unless a person compared one of them.
 */

import { isIP } from 'node:net';
import type { Endpoint } from '../../shared/model/peer.ts';
import { HexdropError } from '../../shared/errors/errors.ts';
import { defaultPort } from '../../shared/model/peer.ts';
import type { DiscoveredPeer } from '../engine/api.ts';
import { announcedAlias } from '../engine/devices.ts';
import { formatAddress, parseAddress, targetOf } from '../base/address.ts';
import { shortDeviceId } from '../../shared/model/device-id.ts';
import type { KnownDevice } from '../engine/api.ts';
import { usageError } from './call/options.ts';

export interface Target {
  readonly endpoint: Endpoint;
  /** More addresses of the same device, the best first. */
  readonly others?: readonly Endpoint[];
  /** The device that is meant, where it was found by its name. */
  readonly expectDeviceId?: string;
}

/** What was typed, read but not yet looked for. */
export type TypedTarget =
  | { readonly kind: 'address'; readonly endpoint: Endpoint }
  | {
      readonly kind: 'alias';
      readonly alias: string;
      /** Known devices that can be dialed. */
      readonly known: readonly KnownDevice[];
      /** Where a port was given. */
      readonly port: number | undefined;
      /** What it is as the name of a host, or why it cannot be one. */
      readonly asHost: Endpoint | HexdropError;
    };

const normalise = (alias: string): string => alias.normalize('NFC').toLowerCase();

const isCalled = (device: { readonly alias: string }, alias: string): boolean =>
  normalise(device.alias) === normalise(alias);

/** A long one is announced shortened, and may be given in full all the same. */
export const isAnnouncedAs = (peer: DiscoveredPeer, alias: string): boolean =>
  isCalled(peer, alias) || isCalled(peer, announcedAlias(alias));

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

/** `port` is the one of --port. */
export const readTarget = (
  text: string,
  port: number | undefined,
  devices: readonly KnownDevice[],
): TypedTarget => {
  if (port === 0)
    throw usageError('--port 0 is for listeners; here it must be the port to connect to.', { seen: '0' });
  const typed = tryAddress(text, noPort);
  const portTyped = typed instanceof HexdropError || typed.port === noPort ? port : typed.port;
  const asHost = typed instanceof HexdropError ? typed : { host: typed.host, port: portTyped ?? defaultPort };
  if (!(asHost instanceof HexdropError) && readsAsAddress(asHost, devices))
    return { kind: 'address', endpoint: asHost };

  const alias = asHost instanceof HexdropError ? text : asHost.host;
  const known = devices.filter((device) => device.targets.length > 0 && isCalled(device, alias));
  return { kind: 'alias', alias, known, port: portTyped, asHost };
};

interface Candidate {
  readonly deviceId: string;
  /** The best first. */
  readonly endpoints: readonly [Endpoint, ...(readonly Endpoint[])];
}

const refuseSeveral = (alias: string, what: string, candidates: readonly Candidate[]): never => {
  const list = candidates
    .map(({ endpoints: [endpoint], deviceId }) => `${formatAddress(endpoint)} (${shortDeviceId(deviceId)})`)
    .join(', ');
  throw usageError(`Several ${what} are called "${alias}": ${list}. Give the address.`, { seen: alias });
};

const announcedCandidates = (peers: readonly DiscoveredPeer[]): readonly Candidate[] =>
  peers.flatMap(({ deviceId, addresses: [first, ...others] }) =>
    first === undefined ? [] : [{ deviceId, endpoints: [first, ...others] }],
  );

/** Where a device was reached longer ago is not worth the wait. */
const mostKnownTargets = 4;

/** Where a known device is announced now, else where it was reached last. */
const knownCandidate = (
  { deviceId, targets }: KnownDevice,
  announced: readonly DiscoveredPeer[],
): Candidate => {
  const [now] = announcedCandidates(announced.filter((peer) => peer.deviceId === deviceId));
  const [first = '', ...others] = targets.slice(0, mostKnownTargets);
  const endpoints = [parseAddress(first), ...others.map((target) => parseAddress(target))] as const;
  return now ?? { deviceId, endpoints };
};

/** Throws a usage error for what is neither an address nor the alias of exactly one device. */
export const resolveTarget = (typed: TypedTarget, announced: readonly DiscoveredPeer[]): Target => {
  if (typed.kind === 'address') return { endpoint: typed.endpoint };
  const { alias, known, port, asHost } = typed;
  const claiming = announced.filter((peer) => isAnnouncedAs(peer, alias));
  const all = [
    ...known.map((device) => knownCandidate(device, announced)),
    ...announcedCandidates(
      claiming.filter((peer) => known.every(({ deviceId }) => deviceId !== peer.deviceId)),
    ),
  ];
  // Whose key a person compared is who is meant; all others of that name only call themselves so.
  const verified = all.filter(({ deviceId }) =>
    known.some((one) => one.deviceId === deviceId && one.verified === true),
  );
  const candidates = verified.length === 1 ? verified : all;
  const [candidate, ...rivals] = candidates;
  if (candidate === undefined) {
    if (!(asHost instanceof HexdropError)) return { endpoint: asHost };
    throw usageError(
      `${asHost.message} No device that is known or announced on the network is called "${alias}" either.`,
      { seen: alias, ...(asHost.allowed === undefined ? {} : { allowed: asHost.allowed }) },
    );
  }
  if (rivals.length > 0) refuseSeveral(alias, 'devices', candidates);
  const { endpoints, deviceId } = candidate;
  const [endpoint, ...more] = endpoints.map((each) => (port === undefined ? each : { ...each, port }));
  const others = more.filter((each) => targetOf(each) !== targetOf(endpoint as Endpoint));
  return {
    endpoint: endpoint as Endpoint,
    ...(others.length > 0 ? { others } : {}),
    // Who is found by name is expected by key, at whatever address and port.
    expectDeviceId: deviceId,
  };
};
