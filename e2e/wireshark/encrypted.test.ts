// Real packets and real frames together: transfers between two machines, captured by dumpcap on the wire between them, read
// by tshark with the keys that --keylog wrote, and held against what the program itself says crossed.

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { needs } from '../support/needs.ts';
import { makeNetwork, networkNeed } from '../support/network.ts';
import type { Network } from '../support/network.ts';
import { expectExit } from '../support/program.ts';
import { Random } from '../support/random.ts';
import { makeTree } from '../support/trees.ts';
import { useWorld } from '../support/world.ts';
import { sniff } from './sniffer.ts';
import { openTshark } from './tshark.ts';
import type { Tshark } from './tshark.ts';

const proves = 'Wireshark decrypts real packets with our key log';
const [dumpcap, shark] = [needs('dumpcap', proves), needs('tshark', proves)];
const isPossible = networkNeed(proves).available && dumpcap.available && shark.available;

const world = useWorld();
const address = '10.77.0.2';
/** From 4 MiB on the bulk of a push has a lane. */
const laneBytes = 5_000_000;

interface Course {
  readonly port: number;
  readonly plain: boolean;
  readonly way: 'push' | 'pull';
  readonly bytes: number;
}

const courses: readonly (readonly [name: string, Course])[] = [
  ['a push by a lane on the default port', { port: 18_520, plain: false, way: 'push', bytes: laneBytes }],
  ['a pull by a lane on another port', { port: 4_433, plain: false, way: 'pull', bytes: laneBytes }],
  ['an inline push on the port of SOCKS', { port: 1_080, plain: false, way: 'push', bytes: 600_000 }],
  [
    'a plain push by a lane on the default port',
    { port: 18_520, plain: true, way: 'push', bytes: laneBytes },
  ],
  ['a plain pull on the port of ENIP', { port: 44_818, plain: true, way: 'pull', bytes: 600_000 }],
];

const faultFields = ['out_of_sync', 'over_limit', 'ended', 'cut', 'bad_header', 'bad_payload'].map(
  (name) => `hexdrop.expert.${name}`,
);

/** "DATA 1 262192", sorted: connections of one transfer have no order between them. */
const frameOf = (type: unknown, id: unknown, length: unknown): string =>
  `${String(type)} ${String(id)} ${String(length)}`;

interface Seen {
  readonly frames: readonly string[];
  readonly paths: readonly string[];
  readonly faults: readonly string[];
  /** Of TLS. */
  readonly records: number;
}

function framesIn(tshark: Tshark, packets: Uint8Array, ...args: readonly string[]): Seen {
  const names = ['type', 'id', 'length', 'path'].map((name) => `hexdrop.${name}`);
  const fields = [...names, 'tls.record.length', ...faultFields].flatMap((field) => ['-e', field]);
  const text = tshark.run(packets, '-C', 'Hexdrop', '-T', 'fields', ...fields, ...args);
  const rows = text
    .split('\n')
    .map((line) => line.split('\t').map((cell) => (cell === '' ? [] : cell.split(','))));
  return {
    frames: rows.flatMap(([types = [], ids = [], lengths = []]) =>
      types.map((type, index) => frameOf(type, ids[index], lengths[index])),
    ),
    paths: rows.flatMap((row) => row[3] ?? []),
    records: rows.flatMap((row) => row[4] ?? []).length,
    faults: rows.flatMap((row) => row.slice(5).flat()),
  };
}

describe.skipIf(!isPossible)('tshark sees the frames of', () => {
  let network: Network;
  let tshark: Tshark;
  beforeAll(() => {
    network = makeNetwork('IPv4');
    tshark = openTshark(shark.path, { installed: true });
  });
  afterAll(() => {
    void network.close();
    tshark.close();
  });

  it.each(courses)('%s', async (_, { port, plain, way, bytes }) => {
    const [near, far] = network.machines;
    const random = new Random(bytes + port);
    const source = makeTree(world.folder('source'), {
      'notes/hello.txt': 'hello\n',
      'notes/big.bin': random.bytes(bytes),
    });
    const [captured, keys] = [join(world.path, 'own.pcapng'), join(world.path, 'keys.log')];
    const mode = plain ? ['--plain'] : [];
    const reached = `${address}:${port}`;
    const own = [...mode, '--capture', captured, ...(plain ? [] : ['--keylog', keys])];
    const target = world.folder('target');
    const served = way === 'push' ? ['receive', '--yes', '--dir', target] : ['share', join(source, 'notes')];
    const asked =
      way === 'push'
        ? ['send', join(source, 'notes'), '--to', reached]
        : ['get', `${reached}/notes`, '--dir', target];

    const wire = await sniff(dumpcap.path, near, world.path);
    const listenArgs = ['--host', address, '--port', String(port), '--no-announce', ...mode];
    const listener = world.device('far').start([...served, ...listenArgs], { wrap: far.wrap });
    await listener.event('listening');
    const here = world.device('near');
    const asking = await here.start([...asked, ...own], { wrap: near.wrap }).end();
    expectExit(asking, 0);
    const packets = await wire.stop();

    const { events } = await here.run(['inspect', captured]);
    const ours = events
      .filter(({ event }) => event === 'frame')
      .map(({ type, ['id']: id, ['length']: length }) => frameOf(type, id, length));
    expect(ours.some((frame) => frame.startsWith('LANE '))).toBe(bytes === laneBytes);

    const secrets = plain ? [] : ['-o', `tls.keylog_file:${tshark.file('keys.log', readFileSync(keys))}`];
    const seen = framesIn(tshark, packets, ...secrets);
    expect(seen.frames.toSorted()).toEqual(ours.toSorted());
    expect(seen.faults).toEqual([]);
    expect(new Set(seen.paths)).toEqual(new Set(['notes/hello.txt', 'notes/big.bin']));
    if (plain) return;
    // Without the keys there is TLS and nothing else.
    expect(framesIn(tshark, packets)).toEqual({ ...seen, frames: [], paths: [] });
    expect(seen.records).toBeGreaterThan(10);
    expect(statSync(keys).mode & 0o777).toBe(0o600);
    expect(asking.stderr).toContain('whoever has that file can read what is sent');
  });
});
