/** Shares of a device as the fake host of the preview shows them. */

import type { Answers } from './fake-host.ts';
import { idOf, nowMs } from './fixture.ts';

const notes = `# Field notes, 22 November

- 05:48  first light over the harbour, wind from the west
- 06:10  two gulls, then a ferry; both on one track
- 06:31  rain. Stopped, packed up, left.

Sampled at 96 kHz, 24 bit. The frame is 16 bytes; the rest is water.
`;

type Entry = Awaited<ReturnType<NonNullable<Answers['remote.list']>>>['entries'][number];

const file = (path: string, size: number, ageHours: number): Entry => ({
  path,
  name: path.split('/').at(-1) ?? '',
  kind: 'file',
  size,
  mtime: (nowMs - ageHours * 3_600_000) * 1000,
});
const folder = (path: string, ageHours: number): Entry => ({
  path,
  name: path.split('/').at(-1) ?? '',
  kind: 'folder',
  mtime: (nowMs - ageHours * 3_600_000) * 1000,
});

const content: Readonly<Record<string, readonly Entry[]>> = {
  '': [
    { path: 'films', name: 'films', kind: 'share' },
    { path: 'inbox', name: 'inbox', kind: 'share', writable: true, locked: true },
    { path: 'recordings', name: 'recordings', kind: 'share', writable: true },
  ],
  recordings: [
    folder('recordings/forest', 30),
    folder('recordings/harbour', 12),
    folder('recordings/海边', 400),
    file('recordings/notes.md', notes.length, 9),
    file('recordings/dawn.wav', 412_000_000, 11),
    file('recordings/gulls.wav', 198_000_000, 11),
    file('recordings/cover.png', 2_480_122, 200),
    file('recordings/session.pcapng', 48_220_114, 5),
  ],
};

export const remoteAnswers: Answers = {
  'remote.list': ({ path }) => ({
    device: idOf(1),
    writable: path.startsWith('recordings'),
    entries: [...(content[path] ?? [])],
    more: false,
  }),
  'remote.read': ({ offset, length }) => {
    const whole = new TextEncoder().encode(notes);
    return { size: whole.length, bytes: whole.subarray(offset, offset + length) };
  },
  'remote.get': () => ({ id: '0'.repeat(32) }),
  'remote.put': () => ({ id: '0'.repeat(32) }),
};
