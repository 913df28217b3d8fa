/** Plain data for tests, with whatever a test wants different. */

import type { PeerView } from '../../../shared/model/peer.ts';
import type { OfferView, TransferResult, TransferView } from '../../../shared/model/transfer.ts';
import type { DiscoveredPeer } from '../../engine/api.ts';
import type { KnownDevice } from '../../engine/api.ts';

export const deviceId = '3f2a91bc07de55aa'.repeat(4);

export const peerView = (over: Partial<PeerView> = {}): PeerView => ({
  deviceId,
  alias: 'studio',
  address: '192.168.1.23',
  port: 18520,
  secure: true,
  trust: 'known',
  ...over,
});

export const transferView = (over: Partial<TransferView> = {}): TransferView => ({
  id: 'a'.repeat(32),
  direction: 'send',
  kind: 'push',
  peer: peerView(),
  state: 'running',
  totals: { files: 3, folders: 1, bytes: 3000, complete: true },
  files: 0,
  bytes: 0,
  resumedBytes: 0,
  passedBytes: 0,
  skipped: 0,
  same: 0,
  failed: 0,
  omitted: 0,
  bytesPerSecond: 0,
  startedAtMs: 0,
  ...over,
});

export const transferResult = (over: Partial<TransferResult> = {}): TransferResult => ({
  files: 3,
  bytes: 3000,
  skipped: 0,
  same: 0,
  failed: 0,
  resumedBytes: 0,
  omitted: 0,
  seconds: 1.5,
  faults: [],
  notices: [],
  ...over,
});

export const offerView = (over: Partial<OfferView> = {}): OfferView => ({
  transferId: 'a'.repeat(32),
  peer: peerView(),
  roots: [
    { name: 'photos', kind: 'folder', size: 0 },
    { name: 'film.mp4', kind: 'file', size: 1_400_000_000 },
    { name: 'notes.txt', kind: 'file', size: 120 },
  ],
  rootCount: 3,
  totals: { files: 40, folders: 2, bytes: 2_000_000_000, complete: true },
  preview: [
    { path: 'photos', kind: 'folder', size: 0 },
    { path: 'photos/a.jpg', kind: 'file', size: 10 },
    { path: 'film.mp4', kind: 'file', size: 1_400_000_000 },
  ],
  isResumed: false,
  freeBytes: 5_000_000_000,
  ...over,
});

export const knownDevice = (over: Partial<KnownDevice> = {}): KnownDevice => ({
  deviceId,
  alias: 'studio',
  targets: ['192.168.1.23:18600'],
  firstSeenMs: 0,
  lastSeenMs: 0,
  ...over,
});

export const discoveredPeer = (over: Partial<DiscoveredPeer> = {}): DiscoveredPeer => ({
  deviceId,
  alias: 'studio',
  kind: 'laptop',
  platform: 'linux',
  addresses: [{ host: '192.168.1.23', port: 18600 }],
  lastSeenMs: 0,
  ...over,
});
