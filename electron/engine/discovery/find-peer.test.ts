import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DiscoveredPeer } from '../api.ts';
import { findPeers } from './find-peer.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const peer = (alias: string): DiscoveredPeer => ({
  deviceId: alias.padEnd(64, '0'),
  alias,
  kind: 'laptop',
  platform: 'linux',
  addresses: [],
  lastSeenMs: 0,
});

class Network {
  peers: readonly DiscoveredPeer[] = [];
  readonly listeners = new Set<() => void>();

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  appear(alias: string): void {
    this.peers = [...this.peers, peer(alias)];
    for (const listener of this.listeners) listener();
  }
}

const search = (network: Network, signal?: AbortSignal): { found: () => readonly string[] | undefined } => {
  let result: readonly string[] | undefined;
  void findPeers(network, {
    fits: ({ alias }) => alias.startsWith('b'),
    withinMs: 2_000,
    graceMs: 400,
    ...(signal === undefined ? {} : { signal }),
  }).then((found) => (result = found.map(({ alias }) => alias)));
  return { found: () => result };
};

describe('a search', () => {
  it('ends a moment after the first that fits, with others that came meanwhile', async () => {
    const network = new Network();
    const { found } = search(network);
    network.appear('ada');
    await vi.advanceTimersByTimeAsync(1_000);
    network.appear('bob');
    await vi.advanceTimersByTimeAsync(399);
    network.appear('bea');
    expect(found()).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(found()).toEqual(['bob', 'bea']);
    expect(network.listeners.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('finds who is there already', async () => {
    const network = new Network();
    network.appear('bob');
    const { found } = search(network);
    await vi.advanceTimersByTimeAsync(400);
    expect(found()).toEqual(['bob']);
  });

  it('ends with nobody when the time is up, or when it is told to', async () => {
    const late = search(new Network());
    await vi.advanceTimersByTimeAsync(2_000);
    expect(late.found()).toEqual([]);
    const stop = new AbortController();
    const stopped = search(new Network(), stop.signal);
    stop.abort();
    await vi.advanceTimersByTimeAsync(0);
    expect(stopped.found()).toEqual([]);
  });
});
