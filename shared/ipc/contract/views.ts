/** Parsers of what the snapshot holds. Each is held against its type in shared/model, so that neither drifts. */

import * as v from 'valibot';

import type { DeviceCard, ThisDevice } from '../../model/device.ts';
import type { OfferCard } from '../../model/offer.ts';
import type { PeerView } from '../../model/peer.ts';
import type { Settings } from '../../model/settings.ts';
import type { ShareCard } from '../../model/share.ts';
import type { Change, CollectionName, ShellAbilities, SingleName, Snapshot } from '../../model/snapshot.ts';
import type { TextNote } from '../../model/text-note.ts';
import { noticeCodes, omittedReasons } from '../../model/transfer.ts';
import type { FileFault, FileNotice, FileOmission } from '../../model/transfer.ts';
import type { TransferCard } from '../../model/transfer-card.ts';
import { conflictPolicy, count, number } from './atoms.ts';
import { parserOf } from './define.ts';
import type { Parser } from './define.ts';

const endpoint = v.object({ host: v.string(), port: count });
const trust = v.picklist(['new', 'known', 'verified', 'unauthenticated']);
const deviceKind = v.picklist(['desktop', 'laptop', 'server', 'phone', 'unknown']);
const entryKind = v.picklist(['file', 'folder']);

const peerView = parserOf<PeerView>()(
  v.object({
    deviceId: v.string(),
    alias: v.string(),
    address: v.string(),
    port: count,
    secure: v.boolean(),
    trust,
  }),
);

const deviceCard = parserOf<DeviceCard>()(
  v.object({
    id: v.string(),
    deviceId: v.exactOptional(v.string()),
    alias: v.string(),
    kind: deviceKind,
    platform: v.exactOptional(v.string()),
    hue: number,
    addresses: v.array(endpoint),
    presence: v.picklist(['online', 'unreachable', 'offline']),
    isAnnounced: v.boolean(),
    trust,
    isFavourite: v.boolean(),
    autoAccept: v.boolean(),
    lastSeenMs: v.exactOptional(number),
    lastError: v.exactOptional(v.string()),
  }),
);

const thisDevice = parserOf<ThisDevice>()(
  v.object({
    deviceId: v.string(),
    words: v.array(v.string()),
    alias: v.string(),
    hue: number,
    kind: deviceKind,
    platform: v.string(),
    version: v.string(),
    listening: v.exactOptional(endpoint),
    wishedPort: v.exactOptional(count),
    listenError: v.exactOptional(v.string()),
    isAnnounced: v.boolean(),
    addresses: v.array(
      v.object({
        address: v.string(),
        family: v.picklist(['IPv4', 'IPv6']),
        interfaceName: v.string(),
        kind: v.picklist(['ethernet', 'wifi', 'vpn', 'virtual', 'loopback', 'other']),
        dialable: v.string(),
      }),
    ),
  }),
);

export const settingsValue = parserOf<Settings>()(
  v.object({
    alias: v.string(),
    hue: number,
    downloadDir: v.string(),
    onConflict: conflictPolicy,
    port: count,
    language: v.picklist(['system', 'en', 'zh']),
    theme: v.picklist(['system', 'light', 'dark']),
    startWithSystem: v.boolean(),
    discovery: v.boolean(),
    allowPlain: v.boolean(),
    uploadLimit: v.nullable(number),
    downloadLimit: v.nullable(number),
    restoreShares: v.boolean(),
    notifications: v.boolean(),
    checkReleases: v.boolean(),
  }),
);

const shellAbilities = parserOf<ShellAbilities>()(
  v.object({
    kind: v.picklist(['desktop', 'browser']),
    systemDialogs: v.boolean(),
    droppedPaths: v.boolean(),
    reveal: v.boolean(),
    startWithSystem: v.boolean(),
    isRemote: v.boolean(),
  }),
);

const totals = v.object({ files: count, folders: count, bytes: count, complete: v.boolean() });

const offerCard = parserOf<OfferCard>()(
  v.object({
    id: v.string(),
    atMs: number,
    shownDir: v.string(),
    conflicts: v.array(v.string()),
    conflictCount: count,
    transferId: v.string(),
    peer: peerView,
    roots: v.array(v.object({ name: v.string(), kind: entryKind, size: number })),
    rootCount: count,
    totals,
    preview: v.array(v.object({ path: v.string(), kind: entryKind, size: number })),
    renamed: v.exactOptional(
      v.object({ count, first: v.array(v.object({ path: v.string(), here: v.string() })) }),
    ),
    isResumed: v.boolean(),
    freeBytes: v.exactOptional(number),
  }),
);

