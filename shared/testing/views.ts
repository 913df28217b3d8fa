/**
 * One complete sample of everything that a window is shown: every optional key is there, so that a test sees whether it is
 * lost on its way. The types refuse a sample that leaves a key out.
 */

import type { Complete } from '../base/complete.ts';
import type { CaptureConnection, CaptureStatus, CaptureTransfer } from '../model/capture.ts';
import type { DeviceCard, DoctorReport, ThisDevice } from '../model/device.ts';
import type { LocalFolder, PickedItem } from '../model/local.ts';
import type { OfferCard } from '../model/offer.ts';
import type { PeerView } from '../model/peer.ts';
import type { Settings } from '../model/settings.ts';
import type { ListedEntry, ShareCard } from '../model/share.ts';
import type { ShellAbilities, Snapshot } from '../model/snapshot.ts';
import type { TextNote } from '../model/text-note.ts';
import type { TransferCard } from '../model/transfer-card.ts';

const deviceId = 'a7'.repeat(32);
const transferId = '5c'.repeat(16);
const atMs = 1_790_000_000_000;

const peer: Complete<PeerView> = {
  deviceId,
  alias: 'nas',
  address: '192.168.1.9',
  port: 18_520,
  secure: true,
  trust: 'verified',
};

const totals = { files: 3, folders: 1, bytes: 3_000, complete: true };

const self: Complete<ThisDevice> = {
  deviceId,
  words: ['apple boat', 'cedar drum'],
  alias: 'desk',
  hue: 210,
  kind: 'desktop',
  platform: 'Linux',
  version: '1.0.0',
  listening: { host: '0.0.0.0', port: 18_521 },
  wishedPort: 18_520,
  listenError: 'port-taken',
  isAnnounced: true,
  addresses: [
    {
      address: '192.168.1.5',
      family: 'IPv4',
      interfaceName: 'eth0',
      kind: 'ethernet',
      dialable: '192.168.1.5:18521',
    },
  ],
};

export const settings: Complete<Settings> = {
  alias: 'desk',
  hue: 210,
  downloadDir: '/home/ann/Downloads',
  onConflict: 'rename',
  port: 18_520,
  language: 'zh',
  theme: 'dark',
  startWithSystem: true,
  discovery: true,
  allowPlain: false,
  uploadLimit: 1_000_000,
  downloadLimit: null,
  restoreShares: true,
  notifications: true,
  checkReleases: false,
};

const shell: Complete<ShellAbilities> = {
  kind: 'desktop',
  systemDialogs: true,
  droppedPaths: true,
  reveal: true,
  startWithSystem: true,
  isRemote: false,
};

const device: Complete<DeviceCard> = {
  id: deviceId,
  deviceId,
  alias: 'nas',
  kind: 'server',
  platform: 'Linux',
  hue: 30,
  addresses: [{ host: '192.168.1.9', port: 18_520 }],
  presence: 'online',
  isAnnounced: true,
  trust: 'verified',
  isFavourite: true,
  autoAccept: true,
  lastSeenMs: atMs,
  lastError: 'unreachable',
};

const offer: Complete<OfferCard> = {
  id: transferId,
  atMs,
  shownDir: '~/Downloads',
  conflicts: ['report.pdf'],
  conflictCount: 1,
  transferId,
  peer,
  roots: [{ name: 'photos', kind: 'folder', size: 0 }],
  rootCount: 1,
  totals,
  preview: [{ path: 'photos/a.jpg', kind: 'file', size: 1_000 }],
  renamed: { count: 1, first: [{ path: 'photos/a:b.jpg', here: 'a_b.jpg' }] },
  isResumed: true,
  freeBytes: 1_000_000,
};

export const transfer: Complete<TransferCard> = {
  id: transferId,
  direction: 'receive',
  kind: 'get',
  peer,
  state: 'paused',
  pausedBy: 'both',
  share: 'photos',
  totals,
  files: 1,
  bytes: 1_000,
  resumedBytes: 500,
  passedBytes: 250,
  skipped: 2,
  same: 1,
  failed: 1,
  omitted: 1,
  noticed: 1,
  currentPath: 'photos/a.jpg',
  bytesPerSecond: 100,
  secondsLeft: 20,
  startedAtMs: atMs,
  error: { code: 'connection-lost', message: 'The other side closed the connection.' },
  title: 'photos',
  moreRoots: 2,
  endedAtMs: atMs + 1_000,
  shownDir: '~/Downloads',
  speeds: [100, 200],
  canRetry: true,
  canReveal: true,
};

