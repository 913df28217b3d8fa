/**
 * Complete samples of everything that the contract between the window and the engine's side carries. A call, an event or a
 * key that is added to the contract does not compile here until it has its sample.
 */

import type { Complete } from '../base/complete.ts';
import type { Reply, Request } from '../ipc/envelope.ts';
import type { CallArgs, CallName, CallResult, EventData, EventName } from '../ipc/contract/index.ts';
import type { Change, CollectionName, Collections, SingleName } from '../model/snapshot.ts';
import { collectionNames } from '../model/snapshot.ts';
import {
  captureConnection,
  captureStatus,
  captureTransfer,
  doctorReport,
  listedEntry,
  localFolder,
  pickedItem,
  settings,
  snapshot,
  transfer,
} from './views.ts';

type CallSamples = {
  readonly [Name in CallName]: {
    readonly args: Complete<CallArgs<Name>>;
    readonly result: Complete<CallResult<Name>>;
  };
};

const { id } = transfer;
const to = { address: '192.168.1.9:18520' };
const reach = { plain: true, acceptNewKey: true };
const device = 'a7'.repeat(32);
const source = 'live';
const range = { source, connection: 7, direction: 'in', from: 0, to: 4_096 } as const;
const { downloadDir: _byItself, ...settable } = settings;
const selection = { records: [[1, 9]], connections: [7] } as const;

export const callSamples: CallSamples = {
  'devices.favourite': { args: { id: device, on: true }, result: {} },
  'devices.forget': { args: { id: device }, result: {} },
  'devices.verify': { args: { id: device, on: true }, result: {} },
  'devices.autoAccept': { args: { id: device, on: true }, result: {} },
  'devices.words': { args: { id: device }, result: { words: ['apple boat'] } },
  'devices.probe': { args: { to }, result: { id: device, tookMs: 12 } },
  'devices.diagnose': { args: { to: { device } }, result: doctorReport },
  'devices.refresh': { args: {}, result: {} },

  'files.places': { args: {}, result: { places: [{ ref: 'ref-1', kind: 'home', name: 'ann' }] } },
  'files.list': { args: { ref: 'ref-1' }, result: localFolder },
  'files.resolve': { args: { path: '~/photos' }, result: { ref: 'ref-1', kind: 'folder' } },
  'files.makeFolder': { args: { ref: 'ref-1', name: 'new' }, result: { ref: 'ref-2' } },
  'files.measure': { args: { refs: ['ref-1'] }, result: { items: [pickedItem] } },

  'uploads.begin': { args: {}, result: { upload: 'up-1' } },
  'uploads.entries': {
    args: { upload: 'up-1', entries: [{ path: 'a/b', kind: 'file', size: 9, mtimeMs: 1.5 }] },
    result: {},
  },
  'uploads.complete': { args: { upload: 'up-1' }, result: { items: [pickedItem] } },
  'uploads.push': { args: { upload: 'up-1', request: 1, file: 2, offset: 3 }, result: { more: true } },
  'uploads.pushWhole': { args: { upload: 'up-1', parts: [{ request: 1, bytes: 9 }] }, result: {} },
  'uploads.fail': { args: { upload: 'up-1', request: 1, file: 2, message: 'gone' }, result: {} },
  'uploads.continue': { args: { upload: 'up-1' }, result: {} },
  'uploads.drop': { args: { upload: 'up-1' }, result: {} },

  'transfers.send': { args: { to, refs: ['ref-1'], ...reach }, result: { id } },
  'transfers.pause': { args: { id }, result: {} },
  'transfers.resume': { args: { id }, result: {} },
  'transfers.cancel': { args: { id }, result: {} },
  'transfers.retry': { args: { id }, result: { id } },
  'transfers.remove': { args: { id }, result: {} },
  'transfers.clear': { args: {}, result: {} },
  'transfers.reveal': { args: { id }, result: {} },
  'transfers.openFolder': { args: { id }, result: {} },
  'transfers.history': {
    args: { search: 'photos', before: { endedAtMs: 1.5, id }, limit: 100 },
    result: { entries: [transfer], total: 1 },
  },
  'transfers.faults': {
    args: { id },
    result: {
      faults: [{ path: 'a', code: 'file-unreadable', message: 'It cannot be read.', side: 'there' }],
      notices: [{ path: 'b', code: 'grew', message: 'It grew.', side: 'here' }],
      omissions: [{ path: 'c', reason: 'symlink' }],
    },
  },
  'texts.send': { args: { to, text: 'hello', ...reach }, result: {} },
  'texts.dismiss': { args: { id: 'note-1' }, result: {} },

  'offers.check': {
    args: { id, dir: 'ref-1' },
    result: { shownDir: '~/Downloads', freeBytes: 1_000_000, conflicts: ['a'], conflictCount: 1 },
  },
  'offers.accept': { args: { id, dir: 'ref-1', onConflict: 'skip', except: ['photos/b'] }, result: {} },
  'offers.decline': { args: { id }, result: {} },

  'remote.list': {
    args: { at: to, path: 'photos', after: 'a', pin: '1234', ...reach },
    result: { device, writable: true, entries: [listedEntry], more: true },
  },
  'remote.read': {
    args: { at: to, path: 'photos/a', offset: 0, length: 9, pin: '1234', ...reach },
    result: { size: 9 },
  },
  'remote.get': {
    args: { at: to, paths: ['photos'], dir: 'ref-1', onConflict: 'overwrite', pin: '1234', ...reach },
    result: { id },
  },
  'remote.put': { args: { at: to, path: 'inbox', refs: ['ref-1'], pin: '1234', ...reach }, result: { id } },

  'shares.add': {
    args: { ref: 'ref-1', name: 'photos', writable: true, pin: '1234' },
    result: { name: 'photos' },
  },
  'shares.update': { args: { name: 'photos', writable: false, pin: null }, result: {} },
  'shares.remove': { args: { name: 'photos' }, result: {} },
  'shares.openFolder': { args: { name: 'photos' }, result: {} },

  'settings.update': { args: settable, result: settings },
  'settings.downloadDir': { args: { ref: 'ref-1' }, result: settings },
  'program.openDownloads': { args: {}, result: {} },
  'program.latestRelease': {
    args: {},
    result: { version: '1.1.0', url: 'https://example.org/1.1.0', isNewer: true },
  },
  'program.quit': { args: { force: true }, result: {} },

  'capture.status': { args: { source }, result: captureStatus },
  'capture.records': {
    args: { source, from: 1, most: 100, waitMs: 1_000 },
    result: { next: 10, status: captureStatus },
  },
  'capture.payload': {
    args: { source, record: 5, offset: 0, length: 64 },
    result: { length: 64, kept: 32, missing: 'cut-off', gaps: [{ offset: 32, length: 32 }] },
  },
  'capture.heads': { args: { source, records: [5], bytes: 64 }, result: { lengths: [32] } },
  'capture.chunks': { args: range, result: { next: 4_096 } },
  'capture.framesAt': { args: range, result: { next: 4_096 } },
  'capture.connections': {
    args: { source },
    result: { version: 4, connections: [captureConnection], transfers: [captureTransfer] },
  },
  'capture.search': {
    args: { source, needle: '48584431', ignoreCase: true, from: 1, most: 100 },
    result: { found: [5], next: 9 },
  },
  'capture.configure': {
    args: { state: 'paused', budgetBytes: 67_108_864, keepBytes: 256 },
    result: { state: 'paused', budgetBytes: 67_108_864, keepBytes: 256 },
  },
  'capture.clear': { args: {}, result: {} },
  'capture.export': {
    args: { source, ...selection, format: 'raw-ip', dir: 'ref-1', name: 'wire.pcapng' },
    result: { name: 'wire.pcapng', bytes: 8_192, packets: 9, missing: 1, exported: 'export-1', ref: 'ref-2' },
  },
  'capture.exported': { args: { exported: 'export-1', offset: 0, length: 64 }, result: {} },
  'capture.dropExport': { args: { exported: 'export-1' }, result: {} },
  'capture.open': { args: { ref: 'ref-1' }, result: { source: 'file-1' } },
  'capture.upload': {
    args: { upload: 'up-1', name: 'wire.pcapng', isLast: true },
    result: { upload: 'up-1', source: 'file-1' },
  },
  'capture.close': { args: { source: 'file-1' }, result: {} },
  'capture.tools': { args: {}, result: { wireshark: true } },
  'capture.wireshark': {
    args: { source, ...selection, format: 'exported-pdu' },
    result: { packets: 9, missing: 1 },
  },

  'lab.loopback': {
    args: { writes: [20, 40], reads: [10, 50], nagle: true, pauseMs: 20, readDelayMs: 100 },
    result: { reads: [{ bytes: 10, atMs: 0.5 }], senderPort: 40_000, receiverPort: 40_001 },
  },
  'lab.connection': {
    args: {},
    result: {
      clientPort: 40_001,
      serverPort: 40_000,
      isTold: true,
      steps: [{ step: 'client-end', client: 'FIN-WAIT-2', server: 'CLOSE-WAIT' }],
    },
  },
};

