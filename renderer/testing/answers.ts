/** What the fake host of the preview answers. Add the calls of a view here as it is built. */

import type { LocalEntry } from '../../shared/model/local.ts';
import type { Answers } from './fake-host.ts';
import { nowMs } from './fixture.ts';
import { remoteAnswers } from './remote-answers.ts';

const entry = (name: string, kind: LocalEntry['kind'], size = 0, ageHours = 24): LocalEntry => ({
  ref: `ref:${name}`,
  name,
  kind,
  size,
  mtimeMs: nowMs - ageHours * 3_600_000,
  isHidden: name.startsWith('.'),
});

const home: readonly LocalEntry[] = [
  entry('Documents', 'folder'),
  entry('Downloads', 'folder', 0, 2),
  entry('Pictures', 'folder', 0, 300),
  entry('项目', 'folder', 0, 30),
  entry('.config', 'folder', 0, 700),
  entry('capture.pcapng', 'file', 48_220_114, 5),
  entry('Screenshot 1.png', 'file', 812_004, 1),
  entry('Screenshot 2.png', 'file', 790_112, 1),
  entry('Screenshot 10.png', 'file', 801_733, 1),
  entry('thesis.pdf', 'file', 4_812_330, 90),
];

/** What the page has told of its tree, so that a drop on the preview shows what the engine would know. */
let told: { path: string; kind: string; size: number }[] = [];
let uploads = 0;

export const previewAnswers: Answers = {
  'lab.connection': () => ({
    clientPort: 41_023,
    serverPort: 41_022,
    isTold: true,
    steps: [
      { step: 'listen', server: 'LISTEN' },
      { step: 'connect', client: 'ESTABLISHED', server: 'ESTABLISHED' },
      { step: 'client-end', client: 'FIN-WAIT-2', server: 'CLOSE-WAIT' },
      { step: 'server-end', client: 'TIME-WAIT' },
    ],
  }),
  'lab.loopback': ({ reads, writes }) => ({
    reads: (reads ?? writes).map((bytes, index) => ({ bytes, atMs: index * 0.4 })),
    senderPort: 41_020,
    receiverPort: 41_021,
  }),
  'uploads.begin': () => {
    told = [];
    uploads += 1;
    return { upload: `upload:${uploads}` };
  },
  'uploads.entries': ({ entries }) => {
    told.push(...entries);
    return {};
  },
  'uploads.complete': () => {
    const roots = new Map<string, typeof told>();
    for (const entry of told) {
      const root = entry.path.split('/')[0] ?? '';
      const list = roots.get(root) ?? [];
      roots.set(root, list);
      list.push(entry);
    }
    return {
      items: [...roots].map(([name, list]) => ({
        ref: `${uploads}:${name}`,
        name,
        kind: list[0]?.path === name && list[0].kind === 'file' ? ('file' as const) : ('folder' as const),
        files: list.filter(({ kind }) => kind === 'file').length,
        bytes: list.reduce((sum, { size }) => sum + size, 0),
        complete: true,
      })),
    };
  },
  ...remoteAnswers,
  'files.places': () => ({
    places: [
      { ref: 'ref:home', kind: 'home', name: 'ada' },
      { ref: 'ref:desktop', kind: 'desktop', name: 'Desktop' },
      { ref: 'ref:documents', kind: 'documents', name: 'Documents' },
      { ref: 'ref:downloads', kind: 'downloads', name: 'Downloads' },
      { ref: 'ref:received', kind: 'received', name: 'Hexdrop' },
      { ref: 'ref:root', kind: 'root', name: '/' },
    ],
  }),
  'files.list': ({ ref }) => ({
    ref,
    name: ref === 'ref:home' ? 'ada' : ref.slice(4),
    shownPath: ref === 'ref:home' ? '~' : `~/${ref.slice(4)}`,
    crumbs: [
      { ref: 'ref:root', name: '/' },
      { ref: 'ref:home', name: 'ada' },
      ...(ref === 'ref:home' ? [] : [{ ref, name: ref.slice(4) }]),
    ],
    entries: ref === 'ref:home' ? [...home] : home.filter(({ kind }) => kind === 'file'),
    freeBytes: 128_000_000_000,
    isWritable: true,
  }),
  'files.resolve': ({ path }) => ({ ref: `ref:${path}`, kind: 'folder' }),
  'files.makeFolder': ({ name }) => ({ ref: `ref:${name}` }),
  'files.measure': ({ refs }) => ({
    items: refs.map((ref) => {
      const found = home.find((one) => one.ref === ref);
      const isFolder = found?.kind !== 'file';
      return {
        ref,
        name: found?.name ?? ref.slice(4),
        kind: isFolder ? ('folder' as const) : ('file' as const),
        files: isFolder ? 1_284 : 1,
        bytes: isFolder ? 8_640_000_000 : (found?.size ?? 0),
        complete: true,
        shownPath: `~/${found?.name ?? ref.slice(4)}`,
      };
    }),
  }),
  'devices.words': () => ({
    words: ['copper', 'lantern', 'ninth', 'willow', 'ember', 'stone', 'atlas', 'ivory'],
  }),
  'devices.diagnose': () => ({
    steps: [
      { tried: 'interfaces', outcome: 'good', subject: 'eth0 192.168.1.10/24' },
      { tried: 'same-subnet', outcome: 'good', subject: '192.168.1.5' },
      { tried: 'dial', outcome: 'bad', subject: '192.168.1.5:18520', tookMs: 3000, code: 'unreachable' },
      {
        tried: 'dial-other-port',
        outcome: 'bad',
        subject: '192.168.1.5:18521',
        tookMs: 3000,
        code: 'unreachable',
      },
    ],
    causes: ['firewall-there', 'not-running-there'],
  }),
  'devices.probe': () => ({ id: '10.0.0.8:18520', tookMs: 4 }),
  'transfers.send': () => ({ id: '0'.repeat(32) }),
  'transfers.history': () => ({ entries: [], total: 0 }),
  'offers.check': () => ({
    shownDir: '~/Downloads/Hexdrop',
    freeBytes: 128_000_000_000,
    conflicts: ['notes.md'],
    conflictCount: 1,
  }),
};
