/** A snapshot as a busy afternoon would show it. For tests and for the preview page; no part of the program. */

import type { DeviceCard } from '../../shared/model/device.ts';
import type { OfferCard } from '../../shared/model/offer.ts';
import type { PeerView } from '../../shared/model/peer.ts';
import { defaultSettings } from '../../shared/model/settings.ts';
import type { ShareCard } from '../../shared/model/share.ts';
import type { Snapshot } from '../../shared/model/snapshot.ts';
import type { TransferCard } from '../../shared/model/transfer-card.ts';

/** A fixed time, so that pictures and tests are the same on each run: 22 November 2026, 15:04. */
export const nowMs = new Date(2026, 10, 22, 15, 4, 0).getTime();

/** The digits of a 32-bit mixer (Murmur3's end), so that ids look like ids. */
export const idOf = (seed: number): string =>
  Array.from({ length: 64 }, (_, index) => {
    let mixed = Math.imul(seed * 64 + index + 1, 0x9e37_79b1);
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
    return ((mixed ^ (mixed >>> 16)) & 15).toString(16);
  }).join('');

const transferIdOf = (seed: number): string => idOf(seed + 100).slice(0, 32);

export const devices: readonly DeviceCard[] = [
  {
    id: idOf(1),
    deviceId: idOf(1),
    alias: 'studio',
    kind: 'desktop',
    platform: 'macOS',
    hue: 18,
    addresses: [
      { host: '192.168.1.23', port: 18_520 },
      { host: 'fe80::1c2d%eth0', port: 18_520 },
    ],
    presence: 'online',
    isAnnounced: true,
    trust: 'verified',
    isFavourite: true,
    autoAccept: true,
    lastSeenMs: nowMs - 4_000,
  },
  {
    id: idOf(2),
    deviceId: idOf(2),
    alias: '书房的笔记本',
    kind: 'laptop',
    platform: 'Windows',
    hue: 205,
    addresses: [{ host: '192.168.1.42', port: 18_520 }],
    presence: 'online',
    isAnnounced: true,
    trust: 'known',
    isFavourite: false,
    autoAccept: false,
    lastSeenMs: nowMs - 12_000,
  },
  {
    id: idOf(3),
    deviceId: idOf(3),
    alias: 'nas',
    kind: 'server',
    platform: 'Linux',
    hue: 150,
    addresses: [{ host: '192.168.1.5', port: 18_520 }],
    presence: 'unreachable',
    isAnnounced: true,
    trust: 'known',
    isFavourite: true,
    autoAccept: false,
    lastSeenMs: nowMs - 60_000,
    lastError: 'unreachable',
  },
  {
    id: idOf(4),
    deviceId: idOf(4),
    alias: 'Lea’s machine',
    kind: 'laptop',
    platform: 'Linux',
    hue: 285,
    addresses: [{ host: '192.168.1.77', port: 18_521 }],
    presence: 'online',
    isAnnounced: true,
    trust: 'new',
    isFavourite: false,
    autoAccept: false,
    lastSeenMs: nowMs - 2_000,
  },
  {
    id: '10.0.0.8:18520',
    alias: '10.0.0.8',
    kind: 'unknown',
    hue: 60,
    addresses: [{ host: '10.0.0.8', port: 18_520 }],
    presence: 'offline',
    isAnnounced: false,
    trust: 'unauthenticated',
    isFavourite: false,
    autoAccept: false,
    lastSeenMs: nowMs - 3 * 86_400_000,
  },
];

export const peerOf = (device: DeviceCard): PeerView => ({
  deviceId: device.deviceId ?? idOf(99),
  alias: device.alias,
  address: device.addresses[0]?.host ?? '127.0.0.1',
  port: device.addresses[0]?.port ?? 18_520,
  secure: device.trust !== 'unauthenticated',
  trust: device.trust,
});

const peer = (index: number): PeerView => peerOf(devices[index] as DeviceCard);

const wave = (base: number, swing: number): readonly number[] =>
  Array.from({ length: 60 }, (_, index) =>
    Math.round(base + swing * Math.sin(index / 5) + (swing / 3) * Math.sin(index * 1.7)),
  );