export const eventSamples: { readonly [Name in EventName]: Complete<EventData<Name>> } = {
  'opened-with': {
    shared: ['photos'],
    toSend: [pickedItem],
    links: [{ address: '192.168.1.9:18520', path: 'photos' }],
  },
  attention: { about: 'offer', id, alias: 'nas', title: 'photos' },
  'upload-wanted': { upload: 'up-1', parts: [{ request: 1, file: 2, offset: 3, bytes: 9 }] },
  'upload-unwanted': { upload: 'up-1', request: 1 },
  trouble: { code: 'no-space', message: 'The disk is full.' },
};

const singles = { self: 0, settings: 0, shell: 0 } as const satisfies Record<SingleName, 0>;
const singleNames = Object.keys(singles) as SingleName[];

/** Every single value is set; an item of every list is put, and dropped. */
export const changeSamples: readonly Change[] = [
  ...singleNames.map((set) => ({ set, value: snapshot[set] }) as Change),
  ...collectionNames.flatMap((name: CollectionName) =>
    Object.entries<Collections[CollectionName]>(snapshot[name]).flatMap(([key, value]) => [
      { put: name, id: key, value } as Change,
      { drop: name, id: key },
    ]),
  ),
];

type ByKind<Message extends { readonly kind: string }> = {
  readonly [Kind in Message['kind']]: Complete<Extract<Message, { kind: Kind }>>;
};

export const requestSamples: ByKind<Request> = {
  call: { kind: 'call', id: 1, name: 'files.list', args: { ref: 'ref-1' } },
  abandon: { kind: 'abandon', id: 1 },
  snapshot: { kind: 'snapshot' },
};

export const replySamples: ByKind<Reply> = {
  result: { kind: 'result', id: 1, value: { ref: 'ref-1' } },
  failed: {
    kind: 'failed',
    id: 1,
    error: { code: 'no-space', message: 'The disk is full.', seen: '9', allowed: '8', retryAfterMs: 1_000 },
  },
  snapshot: { kind: 'snapshot', seq: 1, value: snapshot },
  delta: { kind: 'delta', seq: 2, changes: changeSamples as unknown as readonly [unknown] },
  event: { kind: 'event', name: 'trouble', data: eventSamples.trouble },
};
