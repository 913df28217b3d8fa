import { describe, expect, it } from 'vitest';

import { encodeFrame } from '../../../../shared/protocol/codec.ts';
import { looseReasons } from '../../../../shared/model/capture.ts';
import { tcpAck, tcpFin, tcpRst } from '../pcapng/tcp-packet.ts';
import { bye, conversation, handshake, load, pcapngOf, ping } from '../../testing/packets.ts';
import type { Read, Sent } from '../../testing/packets.ts';

const content = Uint8Array.from({ length: 9_000 }, (_, at) => at % 251);
const data = encodeFrame('DATA', { id: 1 }, { file: 0, offset: 0, digest: new Uint8Array(32), content });
const segmentBytes = 1_000;

/** A stream in segments, from this sequence number on. */
const segmentsOf = (bytes: Uint8Array, at = 1): Sent[] =>
  Array.from({ length: Math.ceil(bytes.length / segmentBytes) }, (_, index) => ({
    at: at + index * segmentBytes,
    bytes: bytes.subarray(index * segmentBytes, (index + 1) * segmentBytes),
  }));

const without = <T>(list: readonly T[], ...indices: readonly number[]): T[] =>
  list.filter((_, index) => !indices.includes(index));

const joined = (...parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts);
const told = ({ rows }: Read) =>
  rows.map(({ kind, length, offset, timeMs }) => [kind, offset, length, timeMs]);