const share: Complete<ShareCard> = {
  name: 'photos',
  path: '/home/ann/photos',
  writable: true,
  locked: true,
  visitors: [
    {
      deviceId,
      alias: 'nas',
      address: '192.168.1.9',
      sinceMs: atMs,
      lastPath: 'photos/2026',
      transferIds: [transferId],
    },
  ],
  servedFiles: 1,
  servedBytes: 1_000,
  fault: 'not-found',
};

const text: Complete<TextNote> = { id: 'note-1', peer, text: 'hello', atMs };

export const snapshot: Complete<Snapshot> = {
  self,
  settings,
  shell,
  devices: { [device.id]: device },
  offers: { [offer.id]: offer },
  transfers: { [transfer.id]: transfer },
  shares: { [share.name]: share },
  texts: { [text.id]: text },
};

// What is asked for

export const listedEntry: Complete<ListedEntry> = {
  path: 'photos/run.sh',
  name: 'run.sh',
  kind: 'file',
  size: 1_000,
  mtime: 1_790_000_000_000_000,
  executable: true,
  writable: true,
  locked: true,
};

export const localFolder: Complete<LocalFolder> = {
  ref: 'ref-1',
  name: 'photos',
  shownPath: '~/photos',
  crumbs: [{ ref: 'ref-0', name: 'ann' }],
  entries: [{ ref: 'ref-2', name: 'a.jpg', kind: 'file', size: 1_000, mtimeMs: atMs, isHidden: false }],
  hiddenCount: 3,
  freeBytes: 1_000_000,
  isWritable: true,
};

export const pickedItem: Complete<PickedItem> = {
  ref: 'ref-1',
  name: 'photos',
  kind: 'folder',
  files: 3,
  bytes: 3_000,
  complete: false,
  shownPath: '~/photos',
};

export const doctorReport: Complete<DoctorReport> = {
  steps: [{ tried: 'dial', outcome: 'bad', subject: '192.168.1.9:18520', tookMs: 12, code: 'unreachable' }],
  causes: ['firewall-there'],
};

export const captureStatus: Complete<CaptureStatus> = {
  state: 'failed',
  originMs: atMs,
  originNs: 999_999,
  timeDigits: 6,
  nowMs: 1_500.25,
  firstRecord: 2,
  nextRecord: 10,
  firstChunk: 3,
  nextChunk: 20,
  captured: 9,
  dropped: 1,
  missed: 2,
  cut: 3,
  usedBytes: 4_096,
  budgetBytes: 67_108_864,
  keepBytes: 256,
  rates: { framesPerSecond: 10, inBytesPerSecond: 1_000, outBytesPerSecond: 100.5 },
  connectionsVersion: 4,
  file: {
    name: 'wire.pcapng',
    bytes: 8_192,
    readBytes: 4_096,
    notes: [{ kind: 'stranger', count: 2, places: 1, name: 'HTTP', port: 80, links: [1] }],
    isOurs: true,
    error: { code: 'file-unreadable', message: 'It cannot be read.' },
  },
};

const flow = { frames: 4, bytes: 4_000, chunks: 5 };

export const captureConnection: Complete<CaptureConnection> = {
  number: 7,
  near: { address: '192.168.1.5', port: 40_000, alias: 'desk', deviceId },
  far: { address: '192.168.1.9', port: 18_520, alias: 'nas', deviceId },
  dialer: 'near',
  secure: { protocol: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256' },
  channel: 1,
  laneOf: 6,
  openedMs: 10.5,
  closedMs: 99.5,
  isOpen: false,
  in: flow,
  out: flow,
  events: [
    {
      number: 8,
      kind: 'refused',
      timeMs: 50.5,
      direction: 'in',
      text: 'It does not speak Hexdrop.',
      code: 'not-hexdrop',
    },
  ],
};

export const captureTransfer: Complete<CaptureTransfer> = { transferId, connection: 6, id: 1, lanes: [7] };