const side = v.picklist(['here', 'there']);

export const fileFault = parserOf<FileFault>()(
  v.object({ path: v.string(), code: v.string(), message: v.string(), side }),
);

export const fileNotice = parserOf<FileNotice>()(
  v.object({
    path: v.string(),
    code: v.picklist(noticeCodes),
    message: v.string(),
    side,
  }),
);

export const fileOmission = parserOf<FileOmission>()(
  v.object({
    path: v.string(),
    reason: v.picklist(omittedReasons),
  }),
);

export const transferCard = parserOf<TransferCard>()(
  v.object({
    id: v.string(),
    direction: v.picklist(['send', 'receive']),
    kind: v.picklist(['push', 'get', 'put', 'serve']),
    peer: v.exactOptional(peerView),
    state: v.picklist([
      'connecting',
      'waiting',
      'running',
      'paused',
      'retrying',
      'done',
      'failed',
      'declined',
      'cancelled',
    ]),
    pausedBy: v.exactOptional(v.picklist(['here', 'there', 'both'])),
    share: v.exactOptional(v.string()),
    totals,
    files: count,
    bytes: number,
    resumedBytes: number,
    passedBytes: number,
    skipped: count,
    // A history may be older than this number.
    same: v.optional(count, 0),
    failed: count,
    omitted: count,
    noticed: v.exactOptional(count),
    currentPath: v.exactOptional(v.string()),
    bytesPerSecond: number,
    secondsLeft: v.exactOptional(number),
    startedAtMs: number,
    error: v.exactOptional(v.object({ code: v.string(), message: v.string() })),
    title: v.string(),
    moreRoots: count,
    endedAtMs: v.exactOptional(number),
    shownDir: v.exactOptional(v.string()),
    speeds: v.array(number),
    canRetry: v.boolean(),
    canReveal: v.boolean(),
  }),
);

const shareCard = parserOf<ShareCard>()(
  v.object({
    name: v.string(),
    path: v.string(),
    writable: v.boolean(),
    locked: v.boolean(),
    visitors: v.array(
      v.object({
        deviceId: v.string(),
        alias: v.string(),
        address: v.string(),
        sinceMs: number,
        lastPath: v.string(),
        transferIds: v.array(v.string()),
      }),
    ),
    servedFiles: count,
    servedBytes: number,
    fault: v.exactOptional(v.string()),
  }),
);

const textNote = parserOf<TextNote>()(
  v.object({
    id: v.string(),
    peer: peerView,
    text: v.string(),
    atMs: number,
  }),
);

const singles = {
  self: thisDevice,
  settings: settingsValue,
  shell: shellAbilities,
} as const satisfies Record<SingleName, v.GenericSchema>;
const collections = {
  devices: deviceCard,
  offers: offerCard,
  transfers: transferCard,
  shares: shareCard,
  texts: textNote,
} as const satisfies Record<CollectionName, v.GenericSchema>;

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Any name is a key, such as that of a shared folder: a record of valibot would leave out "constructor". */
const listOf = <T>(item: Parser<T>): Parser<Record<string, T>> =>
  v.pipe(
    v.custom<Record<string, unknown>>(isObject, 'Invalid type: Expected Object'),
    v.transform((list) => Object.entries(list)),
    v.array(v.tuple([v.string(), item])),
    v.transform((entries) => Object.fromEntries(entries)),
  );

export const snapshotValue = parserOf<Snapshot>()(
  v.object({
    ...singles,
    devices: listOf(deviceCard),
    offers: listOf(offerCard),
    transfers: listOf(transferCard),
    shares: listOf(shareCard),
    texts: listOf(textNote),
  }),
);

const collectionName = v.picklist(Object.keys(collections) as CollectionName[]);

/** One change; the parser of its value is chosen by what it changes. */
export const changeValue: Parser<Change> = v.union([
  ...Object.entries(singles).map(([name, value]) => v.object({ set: v.literal(name), value })),
  ...Object.entries(collections).map(([name, value]) =>
    v.object({ put: v.literal(name), id: v.string(), value }),
  ),
  v.object({ drop: collectionName, id: v.string() }),
]) as unknown as Parser<Change>;