const quiet = {
  files: 0,
  bytes: 0,
  resumedBytes: 0,
  passedBytes: 0,
  skipped: 0,
  same: 0,
  failed: 0,
  omitted: 0,
  bytesPerSecond: 0,
  moreRoots: 0,
  speeds: [],
  canRetry: false,
  canReveal: false,
} as const;

export const transfers: readonly TransferCard[] = [
  {
    ...quiet,
    id: transferIdOf(1),
    direction: 'send',
    kind: 'push',
    peer: peer(0),
    state: 'running',
    totals: { files: 1_284, folders: 96, bytes: 8_640_000_000, complete: true },
    files: 517,
    bytes: 3_510_000_000,
    resumedBytes: 640_000_000,
    currentPath: 'Iceland 2026/raw/IMG_4821.CR3',
    bytesPerSecond: 94_300_000,
    secondsLeft: 48,
    startedAtMs: nowMs - 41_000,
    title: 'Iceland 2026',
    moreRoots: 2,
    speeds: wave(91_000_000, 12_000_000),
  },
  {
    ...quiet,
    id: transferIdOf(2),
    direction: 'receive',
    kind: 'push',
    peer: peer(1),
    state: 'running',
    totals: { files: 100_000, folders: 2_112, bytes: 1_940_000_000, complete: false },
    files: 31_204,
    bytes: 610_000_000,
    currentPath: '项目/源代码/渲染器/窗口.ts',
    bytesPerSecond: 22_800_000,
    startedAtMs: nowMs - 27_000,
    title: '项目',
    shownDir: '~/Downloads/Hexdrop',
    speeds: wave(22_000_000, 6_000_000),
  },
  {
    ...quiet,
    id: transferIdOf(3),
    direction: 'receive',
    kind: 'get',
    peer: peer(2),
    state: 'retrying',
    share: 'films',
    totals: { files: 3, folders: 0, bytes: 12_300_000_000, complete: true },
    files: 1,
    bytes: 5_100_000_000,
    startedAtMs: nowMs - 300_000,
    title: 'The Long Take (1987).mkv',
    moreRoots: 2,
    error: { code: 'connection-lost', message: 'The connection broke.' },
    shownDir: '~/Downloads/Hexdrop',
    speeds: wave(40_000_000, 30_000_000).slice(0, 40),
  },
  {
    ...quiet,
    id: transferIdOf(4),
    direction: 'send',
    kind: 'push',
    peer: peer(3),
    state: 'waiting',
    totals: { files: 1, folders: 0, bytes: 4_812_330, complete: true },
    startedAtMs: nowMs - 6_000,
    title: 'contract-final.pdf',
  },
  {
    ...quiet,
    id: transferIdOf(5),
    direction: 'receive',
    kind: 'push',
    peer: peer(0),
    state: 'done',
    totals: { files: 42, folders: 3, bytes: 318_000_000, complete: true },
    files: 42,
    bytes: 318_000_000,
    startedAtMs: nowMs - 3_700_000,
    endedAtMs: nowMs - 3_690_000,
    title: 'slides',
    shownDir: '~/Downloads/Hexdrop',
    canReveal: true,
  },
  {
    ...quiet,
    id: transferIdOf(6),
    direction: 'send',
    kind: 'push',
    peer: peer(2),
    state: 'failed',
    totals: { files: 9_870, folders: 410, bytes: 2_200_000_000, complete: true },
    files: 9_120,
    bytes: 1_900_000_000,
    failed: 3,
    startedAtMs: nowMs - 90_000_000,
    endedAtMs: nowMs - 89_900_000,
    title: 'backup-2026-11',
    error: { code: 'disk-full', message: 'There is no space left.' },
    canRetry: true,
  },
];

const offer = (
  seed: number,
  from: number,
  rest: Omit<OfferCard, 'id' | 'transferId' | 'peer' | 'atMs' | 'isResumed' | 'shownDir'>,
): OfferCard => ({
  id: transferIdOf(seed),
  transferId: transferIdOf(seed),
  peer: peer(from),
  atMs: nowMs - 3_000,
  isResumed: false,
  shownDir: '~/Downloads/Hexdrop',
  ...rest,
});

