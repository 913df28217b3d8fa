/** Finds the other side by what a person calls it: reads it, and looks on the network where that can help. */

import { HexdropError } from '../../shared/errors/errors.ts';
import type { DiscoveredPeer, Engine } from '../engine/api.ts';
import { findPeers } from '../engine/devices.ts';
import { parseRemotePath } from '../base/address.ts';
import type { CommandContext } from './context.ts';
import { isAnnouncedAs, readTarget, resolveTarget } from './target.ts';
import type { Target, TypedTarget } from './target.ts';

/** A device that is there answers within one second, two when a packet is lost. */
const searchMs = 2_000;
/** A known device is dialed where it was last, if it is not announced by then. */
const knownSearchMs = 1_000;
/** After the first of a name: time for another of the same name to show. */
const sameNameMs = 400;

type AliasTarget = Extract<TypedTarget, { kind: 'alias' }>;

const search = async (
  { alias, known, asHost }: AliasTarget,
  engine: Engine,
  { world, interrupt }: CommandContext,
): Promise<readonly DiscoveredPeer[]> => {
  const ids = new Set(known.map(({ deviceId }) => deviceId));
  const isKnown = ids.size > 0;
  const { deviceId } = engine;
  const discovery = await world.startDiscovery({ deviceId, alias: engine.alias, kind: 'unknown' });
  const ended = new AbortController();
  const signal = AbortSignal.any([interrupt.signal, ended.signal]);
  try {
    if (!isKnown && !(asHost instanceof HexdropError)) {
      // The name of a host wins over an alias, and is known at once where it is known.
      void world.knowsHost(asHost.host, signal).then((isHost) => {
        if (isHost) ended.abort();
      });
    }
    const found = await findPeers(discovery, {
      fits: (peer) => ids.has(peer.deviceId) || isAnnouncedAs(peer, alias),
      withinMs: isKnown ? knownSearchMs : searchMs,
      graceMs: sameNameMs,
      signal,
    });
    return ended.signal.aborted ? [] : found;
  } finally {
    ended.abort();
    await discovery.close();
  }
};

export const findTarget = async (
  text: string,
  port: number | undefined,
  engine: Engine,
  context: CommandContext,
): Promise<Target> => {
  const typed = readTarget(text, port, engine.knownDevices());
  return resolveTarget(typed, typed.kind === 'address' ? [] : await search(typed, engine, context));
};

export interface RemoteTarget extends Target {
  readonly path: string;
}

/** A path as people type it: on Windows with either separator, elsewhere a backslash belongs to a name. */
export const withSlashes = (typed: string, platform: NodeJS.Platform = process.platform): string =>
  platform === 'win32' ? typed.replaceAll('\\', '/') : typed;

/** `host[:port]/share/path`, where the host may be an alias. */
export const findRemotePath = async (
  typed: string,
  port: number | undefined,
  engine: Engine,
  context: CommandContext,
): Promise<RemoteTarget> => {
  const text = withSlashes(typed);
  const slash = text.indexOf('/');
  const host = slash === -1 ? text : text.slice(0, slash);
  const { path } = slash === -1 ? { path: '' } : parseRemotePath(`host${text.slice(slash)}`);
  return { ...(await findTarget(host, port, engine, context)), path };
};
