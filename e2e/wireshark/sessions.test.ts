// The recorded sessions beside the test vectors: what our importer and tshark read from the packets is what the program
// that took part says has crossed.

import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';

import { Captures } from '../../electron/engine/capture/captures.ts';
import { needs } from '../support/needs.ts';
import { networkNeed } from '../support/network.ts';
import { useWorld } from '../support/world.ts';
import { sessionsPage } from './sessions/page.ts';
import {
  adaAddress,
  byAddress,
  pathOf,
  readFrames,
  readRecorded,
  sessionNames,
  sessionsFolder,
} from './sessions/sessions.ts';
import type { Recorded, RecordedFrame, SessionName } from './sessions/sessions.ts';
import { openTshark } from './tshark.ts';
import type { Tshark } from './tshark.ts';

const shark = needs('tshark', 'Wireshark reads the recorded sessions as their lists tell them');

const records = 'the recorded sessions can be recorded anew';
const canRecord =
  networkNeed(records).available &&
  ['dumpcap', 'tshark', 'editcap'].every((program) => needs(program, records).available);

const world = useWorld();

const mostBytes = 100_000;

type Frame = Pick<RecordedFrame, 'connection' | 'from' | 'channel' | 'type' | 'id' | 'length'>;

/** What each sent on each connection, in order. Between those nothing but the time orders frames. */
const byStream = (frames: readonly Frame[]): Readonly<Record<string, readonly string[]>> => {
  const streams: Record<string, string[]> = {};
  for (const { connection, from, channel, type, id, length } of frames) {
    (streams[`${from} on connection ${connection}`] ??= []).push(`${channel} ${type} ${id} ${length}`);
  }
  return streams;
};

const listed = (name: SessionName): ReturnType<typeof byStream> => byStream(readRecorded(name).frames);

async function imported(name: SessionName): Promise<readonly (Frame & { readonly says: string })[]> {
  const captures = new Captures(false);
  try {
    const capture = await captures.open(pathOf(name, 'pcapng'));
    await capture.done;
    return readFrames(capture, byAddress);
  } finally {
    captures.closeAll();
  }
}

const isEncrypted = (name: SessionName): boolean => name === 'encrypted';

describe('the recorded session', () => {
  it.each(sessionNames)('"%s" is small, and whole', (name) => {
    expect(statSync(pathOf(name, 'pcapng')).size).toBeLessThan(mostBytes);
    const types = readRecorded(name).frames.map(({ type }) => type);
    expect(types).toEqual(expect.arrayContaining(['HELLO', 'WELCOME', 'BYE']));
  });

  it.each(sessionNames.filter((name) => !isEncrypted(name)))(
    '"%s" has the frames of its list, as we import it',
    async (name) => {
      const frames = await imported(name);
      expect(byStream(frames)).toEqual(listed(name));
      const says = (list: readonly { readonly says: string }[]): readonly string[] =>
        list.map((frame) => frame.says).toSorted();
      expect(says(frames)).toEqual(says(readRecorded(name).frames));
    },
  );

  it('"encrypted" shows us no frame: we do not decrypt', async () => {
    expect(await imported('encrypted')).toEqual([]);
  });
});

describe.skipIf(!shark.available)('tshark', () => {
  let seen: ReadonlyMap<SessionName, readonly Frame[]>;
  beforeAll(() => {
    const tshark = openTshark(shark.path);
    try {
      seen = seenBy(tshark);
    } finally {
      tshark.close();
    }
  });

  it.each(sessionNames)('sees the frames of the list of "%s"', (name) => {
    expect(byStream(seen.get(name) ?? [])).toEqual(listed(name));
  });
});

/** One run reads them all: a file of pcapng may follow another one in the same file. */
function seenBy(tshark: Tshark): ReadonlyMap<SessionName, readonly Frame[]> {
  const captures = sessionNames.map((name) => readFileSync(pathOf(name, 'pcapng')));
  const places = sessionNames.flatMap((name) => {
    const connections = new Set(readRecorded(name).frames.map(({ connection }) => connection));
    return Array.from(connections, (connection) => ({ name, connection }));
  });
  const frames = new Map<SessionName, Frame[]>();
  const names = ['type', 'id', 'length', 'channel'].map((name) => `hexdrop.${name}`);
  const fields = ['tcp.stream', 'ip.src', ...names].flatMap((field) => ['-e', field]);
  const rows = tshark.run(Buffer.concat(captures), '-T', 'fields', '-E', 'occurrence=a', ...fields);
  for (const line of rows.split('\n')) {
    const [stream = '', source = '', ...columns] = line.split('\t');
    const [types = [], ids = [], lengths = [], channels = []] = columns.map((column) =>
      column === '' ? [] : column.split(','),
    );
    const place = places[Number(stream)];
    if (place === undefined) throw new Error(`There is a connection more than in the lists: ${line}`);
    const list = frames.get(place.name) ?? [];
    frames.set(place.name, list);
    types.forEach((type, at) => {
      const from = source === adaAddress ? 'Ada' : 'Bob';
      const [id, length, channel] = [Number(ids[at]), Number(lengths[at]), Number(channels[at])];
      list.push({ connection: place.connection, from, channel, type, id, length });
    });
  }
  return frames;
}

describe('the page beside the recorded sessions', () => {
  it('has not drifted from their lists: else run `npm run docs`', () => {
    expect(readFileSync(join(sessionsFolder, 'README.md'), 'utf8')).toBe(sessionsPage(readRecorded));
  });
});

describe.skipIf(!canRecord)('the recorder', () => {
  const recorder = join(import.meta.dirname, 'sessions/record.ts');

  it('records a session of the same frames whenever it is run', () => {
    const dir = world.folder('anew');
    const run = ['--import', 'tsx', recorder, '--dir', dir, 'encrypted'];
    const { status, stderr } = spawnSync(process.execPath, run, { encoding: 'utf8', timeout: 50_000 });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const typesOf = ({ frames }: Recorded): readonly string[] =>
      frames.map(({ connection, from, type }) => `${connection} ${from} ${type}`).toSorted();
    expect(typesOf(readRecorded('encrypted', dir))).toEqual(typesOf(readRecorded('encrypted')));
  });
});