export const offers: readonly OfferCard[] = [
  offer(11, 3, {
    roots: [
      { name: 'field recordings', kind: 'folder', size: 0 },
      { name: 'notes.md', kind: 'file', size: 18_204 },
      { name: '封面.png', kind: 'file', size: 2_480_122 },
    ],
    rootCount: 3,
    totals: { files: 212, folders: 9, bytes: 4_730_000_000, complete: true },
    preview: [
      { path: 'field recordings', kind: 'folder', size: 0 },
      { path: 'field recordings/harbour', kind: 'folder', size: 0 },
      { path: 'field recordings/harbour/dawn.wav', kind: 'file', size: 412_000_000 },
      { path: 'field recordings/harbour/gulls.wav', kind: 'file', size: 198_000_000 },
      { path: 'field recordings/forest', kind: 'folder', size: 0 },
      { path: 'field recordings/forest/rain.wav', kind: 'file', size: 620_000_000 },
      { path: 'field recordings/readme.txt', kind: 'file', size: 840 },
      { path: 'notes.md', kind: 'file', size: 18_204 },
      { path: '封面.png', kind: 'file', size: 2_480_122 },
    ],
    freeBytes: 128_000_000_000,
    conflicts: ['notes.md'],
    conflictCount: 1,
  }),
];

export const shares: readonly ShareCard[] = [
  {
    name: 'photos',
    path: '/home/ada/Pictures',
    writable: false,
    locked: false,
    visitors: [
      {
        deviceId: idOf(1),
        alias: 'studio',
        address: '192.168.1.23',
        sinceMs: nowMs - 240_000,
        lastPath: 'photos/2026/Iceland',
        transferIds: [],
      },
    ],
    servedFiles: 84,
    servedBytes: 1_240_000_000,
  },
  {
    name: 'inbox',
    path: '/home/ada/inbox',
    writable: true,
    locked: true,
    visitors: [],
    servedFiles: 0,
    servedBytes: 0,
  },
];

export const snapshot: Snapshot = {
  self: {
    deviceId: idOf(7),
    words: ['amber', 'falcon', 'quiet', 'river', 'seven', 'maple', 'orbit', 'linen'],
    alias: 'ada-desk',
    hue: 28,
    kind: 'desktop',
    platform: 'Linux',
    version: '0.1.0',
    listening: { host: '0.0.0.0', port: 18_520 },
    isAnnounced: true,
    addresses: [
      {
        address: '192.168.1.10',
        family: 'IPv4',
        interfaceName: 'eth0',
        kind: 'ethernet',
        dialable: '192.168.1.10:18520',
      },
      {
        address: '192.168.1.11',
        family: 'IPv4',
        interfaceName: 'wlan0',
        kind: 'wifi',
        dialable: '192.168.1.11:18520',
      },
      {
        address: 'fe80::9a3e',
        family: 'IPv6',
        interfaceName: 'eth0',
        kind: 'ethernet',
        dialable: '[fe80::9a3e%eth0]:18520',
      },
      { address: '10.8.0.2', family: 'IPv4', interfaceName: 'tun0', kind: 'vpn', dialable: '10.8.0.2:18520' },
    ],
  },
  settings: {
    ...defaultSettings,
    alias: 'ada-desk',
    hue: 28,
    downloadDir: '/home/ada/Downloads/Hexdrop',
  },
  shell: {
    kind: 'browser',
    systemDialogs: false,
    droppedPaths: false,
    reveal: false,
    startWithSystem: false,
    isRemote: false,
  },
  devices: Object.fromEntries(devices.map((device) => [device.id, device])),
  offers: {},
  transfers: Object.fromEntries(transfers.map((transfer) => [transfer.id, transfer])),
  shares: Object.fromEntries(shares.map((share) => [share.name, share])),
  texts: {},
};

/** As it is on the first start: nobody there, nothing sent. */
export const emptySnapshot: Snapshot = { ...snapshot, devices: {}, transfers: {}, shares: {} };