describe('a segment that is missing', () => {
  it('costs what it carried and no more: the frame keeps the rest, a row and a note say what is missing', async () => {
    const stream = joined(ping, data, ping);
    const sent = [...handshake, ...without(segmentsOf(stream), 3, 6)];
    const read = await load(pcapngOf(sent));
    expect(read.seen).toEqual(['PING', 'DATA', 'gap', 'PING']);
    const [, frame, gap] = read.rows;
    expect(frame).toMatchObject({ length: data.length - 16, kept: data.length - 16 - 2_000, hasGaps: true });
    expect(gap).toMatchObject({ offset: 3_000, length: 2_000, span: 4_000, places: 2 });
    const { bytes, gaps } = read.loaded.payload(frame?.number ?? 0, 0, 100_000);
    const start = 3_000 - ping.length - 16;
    expect(gaps).toEqual([
      { offset: start, length: 1_000 },
      { offset: start + 3_000, length: 1_000 },
    ]);
    const payload = data.subarray(16);
    expect(Buffer.from(bytes)).toEqual(
      Buffer.concat([
        payload.subarray(0, start),
        payload.subarray(start + 1_000, start + 3_000),
        payload.subarray(start + 4_000),
      ]),
    );
    expect(read.notes).toEqual(['2,000 bytes of the streams are in no packet of it, in 2 places.']);
  });

  it('is used wherever it stands in the file, also long after it was acknowledged', async () => {
    const stream = joined(ping, data, bye);
    const segments = segmentsOf(stream);
    const late = { ...(segments[2] as Sent), timeNs: 1_700_000_000_003_500_000n };
    const answers = Array.from({ length: 50 }, (_, index) => ({
      at: 1 + index * ping.length,
      bytes: ping,
      isAnswer: true,
      acknowledged: 1 + stream.length,
    }));
    const read = await load(pcapngOf([...handshake, ...without(segments, 2), ...answers, late]));
    expect(read.seen.filter((type) => type !== 'PING')).toEqual(['DATA', 'BYE']);
    expect(read.rows.every(({ hasGaps }) => !hasGaps)).toBe(true);
    expect(read.notes).toEqual([]);
    const times = read.rows.map(({ timeMs }) => timeMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it('holds the rows of others back, so that the list stays in the order of time', async () => {
    const segments = segmentsOf(joined(data, ping));
    const other = conversation.map((each) => ({ ...each, fromPort: 40_001 }));
    const read = await load(pcapngOf([...handshake, ...without(segments, 1), ...other]));
    expect(read.seen).toEqual(['DATA', 'gap', 'PING', 'PING', 'BYE']);
    const times = read.rows.map(({ timeMs }) => timeMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it('that held a header makes what follows unreadable up to the next one', async () => {
    const stream = joined(ping, data, ping);
    const sent = [...handshake, ...without(segmentsOf(stream, 1), 0)];
    const read = await load(pcapngOf([...handshake, { at: 1, bytes: ping }, ...sent.slice(2)]));
    expect(told(read).map(([kind, , length]) => [kind, length])).toEqual([
      ['frame', 2],
      ['gap', 1_000 - ping.length],
      ['loose', 1_000],
      ['loose', data.length - 2_000 + ping.length],
      ['frame', 2],
    ]);
  });

  it('does not come again behind an RST only if the file has it nowhere', async () => {
    const segments = segmentsOf(joined(data, ping));
    const reset = { at: 1 + data.length + ping.length, flags: tcpRst };
    const read = await load(pcapngOf([...handshake, ...without(segments, 4), reset, segments[4] as Sent]));
    expect(read.seen).toEqual(['DATA', 'PING']);
    expect(read.loaded.connections()[0]).toMatchObject({ isOpen: false });
  });
});

describe('packets that were cut when they were captured', () => {
  it('leave the beginning of each segment, and one row says what is missing of a frame', async () => {
    const sent = segmentsOf(joined(data, ping)).map((each) => ({ ...each, snapBytes: 140 }));
    const read = await load(pcapngOf([...handshake, ...sent]));
    expect(read.seen.slice(0, 2)).toEqual(['DATA', 'gap']);
    expect(read.rows[0]).toMatchObject({ hasGaps: true, kept: 9 * 100 + 64 - 16 });
    expect(read.rows[1]).toMatchObject({ places: 9, length: 9 * 900 });
  });

  it('and hundreds of stretches without a frame are a few rows', async () => {
    const frames = Array.from({ length: 40 }, () => data);
    const sent = segmentsOf(joined(bye, ...frames, ping).subarray(500), 501).map((each) => ({
      ...each,
      snapBytes: 60,
    }));
    const read = await load(pcapngOf([...handshake, { at: 1, bytes: bye }, ...sent]));
    expect(sent.length).toBeGreaterThan(350);
    expect(read.rows.length).toBeLessThan(8);
    const gap = read.rows.find(({ places }) => places > 300);
    expect(gap).toMatchObject({ kind: 'gap' });
    expect(gap?.span).toBeGreaterThan(gap?.length ?? 0);
  });

  it('down to their headers are why there are no frames', async () => {
    const sent = [...handshake, ...segmentsOf(data)].map((each) => ({ ...each, snapBytes: 40 }));
    const { seen, notes } = await load(pcapngOf(sent));
    expect(seen).toEqual([]);
    expect(notes[0]).toMatch(/^Its packets were cut behind their headers/u);
  });
});

describe('bytes that belong to no frame', () => {
  const at = (ms: number): bigint => 1_700_000_000_000_000_000n + BigInt(ms) * 1_000_000n;
  const reasonsOf = ({ rows }: Read) =>
    rows.filter(({ kind }) => kind === 'loose').map(({ type }) => looseReasons[type]);

  it('stand where they came, before what they cause, and say why', async () => {
    const garbage = Uint8Array.from({ length: 1_500 }, (_, index) => index % 7);
    const error = encodeFrame('ERROR', { id: 0 }, { code: 'bad-magic', message: 'x' });
    const end = 1 + ping.length + garbage.length;
    const read = await load(
      pcapngOf([
        ...handshake.map((each) => ({ ...each, timeNs: at(0) })),
        { at: 1, bytes: ping, timeNs: at(2) },
        ...segmentsOf(garbage, 1 + ping.length).map((each) => ({ ...each, timeNs: at(3) })),
        { at: 1, bytes: error, isAnswer: true, timeNs: at(4) },
        { at: end, flags: tcpFin | tcpAck, timeNs: at(3_005) },
      ]),
    );
    expect(told(read).map(([kind, , , timeMs]) => [kind, timeMs])).toEqual([
      ['frame', 2],
      ['loose', 3],
      ['loose', 3],
      ['frame', 4],
    ]);
    expect(reasonsOf(read)).toEqual(['bad-magic', 'bad-magic']);
  });

  it.each([
    ['unknown-type', 8, 0x77],
    ['frame-too-large', 4, 0x7f],
    ['bad-flags', 9, 0x80],
  ] as const)('of a header that no receiver takes are %s', async (reason, place, value) => {
    const refused = Uint8Array.from(bye);
    refused[place] = value;
    const read = await load(pcapngOf([...conversation, { at: 1 + ping.length, bytes: refused }]));
    expect(reasonsOf(read)).toEqual([reason]);
  });

  it('at the beginning of a capture that begins in the middle of a frame say so', async () => {
    const read = await load(
      pcapngOf([
        { at: 5_000, bytes: joined(data.subarray(8_500), ping) },
        { at: 6_000, bytes: ping },
      ]),
    );
    expect(reasonsOf(read)).toEqual(['midway']);
  });
});

describe('a frame that the end cut off', () => {
  const list = encodeFrame('LIST', { id: 1 }, { path: 'p'.repeat(80) });
  const cut = list.subarray(0, 24);
  const ended: Sent = { at: 1 + ping.length + cut.length, flags: tcpFin | tcpAck };

  it.each([
    ['by a FIN', [ended]],
    ['by an RST', [{ ...ended, flags: tcpRst }]],
    ['by the end of the file', []],
  ])('%s looks cut off, and has the time of its last byte', async (_name, end) => {
    const read = await load(pcapngOf([...conversation, { at: 1 + ping.length, bytes: cut }, ...end]));
    expect(read.seen).toEqual(['PING', 'BYE', 'LIST']);
    const frame = read.rows[2];
    expect(frame).toMatchObject({ isCutOff: true, kept: 8, length: list.length - 16, timeMs: 4 });
    expect(read.loaded.payload(frame?.number ?? 0, 0, 100)).toMatchObject({
      missing: 'cut-off',
      gaps: [{ offset: 8, length: list.length - 24 }],
    });
    expect(read.loaded.connections()[0]?.out.bytes).toBe(ping.length + cut.length);
  });
});
