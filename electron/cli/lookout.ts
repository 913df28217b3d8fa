/** Where devices are announced now, for an engine that cannot reach one where it was. Looks only once it is asked. */

import type { Endpoint } from '../../shared/model/peer.ts';
import type { Discovery, Whereabouts } from '../engine/api.ts';
import { findPeers } from '../engine/devices.ts';
import type { DiscoveryOptions } from '../engine/discovery.ts';
import { isLoopback } from '../base/origin.ts';
import type { World } from './world.ts';

/** A device that is there answers within one second, two when a packet is lost. */
const searchMs = 2_000;

export class Lookout {
  readonly #world: World;
  readonly #self: () => DiscoveryOptions;
  /** Kept while the command runs: a device that moved may show any time. */
  #discovery: Promise<Discovery> | undefined;

  /** @param self not announced, but not to be found either */
  constructor(world: World, self: () => DiscoveryOptions) {
    this.#world = world;
    this.#self = self;
  }

  readonly find: Whereabouts = async (deviceId: string, was: Endpoint, signal: AbortSignal) => {
    // This machine goes nowhere, and nobody is announced there.
    if (isLoopback(was.host)) return [];
    this.#discovery ??= this.#world.startDiscovery(this.#self());
    const [peer] = await findPeers(await this.#discovery, {
      fits: (found) => found.deviceId === deviceId,
      withinMs: searchMs,
      graceMs: 0,
      signal,
    });
    return peer?.addresses ?? [];
  };

  async close(): Promise<void> {
    const discovery = await this.#discovery?.catch(() => undefined);
    await discovery?.close();
  }
}
