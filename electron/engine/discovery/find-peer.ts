/** Looks on the network, for a moment, for devices that fit. */

import type { DiscoveredPeer, Discovery } from '../api.ts';

export interface SearchOptions {
  readonly fits: (peer: DiscoveredPeer) => boolean;
  readonly withinMs: number;
  /** After the first that fits: time for others that fit as well. */
  readonly graceMs: number;
  readonly signal?: AbortSignal;
}

/** Resolves with nobody when the time is up or the signal says so. */
export const findPeers = (
  discovery: Pick<Discovery, 'peers' | 'onChange'>,
  { fits, withinMs, graceMs, signal }: SearchOptions,
): Promise<readonly DiscoveredPeer[]> =>
  new Promise((resolve) => {
    const found = (): readonly DiscoveredPeer[] => discovery.peers.filter(fits);
    let grace: NodeJS.Timeout | undefined;
    const end = (): void => {
      clearTimeout(timer);
      clearTimeout(grace);
      signal?.removeEventListener('abort', end);
      stopListening();
      resolve(found());
    };
    const look = (): void => {
      if (grace === undefined && found().length > 0) grace = setTimeout(end, graceMs);
    };
    const timer = setTimeout(end, withinMs);
    const stopListening = discovery.onChange(look);
    signal?.addEventListener('abort', end, { once: true });
    look();
  });
